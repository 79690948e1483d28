//! What `timeline` takes.

use std::path::PathBuf;

use ai_keys_core::date::Date;
use clap::{Args, ValueEnum};

use super::Scope;

/// Draw what happens to each key.
#[derive(Args, Debug)]
pub(crate) struct Timeline {
    #[command(flatten)]
    pub(crate) scope: Scope,

    /// Take what is live from a snapshot in place of the account.
    #[arg(long, value_name = "FILE", conflicts_with = "sandbox")]
    pub(crate) live: Option<PathBuf>,

    /// Draw what the manifest alone says, as if nothing were live.
    #[arg(long, conflicts_with_all = ["sandbox", "live"])]
    pub(crate) offline: bool,

    /// How to draw it.
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub(crate) format: TimelineFormat,

    /// The day to draw for; today if not said.
    #[arg(long, value_name = "DATE")]
    pub(crate) today: Option<Date>,
}

/// How lives are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum TimelineFormat {
    /// A chart for a terminal.
    Human,
    /// A Mermaid Gantt chart, for Markdown.
    Mermaid,
    /// Phases and events of every key.
    Json,
}
