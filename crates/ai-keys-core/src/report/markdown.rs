//! A plan for a pull request, where text from the file must stay text.

use std::fmt::Write as _;

use super::human::{is_attachment, summary, title, value};
use super::review::escape::{cell, code, longest_run};
use crate::plan::{Change, Plan, Risk};

/// Renders a plan as GitHub-flavoured Markdown.
///
/// What the manifest or the cloud wrote stands only in code spans and fenced
/// blocks, where GitHub makes no mentions, links, images or HTML of it.
#[must_use]
pub fn render_plan_markdown(plan: &Plan, path: &str) -> String {
    let mut text = String::new();
    let head = if plan.is_empty() {
        "no changes".to_owned()
    } else {
        summary(plan)
    };
    // Writing to a String cannot fail, here and below.
    let _ = writeln!(text, "### ai-keys · {} — {head}\n", code(&plan.target));
    let counts = &plan.counts;
    let kept = counts.unchanged_keys + counts.unchanged_usage_plans;
    let _ = write!(
        text,
        "{kept} unchanged · {} · {}",
        code(&plan.account),
        code(&plan.region)
    );
    if plan.is_empty() {
        text.push('\n');
    } else {
        let _ = writeln!(
            text,
            " · {} · plan {}",
            plan.cost.in_words(),
            code(&plan.digest.short())
        );
        render_guards(&mut text, plan);
        render_table(&mut text, plan, path);
        render_fields(&mut text, plan);
    }
    if !plan.upcoming.is_empty() {
        text.push_str("\n**Later**\n\n");
        for later in &plan.upcoming {
            let what = format!("{} {}", later.action.name(), later.subject);
            let _ = writeln!(
                text,
                "- {}: {} ({})",
                later.date,
                code(&what),
                code(&later.reason)
            );
        }
    }
    text
}

fn render_guards(text: &mut String, plan: &Plan) {
    if plan.guards.is_empty() {
        return;
    }
    text.push_str("\n> [!CAUTION]\n> Not applied without an acknowledgement:\n");
    for guard in &plan.guards {
        let _ = writeln!(
            text,
            "> - {}: {}",
            code(&plan.acknowledgement(guard)),
            guard.reason
        );
    }
}

fn render_table(text: &mut String, plan: &Plan, path: &str) {
    text.push_str("\n| | What | Change | Why | Declared at |\n|:-:|---|---|---|---|\n");
    for change in &plan.changes {
        let action = if change.risk == Risk::None {
            change.action.name().to_owned()
        } else {
            format!("{} · **{}**", change.action.name(), change.risk.name())
        };
        let reason = change.reason.as_deref().map_or(String::new(), cell);
        let place = change
            .line
            .map_or(String::new(), |line| cell(&format!("{path}:{line}")));
        let sign = change.action.sign();
        let _ = writeln!(
            text,
            "| `{sign}` | {} | {action} | {reason} | {place} |",
            cell(&title(change))
        );
    }
}

fn render_fields(text: &mut String, plan: &Plan) {
    let is_told = |change: &&Change| !change.fields.is_empty() && !is_attachment(change);
    let changes: Vec<&Change> = plan.changes.iter().filter(is_told).collect();
    if changes.is_empty() {
        return;
    }
    let mut block = String::new();
    for change in changes {
        let _ = writeln!(
            block,
            "# {} {}",
            change.action.name(),
            value(&title(change))
        );
        for field in &change.fields {
            let name = value(&field.field);
            if let Some(before) = &field.before {
                let _ = writeln!(block, "- {name}: {}", value(before));
            }
            if let Some(after) = &field.after {
                let _ = writeln!(block, "+ {name}: {}", value(after));
            }
        }
    }
    let fence = "`".repeat(longest_run(&block).max(2) + 1);
    let _ = writeln!(
        text,
        "\n<details><summary>Fields</summary>\n\n{fence}diff\n{block}{fence}\n</details>"
    );
}
