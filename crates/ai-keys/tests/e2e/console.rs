//! Faults 12 to 14: somebody works in the console while the file says something else.

use std::time::{Duration, Instant};

use ai_keys_sandbox::{Act, FaultRule};
use serde_json::json;

use crate::support::{MANIFEST, TODAY, World, scope};

/// One key whose value is in a secret.
fn delivered() -> World {
    let world = World::at_hand(&MANIFEST.replace(
        "description = \"First\"",
        "description = \"First\"\ndeliver = [{ to = \"secrets-manager\", name = \"ai/{key}\" }]",
    ));
    world.apply().ended(0);
    world
}

fn secret(world: &World) -> String {
    let secret = world.sandbox.secrets(&scope()).remove(0);
    secret.value.unwrap()
}

fn change(world: &World, key: &str, operations: &serde_json::Value) {
    let target = format!("/apikeys/{}", world.key(key).id);
    let patch = json!({ "patchOperations": operations });
    let answer = world
        .sandbox
        .out_of_band(&scope(), "PATCH", &target, Some(&patch));
    assert_eq!(answer.unwrap().0, 200);
}

#[test]
fn a_key_that_was_deleted_gets_a_new_value_and_so_does_its_secret() {
    let world = delivered();
    let old = world.key("alpha");
    assert!(secret(&world) == old.value);
    world.behind("DELETE", &format!("/apikeys/{}", old.id));
    let plan = world.plan(&[]).ended(0);
    plan.shows("+ create  key alpha").shows("ai/alpha");
    world.apply().ended(0);
    let new = world.key("alpha");
    assert!(new.value != old.value && secret(&world) == new.value);
    world.settles();
}

#[test]
fn a_key_that_goes_away_while_its_change_is_on_its_way_is_planned_again() {
    let world = World::new(MANIFEST);
    world.apply().ended(0);
    world.edit("First", "Changed");
    world.take_calls();
    world.faults(vec![
        FaultRule::on("UpdateApiKey", Act::Delay).delay_ms(800),
    ]);
    let run = world.start(&["apply", "--yes", "--today", TODAY]);
    let patience = Instant::now() + Duration::from_secs(30);
    // The account was read to its end: what is next is the change.
    while world.sandbox.journal().len() < 5 {
        assert!(Instant::now() < patience);
        std::thread::sleep(Duration::from_millis(2));
    }
    std::thread::sleep(Duration::from_millis(50));
    world.behind("DELETE", &format!("/apikeys/{}", world.key("alpha").id));
    let ran = world.seen(run.end()).ended(4);
    ran.says("UpdateApiKey")
        .says("found nothing")
        .says("plan again");
    world.settles();
    assert_eq!(world.keys().len(), 2);
}

#[test]
fn what_was_changed_in_the_console_is_shown_field_by_field_and_put_back() {
    let other = "\n[usage-plan.premium]\nstages = [\"chat-api/beta\"]\n\n[key.alpha]";
    let world = World::new(&MANIFEST.replace("\n[key.alpha]", other));
    world.sandbox.ensure_stage(&scope(), "chat-api", "beta");
    world.apply().ended(0);
    let value = world.key("alpha").value;
    let disabled = json!([
        { "op": "replace", "path": "/enabled", "value": "false" },
        { "op": "replace", "path": "/name", "value": "omega" },
    ]);
    change(&world, "alpha", &disabled);
    let plans = world.sandbox.usage_plans(&scope());
    let id = |name: &str| {
        let plan = plans.iter().find(|plan| plan.name == name);
        plan.unwrap().id.clone()
    };
    let beta = world.key("beta").id;
    world.behind(
        "DELETE",
        &format!("/usageplans/{}/keys/{beta}", id("standard")),
    );
    let member = json!({ "keyId": beta, "keyType": "API_KEY" });
    let members = format!("/usageplans/{}/keys", id("premium"));
    let joined = world
        .sandbox
        .out_of_band(&scope(), "POST", &members, Some(&member));
    assert_eq!(joined.unwrap().0, 201);

    let plan = world.plan(&[]).ended(0);
    for field in ["name", "omega", "enabled", "standard", "premium"] {
        assert!(plan.out.contains(field), "no {field} in:\n{}", plan.out);
    }
    world.take_calls();
    world.apply().ended(0);
    let mut writes = world.take_writes();
    writes.sort();
    let expected = ["CreateUsagePlanKey", "DeleteUsagePlanKey", "UpdateApiKey"];
    assert_eq!(writes, expected, "one call for all fields of the key");
    assert!(world.key("alpha").value == value);
    world.settles();
}
