//! Many manifests about one account: it is looked at once for all of them.

use std::collections::BTreeMap;

use ai_keys_sandbox::SeedUsagePlan;
use serde_json::json;

use super::step::Site;
use crate::support::{MANIFEST, scope};

const MANIFESTS: usize = 50;
/// Usage plans of others: who is on each is a call of its own.
const USAGE_PLANS: usize = 30;

#[test]
fn fifty_manifests_of_one_account_are_planned_from_one_look() {
    let (site, names) = site();
    let mut request = site.request("plan");
    request["manifests"] = json!(names);
    site.run(&request).ended(0);
    assert_eq!(site.plan_files().len(), MANIFESTS);
    let calls = counted(&site);
    let once = |name: &str| (name.to_owned(), 1);
    let mut expected = BTreeMap::from([
        once("GetCallerIdentity"),
        once("GetApiKeys"),
        once("GetUsagePlans"),
        once("GetRestApis"),
    ]);
    expected.insert("GetUsagePlanKeys".to_owned(), USAGE_PLANS);
    assert_eq!(calls, expected);
}

/// Fifty manifests, each with a namespace of its own, and their names.
fn site() -> (Site, Vec<String>) {
    let site = Site::new(MANIFEST);
    let others = (0..USAGE_PLANS).map(|number| SeedUsagePlan {
        name: format!("other-{number}"),
        ..SeedUsagePlan::default()
    });
    let others: Vec<_> = others.collect();
    site.world.sandbox.seed(&scope(), &others, &[]).unwrap();
    let names: Vec<String> = (0..MANIFESTS).map(|n| format!("{n}.toml")).collect();
    for (number, name) in names.iter().enumerate() {
        let text = MANIFEST
            .replace("acme-ai", &format!("acme-{number}"))
            .replace("\"chat-api/prod\"", "");
        site.world.folder.write(name, text);
    }
    (site, names)
}

fn counted(site: &Site) -> BTreeMap<String, usize> {
    let mut calls = BTreeMap::new();
    for call in site.world.take_calls() {
        *calls.entry(call).or_default() += 1;
    }
    calls
}

#[test]
fn an_apply_looks_at_the_account_before_the_first_and_after_the_last_write() {
    let (site, names) = site();
    let mut request = site.merged();
    request["manifests"] = json!(names[..5]);
    request["event"]["name"] = json!("workflow_dispatch");
    site.run(&request).ended(0);
    let calls = counted(&site);
    assert_eq!(calls["CreateApiKey"], 2 * 5);
    assert_eq!(calls["GetApiKeys"], 2);
    assert_eq!(calls["GetUsagePlans"], 2);
}
