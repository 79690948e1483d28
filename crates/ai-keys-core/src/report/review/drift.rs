//! The issue that says where the account differs from the manifest, whom to ask, and both ways out.

use std::fmt::Write as _;

use super::budget::Page;
use super::comment::LONGEST_COMMENT;
use super::escape::{code, longest_run, plain};
use super::keep::keep;
use super::marker::{CommentMarker, MarkerKind};
use super::row::{Row, rows};
use super::state::run_link;
use super::{CommentMeta, Review, counts, page};
use crate::plan::Plan;

/// What is kept free for the end, which says how to go on.
const RESERVE: usize = 2_000;

/// The bytes of a fence and the words around it, without the backticks.
const AROUND: usize = 200;

/// An issue of ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issue {
    /// Its title; the same for a scope, so that people find it again.
    pub title: String,
    /// Its body, with its marker on the first line.
    pub body: String,
}

/// Renders the issue on the drift of one scope, at most [`LONGEST_COMMENT`]
/// bytes: what differs, whom to ask, the TOML that keeps what is live, and the
/// command that puts the file's state back.
#[must_use]
pub fn drift_issue(review: &Review<'_>, meta: &CommentMeta<'_>) -> Issue {
    let target = review.target.unwrap_or_default();
    let title = format!(
        "ai-keys: {} is not as {} says",
        plain(target),
        plain(review.path)
    );
    let marker = CommentMarker {
        kind: MarkerKind::Drift,
        pull_request: 0,
        ..meta.marker(review)
    };
    let mut page = Page::new(LONGEST_COMMENT - RESERVE);
    page.push(&marker.render());
    page.push("\n");
    let rows = review.plan.map(rows).unwrap_or_default();
    let counts = counts::count_rows(&rows);
    let differs = match counts.objects {
        0 => "no drift".to_owned(),
        1 => "differs from the file in 1 place".to_owned(),
        objects => format!("differs from the file in {objects} places"),
    };
    page.push(&page::head_with(review, &counts, &differs));
    if let Some(plan) = review.plan.filter(|plan| !plan.is_empty()) {
        page::table(&mut page, review, &rows);
        page.push("\nAsk whoever is named above before you choose.\n");
        put_back(&mut page, review, plan);
        keep_live(&mut page, review, &rows);
        page::steps(&mut page, plan);
    }
    let note = page::missing(&page);
    let mut body = page.into_text();
    body.push_str(&note);
    let run = run_link(&review.links);
    // Writing to a String cannot fail.
    let _ = writeln!(
        body,
        "\n🔎 Found{run}. This issue closes itself when the account is as the file says."
    );
    Issue { title, body }
}

/// Says how the account becomes what the file says.
fn put_back(page: &mut Page, review: &Review<'_>, plan: &Plan) {
    page.push(
        "\n**To put back what the file says**, run the workflow with `command: apply`, or:\n\n",
    );
    let mut command = format!("ai-keys apply {}", word(review.path));
    if let Some(target) = review.target {
        command.push_str(" --target ");
        command.push_str(&word(target));
    }
    let fence = "`".repeat(longest_run(&command).max(2) + 1);
    page.push(&format!("{fence}sh\n{command}\n{fence}\n"));
    // Not the words themselves: they name the plan of the day on which they are
    // given, and the issue is not written again for a new day.
    match plan.acknowledgements().len() {
        0 => {}
        1 => page.push("\nIt takes 1 acknowledgement, which holds for one day: an apply without it changes nothing and says how it is worded.\n"),
        number => page.push(&format!(
            "\nIt takes {number} acknowledgements, which hold for one day: an apply without them changes nothing and says how they are worded.\n"
        )),
    }
}

/// Writes the TOML that keeps what is live, as many tables as fit.
fn keep_live(page: &mut Page, review: &Review<'_>, rows: &[Row<'_>]) {
    let mut block = String::new();
    let mut longest = 2;
    let mut shown = 0;
    for row in rows {
        let table = keep(row, review);
        let run = longest_run(&table).max(longest);
        if page.is_cut() || block.len() + table.len() + 1 + 2 * run + AROUND > page.room() {
            break;
        }
        if !block.is_empty() {
            block.push('\n');
        }
        block.push_str(&table);
        longest = run;
        shown += 1;
    }
    if shown > 0 {
        let fence = "`".repeat(longest + 1);
        let path = code(review.path);
        page.push(&format!(
            "\n**To keep what is live**, write in {path}:\n\n{fence}toml\n{block}{fence}\n"
        ));
    }
    if shown < rows.len() {
        page.leave_out(format!("what to write for {} of them", rows.len() - shown));
    }
}

/// Writes a word of a shell's command, in quotes where it needs them.
fn word(text: &str) -> String {
    let shown = plain(text);
    let is_plain =
        |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/' | ':' | '@');
    if shown.chars().all(is_plain) && !shown.starts_with('-') {
        shown.into_owned()
    } else {
        format!("'{}'", shown.replace('\'', "'\\''"))
    }
}
