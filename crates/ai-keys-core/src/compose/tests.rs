use std::collections::{BTreeMap, BTreeSet};

use proptest::collection::{btree_map, btree_set, vec};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed, TestRunner};

use super::{Composed, Composition, compose};
use crate::check::check_text;
use crate::plan::testing::after;
use crate::plan::{Action, Plan, plan};
use crate::source::Source;
use crate::state::{Handle, LiveState, resolve};

/// Takes over everything that is live.
fn whole(live: &LiveState) -> Composition<'_> {
    Composition {
        live,
        namespace: "acme",
        target: "prod",
        keys: live.keys.keys().cloned().collect(),
        usage_plans: live.usage_plans.keys().cloned().collect(),
        knows_memberships: true,
        refers_to_usage_plans: false,
        origins: BTreeMap::new(),
    }
}

#[track_caller]
fn plan_of(text: &str, live: &LiveState) -> Plan {
    let today = "2026-11-23".parse().unwrap();
    let checked = check_text(text, Some(today));
    let Some(manifest) = checked.valid() else {
        panic!("not valid:\n{text}\n{:#?}", checked.diagnostics);
    };
    let desired = resolve(manifest, "prod").unwrap();
    let planned = plan(&desired, live, today, &Source::new(text));
    assert!(
        !planned.diagnostics.has_errors(),
        "{text}\n{:#?}",
        planned.diagnostics
    );
    planned.plan
}

fn account(body: &str) -> LiveState {
    LiveState::from_json(&format!(
        r#"{{"format": 1, "provider": "aws-api-gateway", "account": "123456789012",
            "region": "eu-west-1", "apis": {{"a1": "chat-api", "a9": "a9"}}, {body}}}"#
    ))
    .unwrap()
}

fn small_account() -> LiveState {
    account(
        r#""usage-plans": {
            "u1": {"name": "Standard", "description": "Internal consumers",
                "throttle": {"rate-per-second": 10.0, "burst-requests": 20},
                "quota": {"limit": 100000, "per": "month"},
                "stages": {"a1/prod": {"/chat/POST": {"rate-per-second": 2.5, "burst-requests": 5}}},
                "keys": ["k1", "k2", "k3"]},
            "u2": {"name": "partner", "stages": {"a9/prod": {}}, "keys": ["k3"]}},
        "keys": {
            "k1": {"name": "ChatWeb", "liveness": {"is": "active"}, "description": "Front \"end\"",
                "tags": {"cost-center": "42", "owner": "team-chat"}},
            "k2": {"name": "batch", "liveness": {"is": "disabled"}, "tags": {"cost-center": "42"}},
            "k3": {"name": "partner-acme", "liveness": {"is": "active"}, "customer-id": "c-7",
                "tags": {"cost-center": "42", "aws:x": "y"}}}"#,
    )
}

#[test]
fn what_a_tool_wrote_for_want_of_a_description_is_not_declared_and_stays() {
    let live = account(
        r#""usage-plans": {}, "keys": {
            "k1": {"name": "web", "liveness": {"is": "active"}, "description": "Managed by Terraform"},
            "k2": {"name": "batch", "liveness": {"is": "active"}, "description": "Managed by Pulumi"},
            "k3": {"name": "own", "liveness": {"is": "active"}, "description": "Managed by Terraform, for the web"}}"#,
    );
    let text = compose(&whole(&live)).text;
    assert_eq!(text.matches("description = ").count(), 1, "{text}");
    let plan = plan_of(&text, &live);
    let actions: Vec<Action> = plan.changes.iter().map(|change| change.action).collect();
    assert_eq!(actions, [Action::Adopt; 3]);
    let live = after(&live, &plan);
    let kept = &live.keys[&Handle::of_id("k1")].description;
    assert_eq!(kept, "Managed by Terraform");
    assert!(plan_of(&text, &live).is_empty());
}

