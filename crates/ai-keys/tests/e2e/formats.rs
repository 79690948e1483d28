//! What programs read: it parses, and is the same twice.

use std::ffi::OsStr;
use std::path::Path;

use serde_json::Value;

use crate::support::{Folder, MANIFEST, Ran, TODAY, World, ai_keys, finish, run_in};

const WARNED: &str =
    "\n[key.gamma]\ndescription = \"On no usage plan\"\nowner = \"team-a\"\nusage-plans = []\n";

/// Runs twice and returns what both printed.
fn twice(world: &World, words: &[&str], code: i32) -> String {
    let first = world.run(words).ended(code).out;
    assert_eq!(first, world.run(words).ended(code).out, "the same bytes");
    first
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}:\n{text}"))
}

#[test]
fn diagnostics_as_json() {
    let world = World::new(&format!("{}{WARNED}", MANIFEST.replace("owner", "ownr")));
    let words = ["validate", "--format", "json", "--today", TODAY];
    let report = json(&twice(&world, &words, 1));
    let diagnostics = report["diagnostics"].as_array();
    let diagnostics = diagnostics.unwrap_or_else(|| panic!("{report:#}"));
    assert!(diagnostics.len() >= 3, "{report:#}");
}

#[test]
fn diagnostics_as_sarif() {
    let world = World::new(&MANIFEST.replace("owner", "ownr"));
    let log = json(&twice(&world, &["validate", "--format", "sarif"], 1));
    assert_eq!(log["version"], "2.1.0");
    let run = &log["runs"][0];
    assert_eq!(run["tool"]["driver"]["name"], "ai-keys");
    let results = run["results"].as_array().unwrap();
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    for result in results {
        assert!(rules.iter().any(|rule| rule["id"] == result["ruleId"]));
        assert_eq!(result["level"], "error");
        let place = &result["locations"][0]["physicalLocation"];
        assert_eq!(place["artifactLocation"]["uri"], "keys.toml");
        assert!(place["region"]["startLine"].as_u64().unwrap() >= 17);
    }
    assert_eq!(results.len(), 2);
}

#[test]
fn diagnostics_as_annotations() {
    let world = World::new(&MANIFEST.replace("owner", "ownr"));
    let lines = twice(&world, &["validate", "--format", "github"], 1);
    assert_eq!(lines.lines().count(), 2, "{lines}");
    for line in lines.lines() {
        assert!(line.starts_with("::error file=keys.toml,line="), "{line}");
    }
}

#[test]
fn a_clean_manifest_has_empty_reports() {
    let world = World::new(MANIFEST);
    let report = json(&twice(&world, &["validate", "--format", "json"], 0));
    assert_eq!(report["diagnostics"], Value::Array(Vec::new()));
    assert_eq!(twice(&world, &["validate", "--format", "github"], 0), "");
    let log = json(&twice(&world, &["validate", "--format", "sarif"], 0));
    assert_eq!(log["runs"][0]["results"], Value::Array(Vec::new()));
}

#[test]
fn plans_and_snapshots() {
    let world = World::new(MANIFEST);
    let words = ["plan", "--today", TODAY, "--format"];
    let plans = json(&twice(&world, &[&words[..], &["json"]].concat(), 0));
    assert_eq!(plans["format"], 1);
    assert_eq!(plans["plans"][0]["changes"].as_array().unwrap().len(), 5);
    let markdown = twice(&world, &[&words[..], &["markdown"]].concat(), 0);
    assert!(markdown.contains("alpha"), "{markdown}");
    world.apply().ended(0);
    let snapshot = json(&twice(&world, &["snapshot"], 0));
    assert_eq!(snapshot["keys"].as_object().unwrap().len(), 2);
}

#[test]
fn data_stays_alone_on_standard_output_in_a_step_of_github() {
    let world = World::new(&format!("{MANIFEST}{WARNED}"));
    let formats: [&[&str]; 3] = [
        &["plan", "--today", TODAY, "--format", "json"],
        &["validate", "--today", TODAY, "--format", "json"],
        &["snapshot"],
    ];
    for words in formats {
        let ran = finish(world.command(words).env("GITHUB_ACTIONS", "true"));
        json(&ran.ended(0).out);
    }
    let human = ["plan", "--today", TODAY];
    let ran = finish(world.command(&human).env("GITHUB_ACTIONS", "true")).ended(0);
    assert_eq!(ran.err, "", "the runner reads one stream in order");
    ran.shows("::warning file=keys.toml,line=")
        .shows("+ create");
}

#[test]
fn a_snapshot_plans_without_credentials() {
    let world = World::new(MANIFEST);
    world.apply().ended(0);
    world
        .run(&["snapshot", "--out", "live.json"])
        .ended(0)
        .says("snapshot of prod written to live.json");
    assert_eq!(world.folder.read("live.json"), world.run(&["snapshot"]).out);
    world.edit("First", "Changed");
    let online = world.plan(&[]).ended(0).out;
    let words = ["plan", "--today", TODAY, "--live", "live.json"];
    let offline = run_in(world.folder.path(), &words).ended(0);
    assert_eq!(offline.out, online);
    assert_eq!(offline.err, "");
}

