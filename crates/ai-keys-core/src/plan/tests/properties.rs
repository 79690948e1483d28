//! What holds for every manifest and every account.

use std::collections::{BTreeMap, BTreeSet};

use super::generated::{Case, for_each_case};
use crate::plan::order::Phase;
use crate::plan::testing::{TODAY, after, carry_out, complaints, day, desired, framed, said};
use crate::plan::{
    Change, KeyRef, Plan, Planned, Step, UsagePlanTarget, check_reviewed, plan, read_plan,
};
use crate::source::Source;
use crate::state::{DesiredKey, DesiredState, Handle, LiveState, Marker, MarkerDate};

fn planned(fragment: &str, live: &LiveState) -> Option<(DesiredState, Planned)> {
    let text = framed(fragment);
    let desired = desired(&text)?;
    let planned = plan(&desired, live, day(TODAY), &Source::new(&text));
    Some((desired, planned))
}

/// Runs a property on the cases that the manifest's rules and the account
/// allow.
fn for_each_plan(property: impl Fn(&Case, &DesiredState, &Plan)) {
    let tried = std::cell::Cell::new(0_u32);
    for_each_case(|case| {
        if let Some((desired, planned)) = planned(&case.fragment(), &case.live)
            && !planned.diagnostics.has_errors()
            && !has_twins_of_both_kinds(&case.live)
        {
            tried.set(tried.get() + 1);
            property(case, &desired, &planned.plan);
        }
    });
    assert!(tried.get() > 100, "only {} cases are allowed", tried.get());
}

/// Two lost answers at once, a key's and its usage plan's: it takes a second
/// plan to remove both, since which one stays depends on the other.
fn has_twins_of_both_kinds(live: &LiveState) -> bool {
    let has_twins = |markers: &mut dyn Iterator<Item = &Marker>| {
        let mut seen = BTreeSet::new();
        let ours = markers.filter(|marker| marker.namespace == "acme");
        ours.filter(|m| !seen.insert((&m.name, m.generation)))
            .count()
            > 0
    };
    let mut keys = live.keys.values().filter_map(|key| key.marker.as_ref());
    let mut usage_plans = live
        .usage_plans
        .values()
        .filter_map(|up| up.marker.as_ref());
    has_twins(&mut keys) && has_twins(&mut usage_plans)
}

#[track_caller]
fn assert_converged(case: &Case, live: &LiveState) {
    let (_, again) = planned(&case.fragment(), live).unwrap();
    assert!(
        !again.diagnostics.has_errors() && again.plan.is_empty(),
        "left to do: {:#?} {:#?}",
        again.plan.changes,
        complaints(&again)
    );
}

#[test]
fn carrying_out_a_plan_leaves_nothing_to_do() {
    for_each_plan(|case, _, plan| assert_converged(case, &after(&case.live, plan)));
}

#[test]
fn changes_of_one_phase_can_be_carried_out_in_any_order() {
    for_each_plan(|case, _, plan| {
        let mut phases: BTreeMap<Phase, Vec<&Change>> = BTreeMap::new();
        for change in &plan.changes {
            phases.entry(change.phase()).or_default().push(change);
        }
        for (phase, changes) in &mut phases {
            // Attachments go one at a time, in order; a key is made before it joins.
            if *phase != Phase::Attach {
                changes.reverse();
                changes.sort_by_key(|change| matches!(change.step, Step::Attach { .. }));
            }
        }
        let reversed = carry_out(&case.live, phases.into_values().flatten(), plan);
        assert_converged(case, &reversed);
    });
}

#[test]
fn the_order_of_tables_in_the_file_changes_nothing_but_lines() {
    for_each_case(|case| {
        let reversed: String = case.tables.iter().rev().map(String::as_str).collect();
        let Some((_, one)) = planned(&case.fragment(), &case.live) else {
            return;
        };
        let (_, mut other) = planned(&reversed, &case.live).unwrap();
        assert_eq!(one.plan.digest, other.plan.digest);
        for (a, b) in one.plan.changes.iter().zip(&mut other.plan.changes) {
            b.line = a.line;
        }
        assert_eq!(one.plan, other.plan);
    });
}

