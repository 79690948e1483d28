//! A plan as a whole: its order, cost, counts, lines and digest.

use crate::plan::order::Phase;
use crate::plan::testing::{TODAY, applied, empty, planned, said};
use crate::plan::{Counts, Operation};

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
            "update key tagged",
            "update key tagged",
            "attach key moved new",
            "attach key new new",
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
        (1000, "30 calls, at least 1 s".to_owned())
    );

    let slower = manifest.replace("[key", "throttle = { rate = 1, burst = 1 }\n[key");
    let (plan, _) = applied(&slower, &live, TODAY);
    assert_eq!(plan.cost.in_words(), "10 calls, at least 3 min");
    let one = planned("[key.a]", &empty(), TODAY);
    assert_eq!(one.cost.in_words(), "1 call");
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
