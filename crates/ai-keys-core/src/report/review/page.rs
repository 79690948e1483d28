//! The parts of which comment and summary are made, in the order of their importance.

use std::fmt::Write as _;

use super::budget::Page;
use super::counts::ChangeCounts;
use super::detail;
use super::escape::{cell, code, prose, prose_cell};
use super::row::{Row, TABLE_HEAD, are_linked, is_commit, line_link};
use super::state::verdict;
use super::{LiveSource, Review, mermaid};
use crate::diagnostic::{CODES, Severity};
use crate::plan::{Action, Plan, Risk};
use crate::report::count_in_words;
use crate::source::Source;

/// What a reader may do when an apply stops in the middle.
pub(super) const IF_A_STEP_FAILS: &str = "\n<details><summary>If a step fails</summary>\n\nThe others go on, and what takes something away comes last. Running the job again does what is left, without a new review: the rest is part of this plan.\n\n</details>\n";

const DIAGNOSTICS_HEAD: &str = "\n| | Rule | What is wrong | Line |\n|:-:|---|---|---|\n";
const LATER_HEAD: &str = "\n**Later**\n\n";

/// Writes the heading and the line below it.
pub(super) fn head(review: &Review<'_>, counts: &ChangeCounts) -> String {
    head_with(review, counts, &verdict(review, counts))
}

/// Writes the heading with a verdict of the caller's.
pub(super) fn head_with(review: &Review<'_>, counts: &ChangeCounts, verdict: &str) -> String {
    let target = review
        .target
        .map_or(String::new(), |target| format!(" · {}", code(target)));
    let mut text = format!("### 🔑 ai-keys{target}: {verdict}\n");
    let mut facts = Vec::new();
    if let Some(plan) = review.plan {
        let kept = plan.counts.unchanged_keys + plan.counts.unchanged_usage_plans;
        let foreign = plan.counts.foreign_keys + plan.counts.foreign_usage_plans;
        if counts.objects > 0 {
            facts.push(format!("**{}**", counts.in_words()));
        }
        facts.push(format!("{kept} unchanged"));
        if foreign > 0 {
            facts.push(format!("{foreign} not ours, left alone"));
        }
        if counts.objects > 0 {
            facts.push(plan.cost.in_words());
            facts.push(format!("plan {}", code(&plan.digest.short())));
        }
    }
    facts.push(code(review.path));
    if let Some(plan) = review.plan {
        facts.push(format!("{} {}", code(&plan.account), code(&plan.region)));
    }
    if let Some(commit) = review.links.head.filter(|head| is_commit(head)) {
        // GitHub links a bare commit.
        facts.push(commit.get(..7).unwrap_or(commit).to_owned());
    }
    text.push_str(&facts.join(" · "));
    text.push('\n');
    if review.plan.is_some() {
        text.push_str(&live_source(review.live_source));
    }
    text
}

fn live_source(source: LiveSource) -> String {
    match source {
        LiveSource::Account => String::new(),
        LiveSource::Snapshot { taken } => {
            let day = taken.map_or(String::new(), |day| format!(" of {day}"));
            format!("\n> [!NOTE]\n> The account was not read: planned against the committed snapshot{day}.\n")
        }
        LiveSource::Nothing => {
            "\n> [!NOTE]\n> The account was not read, and there is no snapshot of it: everything looks new.\n".to_owned()
        }
    }
}

/// Writes what a plan changes, now and later, and what is wrong beside it.
pub(super) fn plan_parts(page: &mut Page, review: &Review<'_>, plan: &Plan, rows: &[Row<'_>]) {
    if !rows.is_empty() {
        cautions(page, plan, rows);
        table(page, review, rows);
    }
    diagnostics(page, review);
    page.offer(
        &mermaid::time_line(review.lives, plan.today),
        "the time line",
    );
    later(page, plan);
    steps(page, plan);
}

