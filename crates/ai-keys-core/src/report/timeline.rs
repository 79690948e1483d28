//! Lives drawn as text: a chart for a terminal, and a Mermaid chart.

use std::fmt::Write as _;

use super::Tone;
use super::lives::{Life, PhaseKind};
use super::review::mermaid;
use crate::date::{Date, Days};
use crate::manifest::visible;

/// How many days the chart shows after today.
const AHEAD: Days = Days(365);
/// How many days at most it shows before today.
const BEFORE: i32 = 60;
/// The narrowest chart: a line with less than this is broken by the terminal.
const NARROWEST: usize = 40;
/// The widest: more columns would show no more.
const WIDEST: usize = 160;
/// The longest name that is shown whole.
const LONGEST_NAME: usize = 24;

/// Draws one row for each life over a date axis, in at most `columns`.
#[must_use]
pub fn render_timeline(
    lives: &[Life],
    today: Date,
    columns: usize,
    paint: &dyn Fn(Tone, &str) -> String,
) -> String {
    if lives.is_empty() {
        return "no keys\n".to_owned();
    }
    let columns = columns.clamp(NARROWEST, WIDEST);
    let names: Vec<String> = lives.iter().map(|life| shortened(&life.key)).collect();
    let widest = names.iter().map(|name| name.chars().count()).max();
    let label = widest.unwrap_or_default();
    let axis = Axis::of(lives, today, columns.saturating_sub(label + 2).max(10));
    let mut text = axis.render(label, paint);
    for (life, name) in lives.iter().zip(&names) {
        let _ = write!(text, "{}  ", padded(name, label));
        axis.draw(life, &mut text, paint);
        text.push('\n');
        let next = life.next.and_then(|next| {
            let event = life.events.iter().find(|event| event.on == next)?;
            Some(format!("{next} {}", event.is.in_words()))
        });
        if let Some(next) = next {
            let _ = writeln!(text, "{:label$}  {}", "", paint(Tone::Dim, &next));
        }
    }
    let _ = writeln!(text, "{}", paint(Tone::Dim, LEGEND));
    text
}

const LEGEND: &str = "━ works  ┅ new value due  ═ old and new  · off  ░ off, deleted at its end";

fn sign(kind: PhaseKind) -> (char, Tone) {
    match kind {
        PhaseKind::Active => ('━', Tone::Good),
        PhaseKind::RotationDue => ('┅', Tone::Change),
        PhaseKind::Overlap => ('═', Tone::Change),
        PhaseKind::Grace => ('░', Tone::Danger),
        PhaseKind::Disabled => ('·', Tone::Dim),
    }
}

/// What callers notice most comes first: two values, then one, then none.
fn rank(kind: PhaseKind) -> u8 {
    match kind {
        PhaseKind::Overlap => 0,
        PhaseKind::RotationDue => 1,
        PhaseKind::Active => 2,
        PhaseKind::Disabled => 3,
        PhaseKind::Grace => 4,
    }
}

/// The days that a chart shows, and how many columns they take.
struct Axis {
    from: Date,
    today: Date,
    days: u32,
    columns: usize,
}

impl Axis {
    fn of(lives: &[Life], today: Date, columns: usize) -> Self {
        let phases = lives.iter().flat_map(|life| &life.phases);
        let oldest = phases.map(|phase| phase.from).min().unwrap_or(today);
        let before = oldest.days_until(today).clamp(0, BEFORE);
        let from = if before == 0 {
            today
        } else if before < BEFORE {
            oldest
        } else {
            let day = today.days_before(BEFORE.unsigned_abs());
            day.unwrap_or(today)
        };
        let days = u32::try_from(from.days_until(today.plus(AHEAD))).unwrap_or(1);
        Self {
            from,
            today,
            days,
            columns,
        }
    }

    /// Returns the first day of a column.
    fn day(&self, column: usize) -> Date {
        let column = u64::try_from(column).unwrap_or_default();
        let columns = u64::try_from(self.columns).unwrap_or(1).max(1);
        let days = column * u64::from(self.days) / columns;
        self.from
            .plus(Days(u32::try_from(days).unwrap_or_default()))
    }

    /// Writes the line of dates and the mark of today.
    fn render(&self, label: usize, paint: &dyn Fn(Tone, &str) -> String) -> String {
        let mut dates = String::new();
        let step = 12;
        for column in (0..self.columns).step_by(step) {
            if column + 10 <= self.columns {
                let _ = write!(dates, "{:step$}", self.day(column).to_string());
            }
        }
        let at = (0..self.columns)
            .rfind(|column| self.day(*column) <= self.today)
            .unwrap_or_default();
        let dates = format!("{:label$}  {}", "", dates.trim_end());
        let mark = format!("{:label$}  {:at$}▼ today", "", "");
        format!(
            "{}\n{}\n",
            paint(Tone::Dim, &dates),
            paint(Tone::Dim, &mark)
        )
    }

