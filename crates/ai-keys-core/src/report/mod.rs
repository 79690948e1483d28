//! Renders diagnostics and plans: one text for terminal, comment, browser and machine.
//!
//! Every renderer returns text and prints nothing.

mod checkup;
#[cfg(feature = "docs")]
mod explain;
mod github;
mod gitlab;
mod human;
mod json;
mod limits;
mod lives;
mod markdown;
mod matrix;
#[cfg(feature = "docs")]
mod offline;
mod preview;
pub mod review;
#[cfg(feature = "docs")]
mod sarif;
#[cfg(feature = "schema")]
mod schema;
mod stale;
mod timeline;
mod usage;

pub use checkup::{CHECKUP_FORMAT, Check, CheckVerdict, Checkup, render_checkup};
#[cfg(feature = "docs")]
pub use explain::{explain, rule_reference};
pub use github::render_github;
pub use gitlab::render_gitlab;
pub use human::{Tone, render_plan};
pub use json::{
    DiagnosticReport, FixReport, LabelReport, PlaceReport, REPORT_FORMAT, Report, Summary,
    report_diagnostics,
};
pub use limits::{MethodLimits, UsagePlanLimits, describe_limits};
pub use lives::{
    EventKind, LIFE_HORIZON, Life, LifeEvent, MOST_ROTATIONS, Phase, PhaseKind, lives,
};
pub use markdown::render_plan_markdown;
pub use matrix::{Job, JobMatrix, job_matrix, scope_id};
#[cfg(feature = "docs")]
pub use offline::{OfflineFile, OfflinePlan, OfflineRequest, OfflineReview, review_offline};
pub use preview::{Lives, Preview, PreviewRequest, preview, preview_lives, targets, validate};
#[cfg(feature = "docs")]
pub use sarif::render_sarif;
#[cfg(feature = "schema")]
pub use schema::{checkup_schema, plan_schema, report_schema, snapshot_schema, usage_schema};
pub use stale::stale_in_words;
pub use timeline::{render_timeline, render_timeline_mermaid};
pub use usage::{
    FindingKind, KeyUsage, QuotaUsage, Signs, TargetUsage, ThroughUsagePlan, USAGE_FORMAT,
    UsageFinding, UsagePlanUsage, UsageQuestion, UsageReport, render_usage, render_usage_markdown,
    render_usage_svg, usage_of_target,
};

use crate::diagnostic::{Diagnostics, Severity};

/// A manifest's diagnostics with its text and the path that the user gave.
#[derive(Clone, Copy, Debug)]
pub struct FileDiagnostics<'a> {
    /// The path of the manifest, as the user wrote it.
    pub path: &'a str,
    /// Its text.
    pub text: &'a str,
    /// What is wrong with it.
    pub diagnostics: &'a Diagnostics,
}

/// Says a number of errors and warnings in words: `2 errors, 1 warning`.
#[must_use]
pub fn count_in_words(diagnostics: &Diagnostics) -> String {
    let word = |severity: Severity| {
        let number = diagnostics.count(severity);
        let plural = if number == 1 { "" } else { "s" };
        (number > 0).then(|| format!("{number} {}{plural}", severity.name()))
    };
    let words: Vec<String> = [Severity::Error, Severity::Warning, Severity::Note]
        .into_iter()
        .filter_map(word)
        .collect();
    if words.is_empty() {
        "no errors".to_owned()
    } else {
        words.join(", ")
    }
}
