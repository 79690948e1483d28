//! Lost answers, runs that break off between two calls, and refusals, on the sandbox.

use ai_keys::provider::ErrorKind;
use ai_keys::sink::SinkError;
use ai_keys_core::manifest::Tier;
use ai_keys_core::state::{Delivered, DeliverySpec, Destination};
use ai_keys_sandbox::{Act, FaultRule, Refusal, Turn};
use serde_json::json;

use crate::world::{FIRST, SECOND, World, generation, parameter, secret, tags, token};

/// A delivery with every call that there is.
fn full() -> DeliverySpec {
    DeliverySpec {
        description: Some("Chat".to_owned()),
        tags: tags(&[("team", "chat")]),
        readers: ["arn:aws:iam::123456789012:role/chat".to_owned()].into(),
        replicas: ["us-east-1".to_owned()].into(),
        ..DeliverySpec::default()
    }
}

/// What a second run changes about it, so that each call is needed.
fn changed() -> DeliverySpec {
    DeliverySpec {
        tags: tags(&[("owner", "search")]),
        replicas: ["eu-central-1".to_owned()].into(),
        readers: ["arn:aws:iam::123456789012:role/search".to_owned()].into(),
        ..full()
    }
}

fn lost(act: Act, turn: u32) -> Vec<FaultRule> {
    vec![FaultRule::everywhere(act).turn(Turn::Nth(turn))]
}