/// Writes what is lost for good and which acknowledgements are needed, in at
/// most half of the room.
fn cautions(page: &mut Page, plan: &Plan, rows: &[Row<'_>]) {
    let destroyed = rows.iter().filter(|row| row.risk == Risk::Destroys).count();
    if destroyed == 0 && plan.guards.is_empty() {
        return;
    }
    page.push("\n> [!CAUTION]\n");
    match destroyed {
        0 => {}
        1 => page.push("> 1 of these changes cannot be undone.\n"),
        more => page.push(&format!("> {more} of these changes cannot be undone.\n")),
    }
    if plan.guards.is_empty() {
        return;
    }
    let acknowledgements = plan.acknowledgements();
    let number = acknowledgements.len();
    let mut list = Page::new(page.room() / 2);
    let items = acknowledgements
        .iter()
        .map(|(word, reasons)| format!("> - {}: {reasons}\n", code(word)));
    let shown = list.fill(items);
    let gap = if destroyed > 0 { ">\n" } else { "" };
    let plural = if number == 1 { "" } else { "s" };
    page.push(&format!(
        "{gap}> Apply needs {number} acknowledgement{plural}, in the input `ack`:\n"
    ));
    page.push(&list.into_text());
    if shown < number {
        page.push(&format!("> - {} more in the job summary\n", number - shown));
        page.leave_out(format!("{} acknowledgements", number - shown));
    }
}

/// Writes the table of changes: all rows that hurt somebody, and the others as
/// far as they fit.
pub(super) fn table(page: &mut Page, review: &Review<'_>, rows: &[Row<'_>]) {
    let is_linked = are_linked(rows.len());
    let destructive = rows.iter().take_while(|row| row.is_destructive()).count();
    let mut body = Page::new(page.room().saturating_sub(TABLE_HEAD.len() + 1));
    let shown = body.fill(rows.iter().map(|row| row.render(review, is_linked)));
    if shown >= destructive {
        page.push("\n");
        page.push(TABLE_HEAD);
        page.push(&body.into_text());
        if shown < rows.len() {
            page.leave_out(format!("{} changes that hurt nobody", rows.len() - shown));
        }
        return;
    }
    // One line for each, or the number of each action.
    let mut list = Page::new(page.room().saturating_sub(1));
    let shown = list.fill(rows.iter().take(destructive).map(Row::render_short));
    page.push("\n");
    if shown == destructive {
        page.push(&list.into_text());
    } else {
        page.push(&number_by_action(rows));
        page.leave_out(format!(
            "{destructive} changes that turn callers away or cannot be undone"
        ));
    }
    if destructive < rows.len() {
        page.leave_out(format!(
            "{} changes that hurt nobody",
            rows.len() - destructive
        ));
    }
}

fn number_by_action(rows: &[Row<'_>]) -> String {
    let mut text = String::new();
    for action in [
        Action::Delete,
        Action::Detach,
        Action::Disable,
        Action::Retire,
        Action::Update,
    ] {
        let changes = rows.iter().flat_map(|row| &row.changes);
        let hurting =
            changes.filter(|change| change.action == action && change.risk >= Risk::Blocks);
        let number = hurting.count();
        if number > 0 {
            // Writing to a String cannot fail.
            let _ = writeln!(text, "- **{number} to {}**", action.name());
        }
    }
    text
}

/// Writes errors, warnings and notes, as far as they fit.
pub(super) fn diagnostics(page: &mut Page, review: &Review<'_>) {
    let total = review.diagnostics.iter().count();
    if total == 0 || page.is_cut() {
        if total > 0 {
            page.leave_out(count_in_words(review.diagnostics));
        }
        return;
    }
    let source = Source::new(review.text);
    let sorted = [Severity::Error, Severity::Warning, Severity::Note].map(|severity| {
        let of_level = review.diagnostics.iter();
        of_level.filter(move |found| found.severity() == severity)
    });
    let items = sorted.into_iter().flatten().map(|found| {
        let line = source.position(found.primary.span.start).line;
        let help = found.help.as_ref().map_or(String::new(), |help| {
            format!("<br>{}", prose_cell(&help.text))
        });
        format!(
            "| {} | {} | {}{help} | {} |\n",
            mark(found.severity()),
            code(found.code.id),
            prose_cell(&found.message),
            line_link(line, review)
        )
    });
    let mut body = Page::new(page.room().saturating_sub(DIAGNOSTICS_HEAD.len()));
    let shown = body.fill(items);
    if shown > 0 {
        page.push(DIAGNOSTICS_HEAD);
        page.push(&body.into_text());
    }
    if shown < total {
        page.leave_out(format!("{} more diagnostics", total - shown));
    }
}

fn mark(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "❌",
        Severity::Warning => "⚠️",
        Severity::Note => "ℹ️",
    }
}

