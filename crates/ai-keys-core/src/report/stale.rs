//! How an account differs from what was reviewed, in words: for a terminal and for a pull request.

use std::fmt::Write as _;

use super::human::{is_attachment, title, value};
use crate::manifest::visible;
use crate::plan::{Change, Risk, Stale};

/// Says each difference as one line for a terminal, the most telling first.
#[must_use]
pub fn stale_in_words(stale: &Stale) -> Vec<String> {
    differences(stale, |change| {
        let mut change = change.clone();
        for field in &mut change.fields {
            for side in [&mut field.before, &mut field.after] {
                *side = side.as_deref().map(value);
            }
        }
        visible(&step(&change)).into_owned()
    })
}

/// Says each difference as one line, the most telling first; `show` says a change.
pub(super) fn differences(stale: &Stale, show: impl Fn(&Change) -> String) -> Vec<String> {
    let mut said = Vec::new();
    if stale.is_elsewhere {
        said.push("the plan is for another namespace, target, account or region".to_owned());
    }
    if stale.is_manifest_changed {
        said.push("the manifest asks for something else than what was reviewed".to_owned());
    }
    let unreviewed = by_risk(&stale.unreviewed);
    said.extend(unreviewed.map(|change| format!("needed now, and not reviewed: {}", show(change))));
    let vanished = by_risk(&stale.vanished);
    said.extend(
        vanished.map(|change| format!("reviewed, and not possible any more: {}", show(change))),
    );
    said
}

/// Returns changes with the highest risk first.
fn by_risk(changes: &[Change]) -> impl Iterator<Item = &Change> {
    let of = |risk| changes.iter().filter(move |change| change.risk == risk);
    [Risk::Destroys, Risk::Blocks, Risk::Limits, Risk::None]
        .into_iter()
        .flat_map(of)
}

/// Says a step with the fields that it changes: `update usage plan free: quota
/// 10 requests/day → 5 requests/day`.
pub(super) fn step(change: &Change) -> String {
    let mut said = format!("{} {}", change.action.name(), title(change));
    let is_attachment = is_attachment(change);
    for (at, field) in change.fields.iter().filter(|_| !is_attachment).enumerate() {
        let side = |side: &Option<String>| side.clone().unwrap_or_else(|| "nothing".to_owned());
        said.push_str(if at == 0 { ": " } else { ", " });
        // Writing to a String cannot fail.
        let _ = write!(
            said,
            "{} {} → {}",
            field.field,
            side(&field.before),
            side(&field.after)
        );
    }
    said
}