/// Delivers generation 1 and 2 with the n-th call going wrong; returns false if there is no n-th.
async fn is_whole_after(world: &World, act: Act, place: &Destination, turn: u32) -> bool {
    let (first, second) = (full(), changed());
    world.deliver(place, &first, 1, FIRST).await.unwrap();
    world.take_calls();
    world.set_faults(lost(act.clone(), turn));
    let stores = world.impatient().await;
    let broken = world.deliver_by(&stores, place, &second, 2, SECOND).await;
    let calls = world.take_calls();
    world.set_faults(Vec::new());
    let is_over = calls.len() < turn as usize;
    if is_over {
        broken.unwrap();
    }
    // Whatever happened: the next run ends in the one right state, and the one after writes nothing.
    world.deliver(place, &second, 2, SECOND).await.unwrap();
    world.take_calls();
    world.deliver(place, &second, 2, SECOND).await.unwrap();
    assert_eq!(world.take_writes(), [""; 0], "{act:?} {turn}");
    assert_eq!(world.seen(place, &second).await, generation(2, &second));
    let held = match place {
        Destination::Ssm { name, .. } => world.parameter(name),
        other => world.secret(other.name()),
    };
    assert_eq!(held, SECOND, "{act:?} {turn}");
    !is_over
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_that_breaks_off_at_any_call_is_finished_by_the_next_run() {
    for place in [secret("chat"), parameter("/chat")] {
        for act in [
            Act::CloseBefore,
            Act::CloseAfter,
            Act::ErrorAfter(503),
            Act::Truncate,
        ] {
            let mut turn = 1;
            while is_whole_after(&World::sandbox().await, act.clone(), &place, turn).await {
                turn += 1;
            }
            assert!(turn > 3, "{place} {act:?}: {turn}");
        }
    }
}

/// The same where nobody here wrote the stores; a call that comes, and one that is carried out.
#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_that_breaks_off_on_moto_is_finished_by_the_next_run() {
    let Some(mut moto) = World::moto().await else {
        return;
    };
    for place in [secret("chat"), parameter("/chat")] {
        for act in [Act::CloseBefore, Act::CloseAfter] {
            let mut turn = 1;
            loop {
                moto.empty().await;
                if !is_whole_after(&moto, act.clone(), &place, turn).await {
                    break;
                }
                turn += 1;
            }
            assert!(turn > 3, "{place} {act:?}: {turn}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_makes_no_second_version() {
    let world = World::sandbox().await;
    let spec = full();
    for operation in ["CreateSecret", "UpdateSecret", "PutParameter"] {
        let fault = FaultRule::on(operation, Act::CloseAfter).turn(Turn::Nth(1));
        world.set_faults(vec![fault]);
        for place in [secret("chat"), parameter("/chat")] {
            world.deliver(&place, &spec, 1, FIRST).await.unwrap();
        }
    }
    world.set_faults(Vec::new());
    let scope = ai_keys_sandbox::Scope::new("123456789012", "eu-west-1");
    let made = world.the_sandbox().secrets(&scope);
    let versions: Vec<&String> = made[0].versions.keys().collect();
    assert_eq!(versions, [&token(1).version_id()]);
    assert_eq!(world.the_sandbox().parameters(&scope)[0].version, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_throttled_delivery_waits_and_arrives() {
    let world = World::sandbox().await;
    let throttled = |operation| FaultRule::on(operation, Act::Throttle(None)).turn(Turn::First(2));
    world.set_faults(vec![throttled("CreateSecret"), throttled("PutParameter")]);
    for place in [secret("chat"), parameter("/chat")] {
        world.deliver(&place, &full(), 1, FIRST).await.unwrap();
    }
}

async fn refused(
    world: &World,
    place: &Destination,
    spec: &DeliverySpec,
    value: &str,
) -> (ErrorKind, String) {
    let error = world.deliver(place, spec, 1, value).await.unwrap_err();
    let kind = error.provider().map(ai_keys::provider::ProviderError::kind);
    (kind.unwrap(), error.to_string())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_store_refuses_is_told_with_what_to_do() {
    let world = World::sandbox().await;
    let plain = DeliverySpec::default();
    let with_key = |key: &str| DeliverySpec {
        kms_key: Some(key.to_owned()),
        ..DeliverySpec::default()
    };
    for place in [secret("chat"), parameter("/chat")] {
        for key in ["alias/missing", "alias/disabled", "alias/denied"] {
            let (kind, text) = refused(&world, &place, &with_key(key), FIRST).await;
            assert_eq!(kind, ErrorKind::WrongKmsKey, "{place} {key}: {text}");
            assert!(text.contains("check `kms-key`"), "{text}");
        }
    }
    let (kind, text) = refused(&world, &secret("chat"), &plain, &"x".repeat(65_537)).await;
    assert_eq!(kind, ErrorKind::TooLarge);
    assert!(text.contains("64 KB"), "{text}");
    let (kind, _) = refused(&world, &parameter("/chat"), &plain, &"x".repeat(4097)).await;
    assert_eq!(kind, ErrorKind::TooLarge);
    let advanced = DeliverySpec {
        tier: Some(Tier::Advanced),
        ..DeliverySpec::default()
    };
    let (kind, _) = refused(&world, &parameter("/chat"), &advanced, &"x".repeat(8193)).await;
    assert_eq!(kind, ErrorKind::TooLarge);
    world
        .deliver(&parameter("/chat"), &advanced, 1, &"x".repeat(8192))
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_permission_is_named() {
    let world = World::sandbox().await;
    let denied = || {
        Act::Refuse(Refusal {
            status: 400,
            code: "AccessDeniedException".to_owned(),
            message: "User is not authorized to perform this operation".to_owned(),
        })
    };
    world.set_faults(vec![
        FaultRule::on("CreateSecret", denied()),
        FaultRule::on("DescribeParameters", denied()),
    ]);
    let (_, text) = refused(&world, &secret("chat"), &full(), FIRST).await;
    assert!(
        text.ends_with(
            "allow `secretsmanager:CreateSecret` on `arn:aws:secretsmanager:eu-west-1:*:secret:*`"
        ),
        "{text}"
    );
    // What cannot be looked at is told, and the rest of the plan goes on.
    let seen = world.seen(&parameter("/chat"), &full()).await;
    let Delivered::Unknown { why } = seen else {
        panic!("{seen:?}");
    };
    assert!(
        why.contains("allow `ssm:DescribeParameters` on `*`"),
        "{why}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_that_does_not_exist_is_told_and_the_value_is_there() {
    let world = World::sandbox().await;
    let spec = DeliverySpec {
        readers: ["arn:aws:iam::123456789012:role/missing-chat".to_owned()].into(),
        ..DeliverySpec::default()
    };
    let error = world
        .deliver(&secret("chat"), &spec, 1, FIRST)
        .await
        .unwrap_err();
    assert!(
        error.to_string().contains("check that each role exists"),
        "{error}"
    );
    assert_eq!(world.secret("chat"), FIRST);
    let unfinished = Delivered::Generation {
        number: 1,
        settings: Some("unfinished".to_owned()),
    };
    assert_eq!(world.seen(&secret("chat"), &spec).await, unfinished);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_field_of_what_is_no_object_is_refused() {
    let world = World::sandbox().await;
    let place = secret("chat");
    world
        .deliver(&place, &DeliverySpec::default(), 1, FIRST)
        .await
        .unwrap();
    let spec = DeliverySpec {
        field: Some("key".to_owned()),
        ..DeliverySpec::default()
    };
    let error = world.deliver(&place, &spec, 2, SECOND).await.unwrap_err();
    assert!(
        error.to_string().contains("holds no JSON object"),
        "{error}"
    );
    assert_eq!(world.secret("chat"), FIRST);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_older_generation_that_is_made_current_again_is_put_right() {
    let world = World::sandbox().await;
    let (place, spec) = (secret("chat"), DeliverySpec::default());
    world.deliver(&place, &spec, 1, FIRST).await.unwrap();
    world.deliver(&place, &spec, 2, SECOND).await.unwrap();
    let roll_back = json!({
        "SecretId": "chat", "VersionStage": "AWSCURRENT",
        "RemoveFromVersionId": token(2).version_id(), "MoveToVersionId": token(1).version_id(),
    });
    world.ask("secretsmanager.UpdateSecretVersionStage", &roll_back);
    let seen = world.seen(&place, &spec).await;
    assert!(
        matches!(seen, Delivered::Generation { number: 0, .. }),
        "{seen:?}"
    );
    world.deliver(&place, &spec, 2, SECOND).await.unwrap();
    assert_eq!(world.secret("chat"), SECOND);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_older_value_is_not_put_over_a_newer_one() {
    let world = World::sandbox().await;
    let spec = DeliverySpec::default();
    for place in [secret("chat"), parameter("/chat")] {
        world.deliver(&place, &spec, 2, SECOND).await.unwrap();
        world.take_calls();
        let error = world.deliver(&place, &spec, 1, FIRST).await.unwrap_err();
        assert!(
            matches!(error, SinkError::Newer { found: 2, .. }),
            "{error}"
        );
        assert_eq!(world.take_writes(), [""; 0]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_value_is_printed_whatever_goes_wrong() {
    let world = World::sandbox().await;
    let leak = || {
        Act::Refuse(Refusal {
            status: 400,
            code: "ValidationException".to_owned(),
            message: format!("the value {FIRST} is not allowed"),
        })
    };
    world.set_faults(vec![
        FaultRule::on("CreateSecret", leak()),
        FaultRule::on("PutParameter", leak()),
    ]);
    for place in [secret("chat"), parameter("/chat")] {
        let error = world.deliver(&place, &full(), 1, FIRST).await.unwrap_err();
        let (shown, raw) = (error.to_string(), format!("{error:?}"));
        assert!(shown.contains("***") && !shown.contains(FIRST), "{shown}");
        assert!(!raw.contains(FIRST));
    }
}
