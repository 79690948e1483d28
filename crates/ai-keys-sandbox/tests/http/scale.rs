//! 10,000 keys on 100 usage plans.

use ai_keys_sandbox::{SeedKey, SeedUsagePlan};
use serde_json::json;

use crate::setup::{quick, scope};

#[test]
fn ten_thousand_keys_are_read_in_121_calls() {
    let (sandbox, client) = quick();
    let plans: Vec<SeedUsagePlan> = (0..100)
        .map(|n| SeedUsagePlan {
            name: format!("p{n}"),
            stages: vec!["chat-api/prod".into()],
            ..Default::default()
        })
        .collect();
    let keys: Vec<SeedKey> = (0..10_000)
        .map(|n| SeedKey {
            name: format!("k{n}"),
            description: String::new(),
            enabled: true,
            value: None,
            usage_plans: vec![format!("p{}", n % 100)],
        })
        .collect();
    sandbox.seed(&scope(), &plans, &keys).unwrap();
    let (mut position, mut seen) = (String::new(), 0);
    loop {
        let page = client.get(&format!("/apikeys?limit=500&position={position}"));
        seen += page.items().len();
        position = page.text_of("position");
        if position.is_empty() {
            break;
        }
    }
    let usage_plans = client.get("/usageplans?limit=500").listed("id");
    let on: usize = usage_plans
        .iter()
        .map(|id| {
            client
                .get(&format!("/usageplans/{id}/keys?limit=500"))
                .items()
                .len()
        })
        .sum();
    assert_eq!((seen, usage_plans.len(), on), (10_000, 100, 10_000));
    assert_eq!(sandbox.journal().len(), 121);
}

#[test]
fn ten_thousand_keys_are_imported_in_twenty_calls() {
    let (sandbox, client) = quick();
    sandbox
        .seed(
            &scope(),
            &[SeedUsagePlan {
                name: "p".into(),
                ..Default::default()
            }],
            &[],
        )
        .unwrap();
    let plan = sandbox.usage_plans(&scope())[0].id.clone();
    for call in 0..20 {
        let row = |n| format!("k{call}-{n},{call:04}{n:04}aaaaaaaaaaaaaaaaaaaaaaaa,{plan}");
        let rows: Vec<String> = (0..500).map(row).collect();
        let csv = format!("name,key,usageplanIds\n{}\n", rows.join("\n"));
        assert_eq!(
            client
                .send(
                    "POST",
                    "/apikeys?mode=import&format=csv&failonwarnings=true",
                    "",
                    &csv
                )
                .status,
            201
        );
    }
    assert_eq!(sandbox.usage_plans(&scope())[0].keys, 10_000);
    assert_eq!(client.post("/apikeys", &json!({})).status, 429);
}
