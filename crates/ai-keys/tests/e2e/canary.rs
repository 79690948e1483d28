//! No key value appears in anything that the command prints or writes, in any encoding.

use std::collections::HashSet;

use ai_keys_sandbox::{Act, FaultRule, SeedKey, SeedUsagePlan, Turn};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};

use crate::support::{MANIFEST, TODAY, World, finish, scope};

/// A piece of a value that is longer than chance.
const WINDOW: usize = 12;

const CANARIES: [&str; 3] = [
    "CanaryQ7wErTyUiOpAsDfGhJkLzXcVbNm0123456",
    "canary-with/odd+characters=and&a%sign?yes",
    "Zq20CharactersXYwvut",
];

/// A value that is also the id of its key.
const LEGACY: &str = "legacyidequalsvalue0123456789abcdefghijk";

/// Returns what a value looks like in every encoding of which a log is made.
fn forms(value: &str) -> Vec<String> {
    let bytes = value.as_bytes();
    let odd_percent: String = bytes
        .iter()
        .map(|byte| match byte {
            byte if byte.is_ascii_alphanumeric() => char::from(*byte).to_string(),
            byte => format!("%{byte:02x}"),
        })
        .collect();
    let mut forms = vec![
        value.to_owned(),
        value.chars().rev().collect(),
        hex(value, ""),
        hex(value, "%"),
        odd_percent,
        serde_json::Value::from(value).to_string(),
        value.replace('&', "&amp;"),
    ];
    for before in ["", "u", "us", "user:", "{\"value\":\""] {
        for after in ["", "x", "\n", "\"}"] {
            let text = format!("{before}{value}{after}");
            // What the neighbours decide is no part of the value.
            let inside = |code: String| {
                let start = (before.len() * 8).div_ceil(6);
                let end = (before.len() + value.len()) * 8 / 6;
                code.get(start..end).unwrap().to_owned()
            };
            forms.push(inside(STANDARD.encode(&text)));
            forms.push(inside(URL_SAFE.encode(&text)));
        }
    }
    forms
}

fn hex(value: &str, before_each: &str) -> String {
    let bytes = value.bytes().map(|byte| format!("{before_each}{byte:02x}"));
    bytes.collect::<Vec<_>>().concat()
}

/// Everything that left the process.
#[derive(Default)]
pub(crate) struct Seen {
    windows: HashSet<[u8; WINDOW]>,
}

impl Seen {
    pub(crate) fn add(&mut self, text: &str) {
        let text = text.to_ascii_lowercase();
        let windows = text.as_bytes().array_windows::<WINDOW>();
        self.windows.extend(windows);
    }

    pub(crate) fn holds(&self, value: &str) -> bool {
        forms(value).iter().any(|form| {
            let form = form.to_ascii_lowercase();
            let mut windows = form.as_bytes().windows(WINDOW);
            windows.any(|window| self.windows.contains(window))
        })
    }
}

#[test]
fn the_search_finds_a_value_in_every_encoding() {
    let value = CANARIES[0];
    let planted = [
        value.to_owned(),
        value.to_uppercase(),
        value.get(5..20).unwrap().to_owned(),
        value.chars().rev().collect(),
        STANDARD.encode(format!("u:{value}:x")),
        URL_SAFE.encode(format!("{{\"value\":\"{value}\"}}")),
        hex(value, "").to_uppercase(),
        hex(value, "%").to_uppercase(),
    ];
    for text in planted {
        let mut seen = Seen::default();
        seen.add(&format!("log: {text}\n"));
        assert!(seen.holds(value), "{text}");
        assert!(!seen.holds(CANARIES[2]));
    }
}

