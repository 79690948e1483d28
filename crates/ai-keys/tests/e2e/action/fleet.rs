//! Many manifests about one account: it is looked at once for all of them.

use std::collections::BTreeMap;

use ai_keys_sandbox::SeedUsagePlan;
use serde_json::json;

use super::step::Site;
use crate::support::{MANIFEST, World, scope};

const MANIFESTS: usize = 50;
/// Usage plans of others: who is on each is a call of its own.
const USAGE_PLANS: usize = 30;

#[test]
fn fifty_manifests_of_one_account_are_planned_from_one_look() {
    let (site, names) = site(World::new(MANIFEST), USAGE_PLANS);
    plan_all(&site, &names);
    assert_eq!(counted(&site), one_look(USAGE_PLANS));
}

/// One look is more calls than the 40 that AWS takes at once.
#[test]
fn fifty_manifests_of_one_account_share_its_rates_and_are_never_refused() {
    let (site, names) = site(World::with_rates(MANIFEST), 2 * USAGE_PLANS);
    plan_all(&site, &names);
    let statuses = site.world.sandbox.journal().into_iter();
    let refused = statuses.filter(|entry| entry.status == Some(429));
    assert_eq!(refused.count(), 0);
    assert_eq!(counted(&site), one_look(2 * USAGE_PLANS));
}

fn plan_all(site: &Site, names: &[String]) {
    let mut request = site.request("plan");
    request["manifests"] = json!(names);
    // GitHub asks for a second between two comments, and there is one for each manifest.
    request["comment"] = json!("false");
    site.run(&request).ended(0);
    assert_eq!(site.plan_files().len(), MANIFESTS);
}

/// The calls that read an account once.
fn one_look(usage_plans: usize) -> BTreeMap<String, usize> {
    let once = [
        "GetCallerIdentity",
        "GetApiKeys",
        "GetUsagePlans",
        "GetRestApis",
    ];
    let once = once.map(|name| (name.to_owned(), 1));
    let mut calls = BTreeMap::from(once);
    calls.insert("GetUsagePlanKeys".to_owned(), usage_plans);
    calls
}

/// Fifty manifests, each with a namespace of its own, and their names.
fn site(world: World, usage_plans: usize) -> (Site, Vec<String>) {
    let site = Site::around(world);
    let others = (0..usage_plans).map(|number| SeedUsagePlan {
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
    let (site, names) = site(World::new(MANIFEST), USAGE_PLANS);
    let mut request = site.merged();
    request["manifests"] = json!(names[..5]);
    request["event"]["name"] = json!("workflow_dispatch");
    site.run(&request).ended(0);
    let calls = counted(&site);
    assert_eq!(calls["CreateApiKey"], 2 * 5);
    assert_eq!(calls["GetApiKeys"], 2);
    assert_eq!(calls["GetUsagePlans"], 2);
}
