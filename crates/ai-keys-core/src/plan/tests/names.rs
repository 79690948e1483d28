//! Names are not unique in the account: a marker or an id tells what is ours, never a name.

use crate::plan::testing::{TODAY, applied, attempted, complaints, empty, planned, said};

#[test]
fn a_name_that_somebody_else_uses_is_never_made_again() {
    let live = empty().key("k1", "a", "by hand");
    let planned = attempted("[key.a]", &live, TODAY);
    assert_eq!(
        complaints(&planned),
        ["AK401 there is a key `a` already (id `k1`), and it is not ours"]
    );
    assert!(planned.plan.is_empty());
}

#[test]
fn several_keys_of_the_name_are_all_listed() {
    let live = empty().key("k1", "a", "").key("k2", "a", "");
    let planned = attempted("[key.a]", &live, TODAY);
    assert_eq!(
        complaints(&planned),
        ["AK401 there is a key `a` already (id `k1` or `k2`), and it is not ours"]
    );
}

#[test]
fn our_key_is_told_from_others_of_its_name() {
    let live = empty()
        .key("k1", "a", "")
        .key("k2", "a", "[ai-keys: acme/a#1]")
        .key("k3", "a", "");
    let plan = planned("[key.a]", &live, TODAY);
    assert!(plan.is_empty());
    assert_eq!(
        (plan.counts.unchanged_keys, plan.counts.foreign_keys),
        (1, 2)
    );
}

#[test]
fn a_name_of_another_namespace_is_no_clash() {
    let live = empty().key("k1", "a", "[ai-keys: other/a#1]").usage_plan(
        "u1",
        "s",
        "[ai-keys: other/s#1]",
        &[],
        &[],
    );
    let (plan, _) = applied("[key.a]\n[usage-plan.s]", &live, TODAY);
    assert_eq!(said(&plan), ["create usage plan s", "create key a"]);
}

#[test]
fn what_another_namespace_marked_is_left_alone() {
    let live = empty().key("k1", "b", "[ai-keys: other/b#1]").usage_plan(
        "u1",
        "b",
        "[ai-keys: other/b#1]",
        &[],
        &["k1"],
    );
    let plan = planned("", &live, TODAY);
    assert!(plan.is_empty());
    assert_eq!(
        (plan.counts.foreign_keys, plan.counts.foreign_usage_plans),
        (1, 1)
    );
}

#[test]
fn a_usage_plan_of_the_name_is_never_made_again() {
    let live = empty().usage_plan("u1", "s", "", &[], &[]);
    let planned = attempted("[usage-plan.s]", &live, TODAY);
    assert_eq!(
        complaints(&planned),
        ["AK401 there is a usage plan `s` already (id `u1`), and it is not ours"]
    );
}

#[test]
fn of_two_keys_with_one_marker_the_one_in_use_stays() {
    let live = empty()
        .key("k1", "a", "[ai-keys: acme/a#1]")
        .key("k2", "a", "[ai-keys: acme/a#1]")
        .usage_plan("u1", "s", "[ai-keys: acme/s#1]", &[], &["k2"]);
    let manifest = "[usage-plan.s]\n[key.a]\nusage-plans = [\"s\"]";
    let planned = attempted(manifest, &live, TODAY);
    assert_eq!(
        complaints(&planned),
        ["AK411 key `a` exists twice: k2 and k1"]
    );
    let (plan, after) = applied(manifest, &live, TODAY);
    assert_eq!(said(&plan), ["disable key a"]);
    let gone = attempted(manifest, &after, "2026-12-07");
    assert_eq!(complaints(&gone), [""; 0]);
    assert_eq!(said(&gone.plan), ["delete key a"]);
}

#[test]
fn of_two_keys_with_one_marker_and_nothing_else_the_older_stays() {
    let made = |live: crate::state::LiveState, id: &str, day: &str| {
        live.key(id, "a", "[ai-keys: acme/a#1]")
            .edit(id, |key| key.created = day.parse().ok())
    };
    let live = made(made(empty(), "k1", "2026-02-01"), "k2", "2026-01-01");
    let found = attempted("[key.a]", &live, TODAY);
    assert_eq!(
        complaints(&found),
        ["AK411 key `a` exists twice: k2 and k1"]
    );
}

#[test]
fn a_second_key_of_a_protected_entry_is_left_to_a_person() {
    let live = empty()
        .key("k1", "a", "[ai-keys: acme/a#1 protect=yes]")
        .key("k2", "a", "[ai-keys: acme/a#1 protect=yes]");
    let found = attempted("[key.a]\nprotect = true", &live, TODAY);
    assert_eq!(
        complaints(&found),
        ["AK411 key `a` exists twice: k1 and k2"]
    );
    assert!(found.plan.is_empty());
}

#[test]
fn of_two_usage_plans_with_one_marker_the_one_with_keys_stays() {
    let live = empty()
        .key("k1", "a", "[ai-keys: acme/a#1]")
        .usage_plan("u1", "s", "[ai-keys: acme/s#1]", &["a1/prod"], &[])
        .usage_plan("u2", "s", "[ai-keys: acme/s#1]", &["a1/prod"], &["k1"]);
    let manifest = "[usage-plan.s]\nstages = [\"a1/prod\"]\n[key.a]\nusage-plans = [\"s\"]";
    let (plan, after) = applied(manifest, &live, TODAY);
    assert_eq!(said(&plan), ["delete usage plan s"]);
    assert_eq!(after.plans_of("k1"), ["s"]);
}

#[test]
fn a_second_usage_plan_stays_while_keys_would_be_lost_with_it() {
    let live = empty()
        .key("k1", "a", "[ai-keys: acme/a#1]")
        .key("k2", "b", "[ai-keys: acme/b#1]")
        .usage_plan("u1", "s", "[ai-keys: acme/s#1]", &["a1/prod"], &["k1"])
        .usage_plan("u2", "s", "[ai-keys: acme/s#1]", &["a1/prod"], &["k2"]);
    let undeclared = "[usage-plan.s]\nstages = [\"a1/prod\"]\n[key.a]\n[key.b]\n";
    assert!(planned(undeclared, &live, TODAY).is_empty());
    let declared = format!("{undeclared}usage-plans = [\"s\"]");
    let (plan, after) = applied(&declared, &live, TODAY);
    assert_eq!(
        said(&plan),
        ["detach key b s", "attach key b s", "delete usage plan s"]
    );
    assert_eq!(after.plans_of("k2"), ["s"]);
}
