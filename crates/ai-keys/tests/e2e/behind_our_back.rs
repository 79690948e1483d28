//! Faults 13, 15, 17, 19 and 20: others change the account, or its lists cannot be read.

use ai_keys_sandbox::{Act, FaultRule, ListTags, Options, Refusal, SeedKey, Turn};

use crate::support::{MANIFEST, TODAY, World, finish, scope};

fn seed(world: &World, name: &str, description: &str) -> String {
    let key = SeedKey {
        name: name.to_owned(),
        description: description.to_owned(),
        enabled: true,
        value: None,
        usage_plans: Vec::new(),
    };
    world.sandbox.seed(&scope(), &[], &[key]).unwrap().remove(0)
}

/// A world whose list of keys has three pages, ours on the last.
fn with_many_keys() -> World {
    let world = World::new(MANIFEST);
    world.apply().ended(0);
    let keys: Vec<SeedKey> = (0..1_100)
        .map(|number| SeedKey {
            name: format!("theirs-{number}"),
            description: String::new(),
            enabled: true,
            value: None,
            usage_plans: Vec::new(),
        })
        .collect();
    world.sandbox.seed(&scope(), &[], &keys).unwrap();
    world.take_calls();
    world
}

#[test]
fn a_key_that_was_deleted_is_made_anew_and_a_disabled_one_enabled() {
    let world = World::new(MANIFEST);
    world.apply().ended(0);
    let old = world.key("alpha");
    world.behind("DELETE", &format!("/apikeys/{}", old.id));
    world.plan(&[]).ended(0).shows("+ create  key alpha");
    world.apply().ended(0);
    assert_ne!(world.key("alpha").value, old.value);
    world.settles();
}

#[test]
fn a_usage_plan_that_was_deleted_is_made_anew_with_its_keys() {
    let world = World::new(MANIFEST);
    world.apply().ended(0);
    let usage_plan = world.sandbox.usage_plans(&scope()).remove(0).id;
    world.sandbox.delete_stage(&scope(), &world.stage);
    world.behind("DELETE", &format!("/usageplans/{usage_plan}"));
    world.sandbox.ensure_stage(&scope(), "chat-api", "prod");
    world
        .plan(&[])
        .ended(0)
        .shows("+ create  usage plan standard");
    world.settles();
    assert!(world.keys().iter().all(|key| key.usage_plans.len() == 1));
}

#[test]
fn a_stage_that_was_made_anew_is_put_back_with_one_call() {
    let world = World::new(MANIFEST);
    world.apply().ended(0);
    world.sandbox.delete_stage(&scope(), &world.stage);
    world.sandbox.ensure_stage(&scope(), "chat-api", "prod");
    world.take_calls();
    world.apply().ended(0);
    assert_eq!(world.take_writes(), ["UpdateUsagePlan"]);
    world.settles();
}

#[test]
fn keys_of_the_same_name_that_are_not_ours_are_left_alone() {
    let world = World::new(MANIFEST);
    world.apply().ended(0);
    let theirs = [
        seed(&world, "alpha", "By hand"),
        seed(&world, "alpha", "By hand too"),
    ];
    let before: Vec<_> = world.keys();
    world.apply().ended(0).shows("no changes");
    assert_eq!(world.keys(), before);
    assert!(
        theirs
            .iter()
            .all(|id| before.iter().any(|key| key.id == *id))
    );
    world.settles();
    assert_eq!(world.keys(), before);
}

#[test]
fn a_name_that_somebody_elses_key_has_is_neither_taken_nor_doubled() {
    let world = World::new(MANIFEST);
    let ids = [
        seed(&world, "alpha", "By hand"),
        seed(&world, "alpha", "By hand too"),
    ];
    let refused = world.apply().ended(1);
    assert!(
        ids.iter().all(|id| refused.err.contains(id)),
        "{}",
        refused.err
    );
    assert!(world.take_writes().is_empty());
}