#[test]
fn the_schema_is_the_committed_one_and_fits_the_examples() {
    let folder = Folder::new();
    let schema = run_in(folder.path(), &["schema"]).ended(0).out;
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    match std::fs::read_to_string(root.join("keys.schema.json")) {
        Ok(committed) => assert_eq!(schema, committed.replace("\r\n", "\n")),
        Err(_) => println!("skipped: no keys.schema.json to compare with"),
    }
    let Some(validator) = std::env::var_os("AI_KEYS_CHECK_JSONSCHEMA") else {
        crate::missing::skip("no JSON Schema validator (AI_KEYS_CHECK_JSONSCHEMA is not set)");
        return;
    };
    folder.write("schema.json", schema);
    for example in std::fs::read_dir(root.join("examples")).unwrap() {
        let path = example.unwrap().path().join("keys.toml");
        let Ok(text) = std::fs::read_to_string(&path) else {
            continue;
        };
        validated(&validator, &folder, &text).ended(0);
        finish(
            ai_keys(folder.path())
                .args(["validate", "--today", TODAY])
                .arg(path),
        )
        .ended(0);
    }
}

/// What an editor would underline; a schema that lets everything pass would complete nothing either.
#[test]
fn the_schema_refuses_what_an_editor_can_see_to_be_wrong() {
    let Some(validator) = std::env::var_os("AI_KEYS_CHECK_JSONSCHEMA") else {
        println!("skipped: no JSON Schema validator (AI_KEYS_CHECK_JSONSCHEMA is not set)");
        return;
    };
    let folder = Folder::new();
    let schema = run_in(folder.path(), &["schema"]).ended(0).out;
    folder.write("schema.json", schema);
    validated(&validator, &folder, MANIFEST).ended(0);
    let wrong = [
        ("a misspelt field", "owner = ", "ownr = "),
        ("a word for a number", "rate = 10", "rate = \"fast\""),
        (
            "a number for a truth",
            "[key.alpha]",
            "[key.alpha]\nenabled = 1",
        ),
        ("no version", "version = 1", ""),
        (
            "a word that is no period",
            "burst = 20 }",
            "burst = 20 }\nquota = { limit = 1, per = \"hour\" }",
        ),
    ];
    for (what, right, instead) in wrong {
        assert!(MANIFEST.contains(right), "{what}: {MANIFEST}");
        let text = MANIFEST.replacen(right, instead, 1);
        assert_eq!(
            validated(&validator, &folder, &text).code,
            1,
            "{what}:\n{text}"
        );
    }
}

/// Runs somebody else's validator over a manifest and the schema of the folder.
fn validated(validator: &OsStr, folder: &Folder, manifest: &str) -> Ran {
    let manifest: toml::Table = toml::from_str(manifest).unwrap();
    folder.write("keys.json", as_json(manifest.into()).to_string());
    let mut command = std::process::Command::new(validator);
    command.current_dir(folder.path());
    finish(command.args(["--schemafile", "schema.json", "keys.json"]))
}

#[test]
fn plans_snapshots_and_reports_are_what_their_schemas_say() {
    let world = World::new(MANIFEST);
    world.apply().ended(0);
    world.edit("First", "First of all");
    world.run(&["snapshot", "--out", "snapshot.json"]).ended(0);
    world.plan(&["--out", "plan.json"]).ended(0);
    let report = world.run(&["validate", "--format", "json"]).ended(0);
    world.folder.write("report.json", report.out);
    world.sets_its_clock();
    let checkup = world.run(&["doctor", "--format", "json"]).ended(0);
    world.folder.write("doctor.json", checkup.out);
    let usage = ["usage", "--format", "json", "--all"];
    let usage = world.run(&usage).ended(0);
    world.folder.write("usage.json", usage.out);
    let Some(validator) = std::env::var_os("AI_KEYS_CHECK_JSONSCHEMA") else {
        crate::missing::skip("no JSON Schema validator (AI_KEYS_CHECK_JSONSCHEMA is not set)");
        return;
    };
    for of in ["snapshot", "plan", "report", "usage", "doctor"] {
        let schema = world.run(&["schema", of]).ended(0);
        world.folder.write("schema.json", schema.out);
        let mut command = std::process::Command::new(&validator);
        command.current_dir(world.folder.path());
        let instance = format!("{of}.json");
        finish(command.args(["--schemafile", "schema.json", &instance])).ended(0);
        // A schema that lets everything pass would prove nothing.
        world.folder.write("wrong.json", "{\"format\": \"1\"}");
        let mut command = std::process::Command::new(&validator);
        command.current_dir(world.folder.path());
        finish(command.args(["--schemafile", "schema.json", "wrong.json"])).ended(1);
    }
}

/// Editors see a date as text.
fn as_json(value: toml::Value) -> Value {
    match value {
        toml::Value::String(text) => text.into(),
        toml::Value::Integer(number) => number.into(),
        toml::Value::Float(number) => number.into(),
        toml::Value::Boolean(truth) => truth.into(),
        toml::Value::Datetime(date) => date.to_string().into(),
        toml::Value::Array(list) => list.into_iter().map(as_json).collect(),
        toml::Value::Table(table) => {
            let members = table
                .into_iter()
                .map(|(name, value)| (name, as_json(value)));
            Value::Object(members.collect())
        }
    }
}

#[test]
fn the_targets_as_a_job_matrix() {
    let world = World::new(MANIFEST);
    let words = ["plan", "--format", "matrix"];
    let matrix = json(&twice(&world, &words, 0));
    let job = &matrix["include"][0];
    assert_eq!(job["manifest"], "keys.toml");
    assert_eq!(job["target"], "prod");
    assert_eq!(job["region"], "eu-west-1");
}
