//! The texts of one story in each state, whole, for people to read.
#![expect(
    clippy::disallowed_methods,
    reason = "this driver reads and writes the expected texts"
)]

use std::fs;
use std::path::Path;

use ai_keys_core::check::check_text;
use ai_keys_core::diagnostic::CODES;
use ai_keys_core::plan::{Action, Stale};
use ai_keys_core::report::FileDiagnostics;
use ai_keys_core::report::review::{
    Failure, Links, Refusal, Review, State, annotations, comment, diagnostic_annotations,
    drift_issue, plan_annotations, summary,
};

use crate::markdown::assert_clean;
use crate::scene::{Scene, links, meta};

/// A new rule changes no expected text.
fn without_number_of_rules(text: &str) -> String {
    let passed = format!("\n{} checks passed", CODES.len() - 1);
    text.replace(&passed, "\nAll other checks passed")
}

#[track_caller]
fn expect(name: &str, said: &str) {
    let said = without_number_of_rules(said);
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/review/expected")
        .join(name);
    if std::env::var_os("UPDATE").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, &said).unwrap();
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(said, expected, "{name} differs; UPDATE=1 rewrites it");
}

#[test]
fn the_story_of_a_pull_request_is_told() {
    let scene = Scene::story();
    let review = scene.review();
    let text = comment(&review, &meta());
    assert_clean(&text);
    expect("planned.md", &text);
    let text = summary(&[review]);
    assert_clean(&text);
    expect("summary.md", &text);
    let said = annotations(plan_annotations(&scene.plan, "keys.toml"));
    expect("annotations.txt", &said);
}

#[test]
fn the_documentation_shows_the_comment() {
    const OPEN: &str = "<!-- generated:comment -->\n";
    const CLOSE: &str = "<!-- /generated:comment -->\n";
    let scene = Scene::story();
    let review = Review {
        // Nobody follows a link to a repository that does not exist.
        links: Links::default(),
        ..scene.review()
    };
    let text = comment(&review, &meta());
    let (_, text) = text.split_once('\n').unwrap();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/pull-request.md");
    let page = fs::read_to_string(&path).unwrap();
    let (before, rest) = page.split_once(OPEN).unwrap();
    let (_, after) = rest.split_once(CLOSE).unwrap();
    let wanted = [before, OPEN, &without_number_of_rules(text), CLOSE, after].concat();
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&path, &wanted).unwrap();
    }
    assert!(
        fs::read_to_string(&path).unwrap() == wanted,
        "docs/pull-request.md differs; UPDATE=1 rewrites it"
    );
}

#[test]
fn after_the_merge_only_verdict_and_last_line_change() {
    let scene = Scene::story();
    let total = scene.plan.changes.len();
    let failed = scene
        .plan
        .changes
        .iter()
        .find(|change| change.action == Action::Update);
    let failures = [Failure {
        change: failed.unwrap(),
        why: "TooManyRequestsException: Rate exceeded @acme/team",
    }];
    let stale = Stale {
        is_manifest_changed: true,
        unreviewed: scene.plan.changes.clone(),
        ..Stale::default()
    };
    let missing = ["delete:old-report@9c04-7e21".to_owned()];
    let planned = comment(&scene.review(), &meta());
    let mut all = String::new();
    for state in [
        State::Applying { done: 2, total },
        State::Applied { total },
        State::Partial {
            done: 3,
            total,
            failures: &failures,
        },
        State::Refused(Refusal::Stale(&stale)),
        State::Refused(Refusal::Unacknowledged(&missing)),
        State::Refused(Refusal::Other("the plan of the pull request is gone")),
        State::Failed {
            why: "STS: AccessDenied",
        },
        State::Interrupted { done: 2, total },
        State::Killed,
    ] {
        let review = Review {
            state,
            ..scene.review()
        };
        let text = comment(&review, &meta());
        assert_clean(&text);
        assert_clean(&summary(&[review]));
        let is_table = |line: &&str| line.starts_with('|');
        assert_eq!(
            text.lines().filter(is_table).collect::<Vec<_>>(),
            planned.lines().filter(is_table).collect::<Vec<_>>()
        );
        let verdict = text.lines().find(|line| line.starts_with("###")).unwrap();
        let (_, last) = text.rsplit_once("\n</details>\n").unwrap();
        all.push_str(&[verdict, "\n", last, "\n"].concat());
    }
    expect("states.md", &all);
}

/// Dates and deliveries, and no drift at all: nobody is to write, or to remove, anything.
#[test]
fn what_falls_due_in_the_life_of_a_key_is_told_with_its_traffic() {
    let scene = Scene::lives();
    let text = comment(&scene.review(), &meta());
    assert_clean(&text);
    expect("lives.md", &text);
    let issue = drift_issue(&scene.review(), &meta());
    assert_clean(&issue.body);
    expect(
        "lives-drift.md",
        &format!("{}\n\n{}", issue.title, issue.body),
    );
}

#[test]
fn no_changes_are_two_lines() {
    let mut scene = Scene::story();
    scene.plan.changes.clear();
    scene.plan.guards.clear();
    scene.plan.upcoming.clear();
    let text = comment(&scene.review(), &meta());
    assert_clean(&text);
    expect("no-changes.md", &text);
}

#[test]
fn errors_are_listed_where_nothing_is_planned() {
    let manifest =
        "version = 1\nnamespace = \"acme\"\ncolour = 1\n[key.chat]\nusage-plans = [\"gone|`x`\"]\n";
    let checked = check_text(manifest, None);
    let review = Review {
        links: links(),
        ..Review::new("keys.toml", manifest, &checked.diagnostics)
    };
    let text = comment(&review, &meta());
    assert_clean(&text);
    expect("errors.md", &text);
    let file = FileDiagnostics {
        path: "keys.toml",
        text: manifest,
        diagnostics: &checked.diagnostics,
    };
    expect("errors.txt", &annotations(diagnostic_annotations(&file)));
}

#[test]
fn drift_is_told_with_both_ways_out() {
    let scene = Scene::story();
    let issue = drift_issue(&scene.review(), &meta());
    assert_clean(&issue.body);
    expect("drift.md", &format!("{}\n\n{}", issue.title, issue.body));
}
