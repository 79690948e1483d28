//! Keys of KMS that exist: made by moto's KMS, named to the stores as a manifest names them.
//!
//! moto's stores encrypt nothing and take any name of a key; what a store says of a key that is missing, disabled or
//! denied is asserted on the sandbox, in `faults`.

use ai_keys_core::state::DeliverySpec;
use serde_json::{Value, json};

use crate::world::{FIRST, SECOND, World, generation, parameter, secret};

/// A key, by the three names that a manifest may give it.
struct Key {
    id: String,
    names: [String; 3],
}

fn make(world: &World, alias: &str) -> Key {
    let made = world.ask("TrentService.CreateKey", &json!({ "Description": alias }));
    let text = |member: &str| made["KeyMetadata"][member].as_str().unwrap().to_owned();
    let (id, arn) = (text("KeyId"), text("Arn"));
    let alias = format!("alias/{alias}");
    let body = json!({ "AliasName": alias, "TargetKeyId": id });
    world.ask("TrentService.CreateAlias", &body);
    Key {
        names: [alias, id.clone(), arn],
        id,
    }
}

/// Returns the key that KMS finds by the name that a store has of it.
fn found(world: &World, name: &Value) -> Value {
    let body = json!({ "KeyId": name });
    world.ask("TrentService.DescribeKey", &body)["KeyMetadata"]["KeyId"].clone()
}

fn key_of_parameter(world: &World, name: &str) -> Value {
    let filter = json!({ "Key": "Name", "Option": "Equals", "Values": [name] });
    let body = json!({ "ParameterFilters": [filter] });
    let listed = world.ask("AmazonSSM.DescribeParameters", &body);
    found(world, &listed["Parameters"][0]["KeyId"])
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_is_encrypted_with_the_key_that_the_manifest_names() {
    let Some(world) = World::moto().await else {
        return;
    };
    let (first, second) = (make(&world, "ai"), make(&world, "ai-next"));
    let by = |name: &str| DeliverySpec {
        kms_key: Some(name.to_owned()),
        ..DeliverySpec::default()
    };
    for (at, name) in first.names.iter().enumerate() {
        let names = [format!("chat-{at}"), format!("/chat-{at}")];
        let places = [secret(&names[0]), parameter(&names[1])];
        for place in &places {
            let delivered = world.deliver(place, &by(name), 1, FIRST).await;
            delivered.unwrap();
        }
        let of_secret = world.described(&names[0])["KmsKeyId"].clone();
        assert_eq!(found(&world, &of_secret), first.id, "{name}");
        assert_eq!(key_of_parameter(&world, &names[1]), first.id, "{name}");

        // The next value goes by another key.
        let spec = by(&second.names[at]);
        for place in &places {
            world.deliver(place, &spec, 2, SECOND).await.unwrap();
            assert_eq!(world.seen(place, &spec).await, generation(2, &spec));
        }
        let of_secret = world.described(&names[0])["KmsKeyId"].clone();
        assert_eq!(found(&world, &of_secret), second.id, "{name}");
        assert_eq!(key_of_parameter(&world, &names[1]), second.id, "{name}");
        assert_eq!(world.secret(&names[0]), SECOND);
        assert_eq!(world.parameter(&names[1]), SECOND);
    }
}
