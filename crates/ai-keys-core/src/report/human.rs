//! A plan for a person at a terminal.

use std::fmt::Write as _;

use crate::manifest::visible;
use crate::plan::{Action, Change, Plan, Risk, Step};

/// What a piece of text means, for whoever paints it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// Something is added.
    Good,
    /// Something changes.
    Change,
    /// Somebody may be turned away, or something is gone.
    Danger,
    /// Less important.
    Dim,
    /// A heading.
    Strong,
}

/// The longest value that is shown whole; the JSON plan holds the rest.
const LONGEST_VALUE: usize = 100;

/// Renders a plan. `path` is the manifest's; `paint` colours a piece of text,
/// or returns it as it is.
#[must_use]
pub fn render_plan(plan: &Plan, path: &str, paint: &dyn Fn(Tone, &str) -> String) -> String {
    let mut text = String::new();
    // Writing to a String cannot fail, here and below.
    let place = format!(
        "{} · {} · {} · {}",
        plan.provider.name(),
        plan.account,
        plan.region,
        plan.today
    );
    let _ = writeln!(
        text,
        "{} {}",
        paint(Tone::Strong, &plan.target),
        paint(Tone::Dim, &format!("· {place}"))
    );
    if !plan.is_empty() {
        text.push('\n');
    }
    for change in &plan.changes {
        render_change(&mut text, change, path, paint);
        if let Some(traffic) = plan.traffic_of(change) {
            let tone = if traffic.requests > 0 {
                Tone::Danger
            } else {
                Tone::Dim
            };
            let _ = writeln!(text, "      {}", paint(tone, &traffic.in_words()));
        }
    }
    if !plan.upcoming.is_empty() {
        let _ = writeln!(text, "\n{}", paint(Tone::Strong, "later"));
        for later in &plan.upcoming {
            let (action, reason) = (later.action.name(), visible(&later.reason));
            let what = format!("  {} {action} {} ({reason})", later.date, later.subject);
            let _ = writeln!(text, "{}", paint(Tone::Dim, &what));
        }
    }
    let _ = writeln!(text, "\n{}", verdict(plan, paint));
    for (word, reasons) in plan.acknowledgements() {
        let needs = format!("needs --ack '{word}'");
        let _ = writeln!(text, "{}: {reasons}", paint(Tone::Danger, &needs));
    }
    text
}

fn verdict(plan: &Plan, paint: &dyn Fn(Tone, &str) -> String) -> String {
    let counts = &plan.counts;
    let kept = counts.unchanged_keys + counts.unchanged_usage_plans;
    let foreign = counts.foreign_keys + counts.foreign_usage_plans;
    let mut rest = format!(" · {kept} unchanged");
    if foreign > 0 {
        let _ = write!(rest, " · {foreign} not ours, left alone");
    }
    let head = if plan.is_empty() {
        "no changes".to_owned()
    } else {
        summary(plan)
    };
    let mut line = format!("{}{}", paint(Tone::Strong, &head), paint(Tone::Dim, &rest));
    if !plan.is_empty() {
        let cost = format!("\n{} · plan {}", plan.cost.in_words(), plan.digest.short());
        line.push_str(&paint(Tone::Dim, &cost));
    }
    line
}

/// Says how many changes of each kind a plan has: `1 to create, 2 to attach`.
#[must_use]
fn summary(plan: &Plan) -> String {
    const ACTIONS: [Action; 10] = [
        Action::Create,
        Action::Adopt,
        Action::Update,
        Action::Enable,
        Action::Attach,
        Action::Deliver,
        Action::Detach,
        Action::Disable,
        Action::Retire,
        Action::Delete,
    ];
    let words = ACTIONS.into_iter().filter_map(|action| {
        let number = plan.count(action);
        (number > 0).then(|| format!("{number} to {}", action.name()))
    });
    words.collect::<Vec<_>>().join(", ")
}

fn render_change(
    text: &mut String,
    change: &Change,
    path: &str,
    paint: &dyn Fn(Tone, &str) -> String,
) {
    let head = format!(
        "{} {:<7} {}",
        change.action.sign(),
        change.action.name(),
        visible(&title(change))
    );
    let mut line = format!("  {}", paint(tone(change), &head));
    if change.risk != Risk::None {
        let _ = write!(line, "  {}", paint(Tone::Danger, change.risk.name()));
    }
    if let Some(at) = change.line {
        let _ = write!(line, "  {}", paint(Tone::Dim, &format!("{path}:{at}")));
    }
    let _ = writeln!(text, "{line}");
    // An attachment's title says all that its fields say.
    let fields = if is_attachment(change) {
        &[]
    } else {
        change.fields.as_slice()
    };
    for field in fields {
        let shown = match (&field.before, &field.after) {
            (None, Some(after)) => value(after),
            (Some(before), None) => format!("{} → nothing", value(before)),
            (Some(before), Some(after)) => format!("{} → {}", value(before), value(after)),
            (None, None) => continue,
        };
        let _ = writeln!(text, "      {}: {shown}", visible(&field.field));
    }
    if let Some(reason) = &change.reason {
        let _ = writeln!(
            text,
            "      {}",
            paint(Tone::Dim, &format!("({})", visible(reason)))
        );
    }
}

/// Says what a change is about; an attachment or a delivery names both ends.
#[must_use]
pub(super) fn title(change: &Change) -> String {
    match &change.step {
        Step::Attach { usage_plan, .. } => format!("{} to {}", change.subject, usage_plan.name),
        Step::Detach { usage_plan, .. } => format!("{} from {}", change.subject, usage_plan.name),
        Step::Deliver { destination, .. } => format!("{} to {destination}", change.subject),
        Step::CreateUsagePlan { .. }
        | Step::UpdateUsagePlan { .. }
        | Step::DeleteUsagePlan { .. }
        | Step::CreateKey { .. }
        | Step::UpdateKey { .. }
        | Step::TagKey { .. }
        | Step::DeleteKey { .. } => change.subject.to_string(),
    }
}

pub(super) fn is_attachment(change: &Change) -> bool {
    matches!(change.action, Action::Attach | Action::Detach)
}

/// Shows a value on one line, whatever is in it.
pub(super) fn value(text: &str) -> String {
    let shown = visible(text);
    match shown.char_indices().nth(LONGEST_VALUE) {
        Some((end, _)) => {
            let more = shown.chars().count() - LONGEST_VALUE;
            format!(
                "{}… ({more} characters more)",
                shown.get(..end).unwrap_or_default()
            )
        }
        None if shown.is_empty() => "\"\"".to_owned(),
        None => shown.into_owned(),
    }
}

fn tone(change: &Change) -> Tone {
    match change.action {
        Action::Create | Action::Attach | Action::Deliver => Tone::Good,
        Action::Adopt | Action::Update | Action::Enable => Tone::Change,
        Action::Disable | Action::Retire | Action::Detach | Action::Delete => Tone::Danger,
    }
}
