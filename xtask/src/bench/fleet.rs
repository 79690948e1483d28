//! Ten thousand keys on a hundred usage plans: what the manifest says, and what is live.

use std::fmt::Write as _;

/// The most keys that API Gateway holds in an account and region.
pub(super) const KEYS: usize = 10_000;
pub(super) const USAGE_PLANS: usize = 100;
/// The rows of one import.
pub(super) const ROWS: usize = 500;

pub(super) const API: &str = "fleet-api";
pub(super) const STAGE: &str = "prod";

const NAMESPACE: &str = "fleet";

/// Returns the manifest of this many keys, as a person would write it: 1.2 MB for all.
pub(super) fn manifest(keys: usize) -> String {
    manifest_with(keys, "")
}

/// As [`manifest`], where each key has a tag: a file cannot make it.
pub(super) fn tagged_manifest(keys: usize) -> String {
    manifest_with(keys, "tags = { cost-center = \"cc-42\" }\n")
}

fn manifest_with(keys: usize, more: &str) -> String {
    let mut text = format!(
        "version = 1\nnamespace = \"{NAMESPACE}\"\n\n[target.prod]\nprovider = \"aws-api-gateway\"\n\
         region = \"eu-west-1\"\n\n[policy]\nrequire = [\"description\", \"owner\", \"expires\"]\n"
    );
    for number in 0..USAGE_PLANS {
        let (name, description) = (usage_plan(number), usage_plan_description(number));
        let _ = write!(
            text,
            "\n[usage-plan.{name}]\ndescription = \"{description}\"\n\
             throttle = {{ rate = 10, burst = 20 }}\nstages = [\"{API}/{STAGE}\"]\n"
        );
    }
    for number in 0..keys {
        let (name, description, owner) = (key(number), description(number), owner(number));
        let usage_plan = usage_plan(number % USAGE_PLANS);
        let _ = write!(
            text,
            "\n[key.{name}]\ndescription = \"{description}\"\nowner = \"{owner}\"\n\
             usage-plans = [\"{usage_plan}\"]\nexpires = 2027-06-30\n{more}"
        );
    }
    text
}

/// Returns the body that makes a live usage plan as the manifest wants it.
pub(super) fn usage_plan_body(number: usize, api_id: &str) -> serde_json::Value {
    let (name, description) = (usage_plan(number), usage_plan_description(number));
    serde_json::json!({
        "name": name,
        "description": format!("{description} [ai-keys: {NAMESPACE}/{name}#1]"),
        "throttle": { "rateLimit": 10, "burstLimit": 20 },
        "apiStages": [{ "apiId": api_id, "stage": STAGE }],
    })
}

/// Returns the rows that make live keys as the manifest wants them, from a number on.
pub(super) fn import(from: usize, usage_plan_ids: &[String]) -> String {
    let mut csv = "name,key,description,usageplanIds\n".to_owned();
    for number in from..from + ROWS {
        let (name, description, owner) = (key(number), description(number), owner(number));
        let usage_plan = usage_plan_ids
            .get(number % USAGE_PLANS)
            .map_or("", String::as_str);
        let _ = writeln!(
            csv,
            "{name},{number:040},{description} [ai-keys: {NAMESPACE}/{name}#1 owner={owner}],{usage_plan}"
        );
    }
    csv
}

pub(super) fn key(number: usize) -> String {
    format!("key-{number:05}")
}

fn description(number: usize) -> String {
    format!("Nightly job {number}")
}

fn owner(number: usize) -> String {
    format!("team-{}", number % 50)
}

fn usage_plan(number: usize) -> String {
    format!("usage-plan-{number:03}")
}

fn usage_plan_description(number: usize) -> String {
    format!("Consumers of group {number}")
}
