//! What a plan may not do without a person's word for it.

use crate::plan::testing::{TODAY, applied, attempted, complaints, empty, planned};
use crate::plan::{GuardReason, Plan};
use crate::state::LiveState;

fn keys(range: std::ops::Range<u32>, more: &str) -> String {
    let tables = range.map(|n| format!("[key.k{n}]\n{more}\n"));
    tables.collect::<Vec<_>>().concat()
}

fn made(count: u32, more: &str) -> LiveState {
    applied(&keys(0..count, more), &empty(), TODAY).1
}

fn reasons(plan: &Plan) -> Vec<(&str, GuardReason)> {
    let guards = plan.guards.iter();
    guards.map(|g| (g.acknowledge.as_str(), g.reason)).collect()
}

#[test]
fn up_to_max_deletes_go_without_a_word_and_one_more_needs_one_for_each() {
    let live = made(20, "");
    assert!(planned(&keys(0..15, ""), &live, TODAY).guards.is_empty());
    let plan = planned(&keys(0..14, ""), &live, TODAY);
    assert_eq!(plan.guards.len(), 6);
    assert_eq!(reasons(&plan)[0], ("delete:k14", GuardReason::Threshold));
    let raised = format!("[policy]\nmax-deletes = 6\n{}", keys(0..14, ""));
    assert!(planned(&raised, &live, TODAY).guards.is_empty());
    let none = format!("[policy]\nmax-deletes = 0\n{}", keys(0..19, ""));
    assert_eq!(planned(&none, &live, TODAY).guards.len(), 1);
}

#[test]
fn most_of_a_small_set_needs_a_word_though_it_is_below_max_deletes() {
    let live = made(4, "");
    assert!(planned(&keys(0..2, ""), &live, TODAY).guards.is_empty());
    let plan = planned(&keys(0..1, ""), &live, TODAY);
    let most = GuardReason::MostOfAll;
    assert_eq!(
        reasons(&plan),
        [
            ("delete:k1", most),
            ("delete:k2", most),
            ("delete:k3", most)
        ]
    );
    // One of one may go: that is no file that lost its end.
    assert!(planned("", &made(1, ""), TODAY).guards.is_empty());
}

#[test]
fn usage_plans_count_as_keys_do() {
    let live = applied("[usage-plan.a]\n[usage-plan.b]\n[key.c]", &empty(), TODAY).1;
    let most = GuardReason::MostOfAll;
    assert_eq!(
        reasons(&planned("[key.c]", &live, TODAY)),
        [("delete:usage-plan/a", most), ("delete:usage-plan/b", most)]
    );
}

#[test]
fn the_last_working_key_of_an_owner_needs_a_word() {
    let of = |name: &str, more: &str| format!("[key.{name}]\nowner = \"team-a\"\n{more}\n");
    let live = applied(&format!("{}{}", of("a", ""), of("b", "")), &empty(), TODAY).1;
    assert!(planned(&of("a", ""), &live, TODAY).guards.is_empty());
    for idle in ["enabled = false", "expires = 2026-11-01"] {
        let plan = planned(&of("a", idle), &live, TODAY);
        assert_eq!(
            reasons(&plan),
            [("delete:b", GuardReason::LastKeyOfOwner)],
            "{idle}"
        );
    }
    // It was asked for when the key was disabled, and not again.
    let gone = applied(&of("a", "enabled = false"), &live, TODAY).1;
    let plan = planned(&of("a", "enabled = false"), &gone, "2027-01-01");
    assert_eq!((plan.changes.len(), plan.guards.len()), (1, 0));
}

#[test]
fn a_word_is_for_one_object_of_one_plan() {
    let live = made(3, "");
    let plan = planned("", &live, TODAY);
    let words: Vec<String> = plan
        .guards
        .iter()
        .map(|g| plan.acknowledgement(g))
        .collect();
    assert!(words[0].starts_with("delete:k0@"), "{words:?}");
    assert_eq!(plan.open_guards(&words).len(), 0);
    assert_eq!(plan.open_guards(&words[1..]).len(), 1);
    let spaced: Vec<String> = words.iter().map(|word| format!(" {word}\n")).collect();
    assert_eq!(plan.open_guards(&spaced).len(), 0);
    let tomorrow = planned("", &live, "2026-11-24");
    assert_eq!(tomorrow.open_guards(&words).len(), 3);
}

#[test]
fn an_account_or_region_that_is_not_the_targets_plans_nothing() {
    let mut live = made(1, "");
    live.account = "999999999999".to_owned();
    let found = attempted("[key.new]", &live, TODAY);
    let account =
        "AK410 target `prod` is in account `123456789012`, but the live state is of `999999999999`";
    assert_eq!(complaints(&found), [account]);
    assert!(found.plan.is_empty() && found.plan.upcoming.is_empty());
    let mut live = made(1, "");
    live.region = "us-east-1".to_owned();
    let found = attempted("[key.new]", &live, TODAY);
    let region =
        "AK410 target `prod` is in region `eu-west-1`, but the live state is of `us-east-1`";
    assert_eq!(complaints(&found), [region]);
    assert!(found.plan.is_empty());
}

#[test]
fn one_word_answers_for_all_its_reasons() {
    let two = "[key.a]\nowner = \"team-a\"\n[key.b]\nowner = \"team-a\"\n";
    let live = applied(two, &empty(), TODAY).1;
    let plan = planned("", &live, TODAY);
    assert_eq!(
        plan.guards.len(),
        4,
        "most of all, and the last of its owner"
    );
    let words = plan.acknowledgements();
    let (word, reasons) = &words[0];
    assert_eq!(words.len(), 2, "{words:?}");
    assert_eq!(word, &format!("delete:a@{}", plan.digest.short()));
    assert_eq!(
        reasons,
        "more than half of what this file owns is taken away; its owner has no other key that works"
    );
    let given: Vec<String> = words.into_iter().map(|(word, _)| word).collect();
    assert!(plan.open_guards(&given).is_empty());
}