/// Returns the live objects that a step names.
fn objects(step: &Step) -> (Option<&KeyRef>, Option<&UsagePlanTarget>) {
    match step {
        Step::CreateUsagePlan { .. } => (None, None),
        Step::UpdateUsagePlan { usage_plan, .. } | Step::DeleteUsagePlan { usage_plan, .. } => {
            (None, Some(usage_plan))
        }
        // A key of ours may join and leave usage plans of others.
        Step::CreateKey { key, .. }
        | Step::UpdateKey { key, .. }
        | Step::TagKey { key, .. }
        | Step::Attach { key, .. }
        | Step::Detach { key, .. }
        | Step::Deliver { key, .. }
        | Step::DeleteKey { key } => (Some(key), None),
    }
}

#[test]
fn what_is_not_marked_as_ours_is_changed_only_if_adopt_names_it() {
    for_each_plan(|case, desired, plan| {
        for change in &plan.changes {
            let (key, usage_plan) = objects(&change.step);
            if let Some(handle) = key.and_then(|key| key.handle.as_ref()) {
                let marker = case.live.keys[handle].marker.as_ref();
                let is_ours = marker.is_some_and(|m| m.namespace == "acme");
                let is_adopted = || {
                    let mut keys = desired.keys.values();
                    marker.is_none() && keys.any(|key| key.adopt.as_ref() == Some(handle))
                };
                assert!(is_ours || is_adopted(), "{change:?}");
            }
            if let Some(handle) = usage_plan.and_then(|target| target.handle.as_ref()) {
                let marker = case.live.usage_plans[handle].marker.as_ref();
                let is_ours = marker.is_some_and(|m| m.namespace == "acme");
                let adopts = |handle: &Handle| {
                    let mut all = desired.usage_plans.values().filter(|up| up.is_managed);
                    marker.is_none() && all.any(|up| up.adopt.as_ref() == Some(handle))
                };
                assert!(is_ours || adopts(handle), "{change:?}");
            }
        }
    });
}

fn is_closed(wanted: &DesiredKey) -> bool {
    !wanted.is_enabled || wanted.expires.is_some_and(|end| end <= day(TODAY))
}

#[test]
fn a_protected_key_is_never_deleted_or_disabled() {
    for_each_case(|case| {
        // Even where there are errors, and the plan is only shown.
        let Some((desired, planned)) = planned(&case.fragment(), &case.live) else {
            return;
        };
        for change in &planned.plan.changes {
            let key = match &change.step {
                Step::DeleteKey { key } => key,
                Step::UpdateKey { key, patch, .. } if patch.is_enabled == Some(false) => key,
                _ => continue,
            };
            let live = &case.live.keys[key.handle.as_ref().unwrap()];
            let marker = live.marker.as_ref();
            let entry = case.live.keys.values().filter_map(|k| k.marker.as_ref());
            let is_newest = entry
                .filter(|m| m.namespace == "acme" && m.name == key.name)
                .all(|m| marker.is_none_or(|marker| m.generation <= marker.generation));
            // The manifest's word counts for the newest value and for all values
            // of a key that it closes, and the marker's for other older ones and
            // for what left the file.
            let is_protected = match desired.keys.get(&key.name) {
                Some(wanted) if is_newest || is_closed(wanted) => wanted.is_protected,
                _ => marker.is_some_and(Marker::is_protected),
            };
            assert!(!is_protected, "{change:?}");
        }
    });
}

#[test]
fn one_live_key_is_left_for_each_entry_and_generation() {
    for_each_plan(|case, desired, plan| {
        let live = after(&case.live, plan);
        let mut seen = BTreeMap::new();
        for (handle, key) in &live.keys {
            let Some(marker) = key.marker.as_ref().filter(|m| m.namespace == "acme") else {
                continue;
            };
            // The twin of a protected key is reported and left to a person.
            let wanted = desired.keys.get(&marker.name);
            let is_protected = wanted.is_some_and(|wanted| wanted.is_protected);
            let is_ending = [MarkerDate::Removed, MarkerDate::Retiring]
                .iter()
                .any(|date| marker.date(*date).is_some());
            if !is_ending && !is_protected {
                let entry = (marker.name.clone(), marker.generation);
                assert_eq!(seen.insert(entry, handle), None, "{handle}");
            }
        }
    });
}

