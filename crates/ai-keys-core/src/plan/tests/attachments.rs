//! Keys join and leave usage plans: one at a time, and one for each stage.

use crate::plan::Risk;
use crate::plan::testing::{TODAY, applied, attempted, complaints, empty, planned, said};
use crate::state::LiveState;

const PLANS: &str = r#"
[usage-plan.one]
stages = ["a1/prod"]
[usage-plan.two]
stages = ["a1/prod"]
[usage-plan.three]
stages = ["a1/dev"]
"#;

fn on(names: &str) -> String {
    format!("{PLANS}\n[key.a]\nusage-plans = [{names}]")
}

fn made(names: &str) -> LiveState {
    applied(&on(names), &empty(), TODAY).1
}

#[test]
fn usage_plans_are_made_first_then_keys_then_they_meet() {
    let plan = planned(&on("\"one\", \"three\""), &empty(), TODAY);
    assert_eq!(
        said(&plan),
        [
            "create usage plan one",
            "create usage plan three",
            "create usage plan two",
            "create key a",
            "attach key a one",
            "attach key a three",
        ]
    );
}

#[test]
fn a_key_leaves_first_where_both_usage_plans_open_one_stage() {
    let (plan, _) = applied(&on("\"two\""), &made("\"one\""), TODAY);
    assert_eq!(said(&plan), ["detach key a one", "attach key a two"]);
    assert_eq!(plan.changes[0].risk, Risk::Limits);
    assert_eq!(
        plan.changes[0].reason.as_deref(),
        Some("moves to two: for a moment the key is on neither, and answered 403")
    );
}

#[test]
fn a_key_joins_first_where_the_usage_plans_share_no_stage() {
    let (plan, _) = applied(&on("\"three\""), &made("\"one\""), TODAY);
    assert_eq!(said(&plan), ["attach key a three", "detach key a one"]);
    assert_eq!(
        (plan.changes[1].risk, &plan.changes[1].reason),
        (Risk::Blocks, &None)
    );
}

#[test]
fn a_stage_that_the_next_usage_plan_is_about_to_get_counts_as_shared() {
    let manifest = on("\"three\"").replace("a1/dev", "a1/prod");
    let (plan, _) = applied(&manifest, &made("\"one\""), TODAY);
    assert_eq!(
        said(&plan),
        [
            "update usage plan three",
            "detach key a one",
            "attach key a three"
        ]
    );
}

#[test]
fn a_stage_that_the_last_usage_plan_is_about_to_get_counts_as_shared() {
    let manifest = on("\"one\"").replace("a1/dev", "a1/prod");
    let (plan, _) = applied(&manifest, &made("\"three\""), TODAY);
    assert_eq!(
        said(&plan),
        [
            "update usage plan three",
            "detach key a three",
            "attach key a one"
        ]
    );
}

#[test]
fn a_key_leaves_before_a_usage_plan_that_it_keeps_gets_the_stage() {
    let live = made("\"one\", \"three\"");
    let manifest = on("\"three\"").replace("[\"a1/dev\"]", "[\"a1/dev\", \"chat-api/prod\"]");
    let (plan, _) = applied(&manifest, &live, TODAY);
    assert_eq!(said(&plan), ["detach key a one", "update usage plan three"]);
}

#[test]
fn a_key_that_was_moved_by_hand_is_moved_back_with_two_calls() {
    let live = made("\"one\"");
    let id = live.our_key("a").0.as_str().to_owned();
    let mut by_hand = live.clone();
    for usage_plan in by_hand.usage_plans.values_mut() {
        let handle = live.our_key("a").0;
        if usage_plan.name == "one" {
            usage_plan.keys.remove(handle);
        } else if usage_plan.name == "two" {
            usage_plan.keys.insert(handle.clone());
        }
    }
    let (plan, after) = applied(&on("\"one\""), &by_hand, TODAY);
    assert_eq!(said(&plan), ["detach key a two", "attach key a one"]);
    assert_eq!((plan.cost.calls, after.plans_of(&id)), (2, vec!["one"]));
}

#[test]
fn a_usage_plan_of_others_is_left_only_if_usage_plans_are_said() {
    let live = empty().key("k1", "a", "[ai-keys: acme/a#1]").usage_plan(
        "u1",
        "theirs",
        "[ai-keys: other/x#1]",
        &[],
        &["k1"],
    );
    assert!(planned("[key.a]", &live, TODAY).is_empty());
    let (plan, _) = applied("[key.a]\nusage-plans = []", &live, TODAY);
    assert_eq!(said(&plan), ["detach key a theirs"]);
}

#[test]
fn a_usage_plan_made_elsewhere_goes_by_its_name_in_the_file() {
    let live = empty().key("k1", "a", "[ai-keys: acme/a#1]").usage_plan(
        "u1",
        "Partner Gold",
        "",
        &[],
        &["k1"],
    );
    let manifest =
        "[usage-plan.partner]\nmanage = false\nname = \"Partner Gold\"\n[key.a]\nusage-plans = []";
    assert_eq!(
        said(&planned(manifest, &live, TODAY)),
        ["detach key a partner"]
    );
}

#[test]
fn two_usage_plans_of_one_stage_that_only_the_account_tells_are_refused() {
    let live = empty().usage_plan("u1", "partner", "", &["a1/prod"], &[]);
    let key = "[key.a]\nusage-plans = [\"one\", \"partner\"]";
    let elsewhere = "[usage-plan.partner]\nmanage = false\n";
    let found = attempted(
        &format!("[usage-plan.one]\nstages = [\"a1/prod\"]\n{elsewhere}{key}"),
        &live,
        TODAY,
    );
    let message = "AK413 key `a` reaches `a1/prod` through `one` and through `partner`";
    assert_eq!(complaints(&found), [message]);

    let by_name_and_id = format!(
        "[usage-plan.one]\nstages = [\"a1/prod\"]\n[usage-plan.partner]\nname = \"p\"\nstages = [\"chat-api/prod\"]\n{key}"
    );
    let found = attempted(&by_name_and_id, &live, TODAY);
    assert_eq!(complaints(&found), [message]);
}

#[test]
fn two_names_of_one_usage_plan_attach_once() {
    let live = empty().usage_plan("u1", "p", "", &[], &[]);
    let manifest = r#"
[usage-plan.one]
manage = false
name = "p"
[usage-plan.two]
manage = false
adopt = "u1"
[key.a]
usage-plans = ["one", "two"]
"#;
    let plan = planned(manifest, &live, TODAY);
    assert_eq!(said(&plan), ["create key a", "attach key a one"]);
}

#[test]
fn a_key_in_its_grace_keeps_its_usage_plan_and_comes_back_to_it() {
    let live = made("\"one\"");
    let id = live.our_key("a").0.as_str().to_owned();
    let (plan, after) = applied(PLANS, &live, TODAY);
    assert_eq!(said(&plan), ["disable key a"]);
    assert_eq!(after.plans_of(&id), ["one"]);
    let (plan, _) = applied(&on("\"one\""), &after, TODAY);
    assert_eq!(said(&plan), ["enable key a"]);
}

#[test]
fn a_key_in_its_grace_leaves_a_usage_plan_that_goes() {
    let live = applied(PLANS, &made("\"one\""), TODAY).1;
    let without = PLANS.replace("[usage-plan.one]\nstages = [\"a1/prod\"]\n", "");
    let (plan, _) = applied(&without, &live, TODAY);
    assert_eq!(said(&plan), ["detach key a one", "delete usage plan one"]);
    assert_eq!(plan.changes[0].risk, Risk::None);
}
