//! The usage of a target in a job summary: a table, and a chart of text.

use std::fmt::Write as _;

use super::mermaid::chart;
use super::spark::{Signs, sparkline};
use super::{KeyUsage, TargetUsage, UsageFinding};
use crate::limits::grouped;
use crate::report::review::escape::{cell, code, prose};

/// More rows make a table that nobody reads.
const MOST_KEYS: usize = 50;
/// More lines make a list that nobody reads.
const MOST_FINDINGS: usize = 50;
/// The widest row of bars that a page shows on one line.
const BARS: usize = 30;

/// Renders the usage of a target as a section of Markdown.
#[must_use]
pub fn render_usage_markdown(target: &TargetUsage) -> String {
    let mut text = String::new();
    // Writing to a String cannot fail, here and below.
    let _ = writeln!(
        text,
        "**Usage** of {} from {} to {}\n",
        code(&target.target),
        target.from,
        target.to
    );
    if target.keys.is_empty() {
        text.push_str("No keys.\n");
        return text;
    }
    text.push_str("| key | requests | last used | quota | by day |\n");
    text.push_str("| --- | ---: | --- | ---: | --- |\n");
    for key in target.keys.iter().take(MOST_KEYS) {
        row(&mut text, key);
    }
    let more = target.keys.len().saturating_sub(MOST_KEYS);
    if more > 0 {
        let _ = writeln!(text, "\n{more} more keys have fewer requests.");
    }
    text.push_str(&chart(target));
    if !target.findings.is_empty() {
        text.push('\n');
    }
    for found in target.findings.iter().take(MOST_FINDINGS) {
        finding(&mut text, found);
    }
    let more = target.findings.len().saturating_sub(MOST_FINDINGS);
    if more > 0 {
        let _ = writeln!(text, "- {more} more: see `ai-keys usage`");
    }
    text
}

fn row(text: &mut String, key: &KeyUsage) {
    let last = key.last_use.map(|day| day.to_string());
    let quota = key.quota_percent().map(|percent| format!("{percent} %"));
    let _ = writeln!(
        text,
        "| {} | {} | {} | {} | `{}` |",
        cell(&key.title()),
        grouped(key.requests),
        last.unwrap_or_else(|| "never".to_owned()),
        quota.unwrap_or_default(),
        sparkline(&key.daily_requests, BARS, Signs::Unicode)
    );
}

fn finding(text: &mut String, found: &UsageFinding) {
    let _ = writeln!(
        text,
        "- {}: {} {}",
        found.is.in_words(),
        code(&found.name),
        prose(&found.text)
    );
}
