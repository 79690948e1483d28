//! How many calls a look takes.

use ai_keys::sink::{Token, Wanted};
use ai_keys_core::state::{Delivered, DeliverySpec};
use ai_keys_sandbox::Scope;
use serde_json::json;

use crate::world::{World, parameter, secret};

/// Puts 250 secrets and 120 parameters there, as earlier runs left them.
fn seed(world: &World, spec: &DeliverySpec) -> Vec<Wanted> {
    let scope = Scope::new("123456789012", "eu-west-1");
    let mut wanted = Vec::new();
    for n in 0..250 {
        let key = format!("key-{n}");
        let token = Token {
            namespace: "acme-ai".to_owned(),
            key: key.clone(),
            generation: 1,
        };
        let note = format!("[ai-keys: acme-ai/{key}#1 settings={}]", spec.fingerprint());
        let mut places = vec![secret(&format!("ai/{key}"))];
        let body = json!({
            "Name": format!("ai/{key}"), "SecretString": "v", "Description": note,
            "ClientRequestToken": token.version_id(),
        });
        let ask = |target, body| {
            world
                .the_sandbox()
                .out_of_band_json(&scope, target, body)
                .unwrap()
        };
        assert_eq!(ask("secretsmanager.CreateSecret", &body).0, 200);
        if n < 120 {
            places.push(parameter(&format!("/ai/{key}")));
            let body = json!({
                "Name": format!("/ai/{key}"), "Value": "v", "Description": note, "Type": "SecureString",
            });
            assert_eq!(ask("AmazonSSM.PutParameter", &body).0, 200);
        }
        wanted.extend(places.into_iter().map(|destination| Wanted {
            destination,
            namespace: "acme-ai".to_owned(),
            key: key.clone(),
            generations: [(1, 0)].into(),
            settings: spec.fingerprint(),
            role: spec.role.clone(),
            is_named: true,
        }));
    }
    wanted
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_in_place_is_seen_by_lists_alone() {
    let world = World::sandbox().await;
    let spec = DeliverySpec::default();
    let wanted = seed(&world, &spec);
    world.take_calls();
    let seen = world.stores.observe(&wanted).await.unwrap();
    let is_first = |one: &Delivered| matches!(one, Delivered::Generation { number: 1, .. });
    assert!(seen.iter().all(is_first));
    let calls = world.take_calls();
    let count = |name: &str| calls.iter().filter(|call| *call == name).count();
    // 100 secrets and 50 parameters a page.
    assert_eq!((count("ListSecrets"), count("DescribeParameters")), (3, 3));
    assert_eq!(calls.len(), 6);
}
