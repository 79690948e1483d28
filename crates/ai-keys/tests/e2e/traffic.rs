//! Keys that are taken away though somebody uses them.

use crate::support::{MANIFEST, TODAY, World, call};

/// An account whose key `alpha` was used three times today, and the manifest without it.
fn used() -> World {
    let world = World::new(MANIFEST);
    world.apply().ended(0);
    let url = world
        .sandbox
        .invoke_url(&world.stage.api_id, &world.stage.stage, "");
    for _ in 0..3 {
        assert_eq!(call(&url, &world.key("alpha").value), 200);
    }
    let (head, rest) = MANIFEST.split_once("[key.alpha]").unwrap();
    let (_, beta) = rest.split_once("[key.beta]").unwrap();
    world
        .folder
        .write("keys.toml", format!("{head}[key.beta]{beta}"));
    world.take_calls();
    world
}

#[test]
fn a_plan_that_turns_callers_away_says_how_many_requests_they_made() {
    let world = used();
    world
        .plan(&[])
        .ended(0)
        .says("AK420")
        .says("it made 3 requests since 2026-11-17, the last on 2026-11-23");
    let asked = world.take_calls();
    let usage = asked.iter().filter(|name| *name == "GetUsage").count();
    assert_eq!(usage, 1, "one call for the usage plan: {asked:?}");
    let json = world.plan(&["--format", "json"]).ended(0).out;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let traffic = &json["plans"][0]["traffic"][0];
    assert_eq!(traffic["requests"], 3);
    assert_eq!(traffic["last-used"], TODAY);
    assert_eq!(traffic["subject"]["name"], "alpha");
}

#[test]
fn an_apply_says_it_before_it_asks_and_a_reviewed_plan_is_not_stale_for_a_request() {
    let world = used();
    world.plan(&["--out", "plan.json"]).ended(0);
    let url = world
        .sandbox
        .invoke_url(&world.stage.api_id, &world.stage.stage, "");
    assert_eq!(call(&url, &world.key("alpha").value), 200);
    world.apply().says("it made 4 requests");
    world
        .run(&["apply", "--yes", "--plan", "plan.json", "--today", TODAY])
        .ended(0);
}

#[test]
fn nothing_is_asked_where_nobody_is_turned_away_or_nobody_called() {
    let world = World::new(MANIFEST);
    world.apply().ended(0);
    world.take_calls();
    world.plan(&[]).ended(0);
    assert!(!world.take_calls().contains(&"GetUsage".to_owned()));
    world.edit(
        "description = \"First\"",
        "description = \"First\"\nenabled = false",
    );
    let quiet = world.plan(&[]).ended(0);
    assert!(world.take_calls().contains(&"GetUsage".to_owned()));
    assert!(!quiet.err.contains("AK420"), "{}", quiet.err);
}

#[test]
fn usage_that_cannot_be_read_is_a_notice() {
    let world = used();
    let denied = ai_keys_sandbox::FaultRule::on("GetUsage", ai_keys_sandbox::Act::ErrorBefore(403));
    world.faults(vec![denied]);
    world
        .plan(&[])
        .ended(0)
        .says("who uses the keys that are taken away is not known");
}
