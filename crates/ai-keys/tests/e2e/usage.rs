//! Who uses the keys: the table, the machine's forms, and what each costs in calls.

use ai_keys_sandbox::{Act, FaultRule, Refusal, SeedKey};
use serde_json::{Value, json};

use crate::support::{MANIFEST, Ran, TODAY, World, call, scope};

/// Two keys on a usage plan with a quota, one of them used.
fn used() -> World {
    let quota = "quota = { limit = 1_000, per = \"month\" }\nstages";
    let world = World::new(&MANIFEST.replace("stages", quota));
    world.apply().ended(0);
    let usage_plan = world.sandbox.usage_plans(&scope())[0].id.clone();
    let key = world.key("alpha").id;
    let days = [("2026-11-20", 100), ("2026-11-22", 800)];
    let seeded = world.sandbox.seed_usage(&scope(), &usage_plan, &key, &days);
    seeded.unwrap();
    world.take_calls();
    world
}

fn usage(world: &World, words: &[&str]) -> Ran {
    world.run(&[&["usage", "--today", TODAY], words].concat())
}

#[test]
fn the_table_shows_each_key_and_who_is_near_the_quota() {
    let world = used();
    let ran = usage(&world, &["--days", "7"]).ended(0);
    let ran = ran.shows("prod · 123456789012 · eu-west-1 · 2026-11-17 to 2026-11-23");
    let ran = ran.shows("alpha       900  2026-11-22   90 %  ···▁·█·");
    let ran = ran.shows("beta          0  -             0 %  ·······");
    ran.shows("near the quota alpha: 90 percent of the 1,000 requests a month on `standard` are used, 100 are left");
    let mut calls = world.take_calls();
    calls.sort();
    let one_each = ["GetApiKeys", "GetCallerIdentity", "GetRestApis"];
    let of_usage_plans = ["GetUsage", "GetUsagePlanKeys", "GetUsagePlans"];
    assert_eq!(calls, [&one_each[..], &of_usage_plans[..]].concat());
    let near = usage(&world, &["--near", "95"]).ended(0).out;
    assert!(!near.contains("near the quota"), "{near}");
}

#[test]
fn what_the_data_plane_counts_is_shown_on_its_day() {
    let world = used();
    let key = world.key("beta");
    let url = world.sandbox.invoke_url("chat-api", "prod", "v1/chat");
    for _ in 0..3 {
        assert_eq!(call(&url, &key.value), 200);
    }
    let ran = usage(&world, &["--format", "json", "--days", "2"]).ended(0);
    let report: Value = serde_json::from_str(&ran.out).unwrap();
    let keys = report["targets"][0]["keys"].as_array().unwrap();
    let beta = keys.iter().find(|key| key["key"] == "beta").unwrap();
    assert_eq!(beta["daily-requests"], json!([0, 3]));
    assert_eq!(beta["last-use"], TODAY);
    assert_eq!(beta["usage-plans"][0]["quota"]["remaining"], 997);
}

#[test]
fn a_key_that_nobody_uses_is_found_when_it_is_old_enough() {
    let world = used();
    let young = usage(&world, &["--unused", "1"]).ended(0).out;
    assert!(!young.contains("not used"), "made today: {young}");
    let later = world.run(&["usage", "--today", "2026-12-20"]).ended(0);
    let later = later.shows("not used       alpha: last used 2026-11-22, 28 days ago");
    later.shows("not used       beta: no request since 2026-11-21 at least");
    let shorter = ["usage", "--today", "2026-12-20", "--days", "7"];
    let shorter = world.run(&shorter).ended(0);
    assert!(!shorter.out.contains("not used"), "{}", shorter.out);
    shorter.says("7 days do not tell what nobody used for 14 days: say --days 14");
}

#[test]
fn keys_of_others_are_shown_on_request() {
    let world = used();
    let foreign = SeedKey {
        name: "=by hand".to_owned(),
        description: String::new(),
        enabled: true,
        value: None,
        usage_plans: vec!["standard".to_owned()],
    };
    world.sandbox.seed(&scope(), &[], &[foreign]).unwrap();
    let ours = usage(&world, &[]).ended(0).out;
    assert!(!ours.contains("by hand"), "{ours}");
    usage(&world, &["--all"]).ended(0).shows("=by hand");
    let csv = usage(&world, &["--all", "--format", "csv", "--days", "2"]).ended(0);
    assert_eq!(csv.out.lines().count(), 1 + 3 * 2);
    let csv = csv.shows(
        "target,account,region,key,generation,id,name,owner,usage-plan,date,requests,remaining\n",
    );
    let csv = csv.shows(",alpha,team-a,standard,2026-11-22,800,100\n");
    csv.shows(",'=by hand,,standard,2026-11-22,0,\n");
}

#[test]
fn a_picture_and_a_table_for_a_page() {
    let world = used();
    let svg = usage(&world, &["--format", "svg"]).ended(0).out;
    assert!(
        svg.starts_with("<svg ") && svg.ends_with("</svg>\n"),
        "{svg}"
    );
    let page = usage(&world, &["--format", "markdown", "--days", "7"]).ended(0);
    page.shows("| `alpha` | 900 | 2026-11-22 | 90 % | `···▁·█·` |\n");
}

#[test]
fn a_period_that_cannot_be_is_wrong_usage() {
    let world = World::new(MANIFEST);
    let wrong = |words: &[&str], text: &str| {
        usage(&world, words).ended(2).says_in_one_line(text);
    };
    wrong(
        &["--days", "91"],
        "API Gateway tells of 1 to 90 days at once",
    );
    wrong(&["--days", "0"], "1 to 90 days");
    wrong(
        &["--from", "2026-08-25"],
        "2026-08-25 to 2026-11-23 are 91 days",
    );
    wrong(&["--from", "2026-11-24"], "2026-11-24 is after 2026-11-23");
    assert_eq!(world.take_calls(), [""; 0]);
    let longest = ["--from", "2026-08-26", "--to", TODAY];
    world.apply().ended(0);
    usage(&world, &longest)
        .ended(0)
        .shows("2026-08-26 to 2026-11-23");
}

#[test]
fn an_account_that_does_not_tell_is_an_error_and_no_key_counts_as_unused() {
    let world = used();
    let refusal = Refusal {
        status: 403,
        code: "AccessDeniedException".to_owned(),
        message: "not authorized".to_owned(),
    };
    world.faults(vec![FaultRule::on("GetUsage", Act::Refuse(refusal))]);
    let ran = usage(&world, &[]).ended(6);
    assert_eq!(ran.out, "");
    ran.says("apigateway:GET").says("/usageplans/*/usage");
}