fn seeded() -> World {
    let world = World::new(&format!(
        "{MANIFEST}\n[usage-plan.theirs]\nmanage = false\n\n[key.gamma]\ndescription = \"x\"\nowner = \"team-a\"\nusage-plans = [\"theirs\"]\n"
    ));
    let usage_plan = SeedUsagePlan {
        name: "theirs".to_owned(),
        ..SeedUsagePlan::default()
    };
    let keys: Vec<SeedKey> = CANARIES
        .iter()
        .enumerate()
        .map(|(number, value)| SeedKey {
            name: format!("canary-{number}"),
            description: "Made by hand".to_owned(),
            enabled: true,
            value: Some((*value).to_owned()),
            usage_plans: vec!["theirs".to_owned()],
        })
        .collect();
    world.sandbox.seed(&scope(), &[usage_plan], &keys).unwrap();
    // As API Gateway once made them: the id is the value.
    let legacy = serde_json::json!({
        "name": "legacy", "value": LEGACY, "generateDistinctId": false, "enabled": true
    });
    let (_, made) = world
        .sandbox
        .out_of_band(&scope(), "POST", "/apikeys", Some(&legacy))
        .unwrap();
    assert_eq!(made["id"], LEGACY);
    let usage_plan = &world.sandbox.usage_plans(&scope())[0].id;
    let member = serde_json::json!({ "keyId": LEGACY, "keyType": "API_KEY" });
    let members = format!("/usageplans/{usage_plan}/keys");
    world
        .sandbox
        .out_of_band(&scope(), "POST", &members, Some(&member))
        .unwrap();
    world
}

/// Runs every command that could meet a value, with all the logging that an
/// environment can ask for.
fn nothing_leaks(is_github: bool) {
    let world = seeded();
    let mut seen = Seen::default();
    let mut run = |words: &[&str]| {
        let mut command = world.command(words);
        command.envs([
            ("RUST_LOG", "trace"),
            ("RUST_BACKTRACE", "full"),
            ("AWS_LOG_LEVEL", "trace"),
            ("SMITHY_LOG", "trace"),
            ("AWS_SDK_LOAD_CONFIG", "1"),
        ]);
        if is_github {
            command.envs([("GITHUB_ACTIONS", "true"), ("RUNNER_DEBUG", "1")]);
        }
        let ran = finish(&mut command);
        assert!(
            !ran.out.contains("::add-mask::"),
            "values are not announced"
        );
        seen.add(&ran.out);
        seen.add(&ran.err);
        ran
    };
    run(&["validate", "--today", TODAY]).ended(0);
    for format in ["human", "json", "markdown"] {
        run(&["plan", "--today", TODAY, "--format", format]).ended(0);
    }
    run(&["plan", "--today", TODAY, "--out", "plan.json"]).ended(0);
    run(&["snapshot", "--out", "before.json"]).ended(0);
    // A lost answer makes apply look values up.
    let lost = FaultRule::on("CreateApiKey", Act::CloseAfter).turn(Turn::Nth(1));
    world.faults(vec![lost]);
    run(&["apply", "--yes", "--plan", "plan.json", "--today", TODAY]).ended(0);
    world.faults(vec![
        FaultRule::on("UpdateApiKey", Act::Truncate).turn(Turn::First(9)),
    ]);
    world.edit("First", "Changed");
    run(&["apply", "--yes", "--today", TODAY]).ended(4);
    world.faults(Vec::new());
    run(&["apply", "--yes", "--today", TODAY]).ended(0);
    run(&["snapshot"]).ended(0);
    run(&["snapshot", "--out", "after.json"]).ended(0);
    run(&[
        "plan",
        "--today",
        TODAY,
        "--live",
        "after.json",
        "--format",
        "json",
    ])
    .ended(0);
    for name in world.folder.names() {
        seen.add(&world.folder.read(&name));
    }
    seen.add(&serde_json::to_string(&world.sandbox.journal()).unwrap());
    let values = world.sandbox.values();
    assert_eq!(values.len(), 7);
    for value in &values {
        assert!(!seen.holds(value), "a value leaked");
    }
    world.take_calls();
    world.settles();
}

#[test]
fn no_value_leaves_the_process() {
    nothing_leaks(false);
}

#[test]
fn no_value_leaves_the_process_in_a_step_of_github() {
    nothing_leaks(true);
}

/// A value that somebody pasted into the manifest, or into a name or a
/// description in the console.
#[test]
fn a_value_in_the_wrong_place_is_not_repeated() {
    let pasted = "k3Jx9VbQ2mWz7RtY5pLc8HsD1fGn4EaU6oTiBqXe";
    let world = World::new(&MANIFEST.replace("\"First\"", &format!("\"{pasted}\"")));
    let mut seen = Seen::default();
    for format in ["human", "json", "github", "sarif"] {
        let ran = world.run(&["validate", "--today", TODAY, "--format", format]);
        seen.add(&ran.out);
        seen.add(&ran.err);
    }
    let ran = world.plan(&[]);
    seen.add(&ran.out);
    seen.add(&ran.err);
    assert!(!seen.holds(pasted));
}
