//! The runner of ai-keys: the only part that touches the world, and the only
//! part that ever holds a key value.
//!
//! Everything printed passes through [`output::Output`], every key value is a
//! [`secret::Secret`], and every call to a provider goes through
//! [`schedule::Scheduler`].

pub mod apply;
pub mod cli;
pub mod exit;
mod github;
mod import;
pub mod mask;
pub mod output;
mod privacy;
pub mod provider;
pub mod schedule;
pub mod secret;
pub mod signal;
pub mod sink;
