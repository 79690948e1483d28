//! A time line that GitHub draws: how each value of a key is, and what happens to it when.

use std::fmt::Write as _;

use crate::date::{Date, Days};
use crate::report::{EventKind, Life, Phase, PhaseKind};

/// More keys than this make a chart that nobody reads.
const MOST_KEYS: usize = 30;

/// How long a value without an end is drawn after the chart's last day.
const OPEN_END: Days = Days(14);

/// What a character of a name takes beside the chart.
const PIXELS_PER_CHARACTER: usize = 7;

/// A chart over more days than this shows months and years, not days.
const MOST_DAYS: i32 = 200;

/// Draws the keys to which something will happen as a Gantt chart from today
/// on, the next to change first; empty if nothing will.
pub(in crate::report) fn time_line(lives: &[Life], today: Date) -> String {
    let changing = || lives.iter().filter(|life| life.next.is_some());
    let days = changing().take(MOST_KEYS).flat_map(|life| {
        let ends = life.phases.iter().filter_map(|phase| phase.to);
        life.events.iter().map(|event| event.on).chain(ends)
    });
    let Some(last) = days.max() else {
        return String::new();
    };
    let axis = if today.days_until(last) > MOST_DAYS {
        "%b %Y"
    } else {
        "%d %b"
    };
    let names = changing()
        .take(MOST_KEYS)
        .map(|life| label(&life.key).len());
    let padding = PIXELS_PER_CHARACTER * (names.max().unwrap_or(0) + 3);
    let mut text = format!(
        "\n**Time line**\n\n```mermaid\n%%{{init: {{\"gantt\": {{\"leftPadding\": {padding}}}}}}}%%\ngantt\n  dateFormat YYYY-MM-DD\n  axisFormat {axis}\n"
    );
    for life in changing().take(MOST_KEYS) {
        // Writing to a String cannot fail, here and below.
        let _ = writeln!(text, "  section {}", label(&life.key));
        for phase in &life.phases {
            draw_phase(&mut text, phase, today, last.plus(OPEN_END));
        }
        for event in life.events.iter().filter(|event| event.on >= today) {
            let crit = match event.is {
                EventKind::Delete | EventKind::Expire | EventKind::Disable => "crit, ",
                EventKind::Create | EventKind::Enable | EventKind::Rotate | EventKind::Retire => "",
            };
            let words = event.is.in_words();
            let _ = writeln!(text, "  {words} :{crit}milestone, {}, 0d", event.on);
        }
    }
    text.push_str("```\n");
    let more = changing().count().saturating_sub(MOST_KEYS);
    if more > 0 {
        let _ = writeln!(text, "\n{more} more keys change on a later day.");
    }
    text
}

fn draw_phase(text: &mut String, phase: &Phase, today: Date, open_end: Date) {
    let from = phase.from.max(today);
    let to = phase.to.unwrap_or(open_end);
    if to <= from {
        return;
    }
    let tag = match phase.is {
        PhaseKind::Active | PhaseKind::RotationDue | PhaseKind::Overlap => "active",
        PhaseKind::Disabled | PhaseKind::Grace => "done",
    };
    let _ = writeln!(
        text,
        "  value {} {} :{tag}, {from}, {to}",
        phase.generation,
        phase.is.in_words(),
    );
}

/// Writes a name so that Mermaid reads nothing into it: `:`, `;`, `#` and `%`
/// mean something there.
fn label(name: &str) -> String {
    let keep = |c: char| {
        let is_plain = c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        if is_plain { c } else { '_' }
    };
    let name: String = name.chars().take(60).map(keep).collect();
    format!("key {name}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn a_hostile_name_stays_in_its_section() {
        let life = Life {
            key: "a\n  click b href \"https://x\"; %% #quot; : é".to_owned(),
            owner: None,
            next: Some(day("2026-12-01")),
            phases: vec![Phase {
                is: PhaseKind::Active,
                generation: 1,
                from: day("2026-11-01"),
                to: None,
            }],
            events: vec![crate::report::LifeEvent {
                is: EventKind::Expire,
                generation: 1,
                on: day("2026-12-01"),
            }],
        };
        assert_eq!(
            time_line(&[life], day("2026-11-23")),
            "\n**Time line**\n\n```mermaid\n%%{init: {\"gantt\": {\"leftPadding\": 350}}}%%\n\
             gantt\n  dateFormat YYYY-MM-DD\n  axisFormat %d %b\n  \
             section key a___click_b_href__https___x_______quot_____\n  \
             value 1 works :active, 2026-11-23, 2026-12-15\n  \
             expires :crit, milestone, 2026-12-01, 0d\n```\n"
        );
    }

    #[test]
    fn nothing_is_drawn_where_nothing_happens() {
        assert_eq!(time_line(&[], day("2026-11-23")), "");
    }
}
