//! `ai-keys disable`: the switch for a leak.

use ai_keys_sandbox::{Act, FaultRule, Turn};

use crate::bulk::with_keys;
use crate::support::{MANIFEST, Ran, TODAY, World, scope};

/// Asks for the words that acknowledge it, and says them.
#[track_caller]
fn disable(world: &World, words: &[&str]) -> Ran {
    let words = [&["disable"], words].concat();
    let asked = world.run(&words).ended(5).err;
    let ack = asked.split("--ack '").nth(1).unwrap();
    let ack = ack.split('\'').next().unwrap();
    world.run(&[&words[..], &["--ack", ack]].concat())
}

fn enabled(world: &World) -> Vec<String> {
    let mut names: Vec<String> = world
        .keys()
        .into_iter()
        .filter_map(|key| key.name.filter(|_| key.enabled))
        .collect();
    names.sort();
    names
}

#[test]
fn without_an_acknowledgement_it_says_what_it_would_do_and_does_nothing() {
    let world = World::new(MANIFEST);
    world.apply().ended(0);
    world.take_calls();
    world
        .run(&["disable", "--all"])
        .ended(5)
        .shows("2 to disable")
        .shows("needs --ack 'disable:all@")
        .says("nothing was changed: 2 value(s) would stop working");
    assert_eq!(world.take_writes(), [""; 0]);
    let wrong = ["disable", "--all", "--ack", "disable:all@0000-0000"];
    world.run(&wrong).ended(5).says("is another plan");
    assert_eq!(enabled(&world), ["alpha", "beta"]);
}

/// Fifty keys or more are disabled with a file, whose rows say again what others wrote.
#[test]
fn a_name_with_a_newline_stays_in_its_row() {
    let world = World::new(&with_keys(60, "owner = \"team-a\""));
    world.apply().ended(0);
    let name = "a\n=1+1,\"b\"\r\nx,y";
    let id = world.key("alpha").id;
    let patch = serde_json::json!({ "patchOperations": [
        { "op": "replace", "path": "/name", "value": name },
    ]});
    let target = format!("/apikeys/{id}");
    let changed = world
        .sandbox
        .out_of_band(&scope(), "PATCH", &target, Some(&patch));
    assert_eq!(changed.unwrap().0, 200);
    let before = world.keys().len();
    world.take_calls();
    disable(&world, &["--all"]).ended(0);
    assert!(world.take_calls().contains(&"ImportApiKeys".to_owned()));
    assert_eq!(enabled(&world), [""; 0]);
    assert_eq!(world.keys().len(), before, "no row became two");
    assert_eq!(world.key(name).id, id);
    world.take_calls();
    world.settles_on(TODAY, 400);
}

#[test]
fn it_disables_what_is_meant_and_nothing_else() {
    let world = World::new(&MANIFEST.replace("owner = \"team-a\"", "owner = \"team-b\""));
    world.apply().ended(0);
    // The manifest says another owner by now than the marker: both are meant.
    world.edit(
        "description = \"First\"\nowner = \"team-b\"",
        "description = \"First\"\nowner = \"team-c\"",
    );
    disable(&world, &["--key", "alpha"])
        .ended(0)
        .shows("applied 1 of 1");
    assert_eq!(enabled(&world), ["beta"]);
    world.apply().ended(0);
    assert_eq!(enabled(&world), ["alpha", "beta"], "the manifest wants it");
    disable(&world, &["--owner", "team-c"]).ended(0);
    assert_eq!(enabled(&world), ["beta"]);
    for words in [["--owner", "nobody"], ["--key", "gamma"]] {
        let ran = world.run(&[&["disable"], &words[..]].concat());
        ran.ended(2).says("no chosen target has a key of ours");
    }
    world.run(&["disable"]).ended(2);
    world.run(&["disable", "--all", "--owner", "x"]).ended(2);
}

#[test]
fn the_manifest_follows_with_write_and_the_next_apply_leaves_them_off() {
    let world = World::new(MANIFEST);
    world.apply().ended(0);
    disable(&world, &["--key", "beta", "--write"])
        .ended(0)
        .shows("keys.toml: 1 key(s) say `enabled = false` now");
    assert!(
        world
            .folder
            .read("keys.toml")
            .contains("[key.beta]\nenabled = false\n")
    );
    world.apply().ended(0).shows("no changes");
    assert_eq!(enabled(&world), ["alpha"]);
    disable(&world, &["--all"]).ended(0).says(
        "the next apply enables them again until keys.toml says `enabled = false` for: alpha",
    );
    // What is off is no reason to write.
    world.take_calls();
    world
        .run(&["disable", "--all"])
        .ended(0)
        .shows("no changes");
    assert_eq!(world.take_writes(), [""; 0]);
}

