//! GitHub's secrets against a GitHub on this machine with a real pair of keys.

use std::time::Duration;

use ai_keys_core::state::DeliverySpec;
use aws_smithy_types::base64;
use crypto_box::SecretKey;
use crypto_box::aead::OsRng;

use super::super::Token;
use super::*;
use crate::github::testing::{FakeGithub, Reply};

const VALUE: &str = "AValueThatNobodyMaySeeAnywhere0123456789";
const PLACES: [(&str, &str); 3] = [
    (
        "github-repository:acme/chat:AI_KEY",
        "/repos/acme/chat/actions/secrets/AI_KEY",
    ),
    (
        "github-environment:acme/chat:prod/eu 1:AI_KEY",
        "/repos/acme/chat/environments/prod%2Feu%201/secrets/AI_KEY",
    ),
    (
        "github-organization:acme:AI_KEY",
        "/orgs/acme/actions/secrets/AI_KEY",
    ),
];

fn world() -> (FakeGithub, SecretKey, GithubSecrets, Output) {
    let (github, own) = (FakeGithub::start(), SecretKey::generate(&mut OsRng));
    github.state().public_key = base64::encode(own.public_key().as_bytes());
    github.state().now = "1970-01-01T00:01:40Z".to_owned();
    let (output, _) = Output::captured();
    let url = github.url();
    let variable = |name: &str| match name {
        TOKEN => Some("github_pat_ATokenThatNobodyMaySee01234".to_owned()),
        _ => Some(url.clone()),
    };
    let pace = Pace {
        between_writes: Duration::ZERO,
        patience: Duration::from_secs(4),
        attempt: Duration::from_secs(5),
    };
    let opened = GithubSecrets::open(variable, pace, &output, Stop::default());
    (github, own, opened.ok().unwrap(), output)
}

fn wanted(place: &str, generations: &[(u32, i64)]) -> Wanted {
    Wanted {
        role: None,
        destination: place.parse().unwrap(),
        namespace: "acme".to_owned(),
        key: "chat".to_owned(),
        generations: generations.iter().copied().collect(),
        settings: String::new(),
        is_named: true,
    }
}

/// Delivers generation 1, beside what is known of when each was made.
async fn deliver(
    sink: &GithubSecrets,
    place: &str,
    value: &Secret,
    generations: &[(u32, i64)],
    takes_over: bool,
) -> Result<Receipt, SinkError> {
    let destination = place.parse().unwrap();
    let spec = DeliverySpec {
        takes_over,
        ..DeliverySpec::default()
    };
    let token = Token {
        namespace: "acme".to_owned(),
        key: "chat".to_owned(),
        generation: 1,
    };
    sink.deliver(Parcel {
        destination: &destination,
        spec: &spec,
        token: &token,
        value,
        generations: &generations.iter().copied().collect(),
    })
    .await
}

#[tokio::test]
async fn a_value_arrives_sealed_in_each_kind_of_place_and_is_seen_by_its_date() {
    let (github, own, sink, output) = world();
    let value = Secret::received(VALUE.to_owned(), &output);
    for (place, route) in PLACES {
        let look = |made| [wanted(place, made)];
        let absent = sink.observe(&look(&[(1, 50)])).await.unwrap();
        assert_eq!(absent, [Delivered::Absent], "{place}");
        for _ in 0..2 {
            let delivered = deliver(&sink, place, &value, &[(1, 50)], false).await;
            assert_eq!(delivered.unwrap().handle, route);
        }
        let put = github.state().secrets[route].clone();
        let sealed = base64::decode(put["encrypted_value"].as_str().unwrap()).unwrap();
        assert_eq!(own.unseal(&sealed).unwrap(), VALUE.as_bytes());
        let visibility = place.contains("organization").then_some("private");
        assert_eq!(put["visibility"].as_str(), visibility, "{place}");
        for (made, seen) in [
            (&[(1, 50)][..], Some(1)),
            (&[(1, 50), (2, 100)], Some(2)),
            (&[(1, 50), (2, 101)], Some(1)),
            (&[(1, 101)], None),
            (&[], None),
        ] {
            let expected = seen.map_or(Delivered::Foreign, |number| Delivered::Generation {
                number,
                settings: None,
            });
            assert_eq!(sink.observe(&look(made)).await.unwrap(), [expected]);
        }
    }
    let journal = github.state().journal.clone();
    assert!(journal.iter().all(|r| !r.body.to_string().contains(VALUE)));
    let keys = journal.iter().filter(|r| r.path.ends_with("public-key"));
    assert_eq!(keys.count(), PLACES.len(), "asked for once in each place");
}

