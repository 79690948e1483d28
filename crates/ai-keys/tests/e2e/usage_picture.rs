//! The picture of the guide on usage is one that the command draws.

use std::collections::BTreeMap;
use std::path::Path;

use ai_keys_core::report::{UsageQuestion, render_usage_svg, usage_of_target};
use ai_keys_core::state::{DayOfUse, Handle, LiveState, Usage};
use serde_json::json;

/// A key, its requests on a Monday, whether it rests at weekends, and whether it works.
const KEYS: [(&str, u64, bool, bool); 6] = [
    ("chat-web", 3_100, true, true),
    ("batch-embedder", 1_900, false, true),
    ("agents", 900, false, true),
    ("partner-acme", 420, true, true),
    ("evaluation", 60, true, false),
    ("forgotten", 0, false, true),
];

/// What each key may make in a month.
const QUOTA: u64 = 90_000;

/// The 25th of October 2026, the first of the 30 days, is a Sunday.
fn requests(monday: u64, rests: bool, day: u64) -> u64 {
    let is_weekend = matches!(day % 7, 0 | 6);
    // Uneven, and the same in every run.
    let wave = 80 + (day * 37 + monday) % 40;
    let grown = monday * wave * (100 + day) / 10_000;
    if is_weekend && rests {
        grown / 8
    } else {
        grown
    }
}

fn picture() -> String {
    let mut live_keys = serde_json::Map::new();
    let mut counted = BTreeMap::new();
    for (name, monday, rests, works) in KEYS {
        let is = if works { "active" } else { "disabled" };
        let description = format!("[ai-keys: acme-ai/{name}#1]");
        let key = json!({ "name": name, "description": description, "liveness": { "is": is } });
        live_keys.insert(name.to_owned(), key);
        let mut remaining = QUOTA;
        let days = (0..30).map(|day| {
            let requests = requests(monday, rests, day);
            remaining = remaining.saturating_sub(requests);
            DayOfUse {
                requests,
                remaining,
            }
        });
        counted.insert(Handle::of_id(name), days.collect());
    }
    let names: Vec<&str> = KEYS.iter().map(|(name, ..)| *name).collect();
    let usage_plan = json!({ "name": "standard", "keys": names, "stages": {"a1/prod": {}},
        "quota": { "limit": QUOTA, "per": "month" } });
    let live = json!({ "format": 1, "provider": "aws-api-gateway", "account": "123456789012",
        "region": "eu-west-1", "apis": {}, "usage-plans": { "p1": usage_plan }, "keys": live_keys });
    let live = LiveState::from_json(&live.to_string()).unwrap();
    let usage = Usage {
        from: "2026-10-25".parse().unwrap(),
        to: "2026-11-23".parse().unwrap(),
        by_usage_plan: BTreeMap::from([(Handle::of_id("p1"), counted)]),
    };
    let question = UsageQuestion {
        target: "prod",
        namespace: "acme-ai",
        with_foreign: true,
        near_percent: 80,
        unused_days: 30,
    };
    render_usage_svg(&usage_of_target(&question, &live, &usage))
}

#[test]
fn the_picture_in_the_guide_is_one_that_the_command_draws() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/guides/usage.svg");
    if std::env::var_os("UPDATE").is_some_and(|value| value == "1") {
        std::fs::write(&path, picture()).unwrap();
    }
    let shown = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        shown == picture(),
        "UPDATE=1 rewrites docs/guides/usage.svg"
    );
}
