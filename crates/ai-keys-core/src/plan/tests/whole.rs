//! A plan as a whole: its order, cost, counts, lines and digest.

use std::collections::BTreeSet;

use crate::plan::order::Phase;
use crate::plan::testing::{TODAY, applied, empty, planned, said};
use crate::plan::{Counts, Operation, Traffic, Wall};
use crate::state::LiveState;

#[test]
fn what_adds_comes_first_and_what_takes_away_comes_last() {
    let before = r#"
[usage-plan.gone]
stages = ["a1/gone"]
[usage-plan.less]
stages = ["a1/one", "a1/two"]
[usage-plan.more]
[key.disabled]
[key.moved]
usage-plans = ["gone"]
[key.removed]
tags = { t = "1" }
[key.tagged]
"#;
    let after = r#"
[usage-plan.less]
stages = ["a1/one"]
[usage-plan.more]
throttle = { rate = 1, burst = 1 }
[usage-plan.new]
stages = ["a1/two"]
[key.disabled]
enabled = false
[key.moved]
usage-plans = ["new"]
[key.new]
usage-plans = ["new"]
[key.tagged]
tags = { t = "1" }
"#;
    let live = applied(before, &empty(), TODAY).1;
    let (plan, _) = applied(after, &live, TODAY);
    assert_eq!(
        said(&plan),
        [
            "create usage plan new",
            "update usage plan less",
            "create key new",
            "attach key new new",
            "update key tagged",
            "update key tagged",
            "attach key moved new",
            "update usage plan more",
            "disable key disabled",
            "disable key removed",
            "detach key moved gone",
            "delete usage plan gone",
        ]
    );
    let phases: Vec<Phase> = plan
        .changes
        .iter()
        .map(crate::plan::Change::phase)
        .collect();
    assert!(phases.is_sorted());
}

#[test]
fn the_cost_is_the_exact_number_of_calls_and_the_least_time() {
    let tables =
        (0..10).map(|n| format!("[usage-plan.u{n}]\n[key.k{n}]\nusage-plans = [\"u{n}\"]\n"));
    let manifest = tables.collect::<Vec<_>>().concat();
    let (plan, live) = applied(&manifest, &empty(), TODAY);
    let cost = &plan.cost;
    assert_eq!(
        (cost.calls, cost.by_operation[&Operation::CreateApiKey]),
        (30, 10)
    );
    // Five keys at once, then one every 200 ms.
    assert_eq!(
        (cost.floor_ms, cost.in_words()),
        (
            1000,
            "30 calls, at least 1 s: AWS takes 5 CreateApiKey a second".to_owned()
        )
    );

    let slower = manifest.replace("[key", "throttle = { rate = 1, burst = 1 }\n[key");
    let (plan, _) = applied(&slower, &live, TODAY);
    assert_eq!(
        plan.cost.in_words(),
        "10 calls, at least 3 min: AWS takes one UpdateUsagePlan in 20 s"
    );
    let one = planned("[key.a]", &empty(), TODAY);
    assert_eq!(one.cost.in_words(), "1 call");
}

#[test]
fn the_times_of_phases_add_up_and_the_longest_is_named() {
    let cost = |changes: &str, live: &LiveState| planned(changes, live, TODAY).cost;
    // Thirty usage plans and thirty keys: 60 calls of the account, of which the
    // creations end last.
    let thirty = |kind: &str| {
        let tables = (0..30).map(|n| format!("[{kind}{n}]\n"));
        tables.collect::<Vec<_>>().concat()
    };
    let (usage_plans, keys) = (thirty("usage-plan.u"), thirty("key.k"));
    let made = cost(&format!("{usage_plans}{keys}"), &empty());
    assert_eq!(
        (made.floor_ms, made.wall),
        (5_000, Some(Wall::CreateApiKey))
    );
    // Two updates of usage plans come after them: 20 s more.
    let live = applied(&usage_plans, &empty(), TODAY).1;
    let limited = usage_plans.replace("[usage-plan.u1]", "[usage-plan.u1]\ndescription = \"d\"");
    let limited = limited.replace("[usage-plan.u2]", "[usage-plan.u2]\ndescription = \"d\"");
    let both = cost(&format!("{limited}{keys}"), &live);
    assert_eq!(
        (both.floor_ms, both.wall),
        (25_000, Some(Wall::UpdateUsagePlan))
    );
}

#[test]
fn a_store_that_is_slower_than_the_account_is_named() {
    let delivered = |to: &str| {
        let each = format!("deliver = [{{ to = \"{to}\", name = \"/a/{{key}}\" }}]");
        let tables = (0..33).map(|n| format!("[key.k{n}]\n{each}\n"));
        planned(&tables.collect::<Vec<_>>().concat(), &empty(), TODAY).cost
    };
    // 33 keys one by one take 5.6 s, and then 33 values 10 s.
    let cost = delivered("ssm");
    assert_eq!(
        (cost.floor_ms, cost.wall),
        (5_600 + 9_990, Some(Wall::ParameterStore))
    );
    let cost = delivered("secrets-manager");
    assert_eq!(
        (cost.floor_ms, cost.wall),
        (5_600, Some(Wall::CreateApiKey))
    );
}

#[test]
fn what_is_left_alone_is_counted() {
    let live = applied("[usage-plan.u]\n[key.a]\n[key.b]", &empty(), TODAY)
        .1
        .key("k1", "x", "")
        .usage_plan("u1", "x", "", &[], &[]);
    let plan = planned(
        "[usage-plan.u]\n[key.a]\n[key.b]\nowner = \"o\"",
        &live,
        TODAY,
    );
    let counts = Counts {
        unchanged_keys: 1,
        unchanged_usage_plans: 1,
        foreign_keys: 1,
        foreign_usage_plans: 1,
    };
    assert_eq!(plan.counts, counts);
}

#[test]
fn a_change_names_its_line_and_moving_it_changes_no_digest() {
    let plan = planned("[key.a]\n[key.b]", &empty(), TODAY);
    let moved = planned("[key.b]\n# a remark\n[key.a]", &empty(), TODAY);
    let lines = |plan: &crate::plan::Plan| plan.changes.iter().map(|c| c.line).collect::<Vec<_>>();
    assert_eq!(
        (lines(&plan), lines(&moved)),
        (vec![Some(3), Some(4)], vec![Some(5), Some(3)])
    );
    assert_eq!(plan.digest, moved.digest);
}

#[test]
fn what_a_digest_does_not_cover_stays_in_the_plan() {
    let mut plan = planned("[key.a]", &empty(), TODAY);
    plan.traffic.push(Traffic {
        subject: plan.changes[0].subject.clone(),
        from: plan.today,
        to: plan.today,
        requests: 7,
        last_used: None,
    });
    let names = BTreeSet::from(["a".to_owned()]);
    let (signed, _) = plan.clone().only_keys(&names, &empty());
    assert_eq!(signed, plan);
    assert_eq!(signed.digest, signed.compute_digest());
}

#[test]
fn the_digest_names_day_file_and_account() {
    let plan = planned("[key.a]", &empty(), TODAY);
    for other in [
        planned("[key.a]", &empty(), "2026-11-24"),
        planned("[key.a]\nowner = \"o\"", &empty(), TODAY),
        planned("[key.a]", &empty().key("k1", "x", ""), TODAY),
        planned("[policy]\nmax-deletes = 1\n[key.a]", &empty(), TODAY),
    ] {
        assert_ne!(plan.digest, other.digest);
    }
}
