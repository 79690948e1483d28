//! Secrets in other regions and accounts than the key.

use ai_keys::sink::SinkError;
use ai_keys_core::state::{Delivered, DeliverySpec, Destination};
use ai_keys_sandbox::Scope;
use serde_json::json;

use crate::world::{FIRST, World, generation, secret, wanted};

fn elsewhere(account: &str, region: &str) -> Destination {
    Destination::SecretsManager {
        region: region.to_owned(),
        account: account.to_owned(),
        name: "chat".to_owned(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_goes_to_another_region_and_another_account() {
    let world = World::sandbox().await;
    let spec = DeliverySpec::default();
    for (account, region) in [("123456789012", "us-east-1"), ("210987654321", "eu-west-1")] {
        let place = elsewhere(account, region);
        world.take_calls();
        world.deliver(&place, &spec, 1, FIRST).await.unwrap();
        let calls = world.take_calls();
        // Another account is checked before anything is written there.
        assert_eq!(
            calls.contains(&"GetCallerIdentity".to_owned()),
            account == "210987654321"
        );
        let held = world.the_sandbox().secrets(&Scope::new(account, region));
        assert_eq!(held[0].value.as_deref(), Some(FIRST));
        assert_eq!(world.seen(&place, &spec).await, generation(1, &spec));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_account_is_the_account_of_the_keys() {
    let world = World::sandbox().await;
    let spec = DeliverySpec::default();
    world
        .deliver(&elsewhere("", "eu-west-1"), &spec, 1, FIRST)
        .await
        .unwrap();
    assert_eq!(
        world.seen(&secret("chat"), &spec).await,
        generation(1, &spec)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn credentials_of_another_account_write_nothing() {
    // moto has one account, whatever the credentials say.
    let Some(world) = World::moto().await else {
        return;
    };
    let place = elsewhere("210987654321", "eu-west-1");
    world.take_calls();
    let error = world
        .deliver(&place, &DeliverySpec::default(), 1, FIRST)
        .await
        .unwrap_err();
    assert!(matches!(error, SinkError::WrongAccount { .. }), "{error}");
    assert_eq!(world.take_calls(), ["GetCallerIdentity"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_is_not_written() {
    let world = World::sandbox().await;
    let body = json!({
        "Name": "chat", "SecretString": "theirs",
        "Description": "[ai-keys: acme-ai/chat-web#1]",
        "AddReplicaRegions": [{ "Region": "eu-west-1" }],
    });
    world.ask_in("us-east-1", "secretsmanager.CreateSecret", &body);
    let spec = DeliverySpec::default();
    let error = world
        .deliver(&secret("chat"), &spec, 1, FIRST)
        .await
        .unwrap_err();
    assert!(
        error
            .to_string()
            .contains("is a copy of the secret in us-east-1"),
        "{error}"
    );
    let seen = world.seen(&secret("chat"), &spec).await;
    assert!(matches!(seen, Delivered::Unknown { .. }), "{seen:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_github_secret_is_looked_for_in_the_sandboxs_own_github() {
    let world = World::sandbox().await;
    let place = Destination::GithubRepository {
        repository: "acme/search".to_owned(),
        name: "AI_KEY".to_owned(),
    };
    let asked = [wanted(&place, &DeliverySpec::default(), 1)];
    let seen = world.stores.observe(&asked).await.unwrap();
    assert_eq!(seen[0], Delivered::Absent);
}
