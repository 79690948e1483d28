//! What `plan` takes.

use std::path::PathBuf;

use ai_keys_core::date::Date;
use clap::{Args, ValueEnum};

use super::Place;

/// Show what an apply would change.
#[derive(Args, Debug)]
pub(crate) struct Plan {
    /// The manifests. An account that several are about is read once for all of them.
    #[arg(value_name = "MANIFEST", default_value = "keys.toml")]
    pub(crate) manifests: Vec<PathBuf>,

    #[command(flatten)]
    pub(crate) place: Place,

    /// Plan against a snapshot in place of the account; no credentials are needed. One manifest and
    /// one target only.
    #[arg(long, value_name = "FILE", conflicts_with = "sandbox")]
    pub(crate) live: Option<PathBuf>,

    /// Also write the plan as JSON, for `apply --plan`. One manifest and one target only.
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,

    /// How to show the plan.
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub(crate) format: PlanFormat,

    /// Exit with 3 if changes are pending.
    #[arg(long)]
    pub(crate) detailed_exitcode: bool,

    /// The day to plan for; today if not said.
    #[arg(long, value_name = "DATE")]
    pub(crate) today: Option<Date>,
}

/// How a plan is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum PlanFormat {
    /// For a person at a terminal.
    Human,
    /// The JSON plans of all targets, and in `manifests` the file that each is of.
    Json,
    /// For a pull request.
    Markdown,
    /// No plan: a job for each target of each manifest, for a workflow's `strategy.matrix`. No
    /// account is needed.
    Matrix,
}
