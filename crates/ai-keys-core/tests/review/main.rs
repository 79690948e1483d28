//! What GitHub shows, read by what GitHub reads it with: a port of its Markdown parser, and its
//! runner's rules for commands.
//!
//! `UPDATE=1 cargo test -p ai-keys-core --test review` rewrites the expected texts.

#[cfg(test)]
mod commands;
#[cfg(test)]
mod golden;
#[cfg(test)]
mod hostile;
#[cfg(test)]
mod keep;
#[cfg(test)]
mod markdown;
#[cfg(test)]
mod scene;
#[cfg(test)]
mod size;
