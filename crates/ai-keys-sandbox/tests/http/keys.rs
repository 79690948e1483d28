//! API keys.

use std::time::Duration;

use ai_keys_sandbox::{ListTags, Options};
use serde_json::{Value, json};

use crate::setup::{make_key, quick, scope, start};

const VALUE: &str = "abcdefghijklmnopqrstuvwxyz0123456789ABCD";

#[test]
fn a_new_key_is_disabled_and_has_only_members_that_are_set() {
    let (_sandbox, client) = quick();
    let reply = client.post("/apikeys", &json!({}));
    assert_eq!(reply.status, 201);
    let members: Vec<String> = reply.json().as_object().unwrap().keys().cloned().collect();
    assert_eq!(
        members,
        [
            "createdDate",
            "enabled",
            "id",
            "lastUpdatedDate",
            "stageKeys",
            "value"
        ]
    );
    assert_eq!(reply.json()["enabled"], false);
    assert_eq!(
        (reply.text_of("id").len(), reply.text_of("value").len()),
        (10, 40)
    );
    assert!(reply.json()["createdDate"].is_u64());
}

#[test]
fn a_value_is_given_once() {
    let (sandbox, client) = quick();
    let body = json!({ "name": "a", "value": VALUE, "customerId": "c", "tags": {"x": "y"} });
    let first = client.post("/apikeys", &body);
    assert_eq!(first.text_of("value"), VALUE);
    assert_eq!(
        client.post("/apikeys", &body).verdict(),
        "409 conflict: API Key already exists"
    );
    assert_eq!(
        client
            .signed("AKIA", "us-east-1")
            .post("/apikeys", &body)
            .status,
        201
    );
    assert_eq!(sandbox.keys(&scope()).len(), 1);
    client.delete(&format!("/apikeys/{}", first.text_of("id")));
    assert_eq!(client.post("/apikeys", &body).status, 201);
}

#[test]
fn duplicates_are_refused_atomically() {
    let (sandbox, client) = quick();
    let made = std::thread::scope(|threads| {
        let create = || client.post("/apikeys", &json!({ "value": VALUE })).status;
        let running: Vec<_> = (0..16).map(|_| threads.spawn(create)).collect();
        running
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .filter(|status| *status == 201)
            .count()
    });
    assert_eq!((made, sandbox.keys(&scope()).len()), (1, 1));
}

#[test]
fn values_are_shown_only_when_asked_for() {
    let (_sandbox, client) = quick();
    let id = make_key(&client, "a");
    assert_eq!(
        client.get(&format!("/apikeys/{id}")).json()["value"],
        Value::Null
    );
    assert_eq!(
        client
            .get(&format!("/apikeys/{id}?includeValue=true"))
            .text_of("value")
            .len(),
        40
    );
    assert!(!client.get("/apikeys").text.contains("value"));
    assert_eq!(
        client.get("/apikeys?includeValues=true").listed("value")[0].len(),
        40
    );
}

#[test]
fn lists_go_page_by_page_from_new_to_old() {
    let (_sandbox, client) = quick();
    for n in 0..30 {
        make_key(&client, &format!("k{n:02}"));
    }
    let first = client.get("/apikeys");
    assert_eq!(
        (first.items().len(), first.listed("name")[0].as_str()),
        (25, "k29")
    );
    let second = client.get(&format!("/apikeys?position={}", first.text_of("position")));
    assert_eq!(second.listed("name"), ["k04", "k03", "k02", "k01", "k00"]);
    assert_eq!(second.json().get("position"), None);
    assert_eq!(client.get("/apikeys?position=nonsense").status, 400);
}

#[test]
fn names_are_filtered_by_prefix_and_customers_exactly() {
    let (_sandbox, client) = quick();
    client.post(
        "/apikeys",
        &json!({ "name": "Chat-web", "customerId": "c1" }),
    );
    client.post(
        "/apikeys",
        &json!({ "name": "chat-web", "customerId": "c2" }),
    );
    assert_eq!(
        client.get("/apikeys?name=chat").listed("name"),
        ["chat-web"]
    );
    assert!(client.get("/apikeys?name=web").items().is_empty());
    assert_eq!(
        client.get("/apikeys?customerId=c1").listed("name"),
        ["Chat-web"]
    );
}

#[test]
fn an_update_shows_no_value_and_moves_the_date() {
    let (sandbox, client) = quick();
    let id = client
        .post("/apikeys", &json!({ "name": "a", "tags": {"x": "y"} }))
        .text_of("id");
    sandbox.clock().advance(Duration::from_mins(1)).unwrap();
    let patch = json!([{"op": "replace", "path": "/name", "value": "b"}, {"op": "replace", "path": "/enabled", "value": "true"}]);
    let reply = client.patch(&format!("/apikeys/{id}"), &patch).json();
    assert_eq!(
        (reply["name"].as_str(), &reply["enabled"]),
        (Some("b"), &json!(true))
    );
    assert_eq!((reply.get("value"), &reply["tags"]), (None, &json!({})));
    assert_eq!(
        reply["lastUpdatedDate"].as_i64().unwrap() - reply["createdDate"].as_i64().unwrap(),
        60
    );
    assert_eq!(
        client.get(&format!("/apikeys/{id}")).json()["tags"],
        json!({"x": "y"})
    );
}

