//! Accounts that somebody filled with bad intent, or badly: names without end, forged and doubled
//! markers, ids that are values, lists that never end, an account that is full.

use std::time::Duration;

use ai_keys_sandbox::{Act, FaultRule, Refusal, SeedKey, Turn};
use serde_json::json;

use crate::support::{MANIFEST, TODAY, World, scope};

fn theirs(name: &str, description: &str) -> SeedKey {
    SeedKey {
        name: name.to_owned(),
        description: description.to_owned(),
        enabled: true,
        value: None,
        usage_plans: Vec::new(),
    }
}

fn seed(world: &World, keys: &[SeedKey]) -> Vec<String> {
    world.sandbox.seed(&scope(), &[], keys).unwrap()
}

fn patch(world: &World, id: &str, path: &str, value: &str) {
    let body = json!({ "patchOperations": [{ "op": "replace", "path": path, "value": value }] });
    let target = format!("/apikeys/{id}");
    let changed = world
        .sandbox
        .out_of_band(&scope(), "PATCH", &target, Some(&body));
    assert_eq!(changed.unwrap().0, 200);
}

/// Every command on the account, each within a few seconds and without the account's own bytes on a
/// terminal.
#[track_caller]
fn is_read_calmly(world: &World) {
    for words in [
        &["plan", "--today", TODAY][..],
        &["plan", "--today", TODAY, "--format", "markdown"],
        &["snapshot", "--out", "live.json"],
        &["plan", "--today", TODAY, "--live", "live.json"],
        &["timeline", "--today", TODAY],
    ] {
        let ran = world.run(words).ended(0);
        assert!(
            ran.took < Duration::from_secs(20),
            "{words:?}: {:?}",
            ran.took
        );
        let printed = format!("{}{}", ran.out, ran.err);
        let harmful =
            |c: char| (c.is_control() && c != '\n') || ('\u{202a}'..='\u{202e}').contains(&c);
        assert!(!printed.contains(harmful), "{words:?}");
        assert!(printed.len() < 60_000, "{words:?}: {} bytes", printed.len());
    }
}

#[test]
fn names_and_descriptions_of_a_hundred_thousand_characters() {
    let world = World::new(MANIFEST);
    world.apply().ended(0);
    let long = "n".repeat(100_000);
    let ids = seed(&world, &[theirs("long-1", ""), theirs("long-2", "")]);
    patch(&world, &ids[0], "/description", &long);
    // AWS has no such name; an answer that had one must do no harm either.
    let ours = world.key("alpha");
    let marker = ours.description.clone().unwrap().replace("First ", "");
    patch(
        &world,
        &ours.id,
        "/description",
        &format!("{} {marker}", "d".repeat(50_000)),
    );
    is_read_calmly(&world);
    world.settles();
    assert!(
        world
            .key("alpha")
            .description
            .unwrap()
            .starts_with("First ")
    );
    assert_eq!(world.keys().len(), 4);
}

/// AWS has no such name either.
#[test]
fn a_key_of_ours_whose_name_has_a_hundred_thousand_characters() {
    let world = World::new(MANIFEST);
    world.apply().ended(0);
    let ours = world.key("alpha");
    let listed = json!({
        "id": ours.id, "name": "n".repeat(100_000), "description": ours.description,
        "enabled": true, "createdDate": 1_790_000_000,
    });
    let page = json!({ "item": [listed] }).to_string();
    world.faults(vec![FaultRule::on("GetApiKeys", Act::Say(page))]);
    world.plan(&[]).ended(0).shows("nnnn").shows("→ alpha");
    is_read_calmly(&world);
    world.settles();
}

#[test]
fn control_and_bidirectional_characters_in_everything_that_can_hold_text() {
    let world = World::new(MANIFEST);
    world.apply().ended(0);
    let evil = "x\u{1b}[2J\u{202e}\u{2066}\r\n::add-mask::y\u{7}\u{9b}31m <img src=x> | `a` [b](c)";
    let ids = seed(&world, &[theirs("evil", evil), theirs("plain", "")]);
    patch(&world, &ids[1], "/name", evil);
    let ours = world.key("beta").id;
    patch(&world, &ours, "/name", evil);
    is_read_calmly(&world);
    world.settles();
    assert_eq!(world.key("beta").id, ours, "renamed back");
}

