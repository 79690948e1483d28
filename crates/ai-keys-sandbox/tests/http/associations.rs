//! Which key is on which usage plan.

use std::time::Duration;

use ai_keys_sandbox::Options;
use serde_json::json;

use crate::setup::{make_key, make_usage_plan, put_on, quick, scope, start};

#[test]
fn a_key_reaches_a_stage_through_one_usage_plan() {
    let (sandbox, client) = quick();
    let api = sandbox.ensure_stage(&scope(), "chat-api", "prod").api_id;
    let stage = format!("{api}:prod");
    let (first, second) = (
        make_usage_plan(&client, "a", &[&stage]),
        make_usage_plan(&client, "b", &[&stage]),
    );
    let other = make_usage_plan(&client, "c", &[]);
    let key = make_key(&client, "k");
    assert_eq!(put_on(&client, &first, &key), "201");
    assert!(put_on(&client, &first, &key).starts_with("409 conflict"));
    assert!(put_on(&client, &second, &key).starts_with("409 conflict"));
    assert_eq!(put_on(&client, &other, &key), "201");
    let add = json!([{"op": "add", "path": "/apiStages", "value": stage}]);
    assert_eq!(
        client.patch(&format!("/usageplans/{other}"), &add).status,
        409
    );
    assert_eq!(
        put_on(&client, "absent", &key),
        "404 notfound: Invalid Usage Plan ID specified"
    );
    assert_eq!(
        put_on(&client, &other, "absent"),
        "404 notfound: Invalid API Key identifier specified"
    );
    assert_eq!(
        client
            .get(&format!("/usageplans?keyId={key}"))
            .listed("name"),
        ["c", "a"]
    );
}

#[test]
fn associations_show_values_and_go_with_their_key() {
    let (_sandbox, client) = quick();
    let id = make_usage_plan(&client, "p", &[]);
    let keys: Vec<String> = ["a", "b", "c"]
        .iter()
        .map(|name| make_key(&client, name))
        .collect();
    for key in &keys {
        put_on(&client, &id, key);
    }
    let path = format!("/usageplans/{id}/keys");
    assert_eq!(client.get(&path).listed("name"), ["c", "b", "a"]);
    assert_eq!(client.get(&path).listed("value")[0].len(), 40);
    assert_eq!(
        client.get(&format!("{path}?name=b")).listed("id"),
        [keys[1].clone()]
    );
    assert_eq!(
        client
            .get(&format!("{path}/{}", keys[0]))
            .text_of("value")
            .len(),
        40
    );
    client.delete(&format!("/apikeys/{}", keys[2]));
    assert_eq!(client.get(&path).listed("name"), ["b", "a"]);
    assert_eq!(client.delete(&format!("{path}/{}", keys[0])).status, 202);
    assert_eq!(client.delete(&format!("{path}/{}", keys[0])).status, 404);
    let unknown = client.get("/usageplans/absent/keys");
    assert_eq!(
        (unknown.status, unknown.json()),
        (200, json!({ "item": [] }))
    );
}

#[test]
fn associations_that_overlap_in_time_conflict() {
    let options = Options {
        association_time: Duration::from_secs(1),
        ..Options::for_tests()
    };
    let (sandbox, client) = start(options);
    let id = make_usage_plan(&client, "p", &[]);
    let keys: Vec<String> = (0..4)
        .map(|n| make_key(&client, &format!("k{n}")))
        .collect();
    let verdicts: Vec<String> = std::thread::scope(|threads| {
        let running: Vec<_> = keys
            .iter()
            .map(|key| threads.spawn(|| put_on(&client, &id, key)))
            .collect();
        running
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .collect()
    });
    let conflict = "409 conflict: Unable to complete operation due to concurrent modification. Please try again later.";
    assert_eq!(
        verdicts
            .iter()
            .filter(|verdict| *verdict == conflict)
            .count(),
        3
    );
    assert_eq!(sandbox.usage_plans(&scope())[0].keys, 1);
}