#[test]
fn a_plan_survives_its_file_and_reviews_itself() {
    for_each_case(|case| {
        if let Some((_, planned)) = planned(&case.fragment(), &case.live) {
            let plan = &planned.plan;
            assert_eq!(read_plan(&plan.to_json()).as_ref(), Ok(plan));
            assert_eq!(check_reviewed(plan, plan, &case.live), Ok(()));
        }
    });
}

#[test]
fn a_snapshot_plans_as_the_account_does() {
    for_each_case(|case| {
        let snapshot = LiveState::from_json(&case.live.to_json()).unwrap();
        let fragment = case.fragment();
        let of_account = planned(&fragment, &case.live).map(|(_, planned)| planned.plan);
        let of_snapshot = planned(&fragment, &snapshot).map(|(_, planned)| planned.plan);
        assert_eq!(of_account, of_snapshot);
    });
}

#[test]
fn rewording_replaces_no_value_and_no_usage_plan() {
    let edits = std::cell::Cell::new(0);
    for_each_plan(|case, _, plan| {
        let settled = after(&case.live, plan);
        let reworded = case.fragment().replace("= \"one\"", "= \"three\"");
        let (_, again) = planned(&reworded, &settled).unwrap();
        for change in &again.plan.changes {
            let is_edit = matches!(&change.step, Step::UpdateUsagePlan { .. })
                || matches!(&change.step, Step::UpdateKey { patch, .. } if patch.is_enabled.is_none());
            assert!(is_edit, "{change:?}");
            edits.set(edits.get() + 1);
        }
    });
    assert!(edits.get() > 50, "only {} were reworded", edits.get());
}

#[track_caller]
fn assert_resumable(case: &Case, reviewed: &Plan, live: &LiveState) {
    let (_, fresh) = planned(&case.fragment(), live).unwrap();
    assert!(!fresh.diagnostics.has_errors(), "{:#?}", complaints(&fresh));
    let verdict = check_reviewed(reviewed, &fresh.plan, live);
    assert_eq!(verdict, Ok(()), "after {:#?}", said(reviewed));
    assert_converged(case, &after(live, &fresh.plan));
}

#[test]
fn an_apply_that_stopped_anywhere_goes_on_without_a_new_review() {
    for_each_plan(|case, _, plan| {
        for done in 0..=plan.changes.len() {
            let live = carry_out(&case.live, plan.changes.iter().take(done), plan);
            assert_resumable(case, plan, &live);
        }
    });
}

#[test]
fn an_apply_in_which_one_object_failed_goes_on_without_a_new_review() {
    // What depends on a change that failed is left out with it.
    let depends = |failed: &Change, change: &Change| {
        let made = match &failed.step {
            Step::CreateUsagePlan { name, .. } => Some(name),
            _ => None,
        };
        let joins = match &change.step {
            Step::Attach { usage_plan, .. } => Some(&usage_plan.name),
            _ => None,
        };
        failed.subject == change.subject || (made.is_some() && made == joins)
    };
    for_each_plan(|case, _, plan| {
        for (at, failed) in plan.changes.iter().enumerate() {
            let is_done =
                |(index, change): &(usize, &Change)| *index < at || !depends(failed, change);
            let done = plan.changes.iter().enumerate().filter(is_done);
            // A usage plan is not deleted while keys cannot leave it, and a
            // key cannot join before another usage plan lets go of the stage.
            if matches!(
                failed.phase(),
                Phase::ReleaseStages | Phase::Detach | Phase::Attach
            ) {
                continue;
            }
            let live = carry_out(&case.live, done.map(|(_, change)| change), plan);
            assert_resumable(case, plan, &live);
        }
    });
}
