//! Some keys of a loop go and the others stay, then the others follow, and some come back.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::moto_support::{Folder, Moto};
use crate::program::Terraform;

const PARTS: &str = include_str!("parts.tf");
const TENANT: &str = include_str!("tenant.tf");

/// Imports `state.json` of a folder, and returns how Terraform lets go.
fn import(moto: &Moto, folder: &Folder, out: &str, more: &[&str]) -> String {
    let words = [
        "import",
        "state.json",
        "--out",
        out,
        "--account=123456789012",
    ];
    moto.ai_keys(folder, &[&words, more].concat()).ended(0).out
}

/// Takes over what a manifest asks for, and nothing else.
fn take_over(moto: &Moto, folder: &Folder, manifest: &str, objects: usize) {
    let adoptions = format!("{objects} to adopt · 0 unchanged");
    moto.ai_keys(folder, &["plan", manifest])
        .ended(0)
        .shows(&[&adoptions]);
    moto.ai_keys(folder, &["apply", "--yes", manifest]).ended(0);
}

/// Applies the source as it is now. It must write nothing; returns what is still in the state.
#[track_caller]
fn apply_of_nothing(moto: &Moto, terraform: &Terraform<'_>) -> Vec<String> {
    moto.take_writes();
    let done = terraform.run(&["apply", "-auto-approve", "-no-color"]);
    assert_eq!(moto.take_writes(), [""; 0]);
    assert!(done.contains("0 added, 0 changed, 0 destroyed"), "{done}");
    let left = terraform.run(&["state", "list"]);
    left.lines().map(str::to_owned).collect()
}

#[track_caller]
fn assert_same_values(before: &BTreeMap<String, Value>, after: &BTreeMap<String, Value>) {
    for (name, key) in before {
        let same = (&after[name]["id"], &after[name]["value"]);
        assert_eq!(same, (&key["id"], &key["value"]), "{name}");
    }
}

#[test]
fn a_part_of_each_loop_is_handed_over_and_the_rest_stays_with_terraform() {
    let Some(moto) = Moto::start() else { return };
    let files = [("main.tf", PARTS), ("tenant/main.tf", TENANT)];
    let Some(terraform) = Terraform::find(&moto, &files) else {
        return;
    };
    terraform.run(&["apply", "-auto-approve", "-no-color"]);
    let folder = Folder::new();

    // The state as it is stored says the same as the state that is shown.
    let whole = ["--namespace=acme-ai", "--region=eu-west-1"];
    folder.write("state.json", &terraform.run(&["state", "pull"]));
    let stored = import(&moto, &folder, "stored.toml", &whole);
    folder.write("state.json", &terraform.run(&["show", "-json"]));
    let shown = import(&moto, &folder, "shown.toml", &whole);
    let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
    assert_eq!(read("stored.toml"), read("shown.toml"));
    assert_eq!(stored, shown);
    assert_eq!(shown.matches("removed {").count(), 6, "{shown}");

    // Two of three in a map, the last by number, one of two modules; and the usage plan they are on.
    let filters = ["--name=team-*", "--name=batch-1", "--name=tenant-b"];
    let handover = import(
        &moto,
        &folder,
        "keys.toml",
        &[&whole[..], &filters].concat(),
    );
    take_over(&moto, &folder, "keys.toml", 5);
    let theirs = moto.keys();
    for line in handover.lines() {
        if let Some(line) = line.strip_prefix("#   terraform ") {
            terraform.type_in(&format!("terraform {line}"));
        }
    }
    // What is printed goes in as it is; the parts leave the loops, and the id takes the place of the reference.
    let (id, _) = moto.usage_plan("standard");
    let id = id["id"].to_string();
    let reference = "aws_api_gateway_usage_plan.standard";
    assert!(
        handover.contains(&format!("#   {reference}: {id}")),
        "{handover}"
    );
    let usage_plan =
        "resource \"aws_api_gateway_usage_plan\" \"standard\" {\n  name = \"standard\"\n}\n";
    let rest = PARTS
        .replace(usage_plan, "")
        .replace(&format!("{reference}.id"), &id)
        .replace(r#""team-001", "team-002", "#, "")
        .replace("batches   = 2", "batches   = 1")
        .replace(r#"["a", "b"]"#, r#"["a"]"#);
    terraform.folder.write("main.tf", &rest);
    terraform.folder.write("removed.tf", &handover);
    let stays = [
        "aws_api_gateway_api_key.batch[0]",
        "aws_api_gateway_api_key.consumer[\"other-001\"]",
        "aws_api_gateway_usage_plan_key.consumer[\"other-001\"]",
        "module.tenant[\"a\"].aws_api_gateway_api_key.key",
        "module.tenant[\"a\"].aws_api_gateway_usage_plan_key.membership",
    ];
    assert_eq!(apply_of_nothing(&moto, &terraform), stays);

    // The others follow, with a manifest of their own: the module is called no more.
    folder.write("state.json", &terraform.run(&["show", "-json"]));
    let whole = ["--namespace=acme-rest", "--region=eu-west-1"];
    let handover = import(&moto, &folder, "rest.toml", &whole);
    take_over(&moto, &folder, "rest.toml", 3);
    assert!(!handover.contains("state rm"), "{handover}");
    let (nothing, _) = PARTS.split_once("locals {").unwrap();
    terraform.folder.write("main.tf", nothing);
    terraform.folder.write("removed.tf", &handover);
    assert_eq!(apply_of_nothing(&moto, &terraform), [""; 0]);

    // No key has another id or value than before, and each is on the usage plan that it was on.
    let (_, members) = moto.usage_plan("standard");
    assert_eq!(members.len(), 5);
    let now = moto.keys();
    assert_same_values(&theirs, &now);
    for manifest in ["keys.toml", "rest.toml"] {
        moto.ai_keys(&folder, &["plan", "--detailed-exitcode", manifest])
            .ended(0)
            .shows(&["no changes"]);
    }

    // The way back: Terraform imports them, and its own description takes the place of the marker.
    let key = |name: &str| now[name]["id"].to_string();
    let block = |to: &str, id: &str| format!("import {{\n  to = {to}\n  id = {id}\n}}\n");
    let membership = format!(
        "{}/{}",
        id.trim_matches('"'),
        key("other-001").trim_matches('"')
    );
    let imports = [
        block("aws_api_gateway_api_key.batch[0]", &key("batch-0")),
        block(
            r#"aws_api_gateway_api_key.consumer["other-001"]"#,
            &key("other-001"),
        ),
        block(
            r#"aws_api_gateway_usage_plan_key.consumer["other-001"]"#,
            &format!("\"{membership}\""),
        ),
    ];
    let (back, _) = rest.split_once("module \"tenant\"").unwrap();
    terraform.folder.write("main.tf", back);
    terraform.folder.write("removed.tf", &imports.concat());
    moto.take_writes();
    terraform.run(&["apply", "-auto-approve", "-no-color"]);
    assert_eq!(moto.take_writes(), ["UpdateApiKey"; 2]);
    let back = moto.keys();
    assert_eq!(back["other-001"]["description"], "Managed by Terraform");
    assert_same_values(&now, &back);
}
