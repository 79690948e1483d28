//! The `ai-keys` command from outside: its words, its exit codes, what it prints, what it asks of an
//! account, and what is left when something goes wrong.
//!
//! The account is an in-memory sandbox, reached through `AWS_ENDPOINT_URL` and static credentials as
//! AWS is reached. `UPDATE=1` rewrites the expected texts in `help/`.

#[cfg(test)]
mod action;
#[cfg(test)]
mod bad_access;
#[cfg(test)]
mod bad_input;
#[cfg(test)]
mod behind_our_back;
#[cfg(test)]
mod bulk;
#[cfg(test)]
mod canary;
#[cfg(test)]
mod clocks;
#[cfg(test)]
mod closed;
#[cfg(test)]
mod commands;
#[cfg(test)]
mod concurrent;
#[cfg(test)]
mod consistency;
#[cfg(test)]
mod console;
#[cfg(test)]
#[cfg(unix)]
mod counts;
#[cfg(test)]
#[cfg(unix)]
mod crash;
#[cfg(test)]
mod destinations;
#[cfg(test)]
mod disable;
#[cfg(test)]
mod doctor;
#[cfg(test)]
mod exit_codes;
#[cfg(test)]
mod failing_stores;
#[cfg(test)]
mod fleet;
#[cfg(test)]
mod formats;
#[cfg(test)]
mod four_hundred_days;
#[cfg(test)]
mod github_secrets;
#[cfg(test)]
mod help;
#[cfg(test)]
mod hostile;
#[cfg(test)]
mod iam_policy;
#[cfg(test)]
mod import;
#[cfg(test)]
mod init;
#[cfg(test)]
mod interleavings;
#[cfg(all(test, unix))]
mod interruption;
#[cfg(test)]
mod lives;
#[cfg(test)]
mod looks;
#[cfg(test)]
mod lost_answers;
#[cfg(test)]
mod many_manifests;
#[cfg(test)]
#[path = "../missing/mod.rs"]
mod missing;
#[cfg(test)]
mod odd_answers;
#[cfg(test)]
#[cfg(unix)]
mod other_ci;
#[cfg(test)]
#[cfg(unix)]
mod pages;
#[cfg(test)]
mod patience;
#[cfg(test)]
#[cfg(unix)]
mod random;
#[cfg(test)]
mod readme;
#[cfg(test)]
mod recorded;
#[cfg(test)]
mod refusals;
#[cfg(test)]
mod repairs;
#[cfg(test)]
#[cfg(target_os = "linux")]
mod reveal;
#[cfg(test)]
mod reviewed;
#[cfg(test)]
mod roles;
#[cfg(test)]
mod scale;
#[cfg(test)]
mod scenarios;
#[cfg(test)]
mod story;
#[cfg(test)]
mod support;
#[cfg(test)]
mod throttling;
#[cfg(test)]
mod traffic;
#[cfg(test)]
mod usage;
#[cfg(test)]
mod usage_picture;
#[cfg(test)]
mod year;
