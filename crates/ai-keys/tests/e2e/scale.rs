//! What a large account costs, in calls: the budgets of `docs/performance.md`.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use ai_keys_sandbox::{SeedKey, SeedUsagePlan};

use crate::support::{World, scope};

const USAGE_PLANS: usize = 100;

/// A hundred usage plans that are there, and keys of which this many are.
fn world(keys: usize, there: usize) -> World {
    let mut text = "version = 1\nnamespace = \"fleet\"\n\n[target.prod]\n\
                    provider = \"aws-api-gateway\"\nregion = \"eu-west-1\"\n"
        .to_owned();
    for number in 0..USAGE_PLANS {
        let _ = write!(
            text,
            "\n[usage-plan.u{number}]\nstages = [\"chat-api/prod\"]\n"
        );
    }
    for number in 0..keys {
        let usage_plan = number % USAGE_PLANS;
        let _ = write!(
            text,
            "\n[key.k{number}]\nusage-plans = [\"u{usage_plan}\"]\n"
        );
    }
    let usage_plans = (0..USAGE_PLANS).map(|number| SeedUsagePlan {
        name: format!("u{number}"),
        description: format!("[ai-keys: fleet/u{number}#1]"),
        stages: vec!["chat-api/prod".to_owned()],
        ..SeedUsagePlan::default()
    });
    let keys = (0..there).map(|number| SeedKey {
        name: format!("k{number}"),
        description: format!("[ai-keys: fleet/k{number}#1]"),
        enabled: true,
        value: None,
        usage_plans: vec![format!("u{}", number % USAGE_PLANS)],
    });
    let world = World::at_hand(&text);
    let (usage_plans, keys): (Vec<_>, Vec<_>) = (usage_plans.collect(), keys.collect());
    world.sandbox.seed(&scope(), &usage_plans, &keys).unwrap();
    world
}

fn counted(world: &World) -> BTreeMap<String, usize> {
    let mut calls = BTreeMap::new();
    for call in world.take_calls() {
        *calls.entry(call).or_default() += 1;
    }
    calls
}

fn calls<const N: usize>(of: [(&str, usize); N]) -> BTreeMap<String, usize> {
    of.map(|(operation, calls)| (operation.to_owned(), calls))
        .into()
}

#[test]
fn ten_thousand_keys_on_a_hundred_usage_plans_are_planned_with_123_calls() {
    let world = world(10_000, 10_000);
    world.plan(&[]).ended(0).shows("no changes");
    let expected = [
        ("GetCallerIdentity", 1),
        ("GetApiKeys", 20),
        ("GetUsagePlans", 1),
        ("GetUsagePlanKeys", 100),
        ("GetRestApis", 1),
    ];
    assert_eq!(counted(&world), calls(expected));
}

#[test]
fn a_thousand_keys_are_made_and_verified_with_104_calls_beside_the_refresh() {
    let world = world(1_000, 0);
    world.apply().ended(0).shows("applied 2000 of 2000");
    let expected = [
        ("GetCallerIdentity", 1),
        ("GetApiKeys", 1 + 2),
        ("GetUsagePlans", 1),
        ("GetUsagePlanKeys", 100 + 100),
        ("GetRestApis", 1),
        ("ImportApiKeys", 2),
    ];
    assert_eq!(counted(&world), calls(expected));
}
