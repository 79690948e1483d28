//! Request rates and quotas.

use std::time::Duration;

use ai_keys_sandbox::{Clock, Limits, Options, SeedKey, SeedUsagePlan};
use serde_json::json;

use crate::setup::{make_key, make_usage_plan, put_on, quick, scope, start};

fn limited() -> Options {
    Options {
        limits: Limits::Aws,
        clock: Clock::at("2026-11-23").unwrap(),
        ..Options::default()
    }
}

#[test]
fn the_forty_first_call_waits_for_the_clock() {
    let (sandbox, client) = start(limited());
    let statuses: Vec<u16> = (0..41).map(|_| client.get("/apikeys").status).collect();
    assert!(statuses[..40].iter().all(|status| *status == 200));
    assert_eq!(statuses[40], 429);
    let refused = client.get("/apikeys");
    assert_eq!(refused.verdict(), "429 toomanyrequests: Too Many Requests");
    assert_eq!(refused.header("retry-after"), Some("1"));
    assert_eq!(
        client.signed("AKIA", "us-east-1").get("/apikeys").status,
        200
    );
    sandbox.clock().advance(Duration::from_secs(1)).unwrap();
    assert_eq!(client.get("/apikeys").status, 200);
}

#[test]
fn a_usage_plan_is_updated_every_20_seconds() {
    let (sandbox, client) = start(limited());
    let path = format!("/usageplans/{}", make_usage_plan(&client, "p", &[]));
    let operations = json!([{"op": "replace", "path": "/name", "value": "q"}]);
    assert_eq!(client.patch(&path, &operations).status, 200);
    assert_eq!(
        client.patch(&path, &operations).header("retry-after"),
        Some("20")
    );
    sandbox.clock().advance(Duration::from_secs(20)).unwrap();
    assert_eq!(client.patch(&path, &operations).status, 200);
}

#[test]
fn five_keys_are_created_per_second() {
    let (_sandbox, client) = start(limited());
    let made = (0..8)
        .filter(|_| client.post("/apikeys", &json!({})).status == 201)
        .count();
    assert_eq!(made, 5);
}

#[test]
fn key_10_001_and_usage_plan_301_are_refused() {
    let (sandbox, client) = quick();
    let key = |n| SeedKey {
        name: format!("k{n}"),
        description: String::new(),
        enabled: true,
        value: None,
        usage_plans: vec![],
    };
    let plan = |n| SeedUsagePlan {
        name: format!("p{n}"),
        ..SeedUsagePlan::default()
    };
    let (keys, plans): (Vec<_>, Vec<_>) =
        ((0..10_000).map(key).collect(), (0..300).map(plan).collect());
    sandbox.seed(&scope(), &plans, &keys).unwrap();
    let refused = "429 limitexceeded";
    assert!(
        client
            .post("/apikeys", &json!({}))
            .verdict()
            .starts_with(refused)
    );
    assert!(
        client
            .post("/usageplans", &json!({ "name": "p" }))
            .verdict()
            .starts_with(refused)
    );
    let csv = "name,key\nx,cccccccccccccccccccccccccc\n";
    assert!(
        client
            .send("POST", "/apikeys?mode=import&format=csv", "", csv)
            .verdict()
            .starts_with(refused)
    );
}

#[test]
fn a_key_is_on_ten_usage_plans_at_most() {
    let (_sandbox, client) = quick();
    let key = make_key(&client, "k");
    let verdicts: Vec<String> = (0..11)
        .map(|n| {
            put_on(
                &client,
                &make_usage_plan(&client, &format!("p{n}"), &[]),
                &key,
            )
        })
        .collect();
    assert!(verdicts[..10].iter().all(|verdict| verdict == "201"));
    assert!(verdicts[10].starts_with("429 limitexceeded"));
}
