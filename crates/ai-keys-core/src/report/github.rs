//! Annotations for `validate --format github`: no plan, only what is wrong.

use super::FileDiagnostics;
use super::review::{commands, diagnostic_annotations};

/// Renders diagnostics as workflow commands, ten at most of each level: nine
/// and one that says how many more there are.
#[must_use]
pub fn render_github(files: &[FileDiagnostics<'_>]) -> String {
    let all = files.iter().flat_map(diagnostic_annotations);
    commands(all, "`ai-keys validate` lists them")
}
