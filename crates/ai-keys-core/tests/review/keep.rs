//! What a drift issue says to write is what makes the drift go away.

use ai_keys_core::plan::Action;
use ai_keys_core::report::review::drift_issue;

use crate::scene::{Scene, meta};

const MANIFEST: &str = r#"version = 1
namespace = "acme"
[target.prod]
provider = "aws-api-gateway"
region = "eu-west-1"
account = "123456789012"
[usage-plan.bronze]
quota = { limit = 20_000, per = "day" }
stages = ["a1/prod"]
[usage-plan.silver]
description = "was"
stages = ["a2/prod"]
[key.chat]
description = "Chat"
owner = "team-a"
usage-plans = ["bronze"]
[key.web]
owner = "team-a"
enabled = false
usage-plans = ["bronze"]
"#;

const SNAPSHOT: &str = r#"{
  "account": "123456789012", "apis": {"a1": "one", "a2": "two"}, "format": 1,
  "provider": "aws-api-gateway", "region": "eu-west-1",
  "keys": {
    "k1": {"description": "By \"hand\" \\ é", "liveness": {"is": "disabled"}, "name": "chat by hand",
      "marker": "[ai-keys: acme/chat#1 owner=team-b]"},
    "k2": {"description": "", "liveness": {"is": "active"}, "name": "web",
      "marker": "[ai-keys: acme/web#1 owner=team-a]"},
    "k3": {"description": "Old", "liveness": {"is": "active"}, "name": "gone",
      "marker": "[ai-keys: acme/gone#1 owner=team-c]"}
  },
  "usage-plans": {
    "u1": {"description": "", "keys": ["k3"], "marker": "[ai-keys: acme/bronze#1]", "name": "bronze",
      "quota": {"limit": 5, "offset": 1, "per": "week"}, "stages": {"a1/prod": {}},
      "throttle": {"burst-requests": 7, "rate-per-second": 2.5}},
    "u2": {"description": "is", "keys": ["k1", "k2"], "marker": "[ai-keys: acme/silver#1]",
      "name": "silver tier", "stages": {"a2/prod": {}}}
  }
}"#;

/// Writes the tables of one text over those of another, line by line, as a
/// person would.
fn written_into(manifest: &str, tables: &str) -> String {
    let mut lines: Vec<String> = manifest.lines().map(str::to_owned).collect();
    let mut at = 0;
    for line in tables.lines().filter(|line| !line.is_empty()) {
        if line.starts_with('[') {
            let (table, _) = line.split_once(" #").unwrap_or((line, ""));
            at = lines
                .iter()
                .position(|line| line == table)
                .unwrap_or_else(|| {
                    lines.push(table.to_owned());
                    lines.len() - 1
                });
            continue;
        }
        let (field, _) = line.split_once(" = ").unwrap_or((line, ""));
        let mut place = at + 1;
        while lines.get(place).is_some_and(|line| !line.starts_with('[')) {
            if lines[place].starts_with(&format!("{field} = ")) {
                lines.remove(place);
            } else {
                place += 1;
            }
        }
        lines.insert(at + 1, line.to_owned());
    }
    lines.join("\n")
}

#[test]
fn writing_what_the_issue_says_leaves_nothing_to_do() {
    let scene = Scene::new(MANIFEST, SNAPSHOT);
    assert!(scene.plan.changes.len() >= 8, "{:#?}", scene.plan.changes);
    let body = drift_issue(&scene.review(), &meta()).body;
    let (_, tables) = body.split_once("```toml\n").unwrap();
    let (tables, _) = tables.split_once("\n```").unwrap();
    let manifest = written_into(MANIFEST, tables);
    let kept = Scene::new(&manifest, SNAPSHOT);
    assert!(kept.plan.is_empty(), "{manifest}\n{:#?}", kept.plan.changes);
}

/// To follow it would disable a key in use: the table of a key whose next value is due stays.
#[test]
fn no_table_of_a_key_that_is_there_is_to_be_removed_for_its_dates() {
    let scene = Scene::lives();
    assert_eq!(scene.plan.count(Action::Create), 1, "a rotation is due");
    let body = drift_issue(&scene.review(), &meta()).body;
    let (_, tables) = body.split_once("```toml\n").unwrap();
    let (tables, _) = tables.split_once("\n```").unwrap();
    assert!(!tables.contains("remove"), "{tables}");
    let kept = written_into(&scene.text, tables);
    let kept = Scene::new(&kept, include_str!("lives/snapshot.json"));
    let steps = |scene: &Scene| scene.plan.changes.len();
    assert_eq!(steps(&kept), steps(&scene), "nothing but an apply helps");
}

/// A key that somebody deleted is made again under the generation after the delivered one: it is
/// missing, and not due for a new value.
#[test]
fn the_table_of_a_delivered_key_that_is_gone_is_what_keeps_the_account_as_it_is() {
    let gone = |mut live: serde_json::Value| {
        live["keys"].as_object_mut().unwrap().remove("k1");
        live["usage-plans"]["u1"]["keys"] = serde_json::json!(["k2", "k3", "k4"]);
        live.to_string()
    };
    let snapshot = serde_json::from_str(include_str!("lives/snapshot.json")).unwrap();
    let scene = Scene::new(include_str!("lives/keys.toml"), &gone(snapshot));
    let body = drift_issue(&scene.review(), &meta()).body;
    assert!(body.contains("# remove [key.chat-web]"), "{body}");
}
