//! Limits of size, with plans that no limit can hold.

use ai_keys_core::plan::{Action, Change, Guard, GuardReason, Risk, Stale};
use ai_keys_core::report::review::{
    CommentMarker, Failure, LONGEST_COMMENT, LONGEST_SUMMARY, Refusal, Review, State, comment,
    drift_issue, summary,
};

use crate::markdown::faults;
use crate::scene::{Scene, meta};

/// Returns a plan with so many harmless and so many destructive changes.
fn large(harmless: usize, destructive: usize, filler: &str) -> Scene {
    let mut scene = Scene::story();
    let with = |action: Action, number: usize, risk: Risk| {
        let template = scene
            .plan
            .changes
            .iter()
            .find(|change| change.action == action);
        let template: Change = template.unwrap().clone();
        (0..number)
            .map(move |at| {
                let mut change = template.clone();
                change.subject.name = format!("{}-{at}", action.name());
                change.risk = risk;
                change.reason = Some(filler.to_owned());
                change
            })
            .collect::<Vec<_>>()
    };
    let mut changes = with(Action::Create, harmless, Risk::None);
    changes.extend(with(Action::Delete, destructive, Risk::Destroys));
    scene.plan.guards = changes
        .iter()
        .filter(|change| change.action == Action::Delete)
        .map(|change| Guard {
            acknowledge: format!("delete:{}", change.subject.name),
            reason: GuardReason::Threshold,
        })
        .collect();
    scene.plan.changes = changes;
    scene
}

#[test]
fn no_plan_is_too_large_for_a_comment() {
    for (harmless, destructive) in [
        (10_000, 0),
        (10_000, 5),
        (5_000, 300),
        (5_000, 700),
        (0, 10_000),
    ] {
        for filler in ["removed from the file", &"🔑".repeat(300)] {
            let scene = large(harmless, destructive, filler);
            let said = comment(&scene.review(), &meta());
            assert!(said.len() <= LONGEST_COMMENT, "{}", said.len());
            assert_eq!(faults(&said), Ok(()));
            assert!(CommentMarker::parse(&said).is_some());
            assert!(said.contains("Left out here"), "{said}");
            assert!(said.contains("📝 Planned"), "{said}");
            let numbers = format!("−{destructive} delete");
            assert_eq!(said.contains(&numbers), destructive > 0);
            assert!(
                said.len() > LONGEST_COMMENT / 3 || destructive == 10_000,
                "{}",
                said.len()
            );
            if destructive > 0 {
                assert!(said.contains(&format!("Apply needs {destructive} acknowledgement")));
            }
            let issue = drift_issue(&scene.review(), &meta());
            assert!(issue.body.len() <= LONGEST_COMMENT);
            assert_eq!(faults(&issue.body), Ok(()));
        }
    }
}

#[test]
fn destructive_rows_are_never_left_out_while_harmless_ones_fit() {
    for destructive in [1, 5, 100, 300, 700] {
        let scene = large(10_000, destructive, "removed from the file");
        let said = comment(&scene.review(), &meta());
        for at in 0..destructive {
            assert!(
                said.contains(&format!("`delete-{at}`"))
                    || said.contains(&format!("`key delete-{at}`")),
                "delete-{at} of {destructive}"
            );
        }
    }
}

#[test]
fn the_summary_is_whole_until_a_mebibyte() {
    let scene = large(1_000, 300, "removed from the file");
    let said = summary(&[scene.review()]);
    assert!(!said.contains("Left out"), "{} bytes", said.len());
    for change in &scene.plan.changes {
        assert!(said.contains(&change.subject.name));
    }
    let scene = large(10_000, 10_000, "removed from the file");
    let said = summary(&[scene.review(); 5]);
    assert!(said.len() <= LONGEST_SUMMARY, "{}", said.len());
    assert!(said.len() > LONGEST_SUMMARY / 2);
    assert_eq!(said.matches("### ").count(), 5);
    assert_eq!(faults(&said), Ok(()));
}

#[test]
fn no_refusal_and_no_failure_is_too_long() {
    let scene = large(5_000, 5_000, &"🔑".repeat(300));
    let why = "`@octocat` ".repeat(50);
    let failures: Vec<Failure<'_>> = scene
        .plan
        .changes
        .iter()
        .map(|change| Failure { change, why: &why })
        .collect();
    let stale = Stale {
        unreviewed: scene.plan.changes.clone(),
        ..Stale::default()
    };
    let missing: Vec<String> = (0..10_000)
        .map(|at| format!("delete:key-{at}@9c04-7e21"))
        .collect();
    for state in [
        State::Partial {
            done: 1,
            total: 10_000,
            failures: &failures,
        },
        State::Refused(Refusal::Stale(&stale)),
        State::Refused(Refusal::Unacknowledged(&missing)),
    ] {
        let review = Review {
            state,
            ..scene.review()
        };
        let said = comment(&review, &meta());
        assert!(said.len() <= LONGEST_COMMENT, "{}", said.len());
        assert!(said.contains("9997 more in the job summary"), "{said}");
        let said = summary(&[review, review]);
        assert!(said.len() <= LONGEST_SUMMARY, "{}", said.len());
        assert_eq!(faults(&said), Ok(()));
    }
}

#[test]
fn a_step_of_a_thousand_targets_has_a_summary() {
    let scene = Scene::story();
    let said = summary(&vec![scene.review(); 2_000]);
    assert!(said.len() <= LONGEST_SUMMARY, "{}", said.len());
    assert!(said.contains(" more targets are not shown here"));
    assert_eq!(faults(&said), Ok(()));
}
