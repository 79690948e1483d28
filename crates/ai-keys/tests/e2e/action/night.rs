//! A night on which a key rotates, as the Action and a person at a terminal see it: what each of them prints and
//! writes is searched for every value, and the value was tried where callers would send it.

use ai_keys_sandbox::JournalEntry;
use serde_json::{Value, json};

use super::step::{Done, MERGE, NUMBER, Site};
use crate::canary::Seen;
use crate::support::{MANIFEST, TODAY, scope};

const ROTATED: &str = r#"description = "First"
rotate = { every = "90d", overlap = "7d" }
deliver = [
  { to = "secrets-manager", name = "ai/{key}", field = "key" },
  { to = "ssm", name = "/ai/{key}" },
]"#;
/// The night on which the first value is old enough.
const DUE: &str = "2027-02-21";

/// A repository whose first key rotates, and is tried at the stage itself.
fn site() -> Site {
    let site = Site::new(&MANIFEST.replace("description = \"First\"", ROTATED));
    let stage = &site.world.stage;
    let probe = site
        .world
        .sandbox
        .invoke_url(&stage.api_id, &stage.stage, "health");
    let account = "account = \"123456789012\"";
    let probed = format!("{account}\nprobe = \"{probe}\"");
    site.world.edit(account, &probed);
    site
}

fn request(site: &Site, command: &str, event: &str, day: &str) -> Value {
    let mut request = site.request(command);
    request["event"]["name"] = json!(event);
    request["event"]["today"] = json!(day);
    if event != "pull_request" {
        request["event"]["ref"] = json!("refs/heads/main");
        request["event"]["head-sha"] = json!(MERGE);
        request["event"]["pull-request"] = Value::Null;
    }
    request
}

/// Keeps all that a step has left.
fn keep(seen: &mut Seen, site: &Site, done: &Done) {
    seen.add(&done.log);
    seen.add(&done.summary);
    for (_, value) in &done.outputs {
        seen.add(value);
    }
    for (_, file) in site.plan_files() {
        seen.add(&file);
    }
}

#[test]
fn nothing_that_is_shown_of_a_rotation_holds_a_value() {
    let site = site();
    let world = &site.world;
    let (mut seen, mut values) = (Seen::default(), Vec::new());
    for (day, command, event) in [
        (TODAY, "plan", "pull_request"),
        (TODAY, "apply", "workflow_dispatch"),
        (DUE, "plan", "pull_request"),
        (DUE, "drift", "schedule"),
        (DUE, "apply", "workflow_dispatch"),
    ] {
        world.sandbox.clock().set_date(day).unwrap();
        let done = site.run(&request(&site, command, event, day)).ended(0);
        keep(&mut seen, &site, &done);
        values.extend(world.sandbox.values());
    }
    let ran = world
        .run(&["rotate", "beta", "--yes", "--today", DUE])
        .ended(0);
    seen.add(&(ran.out + &ran.err));
    for words in [
        &["plan", "--today", DUE, "--format", "markdown"][..],
        &["timeline", "--today", DUE],
        &["snapshot"],
    ] {
        let ran = world.run(words).ended(0);
        seen.add(&(ran.out + &ran.err));
    }
    for (_, body) in site.github.bodies(NUMBER) {
        assert!(body.contains("alpha"), "{body}");
        seen.add(&body);
    }
    let journal = world.sandbox.journal();
    seen.add(&serde_json::to_string(&journal).unwrap());
    for asked in &site.github.state().journal {
        seen.add(&asked.body.to_string());
    }

    values.extend(world.sandbox.values());
    values.sort();
    values.dedup();
    assert_eq!(values.len(), 4, "two keys, each rotated once");
    for value in &values {
        assert!(!seen.holds(value), "a value was shown");
    }
    let is_probe = |entry: &&JournalEntry| entry.path.contains("/health");
    let probes: Vec<u16> = journal
        .iter()
        .filter(is_probe)
        .filter_map(|entry| entry.status)
        .collect();
    assert!(probes.contains(&200), "{probes:?}");
    let delivered = world.sandbox.parameters(&scope()).pop().unwrap().value;
    assert!(values.contains(&delivered));
}
