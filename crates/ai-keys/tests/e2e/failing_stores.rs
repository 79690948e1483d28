//! Fault 23: a secret store fails while a new value is on its way to it.

use ai_keys_sandbox::{Act, FaultRule, Refusal, Scope, Turn};
use serde_json::json;

use crate::support::{MANIFEST, TODAY, World, scope};

/// Ninety days after the first value.
const ROTATED: &str = "2027-02-21";

/// The name of a place of each store.
const STORES: [(&str, &str); 2] = [("secrets-manager", "ai/alpha"), ("ssm", "/ai/alpha")];

fn manifest(store: &str, name: &str) -> String {
    MANIFEST.split("\n[key.beta]").next().unwrap().replace(
        "description = \"First\"",
        &format!(
            "description = \"First\"\nrotate = {{ every = \"90d\", overlap = \"7d\" }}\ndeliver = [{{ to = \"{store}\", name = \"{name}\" }}]"
        ),
    )
}

/// A delivered key on the day of its rotation.
fn due(store: &str, name: &str) -> World {
    let world = World::at_hand(&manifest(store, name));
    world.apply().ended(0);
    world.sandbox.clock().set_date(ROTATED).unwrap();
    world
}

fn stored(world: &World) -> String {
    let mut secrets = world.sandbox.secrets(&scope()).into_iter();
    let secret = secrets.find_map(|secret| secret.value);
    secret.unwrap_or_else(|| world.sandbox.parameters(&scope()).remove(0).value)
}

fn refuse(operation: &str, status: u16, code: &str, message: &str) -> FaultRule {
    let refusal = Refusal {
        status,
        code: code.to_owned(),
        message: message.to_owned(),
    };
    FaultRule::on(operation, Act::Refuse(refusal))
}

/// The write that a store refuses: the old value stays and works, the new one waits, and the next
/// run delivers the same one.
#[track_caller]
fn is_finished_later(store: &str, name: &str, rules: Vec<FaultRule>, says: &str) {
    let world = due(store, name);
    let old = world.key("alpha").value;
    world.faults(rules);
    let failed = world.apply_on(ROTATED).ended(4).says(says);
    failed.says("what is left is safe to try again");
    assert!(
        stored(&world) == old,
        "the store goes on serving the old value"
    );
    let keys = world.keys();
    assert_eq!(keys.len(), 2);
    assert!(keys.iter().all(|key| key.enabled), "both work");
    let is_ending = |text: &str| text.contains("retiring=") || text.contains("removed=");
    assert!(
        !keys
            .iter()
            .any(|key| is_ending(key.description.as_deref().unwrap())),
        "the old value has no last day before the new one is delivered"
    );
    let new = keys
        .into_iter()
        .map(|key| key.value)
        .find(|value| *value != old);
    // Nor on the next day, with the store as it is.
    world.apply_on("2027-02-22").ended(4);
    assert_eq!(world.keys().len(), 2, "no third value");
    world.faults(Vec::new());
    world.apply_on("2027-02-22").ended(0);
    assert!(Some(stored(&world)) == new, "the same value arrives");
    world.settles_on("2027-02-22", 90);
}

fn writes_of(store: &str) -> &'static [&'static str] {
    match store {
        "ssm" => &["PutParameter"],
        _ => &["UpdateSecret", "PutSecretValue"],
    }
}

fn every_write(store: &str, status: u16, code: &str, message: &str) -> Vec<FaultRule> {
    let writes = writes_of(store).iter();
    writes
        .map(|operation| refuse(operation, status, code, message))
        .collect()
}

#[test]
fn a_store_that_denies_keeps_the_old_value_working() {
    for (store, name) in STORES {
        let denied = every_write(
            store,
            400,
            "AccessDeniedException",
            "User: x is not authorized",
        );
        is_finished_later(store, name, denied, "is not allowed");
    }
}

#[test]
fn a_store_that_refuses_the_request_keeps_the_old_value_working() {
    for (store, name) in STORES {
        let refused = every_write(store, 400, "InvalidParameterException", "no");
        is_finished_later(store, name, refused, "was refused as invalid");
    }
}

#[test]
fn a_store_whose_kms_key_is_gone_keeps_the_old_value_working() {
    is_finished_later(
        "secrets-manager",
        "ai/alpha",
        every_write(
            "secrets-manager",
            400,
            "EncryptionFailure",
            "the key is disabled",
        ),
        "check `kms-key`",
    );
    is_finished_later(
        "ssm",
        "/ai/alpha",
        every_write("ssm", 400, "InvalidKeyId", "the key is disabled"),
        "check `kms-key`",
    );
}

#[test]
fn a_store_that_finds_the_value_too_long_keeps_the_old_value_working() {
    let message = "Standard tier parameters support a maximum parameter value of 4096 characters.";
    is_finished_later(
        "ssm",
        "/ai/alpha",
        every_write("ssm", 400, "ValidationException", message),
        "a standard parameter 4 KB",
    );
}