#[test]
fn a_bad_patch_changes_nothing() {
    let (sandbox, client) = quick();
    let key_path = format!("/apikeys/{}", make_key(&client, "a"));
    let patch = json!([{"op": "replace", "path": "/name", "value": "b"}, {"op": "replace", "path": "/value", "value": "x"}]);
    assert_eq!(
        client.patch(&key_path, &patch).verdict(),
        "400 badrequest: Invalid patch path  '/value' specified for op 'replace'. \
         Must be one of: [/description, /enabled, /name, /customerId]"
    );
    assert_eq!(sandbox.keys(&scope())[0].name.as_deref(), Some("a"));
    let garbage = json!([{"op": "replace", "path": "/enabled", "value": "not-a-boolean"}]);
    assert_eq!(client.patch(&key_path, &garbage).json()["enabled"], false);
    assert_eq!(
        client
            .patch(
                &key_path,
                &json!([{"op": "add", "path": "/labels", "value": "x"}])
            )
            .status,
        200
    );
    assert_eq!(
        client.patch("/apikeys/absent", &patch).verdict(),
        "404 notfound: Invalid API Key identifier specified"
    );
}

#[test]
fn stage_keys_are_strings() {
    let (sandbox, client) = quick();
    let api = sandbox.ensure_stage(&scope(), "chat-api", "prod").api_id;
    let new = |api: &str| json!({ "stageKeys": [{"restApiId": api, "stageName": "prod"}] });
    let reply = client.post("/apikeys", &new(&api));
    assert_eq!(reply.json()["stageKeys"], json!([format!("{api}/prod")]));
    assert_eq!(client.post("/apikeys", &new("absent")).status, 404);
    let path = format!("/apikeys/{}", reply.text_of("id"));
    let remove = json!([{"op": "remove", "path": "/stages", "value": format!("{api}/prod")}]);
    assert_eq!(client.patch(&path, &remove).json()["stageKeys"], json!([]));
}

#[test]
fn texts_have_limits() {
    let (_sandbox, client) = quick();
    let verdict = |body: Value| client.post("/apikeys", &body).verdict();
    assert_eq!(verdict(json!({ "name": "n".repeat(1024) })), "201");
    assert_eq!(
        verdict(json!({ "name": "n".repeat(1025) })),
        "400 badrequest: Invalid API Key name, can be at most 1024 characters."
    );
    assert_eq!(
        verdict(json!({ "description": "d".repeat(125_001) })),
        "400 badrequest: Invalid API Key description specified."
    );
    assert_eq!(
        verdict(json!({ "nmae": "typo" })),
        "400 badrequest: Invalid request body"
    );
    assert_eq!(client.send("POST", "/apikeys", "", "{").status, 400);
}

#[test]
fn a_second_delete_is_not_found() {
    let (_sandbox, client) = quick();
    let path = format!("/apikeys/{}", make_key(&client, "a"));
    assert_eq!(client.delete(&path).status, 202);
    assert_eq!(
        client.delete(&path).verdict(),
        "404 notfound: Invalid API Key identifier specified"
    );
}

#[test]
fn a_new_key_can_stay_out_of_reads_for_a_while() {
    let options = Options {
        list_delay: Duration::from_secs(5),
        get_delay: Duration::from_secs(2),
        ..Options::for_tests()
    };
    let (sandbox, client) = start(options);
    let path = format!("/apikeys/{}", make_key(&client, "a"));
    assert_eq!(
        (
            client.get("/apikeys").items().len(),
            client.get(&path).status
        ),
        (0, 404)
    );
    sandbox.clock().advance(Duration::from_secs(2)).unwrap();
    assert_eq!(
        (
            client.get("/apikeys").items().len(),
            client.get(&path).status
        ),
        (0, 200)
    );
    sandbox.clock().advance(Duration::from_secs(3)).unwrap();
    assert_eq!(client.get("/apikeys").items().len(), 1);
}

#[test]
fn tags_in_lists_can_be_hidden() {
    for (list_tags, is_shown) in [(ListTags::Shown, true), (ListTags::Hidden, false)] {
        let (_sandbox, client) = start(Options {
            list_tags,
            ..Options::for_tests()
        });
        client.post("/apikeys", &json!({ "tags": {"a": "b"} }));
        assert_eq!(
            client.get("/apikeys").items()[0].get("tags").is_some(),
            is_shown
        );
    }
}