/// Whoever may edit a description can claim a key for us. What it is then worth is what the file says.
#[test]
fn a_marker_forged_for_an_entry_of_ours_makes_a_twin_that_is_told_before_anything_happens() {
    let world = World::new(MANIFEST);
    world.apply().ended(0);
    let ours = world.key("alpha");
    let marker = ours.description.clone().unwrap();
    seed(&world, &[theirs("alpha", &marker)]);
    world.plan(&[]).says("AK411");
    world.apply_acknowledged(TODAY).ended(0);
    assert!(
        world
            .keys()
            .iter()
            .any(|key| key.value == ours.value && key.enabled),
        "the one in use stays"
    );
    world.settles();
}

#[test]
fn markers_of_other_namespaces_and_broken_ones_are_not_ours() {
    let world = World::new(MANIFEST);
    world.apply().ended(0);
    let forged = [
        "x [ai-keys: other-team/alpha#1]",
        "x [ai-keys: acme-ai-2/alpha#1]",
        "x [ai-keys: acme-ai/alpha#0]",
        "x [ai-keys: acme-ai/alpha#99999999999999999999]",
        "x [ai-keys: acme-ai/../alpha#1]",
        "x [ai-keys: acme-ai/alpha#1",
        "x [AI-KEYS: acme-ai/alpha#1]",
        "x [ai-keys: acme-ai/alpha#1] and more",
        "[ai-keys: acme-ai/alpha#1][ai-keys: other/b#1]",
    ];
    let keys: Vec<SeedKey> = forged
        .iter()
        .enumerate()
        .map(|(number, text)| theirs(&format!("forged-{number}"), text))
        .collect();
    let ids = seed(&world, &keys);
    let before = world.keys();
    world.plan(&[]).ended(0).shows("no changes");
    world.settles();
    assert_eq!(world.keys(), before, "none of {} was touched", ids.len());
}

#[test]
fn a_key_marked_for_an_entry_that_is_not_in_the_file_is_disabled_and_has_its_grace() {
    let world = World::new(MANIFEST);
    world.apply().ended(0);
    seed(&world, &[theirs("ghost", "x [ai-keys: acme-ai/ghost#1]")]);
    world.plan(&[]).ended(0).shows("ghost");
    world.apply_acknowledged(TODAY).ended(0);
    assert!(!world.key("ghost").enabled, "it is not deleted");
    world.apply_on("2026-12-06").ended(0);
    assert!(
        !world.key("ghost").enabled,
        "nor on the last day of its grace"
    );
    world.settles();
}

#[test]
fn a_key_whose_id_is_its_value_is_named_by_a_hash() {
    const LEGACY: &str = "legacyidequalsvalue0123456789abcdefghijk";
    let world = World::new(MANIFEST);
    world.apply().ended(0);
    let body =
        json!({ "name": "legacy", "value": LEGACY, "generateDistinctId": false, "enabled": true });
    let (status, made) = world
        .sandbox
        .out_of_band(&scope(), "POST", "/apikeys", Some(&body))
        .unwrap();
    assert_eq!((status, made["id"].as_str()), (201, Some(LEGACY)));
    is_read_calmly(&world);
    let snapshot = world.folder.read("live.json");
    assert!(!snapshot.contains(LEGACY) && snapshot.contains("legacy"));
    world.settles();
}

/// Each page says that there is another.
#[test]
fn a_list_without_an_end_is_given_up_and_plans_nothing() {
    let world = World::at_hand(MANIFEST);
    world.apply().ended(0);
    world.take_calls();
    let page = json!({ "item": [], "position": "and-so-on" }).to_string();
    world.faults(vec![FaultRule::on("GetApiKeys", Act::Say(page))]);
    world
        .apply()
        .ended(6)
        .says("the list has no end, so nothing of it is used");
    let calls = world.take_calls();
    let lists = calls.iter().filter(|name| *name == "GetApiKeys").count();
    assert!(lists <= 201, "{lists} pages");
    assert!(!calls.iter().any(|name| name.starts_with("Delete")));
    world.settles();
}

/// Lists that are read in the middle of an apply, or where values are: each ends its own change.
#[test]
fn no_list_without_an_end_holds_up_an_apply() {
    let endless = json!({ "item": [], "position": "and-so-on" }).to_string();
    let endless = || Act::Say(endless.clone());
    let exists = Refusal {
        status: 409,
        code: "ConflictException".to_owned(),
        message: "API Key already exists".to_owned(),
    };
    for faults in [
        vec![
            FaultRule::on("CreateApiKey", Act::Refuse(exists)),
            FaultRule::on("GetApiKeys", endless()).path("name="),
        ],
        vec![
            FaultRule::on("CreateUsagePlan", Act::CloseAfter).turn(Turn::Nth(1)),
            FaultRule::on("GetUsagePlans", endless()).turn(Turn::After(1)),
        ],
    ] {
        let world = World::new(MANIFEST);
        world.faults(faults);
        world.apply().ended(4).says("the list has no end");
        world.settles();
    }
}

