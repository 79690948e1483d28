//! Many manifests about one account: it is looked at once for all of them.

use std::collections::BTreeMap;

use ai_keys_sandbox::SeedUsagePlan;
use serde_json::json;

use super::step::Site;
use crate::support::{MANIFEST, scope};

const MANIFESTS: usize = 50;
/// Usage plans of others. With those that a run makes they are more than the
/// burst that AWS allows an account.
const USAGE_PLANS: usize = 30;

#[test]
fn fifty_manifests_of_one_account_are_planned_from_one_look() {
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
    let mut request = site.request("plan");
    request["manifests"] = json!(names);
    site.run(&request).ended(0);
    assert_eq!(site.plan_files().len(), MANIFESTS);
    let mut calls: BTreeMap<String, usize> = BTreeMap::new();
    for call in site.world.take_calls() {
        *calls.entry(call).or_default() += 1;
    }
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