    /// Writes the row of one life: equal signs in a row are painted at once.
    fn draw(&self, life: &Life, text: &mut String, paint: &dyn Fn(Tone, &str) -> String) {
        let mut run = String::new();
        let mut last: Option<PhaseKind> = None;
        for column in 0..self.columns {
            let (from, to) = (self.day(column), self.day(column + 1));
            let phases = life.phases.iter().filter(|phase| {
                phase.from < to.max(from.plus(Days(1))) && phase.to.is_none_or(|end| end > from)
            });
            let kind = phases.map(|phase| phase.is).min_by_key(|kind| rank(*kind));
            if kind != last {
                flush(&mut run, last, text, paint);
                last = kind;
            }
            run.push(kind.map_or(' ', |kind| sign(kind).0));
        }
        if last.is_some() {
            flush(&mut run, last, text, paint);
        }
    }
}

fn flush(
    run: &mut String,
    kind: Option<PhaseKind>,
    text: &mut String,
    paint: &dyn Fn(Tone, &str) -> String,
) {
    match kind {
        Some(kind) => text.push_str(&paint(sign(kind).1, run)),
        None => text.push_str(run),
    }
    run.clear();
}

fn shortened(name: &str) -> String {
    let shown = visible(name);
    match shown.char_indices().nth(LONGEST_NAME) {
        Some((end, _)) => format!("{}…", shown.get(..end).unwrap_or_default()),
        None => shown.into_owned(),
    }
}

fn padded(name: &str, width: usize) -> String {
    let blanks = width.saturating_sub(name.chars().count());
    format!("{name}{:blanks$}", "")
}

/// Draws lives as a Mermaid Gantt chart, fenced for Markdown; empty if nothing
/// happens.
#[must_use]
pub fn render_timeline_mermaid(lives: &[Life], today: Date) -> String {
    mermaid::time_line(lives, today).trim_start().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::lives::{EventKind, LifeEvent, Phase};

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn life() -> Life {
        let phase = |is, generation, from: &str, to: Option<&str>| Phase {
            is,
            generation,
            from: day(from),
            to: to.map(day),
        };
        Life {
            key: "chat-web".to_owned(),
            owner: None,
            next: Some(day("2027-02-21")),
            phases: vec![
                phase(PhaseKind::Active, 1, "2026-11-23", Some("2027-02-21")),
                phase(PhaseKind::Overlap, 1, "2027-02-21", Some("2027-02-28")),
                phase(PhaseKind::Grace, 1, "2027-02-28", Some("2027-03-14")),
                phase(PhaseKind::Active, 2, "2027-02-21", None),
            ],
            events: vec![LifeEvent {
                is: EventKind::Rotate,
                generation: 2,
                on: day("2027-02-21"),
            }],
        }
    }

    fn drawn(columns: usize) -> String {
        render_timeline(&[life()], day("2026-11-23"), columns, &|_, text| {
            text.to_owned()
        })
    }

    #[test]
    fn a_row_shows_what_callers_notice_on_each_day() {
        let text = drawn(83);
        let row = text
            .lines()
            .find(|line| line.starts_with("chat-web"))
            .unwrap();
        let (before, after) = row.split_once('═').unwrap();
        // 365 days on 73 columns: five days each.
        assert_eq!(before.chars().filter(|c| *c == '━').count(), 18, "{text}");
        assert_eq!(after.chars().filter(|c| *c == '═').count(), 1, "{text}");
        assert!(text.contains("2027-02-21 new value"), "{text}");
        assert!(text.lines().next().unwrap().contains("2026-11-23"));
    }

    #[test]
    fn no_line_is_wider_than_the_terminal() {
        for columns in [40, 57, 80, 120, 500] {
            for line in drawn(columns).lines().filter(|line| !line.starts_with('━')) {
                let width = line.chars().count();
                assert!(
                    width <= columns.clamp(40, 160),
                    "{width} > {columns}: {line}"
                );
            }
        }
    }

    #[test]
    fn nothing_is_said_of_no_keys() {
        let text = render_timeline(&[], day("2026-11-23"), 80, &|_, text| text.to_owned());
        assert_eq!(text, "no keys\n");
    }
}
