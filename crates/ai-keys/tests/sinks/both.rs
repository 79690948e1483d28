//! One list of claims about deliveries, on the sandbox and on moto.

use ai_keys::provider::ErrorKind;
use ai_keys::sink::SinkError;
use ai_keys_core::state::{Delivered, DeliverySpec};
use serde_json::{Value, json};

use crate::world::{FIRST, SECOND, World, generation, parameter, secret, tags};

/// Runs each claim on a fresh sandbox, and all of them on one moto, emptied before each.
macro_rules! on_both {
    ($($name:ident)*) => {
        mod on_the_sandbox {
            $(
                #[tokio::test(flavor = "multi_thread")]
                async fn $name() {
                    super::$name(&crate::world::World::sandbox().await).await;
                }
            )*
        }

        #[tokio::test(flavor = "multi_thread")]
        async fn on_moto() {
            let Some(mut moto) = World::moto().await else {
                return;
            };
            $(
                println!("{}", stringify!($name));
                moto.empty().await;
                $name(&moto).await;
            )*
        }
    };
}

on_both! {
    a_secret_is_made_seen_and_left_alone
    a_new_generation_becomes_current
    the_secret_of_somebody_else_is_left_alone_unless_it_is_to_be_replaced
    a_deleted_secret_is_reported_and_not_made_anew
    tags_and_readers_follow_the_manifest
    a_secret_is_copied_to_other_regions
    a_new_value_reaches_the_copies
    a_copy_that_cannot_be_made_is_told_by_each_run_until_it_can
    a_value_that_somebody_put_by_hand_is_seen_and_replaced
    a_field_leaves_the_other_fields_alone
    a_parameter_is_made_seen_and_left_alone
    a_new_generation_overwrites_a_parameter
    the_parameter_of_somebody_else_is_left_alone_unless_it_is_to_be_replaced
    tags_of_a_parameter_follow_the_manifest
}

fn described(text: &str) -> DeliverySpec {
    DeliverySpec {
        description: Some(text.to_owned()),
        ..DeliverySpec::default()
    }
}

async fn a_secret_is_made_seen_and_left_alone(world: &World) {
    let (place, spec) = (secret("ai/prod/chat-web"), described("Chat"));
    assert_eq!(world.seen(&place, &spec).await, Delivered::Absent);
    world.take_calls();
    let receipt = world.deliver(&place, &spec, 1, FIRST).await.unwrap();
    assert_eq!(world.take_writes(), ["CreateSecret"]);
    assert!(
        receipt
            .handle
            .starts_with("arn:aws:secretsmanager:eu-west-1:123456789012:secret:ai/prod/chat-web")
    );
    assert_eq!(world.secret("ai/prod/chat-web"), FIRST);
    assert_eq!(world.seen(&place, &spec).await, generation(1, &spec));
    world.take_calls();
    assert_eq!(
        world.deliver(&place, &spec, 1, FIRST).await.unwrap(),
        receipt
    );
    assert_eq!(world.take_writes(), [""; 0]);
    let text = world.described("ai/prod/chat-web")["Description"].clone();
    assert!(
        text.as_str()
            .unwrap()
            .starts_with("Chat [ai-keys: acme-ai/chat-web#1 settings=")
    );
}

async fn a_new_generation_becomes_current(world: &World) {
    let (place, spec) = (secret("chat"), described("Chat"));
    world.deliver(&place, &spec, 1, FIRST).await.unwrap();
    world.take_calls();
    world.deliver(&place, &spec, 2, SECOND).await.unwrap();
    assert_eq!(world.take_writes(), ["UpdateSecret"]);
    assert_eq!(world.secret("chat"), SECOND);
    let body = json!({ "SecretId": "chat", "VersionStage": "AWSPREVIOUS" });
    let previous = world.ask("secretsmanager.GetSecretValue", &body);
    assert_eq!(previous["SecretString"], FIRST);
    assert_eq!(world.seen(&place, &spec).await, generation(2, &spec));
}