#[test]
fn an_account_reads_as_a_person_would_have_written_it() {
    let live = small_account();
    let mut wanted = whole(&live);
    let address = "aws_api_gateway_api_key.chat[\"web\"]\u{202e}";
    wanted.origins = BTreeMap::from([(Handle::of_id("k1"), address.to_owned())]);
    let Composed { text, notes, .. } = compose(&wanted);
    let expected = r#"#:schema https://raw.githubusercontent.com/org/ai-keys-action/v1/keys.schema.json
version = 1
namespace = "acme"

[target.prod]
provider = "aws-api-gateway"
region = "eu-west-1"
account = "123456789012"

[defaults.key]
usage-plans = ["standard"]
tags = { cost-center = "42" }

[usage-plan.partner]
stages = ["a9/prod"]
adopt = "u2"

[usage-plan.standard]
name = "Standard"
description = "Internal consumers"
throttle = { rate = 10, burst = 20 }
quota = { limit = 100000, per = "month" }
stages = [{ stage = "chat-api/prod", throttle = { "/chat/POST" = { rate = 2.5, burst = 5 } } }]
adopt = "u1"

[key.batch]
enabled = false
adopt = "k2"

# from aws_api_gateway_api_key.chat["web"]
[key.chat-web]
name = "ChatWeb"
description = "Front \"end\""
owner = "team-chat"
tags = { owner = "team-chat" }
adopt = "k1"

[key.partner-acme]
usage-plans = ["partner", "standard"]
customer-id = "c-7"
adopt = "k3"
"#;
    assert_eq!(text, expected);
    assert_eq!(notes, []);
}

#[test]
fn the_first_plan_adopts_and_the_next_changes_nothing() {
    let live = small_account();
    let Composed { text, .. } = compose(&whole(&live));
    let plan = plan_of(&text, &live);
    assert_eq!(plan.changes.len(), 5);
    assert!(
        plan.changes
            .iter()
            .all(|change| change.action == Action::Adopt)
    );
    assert!(plan_of(&text, &after(&live, &plan)).is_empty());
}

#[test]
fn keys_alone_refer_to_the_usage_plans_of_others() {
    let live = small_account();
    let mut wanted = whole(&live);
    wanted.keys = BTreeSet::from([Handle::of_id("k1")]);
    wanted.usage_plans.clear();
    wanted.refers_to_usage_plans = true;
    let Composed { text, .. } = compose(&wanted);
    assert!(
        text.contains(
            "[usage-plan.standard]\nmanage = false\nadopt = \"u1\"\nname = \"Standard\"\n"
        )
    );
    assert!(!text.contains("partner"), "{text}");
    let plan = plan_of(&text, &live);
    let [change] = plan.changes.as_slice() else {
        panic!("{:#?}", plan.changes);
    };
    assert_eq!(
        (change.action, change.subject.name.as_str()),
        (Action::Adopt, "chat-web")
    );
}

#[test]
fn keys_of_unknown_usage_plans_stay_where_they_are() {
    let live = account(
        r#""usage-plans": {"u1": {"name": "a", "stages": {}, "keys": ["k1", "k2"]}},
        "keys": {"k1": {"name": "a", "liveness": {"is": "active"}},
            "k2": {"name": "b", "liveness": {"is": "active"}},
            "k3": {"name": "c", "liveness": {"is": "active"}}}"#,
    );
    let mut wanted = whole(&live);
    wanted.knows_memberships = false;
    let Composed { text, .. } = compose(&wanted);
    assert!(!text.contains("defaults"), "{text}");
    assert!(text.contains("[key.b]\nusage-plans = [\"a\"]\n"), "{text}");
    assert!(text.contains("[key.c]\nadopt"), "{text}");
}

#[test]
fn what_another_namespace_owns_is_left_out_with_a_note() {
    let live = account(
        r#""usage-plans": {}, "keys": {"k1": {"name": "a", "marker": "[ai-keys: other/a#1]",
            "liveness": {"is": "active"}}}"#,
    );
    let Composed { text, notes, .. } = compose(&whole(&live));
    assert!(!text.contains("[key."), "{text}");
    assert_eq!(
        notes[0].to_string(),
        "key k1: left out: `other/a` owns it already"
    );
}

#[test]
fn nothing_that_may_be_a_key_value_is_written() {
    // Made for this test; opens nothing.
    let value = "Zq7LmP2xR9tVb4KcN8wYd3HsJ6gFe1UaQ5oTi0Xk";
    let body = r#""usage-plans": {}, "keys": {
        "k1": {"name": "VALUE", "liveness": {"is": "active"}},
        "VALUE": {"name": "b", "liveness": {"is": "active"}, "description": "is VALUE",
            "tags": {"t": "VALUE", "owner": "VALUE"}, "customer-id": "VALUE"}}"#;
    let live = account(&body.replace("VALUE", value));
    let composed = compose(&whole(&live));
    assert!(!format!("{composed:?}").contains("Zq7LmP2x"));
    assert!(
        composed.text.contains("adopt = \"hidden-"),
        "{}",
        composed.text
    );
    assert_eq!(composed.notes.len(), 5, "{:#?}", composed.notes);
    let plan = plan_of(&composed.text, &live);
    assert!(
        plan.changes
            .iter()
            .all(|change| change.action == Action::Adopt)
    );
}