fn expired_position() -> Act {
    Act::Refuse(Refusal {
        status: 400,
        code: "BadRequestException".to_owned(),
        message: "Invalid position parameter".to_owned(),
    })
}

#[test]
fn a_list_whose_position_expired_is_read_from_the_start_once() {
    let world = with_many_keys();
    world.faults(vec![
        FaultRule::on("GetApiKeys", expired_position()).turn(Turn::Nth(2)),
    ]);
    world.plan(&[]).ended(0).shows("no changes");
    let calls = world.take_calls();
    let lists = calls.iter().filter(|name| *name == "GetApiKeys");
    assert_eq!(
        lists.count(),
        5,
        "two of the first try, three of the second"
    );

    world.faults(vec![
        FaultRule::on("GetApiKeys", expired_position()).path("position="),
    ]);
    world.plan(&[]).ended(6).says_in_one_line("GetApiKeys");
    world.settles();
}

#[test]
fn a_list_that_fails_after_its_first_page_plans_nothing() {
    let world = with_many_keys();
    world.faults(vec![
        FaultRule::on("GetApiKeys", Act::ErrorBefore(500)).turn(Turn::After(1)),
    ]);
    world.apply().ended(6).says_in_one_line("GetApiKeys");
    assert!(
        world.take_writes().is_empty(),
        "ours are not taken for missing"
    );
    world.settles();
}

/// Whether `GetApiKeys` tells tags is not documented.
#[test]
fn tags_that_no_list_shows_are_read_for_our_keys_that_have_some() {
    let options = Options {
        list_tags: ListTags::Hidden,
        ..Options::default()
    };
    let tagged = MANIFEST.replace("\"First\"", "\"First\"\ntags = { cost-center = \"cc-1\" }");
    let world = World::with(&tagged, options);
    world.apply().ended(0);
    world.take_calls();
    world.plan(&[]).ended(0).shows("no changes");
    let calls = world.take_calls();
    let reads = calls.iter().filter(|name| *name == "GetTags");
    assert_eq!(reads.count(), 1, "not of the key without tags");
    world.edit("cc-1", "cc-2");
    world.apply().ended(0);
    assert_eq!(world.key("alpha").tags["cost-center"], "cc-2");
    world.settles();
}

/// A description written in the console reaches terminals, logs and comments.
#[test]
fn what_others_wrote_gives_no_command_to_a_terminal_or_a_runner() {
    let world = World::new(MANIFEST);
    world.apply().ended(0);
    let key = world.key("alpha");
    let marker = key.description.unwrap().replace("First ", "");
    let evil = format!("x\n::error::y\r::warning::z ##[error]\u{1b}[2J\u{9b}2J\u{202e} {marker}");
    let patch = serde_json::json!({ "patchOperations": [
        { "op": "replace", "path": "/description", "value": evil },
        { "op": "replace", "path": "/name", "value": "alpha\n::error::n" },
    ]});
    let target = format!("/apikeys/{}", key.id);
    let changed = world
        .sandbox
        .out_of_band(&scope(), "PATCH", &target, Some(&patch));
    assert_eq!(changed.unwrap().0, 200);
    for format in ["human", "json", "markdown"] {
        for github in ["true", "false"] {
            let words = ["plan", "--today", TODAY, "--format", format];
            let ran = finish(world.command(&words).env("GITHUB_ACTIONS", github)).ended(0);
            let printed = ran.out + &ran.err;
            let harmful = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
            // JSON is for programs: its strings hold what was written.
            let is_safe = format == "json" || !printed.contains(harmful);
            assert!(is_safe, "{format}: {printed:?}");
            assert!(github == "false" || !printed.contains("##["), "{printed}");
            let is_command = |line: &str| line.trim_start().starts_with("::");
            assert!(!printed.lines().any(is_command), "{format}: {printed}");
        }
    }
    world.settles();
}
