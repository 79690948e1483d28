//! What `validate` takes.

use std::path::PathBuf;

use ai_keys_core::date::Date;
use clap::{Args, ValueEnum};

/// Check manifests.
#[derive(Args, Debug)]
pub(crate) struct Validate {
    /// The manifests.
    #[arg(value_name = "MANIFEST", default_value = "keys.toml")]
    pub(crate) manifests: Vec<PathBuf>,

    /// How to report.
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub(crate) format: DiagnosticFormat,

    /// Make every repair that is certain, in the file; then report what is left.
    #[arg(long)]
    pub(crate) fix: bool,

    /// The day for which dates are checked; today if not said.
    #[arg(long, value_name = "DATE")]
    pub(crate) today: Option<Date>,
}

/// How diagnostics are reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum DiagnosticFormat {
    /// Excerpts of the manifest with the mistakes underlined.
    Human,
    /// The JSON report.
    Json,
    /// Annotations of a GitHub pull request.
    Github,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// A report of GitLab's Code Quality.
    Gitlab,
}
