//! Reviewed = applied: a re-run needs no new review, and a change behind our back stops it.

use std::collections::BTreeMap;

use crate::plan::testing::{TODAY, after, applied, carry_out, empty, limits, planned, said};
use crate::plan::{Change, Plan, Stale, Step, Unfit, UsagePlanEdit, check_reviewed, read_plan};
use crate::state::{Handle, LiveState, Liveness};

const BEFORE: &str = r#"
[usage-plan.one]
stages = ["a1/prod"]
[usage-plan.two]
stages = ["a1/prod"]
[key.a]
usage-plans = ["one"]
tags = { old = "1" }
[key.b]
[key.c]
"#;

const AFTER: &str = r#"
[usage-plan.one]
stages = ["a1/prod"]
throttle = { rate = 1, burst = 1 }
[usage-plan.two]
stages = ["a1/prod"]
[key.a]
owner = "team-a"
usage-plans = ["two"]
tags = { new = "1" }
[key.c]
enabled = false
[key.d]
usage-plans = ["one"]
"#;

fn before() -> LiveState {
    applied(BEFORE, &empty(), TODAY).1
}

#[track_caller]
fn check(reviewed: &Plan, live: &LiveState) -> Result<(), Stale> {
    check_reviewed(reviewed, &planned(AFTER, live, TODAY), live)
}

/// Says what makes a plan stale: changes that nobody reviewed, then those that
/// vanished.
#[track_caller]
fn stale(reviewed: &Plan, live: &LiveState) -> (Vec<String>, Vec<String>) {
    let stale = check(reviewed, live).unwrap_err();
    let words = |changes: &[Change]| {
        let each = changes.iter();
        each.map(|c| format!("{} {}", c.action.name(), c.subject))
            .collect()
    };
    (words(&stale.unreviewed), words(&stale.vanished))
}

#[test]
fn a_run_that_failed_anywhere_is_run_again_without_a_review() {
    let plan = planned(AFTER, &before(), TODAY);
    assert_eq!(plan.changes.len(), 9, "{:#?}", said(&plan));
    for done in 0..=plan.changes.len() {
        let live = carry_out(&before(), plan.changes.iter().take(done), &plan);
        assert_eq!(check(&plan, &live), Ok(()), "after {done}");
        assert_eq!(
            after(&live, &planned(AFTER, &live, TODAY)),
            after(&before(), &plan)
        );
    }
}

#[test]
fn the_second_call_of_a_change_is_still_the_reviewed_change() {
    let plan = planned(AFTER, &before(), TODAY);
    let mut live = before();
    let tags = |step: &Step| matches!(step, Step::TagKey { .. });
    assert!(plan.changes.iter().any(|change| tags(&change.step)));
    let handle = live.our_key("a").0.clone();
    let key = live.keys.get_mut(&handle).unwrap();
    // New tags were set; the call that removes the old one failed.
    key.tags.insert("new".to_owned(), "1".to_owned());
    assert_eq!(check(&plan, &live), Ok(()));

    // The stages of a usage plan are gone; the usage plan is still there.
    let reviewed = planned("[usage-plan.one]", &empty_with_two(), TODAY);
    let mut live = empty_with_two();
    live.usage_plans
        .values_mut()
        .for_each(|up| up.stages.clear());
    let fresh = planned("[usage-plan.one]", &live, TODAY);
    assert_eq!(said(&fresh), ["delete usage plan two"]);
    assert_eq!(check_reviewed(&reviewed, &fresh, &live), Ok(()));
}

fn empty_with_two() -> LiveState {
    let manifest = "[usage-plan.one]\n[usage-plan.two]\nstages = [\"a1/prod\"]";
    applied(manifest, &empty(), TODAY).1
}

#[test]
fn a_key_that_somebody_renamed_is_not_reviewed() {
    let plan = planned(AFTER, &before(), TODAY);
    let live = before();
    let id = live.our_key("a").0.as_str().to_owned();
    let live = live.edit(&id, |key| key.name = "by-hand".to_owned());
    let both = vec!["update key a".to_owned()];
    assert_eq!(stale(&plan, &live), (both.clone(), both));
}

