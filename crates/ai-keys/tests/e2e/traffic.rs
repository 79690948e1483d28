//! Keys that are taken away though somebody uses them.

use crate::support::{MANIFEST, TODAY, World, call};

/// An account whose key `alpha` was used three times today.
fn called() -> World {
    let world = World::new(MANIFEST);
    world.apply().ended(0);
    let url = world
        .sandbox
        .invoke_url(&world.stage.api_id, &world.stage.stage, "");
    for _ in 0..3 {
        assert_eq!(call(&url, &world.key("alpha").value), 200);
    }
    world.take_calls();
    world
}

/// As [`called`], and the manifest without that key.
fn used() -> World {
    let world = called();
    let (head, rest) = MANIFEST.split_once("[key.alpha]").unwrap();
    let (_, beta) = rest.split_once("[key.beta]").unwrap();
    world
        .folder
        .write("keys.toml", format!("{head}[key.beta]{beta}"));
    world
}

#[test]
fn a_plan_that_turns_callers_away_says_how_many_requests_they_made() {
    let world = used();
    world
        .plan(&[])
        .ended(0)
        .says("AK420")
        .says("it made 3 requests since 2026-11-17, the last on 2026-11-23")
        .shows("\n      3 requests in 7 days\n");
    let asked = world.take_calls();
    let usage = asked.iter().filter(|name| *name == "GetUsage").count();
    assert_eq!(usage, 1, "one call for the usage plan: {asked:?}");
    let json = world.plan(&["--format", "json"]).ended(0).out;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let traffic = &json["plans"][0]["traffic"][0];
    assert_eq!(traffic["requests"], 3);
    assert_eq!(traffic["last-used"], TODAY);
    assert_eq!(traffic["subject"]["name"], "alpha");
    world
        .plan(&["--format", "markdown"])
        .ended(0)
        .shows(" · **blocks callers** | 3 requests in 7 days | removed |\n");
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
fn a_key_that_nobody_uses_is_shown_as_such_without_a_warning() {
    let world = World::new(MANIFEST);
    world.apply().ended(0);
    world.edit(
        "description = \"First\"",
        "description = \"First\"\nenabled = false",
    );
    let quiet = world.plan(&[]).ended(0);
    let quiet = quiet.shows("\n      no request in 7 days\n");
    assert!(!quiet.err.contains("AK420"), "{}", quiet.err);
    let json = world.plan(&["--format", "json"]).ended(0).out;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let traffic = &json["plans"][0]["traffic"][0];
    assert_eq!(traffic["requests"], 0);
    assert_eq!(traffic.get("last-used"), None);
    world
        .plan(&["--format", "markdown"])
        .ended(0)
        .shows(" · **blocks callers** | no request in 7 days | L");
}

#[test]
fn of_a_key_on_no_usage_plan_nothing_is_said_since_nothing_is_counted() {
    let manifest = MANIFEST.replace("[key.alpha]\n", "[key.alpha]\nusage-plans = []\n");
    let world = World::new(&manifest);
    world.apply().ended(0);
    for description in ["First", "Second"] {
        let line = format!("description = \"{description}\"");
        world.edit(&line, &format!("{line}\nenabled = false"));
    }
    let plan = world.plan(&[]).ended(0);
    assert_eq!(
        plan.out.matches("blocks callers").count(),
        2,
        "{}",
        plan.out
    );
    assert_eq!(plan.out.matches("in 7 days").count(), 1, "{}", plan.out);
}

#[test]
fn a_revocation_says_whom_it_turns_away_and_a_rotation_has_nothing_to_ask() {
    let world = called();
    let words = ["rotate", "alpha", "--yes", "--today", TODAY];
    world.run(&words).ended(0);
    assert!(!world.take_calls().contains(&"GetUsage".to_owned()));
    let words = [&words[..], &["--revoke"]].concat();
    let revoked = world.run(&words).ended(0);
    revoked
        .says("AK420")
        .says("it made 3 requests since 2026-11-17, the last on 2026-11-23");
    let of_alpha = world.keys().into_iter();
    let of_alpha = of_alpha.filter(|key| key.name.as_deref() == Some("alpha"));
    let open = of_alpha.filter(|key| world.answers(&key.value) == 200);
    assert_eq!(open.count(), 1, "the newest");
}

#[test]
fn nothing_is_asked_where_nobody_is_turned_away() {
    let world = World::new(MANIFEST);
    world.apply().ended(0);
    world.take_calls();
    world.plan(&[]).ended(0);
    assert!(!world.take_calls().contains(&"GetUsage".to_owned()));
    world.edit(
        "description = \"First\"",
        "description = \"First\"\nenabled = false",
    );
    world.plan(&[]).ended(0);
    assert!(world.take_calls().contains(&"GetUsage".to_owned()));
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
