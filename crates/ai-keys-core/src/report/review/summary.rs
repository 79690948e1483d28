//! The job summary: the whole plan, every diagnostic, what is due when.

use std::fmt::Write as _;

use super::budget::Page;
use super::row::rows;
use super::state::last_line_in_full;
use super::{Review, counts, page};

/// The longest job summary of a step, in bytes; GitHub drops a longer one
/// whole.
///
/// Source: actions/runner, `FileCommandManager.cs`, checked 2026-11-23.
/// <https://github.com/actions/runner/blob/main/src/Runner.Worker/FileCommandManager.cs>
pub const LONGEST_SUMMARY: usize = 1_048_576;

/// What is kept free for the sentence that says what is missing.
const NOTE: usize = 400;

/// Renders the summary of a step: every scope that it looked at, at most
/// [`LONGEST_SUMMARY`] bytes together.
#[must_use]
pub fn summary(reviews: &[Review<'_>]) -> String {
    let mut text = String::new();
    for (at, review) in reviews.iter().enumerate() {
        // What one scope does not use is left to the next ones.
        let share = (LONGEST_SUMMARY - NOTE - text.len()) / (reviews.len() - at);
        let part = scope(review, share);
        if text.len() + part.len() + NOTE > LONGEST_SUMMARY {
            // Hundreds of scopes in one step: no heading fits any more.
            // Writing to a String cannot fail.
            let more = reviews.len() - at;
            let _ = writeln!(
                text,
                "{more} more targets are not shown here: give each a job of its own."
            );
            break;
        }
        text.push_str(&part);
    }
    text
}

fn scope(review: &Review<'_>, most: usize) -> String {
    let last = last_line_in_full(review, most / 2);
    let mut page = Page::new(most.saturating_sub(last.len() + NOTE));
    let rows = review.plan.map(rows).unwrap_or_default();
    page.push(&page::head(review, &counts::count_rows(&rows)));
    if let Some(plan) = review.plan {
        page::plan_parts(&mut page, review, plan, &rows);
        page::limits(&mut page, review);
        page.offer(&page::checks(review), "the checks that passed");
    } else {
        page::diagnostics(&mut page, review);
    }
    let note = page::missing(&page);
    let mut text = page.into_text();
    text.push_str(&note);
    text.push('\n');
    text.push_str(&last);
    text.push('\n');
    text
}