/// Writes what falls due on a later day.
fn later(page: &mut Page, plan: &Plan) {
    if plan.upcoming.is_empty() {
        return;
    }
    let total = plan.upcoming.len();
    if page.is_cut() {
        page.leave_out(format!("{total} changes of later days"));
        return;
    }
    let mut list = Page::new(page.room().saturating_sub(LATER_HEAD.len()));
    let shown = list.fill(plan.upcoming.iter().map(|later| {
        format!(
            "- {}: {} {} ({})\n",
            later.date,
            later.action.name(),
            code(&later.subject.to_string()),
            prose(&later.reason)
        )
    }));
    if shown > 0 {
        page.push(LATER_HEAD);
        page.push(&list.into_text());
    }
    if shown < total {
        page.leave_out(format!("{} changes of later days", total - shown));
    }
}

/// Writes the steps in order, as far as they fit.
pub(super) fn steps(page: &mut Page, plan: &Plan) {
    let room = if page.is_cut() { 0 } else { page.room() };
    let (text, left_out) = detail::steps(plan, room);
    page.push(&text);
    if left_out > 0 {
        page.leave_out(format!("the fields of {left_out} steps"));
    }
}

/// Writes what each usage plan allows.
pub(super) fn limits(page: &mut Page, review: &Review<'_>) {
    if review.limits.is_empty() {
        return;
    }
    let mut text = String::from(
        "\n<details><summary>What each usage plan allows a key</summary>\n\n| Usage plan | Rate | Quota | Keys |\n|---|---|---|---|\n",
    );
    for usage_plan in review.limits {
        let keys = match usage_plan.keys.len() {
            0 => "none".to_owned(),
            keys => keys.to_string(),
        };
        // Writing to a String cannot fail, here and below.
        let _ = writeln!(
            text,
            "| {} | {} | {} | {keys} |",
            cell(&usage_plan.usage_plan),
            usage_plan.throttle,
            usage_plan.quota
        );
        for method in &usage_plan.methods {
            let method_name = cell(&format!("{} {}", method.stage, method.method));
            let _ = writeln!(text, "| ↳ {method_name} | {} | | |", method.throttle);
        }
    }
    text.push_str("\n</details>\n");
    page.offer(&text, "the limits");
}

/// Says how many checks passed.
pub(super) fn checks(review: &Review<'_>) -> String {
    let failed: usize = CODES
        .iter()
        .filter(|code| {
            review
                .diagnostics
                .iter()
                .any(|found| found.code.id == code.id)
        })
        .count();
    format!(
        "\n{} checks passed, {}.\n",
        CODES.len() - failed,
        count_in_words(review.diagnostics)
    )
}

/// Says what is missing and where it is; empty if nothing is.
pub(super) fn missing(page: &Page) -> String {
    if page.is_cut() {
        format!(
            "\n> [!NOTE]\n> Too long for one comment. Left out here, and in the job summary and the plan file: {}.\n",
            page.missing()
        )
    } else {
        String::new()
    }
}
