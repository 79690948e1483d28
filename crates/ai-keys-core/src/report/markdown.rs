//! A plan for a pull request, where text from the file must stay text.

use super::review::{LiveSource, Review, document};
use crate::diagnostic::Diagnostics;
use crate::plan::Plan;

/// Renders a plan as GitHub-flavoured Markdown: the comment on a pull request,
/// without the marker by which a comment is found again and without its limit
/// of size.
#[must_use]
pub fn render_plan_markdown(plan: &Plan, path: &str) -> String {
    let diagnostics = Diagnostics::default();
    document(&Review {
        target: Some(&plan.target),
        plan: Some(plan),
        live_source: LiveSource::Account,
        ..Review::new(path, "", &diagnostics)
    })
}
