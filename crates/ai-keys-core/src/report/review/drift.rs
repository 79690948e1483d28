//! The issue that says where the account differs from the manifest.

use super::budget::Page;
use super::comment::LONGEST_COMMENT;
use super::marker::{CommentMarker, MarkerKind};
use super::row::rows;
use super::{CommentMeta, Review, counts, page};
use crate::report::review::escape::plain;

/// An issue of ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issue {
    /// Its title; the same for a scope, so that people find it again.
    pub title: String,
    /// Its body, with its marker on the first line.
    pub body: String,
}

/// Renders the issue on the drift of one scope: what differs, whom to ask, and
/// both ways out of it.
#[must_use]
pub fn drift_issue(review: &Review<'_>, meta: &CommentMeta<'_>) -> Issue {
    let target = review.target.unwrap_or_default();
    let title = format!(
        "ai-keys: {} differs from {}",
        plain(target),
        plain(review.path)
    );
    let marker = CommentMarker {
        kind: MarkerKind::Drift,
        ..meta.marker(review)
    };
    let mut page = Page::new(LONGEST_COMMENT);
    page.push(&marker.render());
    page.push("\n");
    let rows = review.plan.map(rows).unwrap_or_default();
    page.push(&page::head(review, &counts::count_rows(&rows)));
    if let Some(plan) = review.plan {
        page::table(&mut page, review, &rows);
        page::steps(&mut page, plan);
    }
    let note = page::missing(&page);
    let mut body = page.into_text();
    body.push_str(&note);
    Issue { title, body }
}