#[test]
fn whatever_is_live_the_manifest_is_valid_and_takes_it_over() {
    let config = Config {
        cases: 500,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(20_261_123),
        ..Config::default()
    };
    let property = |live: LiveState| {
        let composed = compose(&whole(&live));
        let plan = plan_of(&composed.text, &live);
        assert!(
            plan.changes
                .iter()
                .all(|change| change.action == Action::Adopt),
            "{}\n{:#?}",
            composed.text,
            plan.changes
        );
        let next = plan_of(&composed.text, &after(&live, &plan));
        assert!(next.is_empty(), "{}\n{:#?}", composed.text, next.changes);
        Ok(())
    };
    TestRunner::new(config)
        .run(&accounts(), property)
        .unwrap_or_else(|error| panic!("{error}"));
}

/// Accounts with names and texts as people and attackers write them, as the
/// JSON of a snapshot.
fn accounts() -> impl Strategy<Value = LiveState> {
    let name = prop_oneof![
        "[a-c]{1,2}",
        "[A-Z][a-z]{1,4} ?[0-9]?",
        "[a-z]{1,5}[\"'\\\\#=\\[\\]{}. /é日🔑-]{1,4}[a-z]{0,3}",
        "[a-z-]{1,80}",
    ];
    let text = prop_oneof![Just(String::new()), "[ -~é🔑]{0,40}", "\\[ai-keys: .{0,5}"];
    let words = btree_map("[a-z]{1,4}|Owner|team", "[ -~é]{0,12}", 0..3);
    let key = (
        name.clone(),
        text.clone(),
        words,
        any::<bool>(),
        proptest::option::of("[a-z0-9]{1,8}"),
    );
    let limits = proptest::option::of((0_u32..9, 0_u32..9, any::<bool>()));
    let usage_plan = (
        name,
        text,
        limits,
        proptest::option::of(1_u32..9),
        btree_set(0_usize..4, 0..3),
    );
    (vec(key, 0..5), vec(usage_plan, 0..4)).prop_map(|(keys, usage_plans)| {
        let keys: BTreeMap<String, serde_json::Value> = keys
            .into_iter()
            .enumerate()
            .map(|(n, (name, text, tags, is_active, customer))| {
                let is = if is_active { "active" } else { "disabled" };
                let mut key = serde_json::json!({"name": name, "description": text.trim_end(),
                    "tags": tags, "liveness": {"is": is}});
                if let Some(customer) = customer {
                    key["customer-id"] = customer.into();
                }
                (format!("k{n}"), key)
            })
            .collect();
        // One usage plan a stage, so that no key is on two of one stage.
        let usage_plans: BTreeMap<String, serde_json::Value> = usage_plans
            .into_iter()
            .enumerate()
            .map(|(n, (name, text, limits, quota, members))| {
                let members: Vec<String> = members
                    .into_iter()
                    .map(|member| format!("k{member}"))
                    .filter(|member| keys.contains_key(member))
                    .collect();
                let mut up = serde_json::json!({"name": name, "description": text.trim_end(),
                    "keys": members, "stages": {format!("a{n}/prod"): {}}});
                if let Some((rate, burst, is_whole)) = limits {
                    up["throttle"] = serde_json::json!({"rate-per-second": rate});
                    if is_whole {
                        up["throttle"]["burst-requests"] = burst.into();
                    }
                }
                if let Some(limit) = quota {
                    up["quota"] =
                        serde_json::json!({"limit": limit, "per": "week", "offset": limit % 7});
                }
                (format!("u{n}"), up)
            })
            .collect();
        let json = serde_json::json!({"format": 1, "provider": "aws-api-gateway",
            "account": "123456789012", "region": "eu-west-1",
            "apis": {"a0": "é/{x}", "a1": "chat", "a2": "twin", "a3": "twin"},
            "keys": keys, "usage-plans": usage_plans});
        LiveState::from_json(&json.to_string()).unwrap()
    })
}