async fn the_secret_of_somebody_else_is_left_alone_unless_it_is_to_be_replaced(world: &World) {
    let (place, spec) = (secret("theirs"), described("Chat"));
    let body = json!({
        "Name": "theirs", "SecretString": "their-value",
        "ClientRequestToken": "00000000-0000-4000-8000-000000000001",
    });
    world.ask("secretsmanager.CreateSecret", &body);
    assert_eq!(world.seen(&place, &spec).await, Delivered::Foreign);
    let refused = world.deliver(&place, &spec, 1, FIRST).await.unwrap_err();
    assert!(matches!(refused, SinkError::Foreign(_)), "{refused}");
    assert_eq!(world.secret("theirs"), "their-value");
    let replacing = DeliverySpec {
        takes_over: true,
        ..spec.clone()
    };
    world.deliver(&place, &replacing, 1, FIRST).await.unwrap();
    assert_eq!(world.secret("theirs"), FIRST);
    assert_eq!(world.seen(&place, &spec).await, generation(1, &spec));
}

async fn a_deleted_secret_is_reported_and_not_made_anew(world: &World) {
    let (place, spec) = (secret("chat"), described("Chat"));
    world.deliver(&place, &spec, 1, FIRST).await.unwrap();
    world.ask(
        "secretsmanager.DeleteSecret",
        &json!({ "SecretId": "chat" }),
    );
    let seen = world.seen(&place, &spec).await;
    assert!(
        matches!(seen, Delivered::Deleted { until: Some(_) }),
        "{seen:?}"
    );
    world.take_calls();
    let refused = world.deliver(&place, &spec, 2, SECOND).await.unwrap_err();
    assert_eq!(refused.provider().unwrap().kind(), ErrorKind::Deleted);
    assert!(
        refused.to_string().contains("restore the secret"),
        "{refused}"
    );
    assert_eq!(world.take_writes(), [""; 0]);
    world.ask(
        "secretsmanager.RestoreSecret",
        &json!({ "SecretId": "chat" }),
    );
    world.deliver(&place, &spec, 2, SECOND).await.unwrap();
    assert_eq!(world.secret("chat"), SECOND);
}

async fn tags_and_readers_follow_the_manifest(world: &World) {
    let place = secret("chat");
    let role = "arn:aws:iam::123456789012:role/chat";
    let first = DeliverySpec {
        tags: tags(&[("team", "chat"), ("old", "1")]),
        readers: [role.to_owned()].into(),
        ..described("Chat")
    };
    world.deliver(&place, &first, 1, FIRST).await.unwrap();
    assert_eq!(world.seen(&place, &first).await, generation(1, &first));
    let theirs = json!({ "SecretId": "chat", "Tags": [{ "Key": "theirs", "Value": "2" }] });
    world.ask("secretsmanager.TagResource", &theirs);
    let policy = || {
        world.ask(
            "secretsmanager.GetResourcePolicy",
            &json!({ "SecretId": "chat" }),
        )
    };
    let text = policy()["ResourcePolicy"].clone();
    let policy_now: Value = serde_json::from_str(text.as_str().unwrap()).unwrap();
    assert_eq!(
        policy_now["Statement"][0]["Principal"]["AWS"],
        json!([role])
    );

    let second = DeliverySpec {
        tags: tags(&[("team", "search")]),
        readers: [].into(),
        ..described("Chat")
    };
    world.take_calls();
    world.deliver(&place, &second, 1, FIRST).await.unwrap();
    let writes = [
        "TagResource",
        "UntagResource",
        "DeleteResourcePolicy",
        "UpdateSecret",
    ];
    assert_eq!(world.take_writes(), writes);
    let mut kept: Vec<String> = world.described("chat")["Tags"]
        .as_array()
        .unwrap()
        .iter()
        .map(|tag| {
            format!(
                "{}={}",
                tag["Key"].as_str().unwrap(),
                tag["Value"].as_str().unwrap()
            )
        })
        .collect();
    kept.sort();
    assert_eq!(kept, ["team=search", "theirs=2"]);
    assert!(policy()["ResourcePolicy"].is_null());
    assert_eq!(world.seen(&place, &second).await, generation(1, &second));
    assert_eq!(world.secret("chat"), FIRST);
}

async fn a_secret_is_copied_to_other_regions(world: &World) {
    let place = secret("chat");
    let spec = DeliverySpec {
        replicas: ["us-east-1".to_owned()].into(),
        ..described("Chat")
    };
    world.deliver(&place, &spec, 1, FIRST).await.unwrap();
    let more = DeliverySpec {
        replicas: ["us-east-1".to_owned(), "eu-central-1".to_owned()].into(),
        ..described("Chat")
    };
    world.deliver(&place, &more, 1, FIRST).await.unwrap();
    for region in ["us-east-1", "eu-central-1"] {
        let body = json!({ "SecretId": "chat", "VersionStage": "AWSCURRENT" });
        let copied = world.ask_in(region, "secretsmanager.GetSecretValue", &body);
        assert_eq!(copied["SecretString"], FIRST, "{region}");
    }
    assert_eq!(world.seen(&place, &more).await, generation(1, &more));
}

