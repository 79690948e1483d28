//! A key that is switched off or has expired: none of its values opens anything, wherever its
//! rotation stands.

use ai_keys_sandbox::{Act, FaultRule, Refusal};
use serde_json::json;

use crate::support::{MANIFEST, World, scope};

const ROTATED: &str = "2027-02-21";
const NEXT_DAY: &str = "2027-02-22";
const ENDS: [&str; 2] = ["enabled = false", "expires = 2027-02-22"];

/// A key on the day of its rotation, whose new value is made and, unless the store fails, delivered.
fn rotated(faults: Vec<FaultRule>) -> World {
    let (one, _) = MANIFEST.split_once("\n[key.beta]").unwrap();
    let world = World::at_hand(&format!(
        "{one}\nrotate = {{ every = \"90d\", overlap = \"7d\" }}\n\
         deliver = [{{ to = \"secrets-manager\", name = \"ai/alpha\" }}]\n"
    ));
    world.apply().ended(0);
    world.sandbox.clock().set_date(ROTATED).unwrap();
    let code = if faults.is_empty() { 0 } else { 4 };
    world.faults(faults);
    world.apply_on(ROTATED).ended(code);
    assert_eq!(answers(&world), [200, 200], "both work");
    world.sandbox.clock().set_date(NEXT_DAY).unwrap();
    world
}

fn answers(world: &World) -> Vec<u16> {
    let keys = world.keys().into_iter();
    keys.map(|key| world.answers(&key.value)).collect()
}

/// Ends the key in the file, and applies on the next day with the store as it is.
#[track_caller]
fn closes(world: &World, end: &str) {
    world.edit("owner = \"team-a\"", &format!("owner = \"team-a\"\n{end}"));
    world.apply_on(NEXT_DAY).ended(0);
    assert_eq!(answers(world), [403, 403], "{end}");
}

fn denied(operation: &str) -> Vec<FaultRule> {
    let refusal = Refusal {
        status: 400,
        code: "AccessDeniedException".to_owned(),
        message: "User: x is not authorized".to_owned(),
    };
    vec![FaultRule::on(operation, Act::Refuse(refusal))]
}

#[test]
fn both_values_of_an_overlap_are_closed() {
    for end in ENDS {
        let world = rotated(Vec::new());
        closes(&world, end);
        world.settles_on(NEXT_DAY, 90);
        assert_eq!(answers(&world), [403, 403], "{end}");
    }
}

#[test]
fn a_value_that_waits_for_the_delivery_of_the_next_is_closed_too() {
    for end in ENDS {
        closes(&rotated(denied("UpdateSecret")), end);
    }
}

#[test]
fn a_store_that_cannot_be_seen_keeps_no_value_open() {
    let world = rotated(denied("UpdateSecret"));
    world.faults(denied("ListSecrets"));
    closes(&world, ENDS[0]);
}

#[test]
fn a_secret_that_was_deleted_keeps_no_value_open() {
    let world = rotated(denied("UpdateSecret"));
    let secret = json!({"SecretId": "ai/alpha", "RecoveryWindowInDays": 7});
    world
        .sandbox
        .out_of_band_json(&scope(), "secretsmanager.DeleteSecret", &secret)
        .unwrap();
    closes(&world, ENDS[1]);
}
