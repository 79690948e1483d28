//! Texts that want to be more than text, in every place that a cloud or a manifest can fill.

use ai_keys_core::plan::{Plan, Step};
use ai_keys_core::report::review::{
    CommentMarker, Failure, Refusal, Review, State, annotations, comment, drift_issue,
    plan_annotations, summary,
};
use ai_keys_core::state::LiveState;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::RngSeed;

use crate::commands;
use crate::markdown::faults;
use crate::scene::{Scene, meta};

const PIECES: &[&str] = &[
    "`",
    "``",
    "```",
    "~~~",
    "|",
    "\\",
    "\\|",
    "\n",
    "\r",
    "\r\n",
    "\u{2028}",
    "\u{200b}",
    "\u{202e}",
    "\t",
    " ",
    "  ",
    "@octocat",
    "@acme/team",
    "#1",
    "GH-1",
    "acme/keys#2",
    "deadbeef",
    "3f9c2e1b7a5d",
    "www.example.org",
    "https://example.org/x",
    "mailto:a@example.org",
    "a@example.org",
    "[x](https://example.org)",
    "![x](y)",
    "[^1]",
    "<b>",
    "</details>",
    "<!--",
    "-->",
    "<script>",
    "$x$",
    "$`x`$",
    ":smile:",
    "- [ ] x",
    "> [!CAUTION]",
    "| a | b |",
    "|---|",
    "---",
    "# x",
    "+ ",
    "diff",
    "::set-env name=A::b",
    "::add-mask::x",
    "##[add-mask]x",
    "%0A::error::x",
    "%250A",
    "%",
    "::",
    "a",
    "é",
    "🔑",
    "",
];

/// A few hostile pieces in a row.
pub(crate) fn hostile_text() -> impl Strategy<Value = String> {
    prop::collection::vec(select(PIECES), 0..6).prop_map(|pieces| pieces.concat())
}

/// Puts a text wherever a plan has one; the names of fields, which are ours,
/// only if asked.
fn poison(plan: &mut Plan, text: &str, with_fields: bool) {
    let put = |place: &mut String| text.clone_into(place);
    put(&mut plan.target);
    put(&mut plan.account);
    put(&mut plan.region);
    for change in &mut plan.changes {
        put(&mut change.subject.name);
        change.reason = Some(text.to_owned());
        for field in &mut change.fields {
            if with_fields {
                put(&mut field.field);
            }
            field.before = Some(text.to_owned());
            field.after = Some(text.to_owned());
        }
        if let Step::Attach { usage_plan, .. } | Step::Detach { usage_plan, .. } = &mut change.step
        {
            put(&mut usage_plan.name);
        }
    }
    for guard in &mut plan.guards {
        put(&mut guard.acknowledge);
    }
    for later in &mut plan.upcoming {
        put(&mut later.subject.name);
        put(&mut later.reason);
    }
}

/// Puts a text wherever a live state has one that people write.
fn poison_live(live: &mut LiveState, text: &str) {
    for key in live.keys.values_mut() {
        text.clone_into(&mut key.name);
        text.clone_into(&mut key.description);
        key.tags.insert(text.to_owned(), text.to_owned());
    }
    for usage_plan in live.usage_plans.values_mut() {
        usage_plan.marker = None;
        text.clone_into(&mut usage_plan.name);
        text.clone_into(&mut usage_plan.description);
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        // The same cases every time: a run that fails, fails again.
        rng_seed: RngSeed::Fixed(20_261_123),
        ..ProptestConfig::with_cases(200)
    })]

    #[test]
    fn no_text_becomes_more_than_text(
        text in hostile_text(), path in hostile_text(), with_fields in any::<bool>(),
    ) {
        let mut scene = Scene::story();
        poison(&mut scene.plan, &text, with_fields);
        poison_live(&mut scene.live, &text);
        for key in scene.desired.keys.values_mut() {
            key.owner = Some(text.clone());
        }
        for limits in &mut scene.limits {
            limits.usage_plan.clone_from(&text);
        }
        for life in &mut scene.lives {
            life.key.clone_from(&text);
        }
        let said = annotations(plan_annotations(&scene.plan, "keys.toml"));
        for line in commands::lines(&said) {
            let command = commands::parse(line);
            prop_assert!(command.is_some_and(|command| command.name == "warning"), "{}", line);
        }
        let total = scene.plan.changes.len();
        let failures = [Failure { change: &scene.plan.changes[0], why: &text }];
        let missing = [text.clone()];
        for state in [
            State::Planned,
            State::Partial { done: 1, total, failures: &failures },
            State::Refused(Refusal::Unacknowledged(&missing)),
            State::Refused(Refusal::Other(&text)),
            State::Failed { why: &text },
        ] {
            let review = Review { state, path: &path, target: Some(&text), ..scene.review() };
            let said = comment(&review, &meta());
            prop_assert_eq!(faults(&said), Ok(()), "{}", said);
            prop_assert!(CommentMarker::parse(&said).is_some());
            let said = summary(&[review, review]);
            prop_assert_eq!(faults(&said), Ok(()), "{}", said);
            let issue = drift_issue(&review, &meta());
            prop_assert_eq!(faults(&issue.body), Ok(()), "{}", issue.body);
            prop_assert!(!issue.title.contains(['\n', '\r']));
        }
    }

    #[test]
    fn no_manifest_speaks_through_its_errors(text in hostile_text()) {
        let quoted = serde_json::to_string(&text).unwrap();
        let manifest = format!(
            "version = 1\nnamespace = {quoted}\n{quoted} = 1\n[key.{quoted}]\nowner = {quoted}\nusage-plans = [{quoted}]\ncolour = 1\n{text}\n"
        );
        let checked = ai_keys_core::check::check_text(&manifest, None);
        let review = Review {
            links: crate::scene::links(),
            ..Review::new("keys.toml", &manifest, &checked.diagnostics)
        };
        let said = comment(&review, &meta());
        prop_assert_eq!(faults(&said), Ok(()), "{}", said);
    }
}