#[test]
fn a_store_that_is_full_keeps_the_old_value_working() {
    for (store, name) in STORES {
        let full = every_write(store, 400, "LimitExceededException", "too many versions");
        is_finished_later(store, name, full, "reached a quota");
    }
}

#[test]
fn a_throttled_store_is_waited_for() {
    for (store, name) in STORES {
        let world = due(store, name);
        let throttled = writes_of(store)
            .iter()
            .map(|operation| FaultRule::on(operation, Act::Throttle(None)).turn(Turn::First(2)));
        world.faults(throttled.collect());
        world.apply_on(ROTATED).ended(0);
        let keys = world.keys();
        assert!(keys.iter().any(|key| key.value == stored(&world)));
        world.settles_on(ROTATED, 60);
    }
}

#[test]
fn a_store_that_answers_500_and_then_nothing_is_delivered_to_once() {
    for (store, name) in STORES {
        for act in [
            Act::ErrorBefore(500),
            Act::ErrorAfter(503),
            Act::CloseAfter,
            Act::Truncate,
        ] {
            let world = due(store, name);
            let lost = writes_of(store)
                .iter()
                .map(|operation| FaultRule::on(operation, act.clone()).turn(Turn::Nth(1)));
            world.faults(lost.collect());
            world.apply_on(ROTATED);
            world.settles_on(ROTATED, 60);
            assert_eq!(world.keys().len(), 2, "{store} {act:?}");
            let parameters = world.sandbox.parameters(&scope());
            assert!(parameters.iter().all(|one| one.version == 2), "{act:?}");
        }
    }
}

#[test]
fn a_secret_that_is_scheduled_for_deletion_is_told_and_never_restored() {
    let world = due("secrets-manager", "ai/alpha");
    let old = world.key("alpha");
    // Whether a day is still to come is for the machine's clock to say.
    world.sets_its_clock();
    let scheduled = json!({ "SecretId": "ai/alpha", "RecoveryWindowInDays": 7 });
    world
        .sandbox
        .out_of_band_json(&scope(), "secretsmanager.DeleteSecret", &scheduled)
        .unwrap();
    let plan = world.run(&["plan", "--today", ROTATED]);
    let told = plan.out + &plan.err;
    assert!(told.contains("which was deleted, for good on"), "{told}");
    world.apply_on(ROTATED);
    assert!(world.sandbox.secrets(&scope())[0].is_deleted);
    assert!(world.keys().contains(&old), "the old value works as before");
    let back = json!({ "SecretId": "ai/alpha" });
    let (status, _) = world
        .sandbox
        .out_of_band_json(&scope(), "secretsmanager.RestoreSecret", &back)
        .unwrap();
    assert_eq!(status, 200);
    world.settles_on(ROTATED, 60);
    assert_eq!(world.keys().len(), 2);
}

/// A first delivery that fails leaves a key that works and no secret; the value is not lost.
#[test]
fn a_first_delivery_that_fails_arrives_later_with_the_same_value() {
    for (store, name) in STORES {
        let world = World::at_hand(&manifest(store, name));
        let create = if store == "ssm" {
            "PutParameter"
        } else {
            "CreateSecret"
        };
        world.faults(vec![refuse(create, 400, "AccessDeniedException", "no")]);
        world.apply().ended(4).says("is not allowed");
        let value = world.key("alpha").value;
        world.faults(Vec::new());
        world.apply_on(TODAY).ended(0);
        assert!(stored(&world) == value);
        world.settles();
    }
}

#[test]
fn a_copy_that_cannot_be_made_fails_each_run_until_it_can() {
    let replicas = "name = \"ai/alpha\", replicas = [\"us-east-1\"]";
    let text = manifest("secrets-manager", "ai/alpha").replace("name = \"ai/alpha\"", replicas);
    let world = World::at_hand(&text);
    let there = Scope::new("123456789012", "us-east-1");
    let ask = |target: &str, body| {
        let answer = world.sandbox.out_of_band_json(&there, target, &body);
        assert_eq!(answer.unwrap().0, 200);
    };
    let theirs = json!({ "Name": "ai/alpha", "SecretString": "theirs" });
    ask("secretsmanager.CreateSecret", theirs);
    for _ in 0..2 {
        let failed = world.apply().ended(4);
        failed.says("the copy in us-east-1 was not made: Replication failed");
        assert_eq!(stored(&world), world.key("alpha").value);
    }
    let gone = json!({ "SecretId": "ai/alpha", "ForceDeleteWithoutRecovery": true });
    ask("secretsmanager.DeleteSecret", gone);
    world.take_calls();
    world.settles();
    let copied = world.sandbox.secrets(&there).remove(0).value;
    assert_eq!(copied, Some(world.key("alpha").value));
}
