//! The examples in the documentation of every code say what they claim.

use crate::check::check_text;
use crate::date::Date;
use crate::diagnostic::{CODES, Code, Severity};
use crate::fix::apply_fixes;

use super::RULES;
use super::testing::{TODAY, framed};

/// What only a very long manifest can break.
const WITHOUT_EXAMPLE: [&str; 5] = ["AK011", "AK202", "AK204", "AK205", "AK214"];

/// Returns the blocks of a code's documentation with this info string.
fn blocks(code: &Code, info: &str) -> Vec<String> {
    let mut blocks = Vec::new();
    let mut open: Option<(bool, String)> = None;
    for line in code.doc.lines() {
        let line = line.strip_prefix(' ').unwrap_or(line);
        match (&mut open, line.strip_prefix("```")) {
            (None, Some(said)) => open = Some((said == info, String::new())),
            (Some(_), Some(_)) => {
                blocks.extend(
                    open.take()
                        .filter(|(wanted, _)| *wanted)
                        .map(|(_, text)| text),
                );
            }
            (Some((_, text)), None) => {
                text.push_str(line);
                text.push('\n');
            }
            (None, None) => {}
        }
    }
    assert!(open.is_none(), "{code} has a block without an end");
    blocks
}

/// Codes that no rule reports any more.
const RETIRED: [&str; 2] = ["AK390", "AK391"];

/// Returns whether a rule reports the code from the manifest alone: the live
/// state has no example here.
fn is_of_manifest(code: &Code) -> bool {
    code.id < "AK400" && !RETIRED.contains(&code.id)
}

#[test]
fn every_failing_example_raises_its_own_code_and_no_other_error() {
    let today = TODAY.parse::<Date>().ok();
    for code in CODES.iter().filter(|code| is_of_manifest(code)) {
        let examples = blocks(code, "toml,fail");
        let is_exempt = WITHOUT_EXAMPLE.contains(&code.id);
        assert_eq!(examples.is_empty(), is_exempt, "{code}");
        for example in examples {
            let text = framed(&example);
            let checked = check_text(&text, today);
            let found: Vec<String> = checked
                .diagnostics
                .iter()
                .filter(|d| d.severity() == Severity::Error || d.code == *code)
                .map(|d| format!("{}: {}", d.code, d.message))
                .collect();
            let own = format!("{code}: ");
            let is_own = !found.is_empty() && found.iter().all(|said| said.starts_with(&own));
            assert!(is_own, "{code}'s example\n{text}\nraised {found:#?}");
        }
    }
}

#[test]
fn every_passing_example_raises_nothing() {
    let today = TODAY.parse::<Date>().ok();
    for code in CODES {
        for example in blocks(code, "toml,pass") {
            let text = framed(&example);
            let checked = check_text(&text, today);
            let found: Vec<String> = checked
                .diagnostics
                .iter()
                .filter(|d| !d.code.id.starts_with("AK39"))
                .map(|d| format!("{}: {}", d.code, d.message))
                .collect();
            assert!(
                found.is_empty(),
                "{code}'s example\n{text}\nraised {found:#?}"
            );
        }
    }
}

/// Counts errors, and everything that is said.
fn counted(text: &str) -> (usize, usize) {
    let found = check_text(text, TODAY.parse::<Date>().ok()).diagnostics;
    (found.count(Severity::Error), found.iter().count())
}

#[test]
fn a_repair_of_a_failing_example_leaves_less_to_say_and_is_whole() {
    let today = TODAY.parse::<Date>().ok();
    let mut repaired = 0;
    for code in CODES.iter().filter(|code| is_of_manifest(code)) {
        for example in blocks(code, "toml,fail") {
            let text = framed(&example);
            let fixed = apply_fixes(&text, today);
            if fixed.applied.is_empty() {
                assert_eq!(fixed.text, text, "{code}");
                continue;
            }
            repaired += 1;
            let (before, after) = (counted(&text), counted(&fixed.text));
            // Errors count first: most warnings are silent while the syntax is broken.
            assert!(after < before, "{code} says as much of\n{}", fixed.text);
            let again = apply_fixes(&fixed.text, today);
            assert_eq!(again.text, fixed.text, "{code}: a second run changes more");
        }
    }
    assert!(repaired >= 5, "only {repaired} examples have a repair");
}

#[test]
fn every_rule_is_registered_in_order() {
    let rules: Vec<&str> = RULES.iter().map(|rule| rule.code.id).collect();
    let is_rule = |code: &&&Code| is_of_manifest(code) && code.id > "AK100";
    let codes: Vec<&str> = CODES.iter().filter(is_rule).map(|code| code.id).collect();
    assert_eq!(rules, codes);
}

#[test]
fn documentation_has_its_chapters_in_order() {
    let chapters = [
        "## What it checks",
        "## Why it matters",
        "## Example",
        "## What to do",
    ];
    for code in CODES.iter().filter(|code| is_of_manifest(code)) {
        let places: Vec<Option<usize>> = chapters.iter().map(|c| code.doc.find(c)).collect();
        assert!(places.is_sorted() && !places.contains(&None), "{code}");
    }
}
