//! Faults 4 and 5: a change is carried out, and its answer lost.

use std::time::{Duration, Instant};

use ai_keys_sandbox::{Act, FaultRule, Turn};

use crate::support::{MANIFEST, TODAY, World, scope};

/// The first call of an operation loses its answer; one apply makes up for it.
#[track_caller]
fn heals(operation: &str, act: Act) {
    let world = World::new(MANIFEST);
    world.faults(vec![FaultRule::on(operation, act).turn(Turn::Nth(1))]);
    world.apply().ended(0).shows("applied 5 of 5");
    assert_eq!(world.keys().len(), 2, "no second key");
    assert_eq!(world.sandbox.usage_plans(&scope()).len(), 1);
    let on_none = world.keys().iter().any(|key| key.usage_plans.is_empty());
    assert!(!on_none);
    world.settles();
}

#[test]
fn a_create_whose_connection_closed_is_adopted() {
    heals("CreateApiKey", Act::CloseAfter);
}

#[test]
fn a_create_that_answered_503_is_adopted() {
    heals("CreateApiKey", Act::ErrorAfter(503));
}

#[test]
fn a_create_with_half_an_answer_is_adopted() {
    heals("CreateApiKey", Act::Truncate);
}

#[test]
fn a_create_that_never_answers_is_adopted() {
    heals("CreateApiKey", Act::HangAfter);
}

#[test]
fn a_create_that_did_not_arrive_is_sent_again() {
    heals("CreateApiKey", Act::CloseBefore);
    heals("CreateApiKey", Act::ErrorBefore(500));
}

#[test]
fn a_usage_plan_is_made_once() {
    heals("CreateUsagePlan", Act::CloseAfter);
    heals("CreateUsagePlan", Act::Truncate);
}

#[test]
fn a_key_is_put_on_its_usage_plan_once() {
    heals("CreateUsagePlanKey", Act::CloseAfter);
    heals("CreateUsagePlanKey", Act::ErrorAfter(500));
}

#[test]
fn an_update_and_a_delete_are_sent_again() {
    let world = World::new(MANIFEST);
    world.apply().ended(0);
    world.edit("First", "Changed");
    world.edit("[key.beta]", "[key.gamma]");
    world.faults(vec![
        FaultRule::on("UpdateApiKey", Act::CloseAfter).turn(Turn::First(2)),
    ]);
    world.apply().ended(0);
    world.faults(vec![
        FaultRule::on("DeleteApiKey", Act::CloseAfter).turn(Turn::Nth(1)),
    ]);
    world.apply_on("2026-12-30").ended(0);
    assert_eq!(world.keys().len(), 2);
}

#[test]
fn an_update_of_a_usage_plan_whose_answer_is_lost_is_not_repeated_blindly() {
    let world = World::new(MANIFEST);
    world.apply().ended(0);
    world.sandbox.ensure_stage(&scope(), "chat-api", "beta");
    world.edit(
        "[\"chat-api/prod\"]",
        "[\"chat-api/prod\", \"chat-api/beta\"]",
    );
    world.faults(vec![
        FaultRule::on("UpdateUsagePlan", Act::CloseAfter).turn(Turn::Nth(1)),
    ]);
    world.take_calls();
    world
        .apply()
        .ended(4)
        .says("the change may have happened; run again: it is looked up before it is repeated");
    assert_eq!(world.take_writes(), ["UpdateUsagePlan"]);
    world.settles();
}

/// Six keys are to be made, and the service breaks down in the middle for as long as two of them
/// are tried: the others are made, and the count is right.
#[test]
fn a_burst_of_errors_leaves_an_exact_summary() {
    let alone = "usage-plans = []\n";
    let more = |name| format!("\n[key.{name}]\nowner = \"team-a\"\n{alone}");
    let names = ["gamma", "delta", "epsilon", "zeta"];
    // One key joins a usage plan, so that all errors are for it: keys that join at once share them.
    let world = World::new(&format!("{MANIFEST}{alone}{}", names.map(more).concat()));
    world.faults(vec![
        FaultRule::on("CreateApiKey", Act::ErrorBefore(500)).turn(Turn::First(3)),
        FaultRule::on("CreateUsagePlanKey", Act::ErrorBefore(500)).turn(Turn::First(5)),
    ]);
    world
        .apply()
        .ended(4)
        .shows("applied 7 of 8")
        .says("CreateUsagePlanKey");
    assert_eq!(world.keys().len(), 6);
    world.settles_on(TODAY, 90);
}

/// Between the lost answer and the next try somebody rewrites the description:
/// the value is ours, the marker is not.
#[test]
fn a_key_without_our_marker_is_not_adopted_even_if_its_value_is_ours() {
    let world = World::new(MANIFEST.split("[key.beta]").next().unwrap());
    world.faults(vec![
        FaultRule::on("CreateApiKey", Act::CloseAfter).turn(Turn::Nth(1)),
        FaultRule::on("CreateApiKey", Act::Delay)
            .turn(Turn::After(1))
            .delay_ms(1_000),
    ]);
    let run = world.start(&["apply", "--yes", "--today", TODAY]);
    let patience = Instant::now() + Duration::from_secs(30);
    while world.keys().is_empty() {
        assert!(Instant::now() < patience);
        std::thread::sleep(Duration::from_millis(2));
    }
    let patch = serde_json::json!({ "patchOperations": [
        { "op": "replace", "path": "/description", "value": "Mine [ai-keys: other/alpha#1]" },
    ]});
    let target = format!("/apikeys/{}", world.key("alpha").id);
    let (status, _) = world
        .sandbox
        .out_of_band(&scope(), "PATCH", &target, Some(&patch))
        .unwrap();
    assert_eq!(status, 200);
    let ran = world.seen(run.end()).ended(4);
    ran.says("a key with this value exists");
    let key = world.key("alpha");
    assert!(key.usage_plans.is_empty(), "it was not touched");
    assert!(key.description.as_ref().unwrap().contains("other/alpha"));
    // Its name is taken now.
    world.edit("[key.alpha]", "[key.alpha]\nname = \"alpha-2\"");
    world.settles();
    assert!(world.keys().contains(&key));
}

/// The key is made, and nobody may ask again for an hour.
#[test]
fn a_create_whose_answer_was_lost_is_looked_for_whatever_the_next_attempt_is_told() {
    let (one_key, _) = MANIFEST.split_once("[key.beta]").unwrap();
    let world = World::new(one_key);
    world.faults(vec![
        FaultRule::on("CreateApiKey", Act::CloseAfter).turn(Turn::Nth(1)),
        FaultRule::on("CreateApiKey", Act::Throttle(Some("3600".to_owned()))),
    ]);
    world.apply().ended(0).shows("applied 3 of 3 to prod");
    assert_eq!(world.keys().len(), 1);
    world.settles();
}
