//! What `apply` takes.

use std::path::PathBuf;

use ai_keys_core::date::Date;
use clap::Args;

use super::Scope;

/// Carry out a plan.
#[derive(Args, Debug)]
pub(crate) struct Apply {
    #[command(flatten)]
    pub(crate) scope: Scope,

    /// Apply exactly this reviewed plan, or what is left of it.
    #[arg(long, value_name = "FILE")]
    pub(crate) plan: Option<PathBuf>,

    /// Do not ask.
    #[arg(long, short)]
    pub(crate) yes: bool,

    /// Acknowledge one change, as the plan words it: 'delete:KEY@DIGEST'.
    #[arg(long = "ack", value_name = "WORDS")]
    pub(crate) acknowledged: Vec<String>,

    /// The day to plan for, or with `--plan` the day that its age counts to; today if not said.
    #[arg(long, value_name = "DATE")]
    pub(crate) today: Option<Date>,
}