#[test]
fn a_key_that_somebody_deleted_is_not_reviewed() {
    let plan = planned(AFTER, &before(), TODAY);
    let mut live = before();
    let handle = live.our_key("b").0.clone();
    live.keys.remove(&handle);
    // It was to be disabled, which is not the same.
    assert_eq!(
        stale(&plan, &live),
        (vec![], vec!["disable key b".to_owned()])
    );
}

#[test]
fn a_key_that_another_run_disabled_on_another_day_is_as_reviewed() {
    let plan = planned(AFTER, &before(), TODAY);
    let mut live = carry_out(&before(), &plan.changes, &plan);
    let (handle, _) = live.our_key("b");
    let handle = handle.clone();
    let key = live.keys.get_mut(&handle).unwrap();
    let marker = key.marker.as_mut().unwrap();
    let day = "2026-11-25".parse().ok();
    marker.set_date(crate::state::MarkerDate::Removed, day);
    assert_eq!(check(&plan, &live), Ok(()));
}

/// Checks that a step counts as done in `done`, and in none of the others.
#[track_caller]
fn done_only_in(plan: &Plan, which: impl Fn(&Step) -> bool, done: &LiveState, not: &[LiveState]) {
    let mut one = plan.clone();
    one.changes.retain(|change| which(&change.step));
    assert_eq!(one.changes.len(), 1);
    let mut nothing = plan.clone();
    nothing.changes.clear();
    assert_eq!(check_reviewed(&one, &nothing, done), Ok(()));
    for (at, live) in not.iter().enumerate() {
        let verdict = check_reviewed(&one, &nothing, live);
        assert_eq!(verdict.unwrap_err().vanished.len(), 1, "{at}");
    }
}

#[test]
fn an_updated_key_is_done_only_if_every_field_is_so() {
    let live = empty().key("k1", "x", "[ai-keys: acme/a#1]").disabled("k1");
    let manifest = "[key.a]\ndescription = \"T\"\nowner = \"o\"\ncustomer-id = \"c\"";
    let (plan, done) = applied(manifest, &live, TODAY);
    let but = |edit: fn(&mut crate::state::LiveKey)| done.clone().edit("k1", edit);
    let not = [
        live.clone(),
        but(|key| key.name = "x".to_owned()),
        but(|key| key.description = "U".to_owned()),
        but(|key| key.marker.as_mut().unwrap().set_owner(None)),
        but(|key| key.marker = None),
        but(|key| key.customer_id = None),
        but(|key| key.liveness = Liveness::Disabled),
        empty(),
    ];
    done_only_in(
        &plan,
        |step| matches!(step, Step::UpdateKey { .. }),
        &done,
        &not,
    );
}

#[test]
fn an_updated_usage_plan_is_done_only_if_every_edit_is_so() {
    let live = empty().usage_plan("u1", "x", "[ai-keys: acme/u#1]", &["a1/old"], &[]);
    let manifest = r#"
[usage-plan.u]
description = "T"
throttle = { rate = 1, burst = 1 }
quota = { limit = 1, per = "day" }
stages = [{ stage = "a1/new", throttle = { "/chat/POST" = { rate = 2, burst = 2 } } }]
"#;
    let (plan, done) = applied(manifest, &live, TODAY);
    let but = |edit: fn(&mut crate::state::LiveUsagePlan)| done.clone().edit_usage_plan("u1", edit);
    let not = [
        live.clone(),
        but(|up| up.name = "x".to_owned()),
        but(|up| up.description = String::new()),
        but(|up| up.throttle = None),
        but(|up| up.quota = None),
        but(|up| up.stages.clear()),
        but(|up| {
            up.stages.values_mut().for_each(BTreeMap::clear);
        }),
        but(|up| {
            up.stages
                .insert(crate::plan::testing::stage("a1/old"), BTreeMap::new());
        }),
        empty(),
    ];
    let is_update = |step: &Step| matches!(step, Step::UpdateUsagePlan { .. });
    done_only_in(&plan, is_update, &done, &not);

    let (plan, undone) = applied(
        "[usage-plan.u]\nname = \"x\"\nstages = [\"a1/new\"]",
        &done,
        TODAY,
    );
    let Step::UpdateUsagePlan { edits, .. } = &plan.changes[0].step else {
        panic!("{:#?}", plan.changes);
    };
    assert!(edits.contains(&UsagePlanEdit::RemoveThrottle));
    let but =
        |edit: fn(&mut crate::state::LiveUsagePlan)| undone.clone().edit_usage_plan("u1", edit);
    let not = [
        done.clone(),
        but(|up| up.throttle = Some(limits(1.0, 1))),
        but(|up| up.quota = Some(crate::plan::testing::quota(1, crate::limits::Period::Day))),
        but(|up| {
            for methods in up.stages.values_mut() {
                methods.insert("/chat/POST".to_owned(), limits(2.0, 2));
            }
        }),
    ];
    done_only_in(&plan, is_update, &undone, &not);
}

