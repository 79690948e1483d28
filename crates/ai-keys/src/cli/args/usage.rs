//! What `usage` takes, and what it means where nothing is said.

use ai_keys_core::date::Date;
use clap::{Args, ValueEnum};

use super::Scope;

/// The period of `usage`, if nothing is said, in days.
pub(crate) const USAGE_DAYS: u32 = 30;
/// From how many percent of its quota on a key is near it.
pub(crate) const NEAR_PERCENT: u8 = 80;
/// After how many days without a request a key is not used.
pub(crate) const UNUSED_DAYS: u32 = 14;

/// Show how often each key is used.
///
/// Counts are API Gateway's own, for usage plans; the last day is not complete.
#[derive(Args, Debug)]
pub(crate) struct Usage {
    #[command(flatten)]
    pub(crate) scope: Scope,

    /// The first day.
    #[arg(long, value_name = "DATE", conflicts_with = "days")]
    pub(crate) from: Option<Date>,

    /// The last day; today if not said.
    #[arg(long, value_name = "DATE")]
    pub(crate) to: Option<Date>,

    /// How many days until the last one: 30 if nothing is said, 90 at most.
    #[arg(long, value_name = "N")]
    pub(crate) days: Option<u32>,

    /// The keys of others in the account too.
    #[arg(long)]
    pub(crate) all: bool,

    /// From how many percent of its quota on a key is near it.
    #[arg(long, value_name = "PERCENT", default_value_t = NEAR_PERCENT, value_parser = clap::value_parser!(u8).range(1..=100))]
    pub(crate) near: u8,

    /// After how many days without a request a key is not used.
    #[arg(long, value_name = "DAYS", default_value_t = UNUSED_DAYS, value_parser = clap::value_parser!(u32).range(1..=90))]
    pub(crate) unused: u32,

    /// How to show it.
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub(crate) format: UsageFormat,

    /// The day to look from; today if not said.
    #[arg(long, value_name = "DATE")]
    pub(crate) today: Option<Date>,
}

/// How usage is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum UsageFormat {
    /// A table for a terminal.
    Human,
    /// Everything, as `ai-keys schema usage` says.
    Json,
    /// A row for each day, key and usage plan.
    Csv,
    /// A picture of one target, for a light page and a dark one.
    Svg,
    /// A table for a page on GitHub.
    Markdown,
}
