//! A time line that GitHub draws: what falls due on which day.

use std::fmt::Write as _;

use crate::plan::Plan;

/// More lines than this are not read by anybody.
const MOST: usize = 60;

/// Draws what falls due on later days as a Gantt chart; empty if nothing does.
pub(super) fn time_line(plan: &Plan) -> String {
    if plan.upcoming.is_empty() {
        return String::new();
    }
    let mut text = String::from("\n```mermaid\ngantt\n  dateFormat YYYY-MM-DD\n");
    let mut section = None;
    for later in plan.upcoming.iter().take(MOST) {
        let name = &later.subject.name;
        // Writing to a String cannot fail, here and below.
        if section != Some(name) {
            let _ = writeln!(text, "  section {}", label(name));
            section = Some(name);
        }
        let _ = writeln!(
            text,
            "  {} :milestone, {}, 0d",
            later.action.name(),
            later.date
        );
    }
    text.push_str("```\n");
    text
}

/// Writes a name so that Mermaid reads nothing into it: `:`, `;`, `#` and `%`
/// mean something there, and a first word may be a command.
fn label(name: &str) -> String {
    let keep = |c: char| {
        if c.is_alphanumeric() || matches!(c, '-' | '_' | '.') {
            c
        } else {
            '_'
        }
    };
    let name: String = name.chars().take(60).map(keep).collect();
    format!("key {name}")
}
