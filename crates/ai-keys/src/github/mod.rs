//! GitHub: the comment on a pull request, reviewed plans, drift issues, the job's identity.
//!
//! A view of what was planned and done, never the truth about it: what cannot be
//! shown is a warning, and changes no verdict.

mod actor;
mod artifact;
mod client;
mod comment;
mod connector;
mod drift_issue;
mod endpoint;
mod error;
mod http;
mod oidc;
mod outputs;
mod pages;
mod pull_request;
pub(crate) mod secrets;
mod token;

#[cfg(test)]
pub(crate) mod testing;

pub(crate) use artifact::{ARTIFACT, Origin, Wanted, plan_file_name, reviewed_plans};
pub(crate) use client::{Client, Pace};
pub(crate) use comment::{Comments, Create, Put, Writer, finish_comment};
pub(crate) use drift_issue::{Drift, Filed, file_drift};
pub(crate) use endpoint::Endpoint;
pub(crate) use error::GithubError;
pub(crate) use oidc::Issuer;
pub(crate) use outputs::{append, render_outputs};
pub(crate) use pull_request::{Brought, Merged, last_change, merged_pull_request, who_brought};
pub(crate) use secrets::{Holder, PublicKey, Sealed, SecretSeen};