#[test]
fn hundreds_of_keys_are_disabled_five_hundred_a_call() {
    let world = World::new(&with_keys(600, ""));
    world.apply().ended(0);
    let before = world.keys();
    world.take_calls();
    disable(&world, &["--all", "--write"])
        .ended(0)
        .shows("applied 602 of 602");
    let writes = world.take_writes();
    assert_eq!(writes, ["ImportApiKeys"; 2]);
    for (key, before) in world.keys().into_iter().zip(before) {
        assert!(!key.enabled);
        let same = ai_keys_sandbox::KeyRecord {
            enabled: true,
            ..key
        };
        assert!(same == before, "an import changed something else");
    }
    // An import made them again in no case.
    assert_eq!(world.keys().len(), 602);
    world.apply().ended(0).shows("no changes");
    world.shows_no_value();
}

#[test]
fn the_calls_of_a_switch_are_those_that_it_announced() {
    let world = World::new(&with_keys(600, ""));
    world.apply().ended(0);
    world.take_calls();
    let shown = world.run(&["disable", "--all"]).ended(5).out;
    let refresh = world.take_calls().len();
    // Two pages of values, two files, two pages to verify.
    assert!(
        shown.contains("6 calls (2 of them import many keys at once)"),
        "{shown}"
    );
    disable(&world, &["--all"]).ended(0);
    assert_eq!(world.take_calls().len(), refresh + refresh + 6);
}

#[test]
fn a_lost_answer_and_a_bad_row_are_made_up_for() {
    let world = World::new(&with_keys(60, ""));
    world.apply().ended(0);
    let lost = FaultRule::on("ImportApiKeys", Act::CloseAfter).turn(Turn::First(1));
    world.faults(vec![lost]);
    disable(&world, &["--owner", "team-a"]).ended(0);
    assert_eq!(enabled(&world).len(), 60);
    let refused = FaultRule::on("ImportApiKeys", Act::RefuseRow(3));
    world.faults(vec![refused]);
    disable(&world, &["--all"])
        .ended(4)
        .says("the import left it out; the service says: Row 4: refused");
    world.faults(Vec::new());
    assert_eq!(enabled(&world).len(), 1);
    disable(&world, &["--all"]).ended(0);
    assert_eq!(enabled(&world), [""; 0]);
}

#[test]
fn a_list_that_lags_behind_is_looked_at_again() {
    let world = World::new(&with_keys(60, ""));
    world.apply().ended(0);
    // The refresh of the question and of the run, the values, and then the
    // list that verifies.
    let stale = FaultRule::on("GetApiKeys", Act::StaleRead).turn(Turn::Nth(4));
    world.faults(vec![stale]);
    disable(&world, &["--all"])
        .ended(0)
        .shows("applied 62 of 62");
    let journal = world.sandbox.journal();
    assert!(journal.iter().any(|entry| entry.injected), "none was stale");
    assert_eq!(enabled(&world), [""; 0]);
}

#[test]
fn a_target_that_cannot_be_read_does_not_keep_the_others_on() {
    let world = World::new(MANIFEST);
    world.apply().ended(0);
    world.edit(
        "[defaults.key]",
        "[target.a-lost-one]\nprovider = \"aws-api-gateway\"\nregion = \"eu-west-1\"\n\
         account = \"999999999999\"\n\n[defaults.key]",
    );
    let lost = "target `a-lost-one` cannot be read, and its keys are left as they are: ";
    disable(&world, &["--all"])
        .ended(4)
        .shows("applied 2 of 2 to prod")
        .says(lost);
    assert_eq!(enabled(&world), [""; 0]);
    // Alone it is the error of the run.
    let alone = ["disable", "--all", "--target", "a-lost-one"];
    world.run(&alone).ended(5).says_in_one_line("999999999999");
}

#[test]
fn keys_of_others_are_left_alone() {
    let world = World::new(MANIFEST);
    world.apply().ended(0);
    let key = ai_keys_sandbox::SeedKey {
        name: "theirs".to_owned(),
        description: "Theirs [ai-keys: other/theirs#1]".to_owned(),
        enabled: true,
        value: None,
        usage_plans: Vec::new(),
    };
    world.sandbox.seed(&scope(), &[], &[key]).unwrap();
    disable(&world, &["--all"]).ended(0);
    assert_eq!(enabled(&world), ["theirs"]);
}
