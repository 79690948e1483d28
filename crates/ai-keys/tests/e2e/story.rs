//! The life of the quickstart's keys, with every write counted.

use crate::support::{TODAY, World, call};

const QUICKSTART: &str = include_str!("../../../../examples/quickstart/keys.toml");
const NOTHING: [&str; 0] = [];

fn works(world: &World, value: &str) -> u16 {
    call(&world.sandbox.invoke_url("chat-api", "prod", "/"), value)
}

#[test]
fn a_key_is_made_works_is_disabled_removed_put_back_and_deleted() {
    let world = World::new(QUICKSTART);
    world.apply().ended(0).shows("applied 5 of 5 to prod");
    let made = [
        "CreateUsagePlan",
        "CreateApiKey",
        "CreateApiKey",
        "CreateUsagePlanKey",
        "CreateUsagePlanKey",
    ];
    assert_eq!(world.take_writes(), made);
    world.apply().ended(0).shows("no changes");
    assert_eq!(world.take_writes(), NOTHING);
    let value = world.key("chat-web").value;
    assert_eq!(works(&world, &value), 200);

    world.edit(
        "description = \"Chat web front end\"",
        "description = \"Chat\"\nenabled = false",
    );
    world
        .plan(&["--detailed-exitcode"])
        .ended(3)
        .shows("chat-web");
    world.take_calls();
    world.apply().ended(0);
    assert_eq!(
        world.take_writes(),
        ["UpdateApiKey"],
        "one call for all fields"
    );
    assert_eq!(works(&world, &value), 403);
    world.edit("enabled = false", "enabled = true");
    world.apply().ended(0);
    assert_eq!(works(&world, &value), 200);

    let (without, entry) = QUICKSTART.split_once("[key.batch-embedder]").unwrap();
    let removed = world.key("batch-embedder").value;
    world.folder.write("keys.toml", without);
    world
        .apply()
        .ended(5)
        .says("--ack 'delete:batch-embedder@")
        .shows("its owner has no other key that works");
    world.apply_acknowledged(TODAY).ended(0);
    assert_eq!(works(&world, &removed), 403);
    world.apply_on("2026-12-06").ended(0).shows("2026-12-07");
    assert_eq!(works(&world, &removed), 403);

    let back = format!("{without}[key.batch-embedder]{entry}");
    world.folder.write("keys.toml", back);
    world.apply_on("2026-12-06").ended(0);
    assert_eq!(works(&world, &removed), 200, "the same value");
    world.settles();

    world.folder.write("keys.toml", without);
    world.apply_acknowledged(TODAY).ended(0);
    world.take_writes();
    world.apply_on("2026-12-07").ended(0);
    assert_eq!(world.take_writes(), ["DeleteApiKey"]);
    assert_eq!(world.keys().len(), 1);
}

#[test]
fn one_create_one_update_and_one_removal_take_their_calls_and_no_more() {
    let world = World::new(QUICKSTART);
    world.apply().ended(0);
    world.edit(
        "description = \"Chat web front end\"",
        "description = \"Chat\"",
    );
    world.edit("[key.batch-embedder]", "[key.night-embedder]");
    let plan = world.plan(&[]).ended(0);
    let plan = plan.shows("+ create  key night-embedder");
    plan.shows("key chat-web").shows("key batch-embedder");
    world.take_calls();
    world.apply().ended(0);
    let mut writes = world.take_writes();
    writes.sort();
    let expected = [
        "CreateApiKey",
        "CreateUsagePlanKey",
        "UpdateApiKey",
        "UpdateApiKey",
    ];
    assert_eq!(writes, expected);
    world.settles();
}

#[test]
fn a_plan_reads_the_account_the_apis_and_each_list_once() {
    let world = World::new(QUICKSTART);
    world.apply().ended(0);
    world.take_calls();
    world.plan(&[]).ended(0);
    let mut calls = world.take_calls();
    assert_eq!(calls.first().map(String::as_str), Some("GetCallerIdentity"));
    calls.sort();
    let expected = [
        "GetApiKeys",
        "GetCallerIdentity",
        "GetRestApis",
        "GetUsagePlanKeys",
        "GetUsagePlans",
    ];
    assert_eq!(calls, expected);
}
