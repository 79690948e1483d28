//! Usage plans and the keys on them.

use std::time::Duration;

use ai_keys_sandbox::Options;
use serde_json::{Value, json};

use crate::setup::{make_key, make_usage_plan, put_on, quick, scope, start};

#[test]
fn a_usage_plan_comes_back_as_it_was_made() {
    let (sandbox, client) = quick();
    let api = sandbox.ensure_stage(&scope(), "chat-api", "prod").api_id;
    let body = json!({
        "name": "standard",
        "description": "d",
        "apiStages": [{"apiId": api, "stage": "prod", "throttle": {"/chat/POST": {"burstLimit": 2, "rateLimit": 0.5}}}],
        "throttle": {"burstLimit": 20, "rateLimit": 2.5},
        "quota": {"limit": 100, "offset": 0, "period": "MONTH"},
    });
    let made = client.post("/usageplans", &body);
    assert_eq!(made.status, 201);
    let mut expected = body;
    expected["id"] = json!(made.text_of("id"));
    assert_eq!(made.json(), expected);
    assert_eq!(client.get("/usageplans").items(), [expected.clone()]);
    expected["tags"] = json!({});
    assert_eq!(
        client
            .get(&format!("/usageplans/{}", made.text_of("id")))
            .json(),
        expected
    );
    assert_eq!(
        client.get("/usageplans/absent").verdict(),
        "404 notfound: Invalid Usage Plan ID specified"
    );
}

#[test]
fn rules_are_checked_at_creation() {
    let (sandbox, client) = quick();
    let api = sandbox.ensure_stage(&scope(), "chat-api", "prod").api_id;
    let status = |extra: Value| {
        let mut body = json!({ "name": "p" });
        body.as_object_mut()
            .unwrap()
            .extend(extra.as_object().unwrap().clone());
        client.post("/usageplans", &body).status
    };
    assert_eq!(status(json!({ "name": null })), 400);
    assert_eq!(
        status(json!({ "apiStages": [{"apiId": api, "stage": "dev"}] })),
        404
    );
    assert_eq!(
        status(json!({ "quota": {"limit": -1, "period": "DAY"} })),
        400
    );
    assert_eq!(status(json!({ "quota": {"limit": 1} })), 400);
    assert_eq!(
        status(json!({ "quota": {"limit": 1, "period": "WEEK", "offset": 7} })),
        400
    );
    assert_eq!(status(json!({ "throttle": {"burstLimit": 5} })), 400);
    assert_eq!(
        status(json!({ "throttle": {"burstLimit": 50, "rateLimit": 1} })),
        201
    );
    assert_eq!(sandbox.usage_plans(&scope()).len(), 1);
}

#[test]
fn patches_reach_every_documented_path() {
    let (sandbox, client) = quick();
    let api = sandbox.ensure_stage(&scope(), "chat-api", "prod").api_id;
    let path = format!("/usageplans/{}", make_usage_plan(&client, "p", &[]));
    let method = format!("/apiStages/{api}:prod/throttle/~1chat/POST");
    let add = |path: &str, value: &str| json!({ "op": "add", "path": path, "value": value });
    let operations = json!([
        {"op": "replace", "path": "/name", "value": "q"},
        {"op": "replace", "path": "/description", "value": "d"},
        add("/productCode", "pc"),
        add("/apiStages", &format!("{api}:prod")),
        add("/throttle/rateLimit", "3.5"),
        add("/throttle/burstLimit", "7"),
        add("/quota/limit", "10"),
        add("/quota/period", "WEEK"),
        add("/quota/offset", "6"),
        add(&format!("{method}/rateLimit"), "1"),
        add(&format!("{method}/burstLimit"), "2"),
    ]);
    let reply = client.patch(&path, &operations).json();
    assert_eq!(
        (reply["name"].as_str(), reply["productCode"].as_str()),
        (Some("q"), Some("pc"))
    );
    assert_eq!(
        reply["throttle"],
        json!({"burstLimit": 7, "rateLimit": 3.5})
    );
    assert_eq!(
        reply["quota"],
        json!({"limit": 10, "offset": 6, "period": "WEEK"})
    );
    assert_eq!(
        reply["apiStages"][0]["throttle"],
        json!({"/chat/POST": {"burstLimit": 2, "rateLimit": 1.0}})
    );
    let remove = json!([
        {"op": "remove", "path": "/quota"}, {"op": "remove", "path": "/throttle"}, {"op": "remove", "path": method},
        {"op": "remove", "path": "/apiStages", "value": format!("{api}:prod")}, {"op": "remove", "path": "/productCode"},
    ]);
    let members = client.patch(&path, &remove).json();
    assert_eq!(
        members.as_object().unwrap().keys().collect::<Vec<_>>(),
        ["apiStages", "description", "id", "name", "tags"]
    );
}

