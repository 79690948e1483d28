//! Many keys at a call: which go in files, in which, and what that costs.

use std::fmt::Write as _;

use crate::plan::order::Phase;
use crate::plan::testing::{TODAY, after, applied, carry_out, empty, planned, said};
use crate::plan::{Change, Operation, Plan, Step, WORTH_A_FILE, check_reviewed};

/// Keys `k0000`, `k0001` … with this in each of their tables.
fn keys(count: usize, each: &str) -> String {
    let mut text = "[usage-plan.u]\nmanage = false\n".to_owned();
    for number in 0..count {
        let _ = write!(text, "[key.k{number:04}]\n{each}\n");
    }
    text
}

/// An account with a usage plan that somebody else made.
fn live() -> crate::state::LiveState {
    empty().usage_plan("u1", "u", "", &["a1/prod"], &[])
}

const ON_U: &str = "usage-plans = [\"u\"]";

fn files(plan: &Plan) -> Vec<Option<u32>> {
    plan.changes.iter().map(|change| change.import).collect()
}

#[test]
fn fifty_new_keys_go_in_a_file_and_forty_nine_do_not() {
    let few = planned(&keys(WORTH_A_FILE - 1, ON_U), &live(), TODAY);
    assert!(files(&few).iter().all(Option::is_none));
    assert_eq!(few.cost.calls, 98);
    let (many, _) = applied(&keys(WORTH_A_FILE, ON_U), &live(), TODAY);
    assert_eq!(files(&many), vec![Some(1); 100]);
    // The file, the keys that it made, and who is on the usage plan.
    assert_eq!(many.cost.calls, 3);
    assert_eq!(
        many.cost.in_words(),
        "3 calls (one of them imports many keys at once)"
    );
}

#[test]
fn ten_thousand_keys_on_a_hundred_usage_plans_are_made_in_140_calls() {
    let mut text = String::new();
    let mut live = empty();
    for number in 0..100 {
        let (id, name) = (format!("id{number}"), format!("u{number}"));
        let _ = write!(text, "[usage-plan.{name}]\nmanage = false\n");
        live = live.usage_plan(&id, &name, "", &[], &[]);
    }
    for number in 0..10_000 {
        let usage_plan = number % 100;
        let _ = write!(
            text,
            "[key.k{number:04}]\nusage-plans = [\"u{usage_plan}\"]\n"
        );
    }
    let plan = planned(&text, &live, TODAY);
    let by = |operation| plan.cost.by_operation[&operation];
    assert_eq!(
        (
            by(Operation::ImportApiKeys),
            by(Operation::ListKeys),
            by(Operation::ListUsagePlanKeys),
        ),
        (20, 20, 100)
    );
    // 140 calls: 40 at once, then ten a second.
    assert_eq!((plan.cost.calls, plan.cost.floor_ms), (140, 10_000));
}

#[test]
fn a_file_holds_five_hundred_keys_and_the_next_the_rest() {
    let plan = planned(&keys(501, ""), &live(), TODAY);
    let last = plan.changes.last().unwrap();
    assert_eq!(
        (last.subject.name.as_str(), last.import),
        ("k0500", Some(2))
    );
    assert_eq!(plan.changes[499].import, Some(1));
}

#[test]
fn long_descriptions_make_more_files() {
    let each = format!("description = \"{}\"", "x".repeat(20_000));
    let plan = planned(&keys(60, &each), &live(), TODAY);
    let most = plan.changes.iter().filter_map(|change| change.import).max();
    assert_eq!(most, Some(3), "24 of 20 kB fit into 500 kB");
}

#[test]
fn what_a_row_cannot_hold_is_made_singly() {
    for each in [
        "tags = { a = \"1\" }",
        "customer-id = \"c\"",
        "description = \" x\"",
    ] {
        let plan = planned(&keys(60, each), &live(), TODAY);
        assert!(files(&plan).iter().all(Option::is_none), "{each}");
    }
    let mixed = keys(60, ON_U) + "[key.tagged]\ntags = { a = \"1\" }\nusage-plans = [\"u\"]\n";
    let (plan, _) = applied(&mixed, &live(), TODAY);
    let single: Vec<&Change> = plan.changes.iter().filter(|c| c.import.is_none()).collect();
    assert_eq!(
        single.iter().map(|c| c.phase()).collect::<Vec<_>>(),
        [Phase::CreateKeys, Phase::CreateKeys]
    );
    // Files come first: what they make is listed before single keys are.
    assert_eq!(plan.changes[0].phase(), Phase::ImportKeys);
    assert_eq!(plan.cost.calls, 3 + 2);
}

#[test]
fn a_file_puts_keys_on_usage_plans_that_the_same_plan_makes() {
    let text = keys(50, "usage-plans = [\"new\"]") + "[usage-plan.new]\nstages = [\"a1/prod\"]\n";
    let (plan, _) = applied(&text, &live(), TODAY);
    assert_eq!(said(&plan)[0], "create usage plan new");
    assert_eq!(plan.cost.calls, 1 + 3);
}

/// A file of which half was carried out leaves too few keys for a file.
#[test]
fn what_a_file_left_is_the_rest_of_what_was_reviewed() {
    let text = keys(60, ON_U);
    let reviewed = planned(&text, &live(), TODAY);
    for done in [0, 1, 40, 80, 119, 120] {
        let live = carry_out(&live(), reviewed.changes.iter().take(done), &reviewed);
        let fresh = planned(&text, &live, TODAY);
        assert_eq!(check_reviewed(&reviewed, &fresh, &live), Ok(()), "{done}");
        assert!(planned(&text, &after(&live, &fresh), TODAY).is_empty());
    }
}

#[test]
fn a_part_of_a_plan_has_files_of_its_own() {
    let text = keys(60, ON_U);
    let plan = planned(&text, &live(), TODAY);
    let few = (0..49).map(|number| format!("k{number:04}")).collect();
    let (part, left_out) = plan.clone().only_keys(&few, &live());
    assert_eq!((part.cost.calls, left_out), (98, 22));
    assert!(files(&part).iter().all(Option::is_none));
    assert!(matches!(part.changes[48].step, Step::CreateKey { .. }));
    let all = (0..60).map(|number| format!("k{number:04}")).collect();
    assert_eq!(plan.clone().only_keys(&all, &live()).0, plan);
}