#[test]
fn values_are_not_taken_from_half_a_list() {
    let world = World::at_hand(&crate::bulk::with_keys(60, "owner = \"team-a\""));
    world.apply().ended(0);
    world.take_calls();
    let asked = world.run(&["disable", "--all"]).ended(5).err;
    let ack = asked.split("--ack '").nth(1).unwrap();
    let ack = ack.split('\'').next().unwrap();
    let endless = json!({ "item": [], "position": "and-so-on" }).to_string();
    world.faults(vec![
        FaultRule::on("GetApiKeys", Act::Say(endless)).path("includeValues=true"),
    ]);
    world
        .run(&["disable", "--all", "--ack", ack])
        .ended(4)
        .says("the list has no end");
    assert!(world.keys().iter().all(|key| key.enabled));
    world.settles_on(TODAY, 400);
}

#[test]
fn a_store_whose_list_has_no_end_holds_up_no_plan() {
    for (to, operation, list) in [
        ("secrets-manager", "ListSecrets", "SecretList"),
        ("ssm", "DescribeParameters", "Parameters"),
    ] {
        let name = if to == "ssm" { "/ai/{key}" } else { "ai/{key}" };
        let deliver = format!("[defaults.key]\ndeliver = [{{ to = \"{to}\", name = \"{name}\" }}]");
        let world = World::at_hand(&MANIFEST.replace("[defaults.key]", &deliver));
        let endless = json!({ list: [], "NextToken": "and-so-on" }).to_string();
        world.faults(vec![FaultRule::on(operation, Act::Say(endless))]);
        world.apply().says("the list has no end");
        world.settles();
    }
}

#[test]
fn an_account_at_its_limit_is_said_and_the_rest_goes_on() {
    let world = World::at_hand(MANIFEST);
    let keys: Vec<SeedKey> = (0..9_999)
        .map(|number| theirs(&format!("theirs-{number}"), ""))
        .collect();
    let ids = seed(&world, &keys);
    let ran = world.apply().ended(4);
    ran.says("LimitExceededException")
        .says("ask AWS for a higher quota");
    assert_eq!(world.keys().len(), 10_000, "the one that fits is made");
    for id in ids.iter().take(5) {
        world.behind("DELETE", &format!("/apikeys/{id}"));
    }
    // The sandbox at hand keeps no rate: one apply is counted alone.
    world.take_calls();
    world.settles_on(TODAY, 200);
    assert_eq!(world.keys().len(), 9_996);
}

#[test]
fn a_key_of_cloudformation_is_taken_over_only_with_an_acknowledgement() {
    let world = World::new(MANIFEST);
    world.apply().ended(0);
    // Only CloudFormation can set such tags.
    let page = json!({ "item": [{
        "id": "stack12345", "name": "stacked", "enabled": true, "createdDate": 1_790_000_000,
        "tags": { "aws:cloudformation:stack-name": "s", "aws:cloudformation:logical-id": "K" },
    }] });
    let text = MANIFEST.split("\n[key.alpha]").next().unwrap();
    let entry = "[key.stacked]\nadopt = \"stack12345\"\nowner = \"team-a\"\ndescription = \"x\"\n";
    world.folder.write("keys.toml", format!("{text}\n{entry}"));
    world.faults(vec![FaultRule::on(
        "GetApiKeys",
        Act::Say(page.to_string()),
    )]);
    world
        .plan(&[])
        .ended(0)
        .says("AK412")
        .says("CloudFormation owns");
    world.take_calls();
    world.apply().ended(5).says("--ack");
    assert_eq!(world.take_writes(), [""; 0]);
    world.folder.write("keys.toml", MANIFEST);
    world.settles();
}

#[test]
fn an_answer_that_quotes_a_value_is_scrubbed() {
    let world = World::new(MANIFEST);
    world.apply().ended(0);
    let value = world.key("alpha").value;
    let quoting = Refusal {
        status: 400,
        code: "BadRequestException".to_owned(),
        message: "\u{1b}[2J::error::no\n".to_owned(),
    };
    world.edit("First", "Changed");
    world.faults(vec![FaultRule::on("UpdateApiKey", Act::Refuse(quoting))]);
    let ran = world.apply().ended(4);
    assert!(
        !ran.err.contains('\u{1b}') && !ran.err.contains("\n::error"),
        "{}",
        ran.err
    );
    assert!(!ran.err.contains(&value));
    world.settles();
}