async fn a_new_value_reaches_the_copies(world: &World) {
    let place = secret("chat");
    let spec = DeliverySpec {
        replicas: ["us-east-1".to_owned()].into(),
        ..described("Chat")
    };
    world.deliver(&place, &spec, 1, FIRST).await.unwrap();
    world.deliver(&place, &spec, 2, SECOND).await.unwrap();
    let body = json!({ "SecretId": "chat", "VersionStage": "AWSCURRENT" });
    let copied = world.ask_in("us-east-1", "secretsmanager.GetSecretValue", &body);
    assert_eq!(copied["SecretString"], SECOND);
    assert_eq!(world.seen(&place, &spec).await, generation(2, &spec));
    world.take_calls();
    world.deliver(&place, &spec, 2, SECOND).await.unwrap();
    assert_eq!(world.take_writes(), [""; 0]);
}

async fn a_copy_that_cannot_be_made_is_told_by_each_run_until_it_can(world: &World) {
    let place = secret("chat");
    let theirs = json!({ "Name": "chat", "SecretString": "theirs" });
    world.ask_in("us-east-1", "secretsmanager.CreateSecret", &theirs);
    let spec = DeliverySpec {
        replicas: ["us-east-1".to_owned()].into(),
        ..described("Chat")
    };
    let unfinished = Delivered::Generation {
        number: 1,
        settings: Some("unfinished".to_owned()),
    };
    for run in 1..=2 {
        let error = world.deliver(&place, &spec, 1, FIRST).await.unwrap_err();
        let text = error.to_string();
        assert!(
            text.contains("the copy in us-east-1 was not made: Replication failed: Secret name"),
            "run {run}: {text}"
        );
        assert_eq!(world.secret("chat"), FIRST);
        assert_eq!(world.seen(&place, &spec).await, unfinished, "run {run}");
    }
    let gone = json!({ "SecretId": "chat", "ForceDeleteWithoutRecovery": true });
    world.ask_in("us-east-1", "secretsmanager.DeleteSecret", &gone);
    world.deliver(&place, &spec, 1, FIRST).await.unwrap();
    assert_eq!(world.seen(&place, &spec).await, generation(1, &spec));
    let body = json!({ "SecretId": "chat", "VersionStage": "AWSCURRENT" });
    let copied = world.ask_in("us-east-1", "secretsmanager.GetSecretValue", &body);
    assert_eq!(copied["SecretString"], FIRST);
}

async fn a_value_that_somebody_put_by_hand_is_seen_and_replaced(world: &World) {
    let (place, spec) = (secret("chat"), described("Chat"));
    world.deliver(&place, &spec, 1, FIRST).await.unwrap();
    let body = json!({
        "SecretId": "chat", "SecretString": "by-hand",
        "ClientRequestToken": "00000000-0000-4000-8000-000000000001",
    });
    world.ask("secretsmanager.PutSecretValue", &body);
    let seen = world.seen(&place, &spec).await;
    let other = Delivered::Generation {
        number: 0,
        settings: None,
    };
    assert_eq!(seen, other);
    world.take_calls();
    world.deliver(&place, &spec, 1, FIRST).await.unwrap();
    assert_eq!(world.take_writes(), ["UpdateSecretVersionStage"]);
    assert_eq!(world.secret("chat"), FIRST);
    assert_eq!(world.seen(&place, &spec).await, generation(1, &spec));
}

