//! Faults 6, 7, 21, 22 and 24: the account says no.

use ai_keys_sandbox::{Act, FaultRule, Refusal, Turn};

use crate::support::{MANIFEST, World};

fn refuse(operation: &str, status: u16, code: &str, message: &str) -> FaultRule {
    let refusal = Refusal {
        status,
        code: code.to_owned(),
        message: message.to_owned(),
    };
    FaultRule::on(operation, Act::Refuse(refusal))
}

#[test]
fn a_value_that_a_key_of_somebody_else_has_is_not_taken_over() {
    let world = World::new(MANIFEST);
    world.faults(vec![
        refuse(
            "CreateApiKey",
            409,
            "ConflictException",
            "API Key already exists",
        )
        .turn(Turn::Nth(1)),
    ]);
    world
        .apply()
        .ended(4)
        .shows("applied 3 of 5")
        .says("a key with this value exists");
    assert_eq!(world.keys().len(), 1, "nothing was adopted");
    world.settles();
}

#[test]
fn a_concurrent_modification_is_tried_again() {
    let world = World::new(MANIFEST);
    let busy = FaultRule::on("CreateUsagePlanKey", Act::ConcurrentModification);
    world.faults(vec![busy.turn(Turn::First(3))]);
    world.apply().ended(0).shows("applied 5 of 5");
    world.settles();
}

#[test]
fn a_reached_quota_is_not_tried_again_and_stops_nobody_else() {
    let world = World::new(MANIFEST);
    world.faults(vec![
        FaultRule::on("CreateApiKey", Act::LimitExceeded).turn(Turn::Nth(2)),
    ]);
    world
        .apply()
        .ended(4)
        .shows("applied 3 of 5")
        .says("delete what is unused, or ask AWS for a higher quota");
    let creates = world.take_writes();
    let creates = creates.iter().filter(|name| *name == "CreateApiKey");
    assert_eq!(creates.count(), 2);
    world.settles();
}

const MOVED: &str = "\n[usage-plan.premium]\nstages = [\"chat-api/prod\"]\n\n[key.alpha]";

#[test]
fn a_key_that_lost_its_usage_plan_halfway_is_named_and_comes_first_next_time() {
    let world = World::new(MANIFEST);
    world.apply().ended(0);
    world.edit("\n[key.alpha]", MOVED);
    world.edit(
        "description = \"First\"",
        "description = \"First\"\nusage-plans = [\"premium\"]",
    );
    world.faults(vec![refuse(
        "CreateUsagePlanKey",
        400,
        "BadRequestException",
        "No",
    )]);
    world
        .apply()
        .ended(4)
        .says("key alpha is on no usage plan now, and is answered 403: run again at once");
    world.settles();
    assert_eq!(world.key("alpha").usage_plans.len(), 1);
}

#[test]
fn credentials_that_expire_midway_stop_everything_at_once() {
    let world = World::new(MANIFEST);
    world.faults(vec![
        FaultRule::on("CreateApiKey", Act::ExpiredToken),
        FaultRule::on("CreateUsagePlanKey", Act::ExpiredToken),
    ]);
    world
        .apply()
        .ended(4)
        .shows("applied 1 of 5")
        .says("has expired credentials")
        .says("2 change(s) were not tried");
    let writes = world.take_writes();
    assert_eq!(
        writes,
        ["CreateUsagePlan", "CreateApiKey", "CreateApiKey"],
        "a 403 is never repeated"
    );
    world.settles();
}

#[test]
fn a_list_without_an_end_plans_nothing() {
    let world = World::new(MANIFEST);
    world.apply().ended(0);
    world
        .folder
        .write("keys.toml", MANIFEST.split("[key.beta]").next().unwrap());
    world.faults(vec![refuse(
        "GetUsagePlanKeys",
        400,
        "BadRequestException",
        "No",
    )]);
    world.take_calls();
    world.apply().ended(6).says("GetUsagePlanKeys");
    assert!(world.take_writes().is_empty());
}

#[test]
fn a_tag_that_could_not_be_removed_is_not_forgotten() {
    let tagged = MANIFEST.replace("\"First\"", "\"First\"\ntags = { a = \"1\" }");
    let world = World::new(&tagged);
    world.apply().ended(0);
    world.edit("\ntags = { a = \"1\" }", "");
    world.faults(vec![
        FaultRule::on("UntagResource", Act::ErrorBefore(400)).turn(Turn::Nth(1)),
    ]);
    world.apply().ended(4).says("1 change(s) were not tried");
    world.faults(Vec::new());
    world.apply().ended(0).shows("tag a");
    world.settles();
}
