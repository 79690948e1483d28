//! The one comment on a pull request that each run replaces.

use super::budget::Page;
use super::marker::{CommentMarker, MarkerKind};
use super::page::{self, head};
use super::row::rows;
use super::state::{State, last_line};
use super::{Review, counts};

/// The longest comment, in bytes and so in characters. GitHub refuses more than
/// 65,536 characters.
pub const LONGEST_COMMENT: usize = 60_000;

/// What is kept free for the sentence that says what is missing.
const NOTE: usize = 400;

/// What a comment ends with where one of another account shows the same scope:
/// a reader sees two, and only this one is kept.
pub const BESIDE_ANOTHER: &str = "\n> [!NOTE]\n> Another account has a comment here that shows this scope, and it is not kept up to date: the token of the workflow is of another account now, or somebody copied our comment.\n";

/// What the marker of a comment says beside the review.
#[derive(Clone, Copy, Debug)]
pub struct CommentMeta<'a> {
    /// Tells the comments of one repository apart.
    pub scope: &'a str,
    /// The number of the pull request.
    pub pull_request: u64,
    /// The commit that was planned.
    pub head: &'a str,
    /// The id of the workflow run.
    pub run: u64,
    /// Which attempt of that run.
    pub attempt: u32,
    /// How often the comment was written, this time included.
    pub generation: u64,
}

impl CommentMeta<'_> {
    /// Returns the marker of the comment that shows a review.
    #[must_use]
    pub fn marker(&self, review: &Review<'_>) -> CommentMarker {
        let plan = review.plan;
        CommentMarker {
            pull_request: self.pull_request,
            head: self.head.to_owned(),
            inputs: plan.map(|plan| plan.inputs.clone()),
            live: plan.map(|plan| plan.live.clone()),
            plan: plan.map(|plan| plan.digest.clone()),
            run: self.run,
            attempt: self.attempt,
            generation: self.generation,
            closed: matches!(review.state, State::Applied { .. }),
            ..CommentMarker::new(MarkerKind::Plan, self.scope)
        }
    }
}

/// Renders the comment on a pull request, at most [`LONGEST_COMMENT`] bytes,
/// with its marker on the first line.
///
/// What does not fit is left out from the end of this list: what callers lose,
/// diagnostics, other changes, later changes, steps, limits, checks. Then the
/// comment says what is missing and where it is. Where not even the rows that
/// hurt somebody fit, they become one line each, and then their number.
#[must_use]
pub fn comment(review: &Review<'_>, meta: &CommentMeta<'_>) -> String {
    let marker = meta.marker(review).render();
    let last = last_line(review);
    // The time line is for the summary.
    let review = &Review {
        lives: &[],
        ..*review
    };
    let mut page = Page::new(LONGEST_COMMENT.saturating_sub(last.len() + NOTE));
    page.push(&marker);
    page.push("\n");
    let rows = review.plan.map(rows).unwrap_or_default();
    let counts = counts::count_rows(&rows);
    page.push(&head(review, &counts));
    if let Some(plan) = review.plan.filter(|plan| !plan.is_empty()) {
        page::plan_parts(&mut page, review, plan, &rows);
        page::limits(&mut page, review);
        page.offer(&page::checks(review), "the checks that passed");
        page.offer(page::IF_A_STEP_FAILS, "what to do if a step fails");
    } else {
        page::diagnostics(&mut page, review);
    }
    let note = page::missing(&page);
    let mut text = page.into_text();
    text.push_str(&note);
    text.push('\n');
    text.push_str(&last);
    text
}

/// Renders the heading and the plan of a comment, whole.
pub(in crate::report) fn document(review: &Review<'_>) -> String {
    let rows = review.plan.map(rows).unwrap_or_default();
    let mut page = Page::new(usize::MAX);
    page.push(&head(review, &counts::count_rows(&rows)));
    if let Some(plan) = review.plan {
        page::plan_parts(&mut page, review, plan, &rows);
    }
    page.into_text()
}
