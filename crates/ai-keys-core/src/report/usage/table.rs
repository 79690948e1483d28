//! The usage of a target for a person at a terminal.

use std::fmt::Write as _;

use super::spark::{Signs, sparkline};
use super::{FindingKind, KeyUsage, TargetUsage};
use crate::limits::grouped;
use crate::manifest::visible;
use crate::report::Tone;

/// The longest name that is shown whole.
const LONGEST_NAME: usize = 32;
/// The narrowest row of bars that tells anything.
const NARROWEST_BARS: usize = 7;
/// More columns than days show no more.
const WIDEST: usize = 160;

/// Draws a table with a row for each key, in at most `columns` where the names
/// leave room, and below it what should be looked at.
#[must_use]
pub fn render_usage(
    target: &TargetUsage,
    columns: usize,
    signs: Signs,
    paint: &dyn Fn(Tone, &str) -> String,
) -> String {
    let mut text = String::new();
    let dot = signs.dot();
    let place = format!(
        "{dot} {} {dot} {} {dot} {} to {}",
        target.account, target.region, target.from, target.to
    );
    // Writing to a String cannot fail, here and below.
    let _ = writeln!(
        text,
        "{} {}",
        paint(Tone::Strong, &visible(&target.target)),
        paint(Tone::Dim, &place)
    );
    if target.keys.is_empty() {
        text.push_str("\nno keys\n");
    } else {
        table(&mut text, target, columns.min(WIDEST), signs, paint);
    }
    if !target.findings.is_empty() {
        let _ = writeln!(text, "\n{}", paint(Tone::Strong, "look at"));
    }
    for found in &target.findings {
        let tone = match found.is {
            FindingKind::QuotaReached | FindingKind::NoStage => Tone::Danger,
            FindingKind::QuotaNear | FindingKind::NoUsagePlan => Tone::Change,
            FindingKind::Unused => Tone::Dim,
        };
        let kind = paint(tone, &format!("{:<14}", found.is.in_words()));
        let name = shortened(&found.name, signs);
        let _ = writeln!(text, "  {kind} {name}: {}", visible(&found.text));
    }
    let requests = target.keys.iter().map(|key| key.requests);
    let requests = requests.fold(0, u64::saturating_add);
    let unused = target.keys.iter().filter(|key| key.requests == 0).count();
    let _ = writeln!(
        text,
        "\n{}",
        paint(
            Tone::Dim,
            &format!(
                "{} requests {dot} {} keys, {unused} without a request {dot} today is not complete",
                grouped(requests),
                target.keys.len(),
            )
        )
    );
    text
}

/// One row, as text.
struct Row {
    name: String,
    requests: String,
    last: String,
    quota: String,
}

impl Row {
    fn new(key: &KeyUsage, signs: Signs) -> Self {
        let last = key.last_use.map(|day| day.to_string());
        let quota = key.quota_percent().map(|percent| format!("{percent} %"));
        let off = if key.enabled { "" } else { " (off)" };
        Self {
            name: format!("{}{off}", shortened(&key.title(), signs)),
            requests: grouped(key.requests),
            last: last.unwrap_or_else(|| "-".to_owned()),
            quota: quota.unwrap_or_else(|| "-".to_owned()),
        }
    }
}

fn table(
    text: &mut String,
    target: &TargetUsage,
    columns: usize,
    signs: Signs,
    paint: &dyn Fn(Tone, &str) -> String,
) {
    let rows: Vec<Row> = target.keys.iter().map(|key| Row::new(key, signs)).collect();
    let widest = |heading: &str, of: fn(&Row) -> &str| {
        let cells = rows.iter().map(|row| of(row).chars().count());
        cells.max().unwrap_or(0).max(heading.len())
    };
    let name = widest("key", |row| &row.name);
    let requests = widest("requests", |row| &row.requests);
    let (last, quota) = (10, widest("quota", |row| &row.quota));
    let left = columns.saturating_sub(name + requests + last + quota + 8);
    let days = target
        .keys
        .first()
        .map_or(0, |key| key.daily_requests.len());
    let bars = (left >= NARROWEST_BARS.min(days)).then_some(left);
    let heading = format!(
        "{:name$}  {:>requests$}  {:last$}  {:>quota$}{}",
        "key",
        "requests",
        "last used",
        "quota",
        if bars.is_some() { "  by day" } else { "" }
    );
    let _ = writeln!(text, "\n{}", paint(Tone::Dim, heading.trim_end()));
    for (row, key) in rows.iter().zip(&target.keys) {
        let head = format!("{:name$}  {:>requests$}", row.name, row.requests);
        let tone = if key.requests == 0 {
            Tone::Dim
        } else {
            Tone::Good
        };
        let last_used = format!("{:last$}", row.last);
        let percent = format!("{:>quota$}", row.quota);
        let _ = write!(
            text,
            "{head}  {last_used}  {}",
            paint(percent_tone(key), &percent)
        );
        if let Some(bars) = bars {
            let drawn = sparkline(&key.daily_requests, bars, signs);
            let _ = write!(text, "  {}", paint(tone, &drawn));
        }
        text.push('\n');
    }
}

fn percent_tone(key: &KeyUsage) -> Tone {
    match key.quota_percent() {
        Some(100..) => Tone::Danger,
        Some(80..) => Tone::Change,
        Some(_) | None => Tone::Dim,
    }
}

fn shortened(name: &str, signs: Signs) -> String {
    let shown = visible(name);
    match shown.char_indices().nth(LONGEST_NAME) {
        Some((end, _)) => {
            let kept = shown.get(..end).unwrap_or_default();
            format!("{kept}{}", signs.ellipsis())
        }
        None => shown.into_owned(),
    }
}
