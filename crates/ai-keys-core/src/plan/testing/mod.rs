//! What the tests of plans say: a live account in a few calls, a manifest, and what comes out.

mod after;
mod world;

pub(crate) use after::after;
pub(super) use after::carry_out;
pub(super) use world::{empty, limits, quota, stage};

use super::{Action, Change, Plan, Planned, plan};
use crate::check::check_text;
use crate::date::Date;
use crate::source::Source;
use crate::state::{DesiredState, LiveState, resolve};

/// The day of every plan, unless the test is about dates.
pub(super) const TODAY: &str = "2026-11-23";

pub(super) fn day(text: &str) -> Date {
    text.parse().unwrap()
}

/// Adds to a fragment what every manifest needs and no test here is about.
pub(super) fn framed(fragment: &str) -> String {
    format!(
        "version = 1\nnamespace = \"acme\"\n{fragment}\n[target.prod]\n\
         provider = \"aws-api-gateway\"\nregion = \"eu-west-1\"\naccount = \"123456789012\"\n"
    )
}

/// Returns what a manifest asks for, or nothing if it has errors.
pub(super) fn desired(text: &str) -> Option<DesiredState> {
    let checked = check_text(text, None);
    checked
        .valid()
        .and_then(|valid| resolve(valid, "prod").ok())
}

/// Plans a fragment of a manifest, errors and all.
#[track_caller]
pub(super) fn attempted(fragment: &str, live: &LiveState, today: &str) -> Planned {
    let text = framed(fragment);
    let Some(desired) = desired(&text) else {
        panic!(
            "not valid:\n{text}\n{:#?}",
            check_text(&text, None).diagnostics
        );
    };
    plan(&desired, live, day(today), &Source::new(&text))
}

/// Plans a fragment of a manifest that the live state allows.
#[track_caller]
pub(super) fn planned(fragment: &str, live: &LiveState, today: &str) -> Plan {
    let planned = attempted(fragment, live, today);
    assert!(
        !planned.diagnostics.has_errors(),
        "{:#?}",
        planned.diagnostics
    );
    planned.plan
}

/// Plans and carries out, checks that nothing is left to do, and returns both.
#[track_caller]
pub(super) fn applied(fragment: &str, live: &LiveState, today: &str) -> (Plan, LiveState) {
    let plan = planned(fragment, live, today);
    let after = after(live, &plan);
    let left = planned(fragment, &after, today);
    assert!(left.is_empty(), "left to do: {:#?}", said(&left));
    (plan, after)
}

/// Says each change in a line: `update key chat-web`.
pub(super) fn said(plan: &Plan) -> Vec<String> {
    plan.changes.iter().map(in_a_line).collect()
}

fn in_a_line(change: &Change) -> String {
    let other = change.fields.iter().find(|field| {
        field.field == "usage-plan" && matches!(change.action, Action::Attach | Action::Detach)
    });
    let to = other.and_then(|field| field.after.as_ref().or(field.before.as_ref()));
    match to {
        Some(to) => format!("{} {} {to}", change.action.name(), change.subject),
        None => format!("{} {}", change.action.name(), change.subject),
    }
}

/// Says the fields of the only change: `owner: a -> b`.
#[track_caller]
pub(super) fn fields(plan: &Plan) -> Vec<String> {
    let [change] = plan.changes.as_slice() else {
        panic!("not one change: {:#?}", said(plan));
    };
    let side = |side: &Option<String>| side.clone().unwrap_or_else(|| "-".to_owned());
    change
        .fields
        .iter()
        .map(|f| format!("{}: {} -> {}", f.field, side(&f.before), side(&f.after)))
        .collect()
}

/// Says each diagnostic in a line: code and message.
pub(super) fn complaints(planned: &Planned) -> Vec<String> {
    planned
        .diagnostics
        .iter()
        .map(|d| format!("{} {}", d.code.id, d.message))
        .collect()
}