#[test]
fn wrong_patches_are_refused_whole() {
    let (sandbox, client) = quick();
    sandbox.ensure_stage(&scope(), "chat-api", "prod");
    let id = make_usage_plan(&client, "p", &[]);
    let verdict = |operation: Value| {
        client
            .patch(
                &format!("/usageplans/{id}"),
                &json!([{"op": "replace", "path": "/name", "value": "q"}, operation]),
            )
            .verdict()
    };
    assert!(
        verdict(json!({"op": "replace", "path": "/tags/x", "value": "y"}))
            .starts_with("400 badrequest: Invalid patch path  '/tags/x'")
    );
    assert_eq!(
        verdict(json!({"op": "remove", "path": "/apiStages"})),
        "400 badrequest: Invalid API Stage specified"
    );
    assert_eq!(
        verdict(json!({"op": "remove", "path": "/apiStages", "value": "x:y"})),
        format!(
            "404 notfound: Invalid API Stage {{api: x, stage: y}} specified for usageplan {id}"
        )
    );
    assert_eq!(
        verdict(json!({"op": "add", "path": "/quota/limit", "value": "1"})).get(..3),
        Some("400")
    );
    assert_eq!(sandbox.usage_plans(&scope())[0].name, "p");
}

#[test]
fn a_usage_plan_with_stages_is_not_deleted() {
    let (sandbox, client) = quick();
    let api = sandbox.ensure_stage(&scope(), "chat-api", "prod").api_id;
    let id = make_usage_plan(&client, "p", &[&format!("{api}:prod")]);
    let path = format!("/usageplans/{id}");
    assert_eq!(
        client.delete(&path).verdict(),
        format!(
            "400 badrequest: Cannot delete Usage Plan {id} because there are API Stages associated with it, including {api}:prod"
        )
    );
    client.patch(
        &path,
        &json!([{"op": "remove", "path": "/apiStages", "value": format!("{api}:prod")}]),
    );
    assert_eq!(client.delete(&path).status, 202);
    assert_eq!(client.delete(&path).status, 404);
}

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

#[test]
fn a_re_created_stage_is_on_no_usage_plan() {
    let (sandbox, client) = quick();
    let stage = sandbox.ensure_stage(&scope(), "chat-api", "prod");
    make_usage_plan(&client, "p", &[&format!("{}:prod", stage.api_id)]);
    sandbox.delete_stage(&scope(), &stage);
    assert_eq!(sandbox.ensure_stage(&scope(), "chat-api", "prod"), stage);
    assert!(sandbox.usage_plans(&scope())[0].stages.is_empty());
}

#[test]
fn rest_apis_and_stages_can_be_read() {
    let (sandbox, client) = quick();
    let api = sandbox.ensure_stage(&scope(), "chat-api", "prod").api_id;
    sandbox.ensure_stage(&scope(), "chat-api", "dev");
    assert_eq!(client.get("/restapis").listed("name"), ["chat-api"]);
    assert_eq!(
        client.get(&format!("/restapis/{api}")).text_of("name"),
        "chat-api"
    );
    assert_eq!(
        client
            .get(&format!("/restapis/{api}/stages"))
            .listed("stageName"),
        ["dev", "prod"]
    );
    assert_eq!(
        client.get(&format!("/restapis/{api}/stages/dev")).status,
        200
    );
    assert_eq!(client.get(&format!("/restapis/{api}/stages/x")).status, 404);
    assert!(
        client
            .signed("AKIA", "us-east-1")
            .get("/restapis")
            .items()
            .is_empty()
    );
}
