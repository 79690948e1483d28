//! Does the key open the stage, and how often?

use std::time::Duration;

use ai_keys_sandbox::{Sandbox, SeedKey, SeedUsagePlan};
use serde_json::json;

use crate::client::Client;
use crate::setup::{quick, scope};

fn seeded(throttle: Option<(f64, i64)>, quota: Option<(i64, String)>) -> (Sandbox, Client, String) {
    let (sandbox, client) = quick();
    let plan = SeedUsagePlan {
        name: "p".into(),
        stages: vec!["chat-api/prod".into()],
        throttle,
        quota,
        ..Default::default()
    };
    let key = SeedKey {
        name: "k".into(),
        description: String::new(),
        enabled: true,
        value: None,
        usage_plans: vec!["p".into()],
    };
    sandbox.seed(&scope(), &[plan], &[key]).unwrap();
    let value = sandbox.values()[0].clone();
    (sandbox, client, value)
}

fn invoke(client: &Client, value: &str) -> String {
    client
        .send(
            "POST",
            "/restapis/chat-api/prod/_user_request_/v1/chat",
            &format!("x-api-key: {value}\r\n"),
            "{}",
        )
        .verdict()
}

#[test]
fn an_enabled_key_on_the_right_usage_plan_opens_the_stage() {
    let (sandbox, client, value) = seeded(None, None);
    assert_eq!(invoke(&client, &value), "200");
    assert_eq!(invoke(&client, "wrong"), "403 -: Forbidden");
    assert_eq!(
        client.get("/restapis/chat-api/prod/_user_request_/").status,
        403
    );
    assert_eq!(
        client.get("/restapis/chat-api/dev/_user_request_/").status,
        404
    );
    let id = sandbox.keys(&scope())[0].id.clone();
    client.patch(
        &format!("/apikeys/{id}"),
        &json!([{"op": "replace", "path": "/enabled", "value": "false"}]),
    );
    assert_eq!(invoke(&client, &value), "403 -: Forbidden");
}

#[test]
fn the_throttle_refills_with_time() {
    let (sandbox, client, value) = seeded(Some((1.0, 2)), None);
    assert_eq!(
        [invoke(&client, &value), invoke(&client, &value)],
        ["200", "200"]
    );
    assert_eq!(invoke(&client, &value), "429 -: Too Many Requests");
    sandbox.clock().advance(Duration::from_secs(1)).unwrap();
    assert_eq!(invoke(&client, &value), "200");
}

#[test]
fn a_rate_of_zero_blocks_everyone() {
    let (_sandbox, client, value) = seeded(Some((0.0, 10)), None);
    assert_eq!(invoke(&client, &value), "429 -: Too Many Requests");
}

#[test]
fn a_method_may_have_a_throttle_of_its_own() {
    let (sandbox, client, value) = seeded(None, None);
    let plan = sandbox.usage_plans(&scope())[0].clone();
    let stage = plan.stages[0].replace('/', ":");
    let method = format!("/apiStages/{stage}/throttle/~1v1~1chat/POST");
    let patch = json!([
        {"op": "add", "path": format!("{method}/rateLimit"), "value": "1"},
        {"op": "add", "path": format!("{method}/burstLimit"), "value": "1"},
    ]);
    assert_eq!(
        client
            .patch(&format!("/usageplans/{}", plan.id), &patch)
            .status,
        200
    );
    assert_eq!(
        [invoke(&client, &value), invoke(&client, &value)],
        ["200", "429 -: Too Many Requests"]
    );
}

#[test]
fn usage_is_paged_and_shows_90_days_at_most() {
    let (sandbox, client, _) = seeded(None, Some((100, "MONTH".into())));
    let plan = sandbox.usage_plans(&scope())[0].id.clone();
    for key in ["a", "b", "c"] {
        let days = [("2026-11-02", 5), ("2026-11-03", 7)];
        sandbox.seed_usage(&scope(), &plan, key, &days).unwrap();
    }
    let ask = |more: &str| client.get(&format!("/usageplans/{plan}/usage?{more}"));
    let november = "startDate=2026-11-02&endDate=2026-11-03&limit=2";
    let first = ask(november).json();
    let days = json!([[5, 95], [7, 88]]);
    assert_eq!(first["values"], json!({ "a": &days, "b": &days }));
    let position = first["position"].as_str().unwrap();
    let last = ask(&format!("{november}&position={position}")).json();
    assert_eq!(last["values"], json!({ "c": &days }));
    assert_eq!(last.get("position"), None);
    assert_eq!(ask("startDate=2026-08-01&endDate=2026-11-03").status, 400);
    assert_eq!(ask(&format!("{november}&position=x")).status, 400);
    let nobody = sandbox.seed_usage(&scope(), "absent", "a", &[]);
    assert!(nobody.is_err());
}

#[test]
fn the_quota_ends_and_is_extended_and_read() {
    let (sandbox, client, value) = seeded(None, Some((2, "MONTH".into())));
    assert_eq!(
        [invoke(&client, &value), invoke(&client, &value)],
        ["200", "200"]
    );
    assert_eq!(invoke(&client, &value), "429 -: Limit Exceeded");
    let (plan, key) = (
        sandbox.usage_plans(&scope())[0].id.clone(),
        sandbox.keys(&scope())[0].id.clone(),
    );
    let patch = json!([{"op": "replace", "path": "/remaining", "value": "1"}]);
    let reply = client
        .patch(&format!("/usageplans/{plan}/keys/{key}/usage"), &patch)
        .json();
    assert_eq!(reply["values"][&key], json!([[2, 1]]));
    assert_eq!(
        [invoke(&client, &value), invoke(&client, &value)],
        ["200", "429 -: Limit Exceeded"]
    );
    sandbox.clock().set_date("2026-12-01").unwrap();
    assert_eq!(invoke(&client, &value), "200");
    let usage = client.get(&format!(
        "/usageplans/{plan}/usage?startDate=2026-11-22&endDate=2026-11-23"
    ));
    assert_eq!(usage.json()["values"], json!({ &key: [[0, 3], [3, 0]] }));
    assert_eq!(
        client
            .get(&format!("/usageplans/{plan}/usage?startDate=2026-11-22"))
            .status,
        400
    );
    let other = client.get(&format!(
        "/usageplans/{plan}/usage?startDate=2026-12-01&endDate=2026-12-01&keyId=x"
    ));
    assert_eq!(other.json()["values"], json!({}));
}