async fn a_field_leaves_the_other_fields_alone(world: &World) {
    let place = secret("chat");
    let spec = DeliverySpec {
        field: Some("api-key".to_owned()),
        ..described("Chat")
    };
    world.deliver(&place, &spec, 1, FIRST).await.unwrap();
    assert_eq!(
        world.secret("chat"),
        json!({ "api-key": FIRST }).to_string()
    );
    assert_eq!(world.seen(&place, &spec).await, generation(1, &spec));
    // The team that reads it adds a field of its own.
    let theirs = json!({ "api-key": FIRST, "url": "https://chat.example" });
    let body = json!({
        "SecretId": "chat", "SecretString": theirs.to_string(),
        "ClientRequestToken": "00000000-0000-4000-8000-000000000001",
    });
    world.ask("secretsmanager.PutSecretValue", &body);
    world.deliver(&place, &spec, 2, SECOND).await.unwrap();
    let held: Value = serde_json::from_str(&world.secret("chat")).unwrap();
    assert_eq!(
        held,
        json!({ "api-key": SECOND, "url": "https://chat.example" })
    );
    assert_eq!(world.seen(&place, &spec).await, generation(2, &spec));
    world.take_calls();
    world.deliver(&place, &spec, 2, SECOND).await.unwrap();
    assert_eq!(world.take_writes(), [""; 0]);
    // What was read is masked like a value.
    world.output.print("https://chat.example\n");
    assert_eq!(world.captured.stdout(), "***\n");
}

async fn a_parameter_is_made_seen_and_left_alone(world: &World) {
    let (place, spec) = (parameter("/ai/chat-web"), described("Chat"));
    assert_eq!(world.seen(&place, &spec).await, Delivered::Absent);
    world.take_calls();
    let receipt = world.deliver(&place, &spec, 1, FIRST).await.unwrap();
    assert_eq!(world.take_writes(), ["PutParameter"]);
    assert_eq!(
        receipt.handle,
        "arn:aws:ssm:eu-west-1:123456789012:parameter/ai/chat-web"
    );
    assert_eq!(world.parameter("/ai/chat-web"), FIRST);
    assert_eq!(world.seen(&place, &spec).await, generation(1, &spec));
    world.take_calls();
    assert_eq!(
        world.deliver(&place, &spec, 1, FIRST).await.unwrap(),
        receipt
    );
    assert_eq!(world.take_writes(), [""; 0]);
}

async fn a_new_generation_overwrites_a_parameter(world: &World) {
    let (place, spec) = (parameter("chat"), described("Chat"));
    world.deliver(&place, &spec, 1, FIRST).await.unwrap();
    world.take_calls();
    let receipt = world.deliver(&place, &spec, 2, SECOND).await.unwrap();
    assert_eq!(world.take_writes(), ["PutParameter"]);
    assert_eq!(receipt.version.as_deref(), Some("2"));
    assert_eq!(world.parameter("chat"), SECOND);
    assert_eq!(world.seen(&place, &spec).await, generation(2, &spec));
}

async fn the_parameter_of_somebody_else_is_left_alone_unless_it_is_to_be_replaced(world: &World) {
    let (place, spec) = (parameter("/theirs"), described("Chat"));
    let body = json!({ "Name": "/theirs", "Value": "their-value", "Type": "SecureString" });
    world.ask("AmazonSSM.PutParameter", &body);
    assert_eq!(world.seen(&place, &spec).await, Delivered::Foreign);
    let refused = world.deliver(&place, &spec, 1, FIRST).await.unwrap_err();
    assert!(matches!(refused, SinkError::Foreign(_)), "{refused}");
    assert_eq!(world.parameter("/theirs"), "their-value");
    let replacing = DeliverySpec {
        takes_over: true,
        ..spec.clone()
    };
    world.deliver(&place, &replacing, 1, FIRST).await.unwrap();
    assert_eq!(world.parameter("/theirs"), FIRST);
    assert_eq!(world.seen(&place, &spec).await, generation(1, &spec));
}

async fn tags_of_a_parameter_follow_the_manifest(world: &World) {
    let place = parameter("/chat");
    let first = DeliverySpec {
        tags: tags(&[("team", "chat"), ("old", "1")]),
        ..described("Chat")
    };
    world.deliver(&place, &first, 1, FIRST).await.unwrap();
    let second = DeliverySpec {
        tags: tags(&[("team", "search")]),
        ..described("Chat")
    };
    world.take_calls();
    world.deliver(&place, &second, 1, FIRST).await.unwrap();
    let writes = [
        "AddTagsToResource",
        "RemoveTagsFromResource",
        "PutParameter",
    ];
    assert_eq!(world.take_writes(), writes);
    let id = json!({ "ResourceType": "Parameter", "ResourceId": "/chat" });
    let kept = world.ask("AmazonSSM.ListTagsForResource", &id);
    assert_eq!(
        kept["TagList"],
        json!([{ "Key": "team", "Value": "search" }])
    );
    assert_eq!(world.seen(&place, &second).await, generation(1, &second));
}