#[tokio::test]
async fn a_refusal_says_what_to_do() {
    for (status, said) in [
        (401, "AI_KEYS_GITHUB_TOKEN is not valid"),
        (403, "GITHUB_TOKEN cannot write secrets"),
        (404, "can see it"),
        (422, "was refused: no"),
    ] {
        let (github, _, sink, output) = world();
        let value = Secret::received(VALUE.to_owned(), &output);
        github.fault("PUT", "/secrets/", Reply::say(status, "no"));
        let error = deliver(&sink, PLACES[0].0, &value, &[], false)
            .await
            .unwrap_err();
        assert!(error.to_string().contains(said), "{error}");
        github.fault("GET", "/secrets", Reply::say(status, "no"));
        let seen = sink.observe(&[wanted(PLACES[0].0, &[])]).await.unwrap();
        let is_said = matches!(&seen[..], [Delivered::Unknown { why }] if why.contains(said));
        assert!(is_said, "{seen:?}");
    }
}

#[tokio::test]
async fn what_is_there_and_not_ours_is_overwritten_only_if_the_manifest_says_so() {
    let (github, _, sink, output) = world();
    let value = Secret::received(VALUE.to_owned(), &output);
    let (place, route) = PLACES[0];
    let theirs = serde_json::json!({ "name": "AI_KEY", "updated_at": "1970-01-01T00:00:10Z" });
    github
        .state()
        .secrets
        .insert(route.to_owned(), theirs.clone());
    for generations in [&[(1, 50)][..], &[]] {
        let error = deliver(&sink, place, &value, generations, false).await;
        assert!(matches!(error, Err(SinkError::Foreign(_))));
    }
    assert_eq!(github.state().secrets[route], theirs, "it was not touched");
    let taken = deliver(&sink, place, &value, &[(1, 50)], true).await;
    assert_eq!(taken.unwrap().handle, route);
    assert_ne!(github.state().secrets[route], theirs);
}

#[tokio::test]
async fn no_older_value_takes_the_place_of_a_newer_one() {
    let (github, _, sink, output) = world();
    let value = Secret::received(VALUE.to_owned(), &output);
    let (place, route) = PLACES[0];
    let newer = serde_json::json!({ "name": "AI_KEY", "updated_at": "1970-01-01T00:01:30Z" });
    github
        .state()
        .secrets
        .insert(route.to_owned(), newer.clone());
    let generations = [(1, 50), (2, 80)];
    let error = deliver(&sink, place, &value, &generations, true).await;
    assert!(matches!(error, Err(SinkError::Newer { found: 2, .. })));
    assert_eq!(github.state().secrets[route], newer);
}

#[tokio::test]
async fn what_no_marker_names_is_not_ours_whatever_its_date() {
    let (github, _, sink, _) = world();
    let (place, route) = PLACES[0];
    let named = wanted(place, &[(1, 50)]);
    let unnamed = Wanted {
        is_named: false,
        ..named.clone()
    };
    let look = [named, unnamed];
    let seen = sink.observe(&look).await.unwrap();
    assert_eq!(seen, [Delivered::Absent, Delivered::Absent]);
    let written = serde_json::json!({ "name": "AI_KEY", "updated_at": "1970-01-01T00:01:30Z" });
    github.state().secrets.insert(route.to_owned(), written);
    let seen = sink.observe(&look).await.unwrap();
    let ours = Delivered::Generation {
        number: 1,
        settings: None,
    };
    assert_eq!(seen, [ours, Delivered::Foreign]);
}

#[tokio::test]
async fn rate_limits_are_waited_out() {
    let (github, _, sink, output) = world();
    let value = Secret::received(VALUE.to_owned(), &output);
    let wait = || vec![("retry-after", "1".to_owned())];
    let secondary = serde_json::json!({ "message": "You have exceeded a secondary rate limit" });
    let slow = serde_json::json!({ "message": "slow" });
    for reply in [
        Reply::Say(403, wait(), secondary),
        Reply::Say(429, wait(), slow),
    ] {
        github.fault("PUT", "/secrets/", reply);
        let made = [(1, 50)];
        let delivered = deliver(&sink, PLACES[0].0, &value, &made, false).await;
        assert_eq!(delivered.unwrap().handle, PLACES[0].1);
    }
}

#[tokio::test]
async fn a_value_that_is_too_long_is_not_sent() {
    let (github, _, sink, output) = world();
    let value = Secret::received("x".repeat(MOST + 1), &output);
    assert!(
        deliver(&sink, PLACES[0].0, &value, &[], false)
            .await
            .is_err()
    );
    assert!(github.state().journal.is_empty());
}

#[test]
fn without_a_token_there_is_a_plain_error() {
    let (output, _) = Output::captured();
    let opened = GithubSecrets::open(|_| None, Pace::default(), &output, Stop::default());
    let error = opened.err().unwrap();
    assert!(error.to_string().contains(TOKEN), "{error}");
}