#[test]
fn joining_and_leaving_are_done_only_if_the_key_is_there() {
    let plan = planned(AFTER, &before(), TODAY);
    let done = after(&before(), &plan);
    let joins_two =
        |step: &Step| matches!(step, Step::Attach { usage_plan, .. } if usage_plan.name == "two");
    let joins_one =
        |step: &Step| matches!(step, Step::Attach { usage_plan, .. } if usage_plan.name == "one");
    let leaves = |step: &Step| matches!(step, Step::Detach { .. });
    let mut keyless = done.clone();
    keyless.keys.remove(&Handle::of_id("k-d-1"));
    done_only_in(&plan, joins_two, &done, &[before()]);
    done_only_in(&plan, joins_one, &done, &[before(), keyless]);
    done_only_in(&plan, leaves, &done, &[before()]);
}

#[test]
fn tags_are_done_only_if_set_and_removed() {
    let plan = planned(AFTER, &before(), TODAY);
    let done = after(&before(), &plan);
    let half = done.clone().edit(done.our_key("a").0.as_str(), |key| {
        key.tags.insert("old".to_owned(), "1".to_owned());
    });
    let is_tag = |step: &Step| matches!(step, Step::TagKey { .. });
    done_only_in(&plan, is_tag, &done, &[before(), half]);
}

#[test]
fn another_manifest_account_or_target_is_another_plan() {
    let plan = planned(AFTER, &before(), TODAY);
    let fresh = planned(BEFORE, &before(), TODAY);
    assert!(
        check_reviewed(&plan, &fresh, &before())
            .unwrap_err()
            .is_manifest_changed
    );
    for edit in [
        |plan: &mut Plan| plan.account = "999999999999".to_owned(),
        |plan: &mut Plan| plan.region = "us-east-1".to_owned(),
        |plan: &mut Plan| plan.target = "staging".to_owned(),
        |plan: &mut Plan| plan.namespace = "other".to_owned(),
    ] {
        let mut elsewhere = plan.clone();
        edit(&mut elsewhere);
        assert!(
            check_reviewed(&elsewhere, &plan, &before())
                .unwrap_err()
                .is_elsewhere
        );
    }
}

#[test]
fn a_plan_file_that_was_touched_is_refused() {
    let text = planned(AFTER, &before(), TODAY).to_json();
    assert!(read_plan(&text).is_ok());
    assert_eq!(
        read_plan(&text.replace("team-a", "team-b")),
        Err(Unfit::Tampered)
    );
    assert_eq!(
        read_plan(&text.replacen("\"format\": 1", "\"format\": 2", 1)),
        Err(Unfit::Format(2))
    );
    for text in ["", "{}", "[1]", "{\"format\": 1}", "{\"format\": \"1\"}"] {
        assert!(
            matches!(read_plan(text), Err(Unfit::Malformed(_))),
            "{text}"
        );
    }
}
