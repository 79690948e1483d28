//! Applies the edits that are certain, and leaves every other byte as it is.
//!
//! An edit replaces a span of the text. That is enough for structure too (an
//! item of a list goes with its comma), and what no edit covers, comments and
//! layout, is kept by not being touched: nothing is parsed and written again.

use crate::check::check_text;
use crate::date::Date;
use crate::diagnostic::{Certainty, Code, Diagnostics, Edit, Severity};
use crate::manifest::excerpt;
use crate::sorted;
use crate::source::Source;

/// One repair can uncover the next (`Enabled = "false"`), but not for ever.
const MOST_ROUNDS: usize = 64;
/// How often the text is checked to find the edit that does harm.
const MOST_TRIALS: usize = 64;

/// A manifest after its certain edits.
#[derive(Clone, Debug, PartialEq)]
pub struct Fixed {
    /// The text; the one given if nothing was certain.
    pub text: String,
    /// What was changed, in the order of the text.
    pub applied: Vec<Applied>,
    /// How many edits looked certain, and would have done harm where they stand.
    pub refused: usize,
}

/// An edit that was made.
#[derive(Clone, Debug, PartialEq)]
pub struct Applied {
    /// What was wrong.
    pub code: &'static Code,
    /// The line, from 1, in the repaired text.
    pub line: u32,
    /// What stood there, as a message may show it; empty if nothing did.
    pub before: String,
    /// What stands there now; empty if it was removed.
    pub after: String,
}

/// An edit that was made, and the byte at which it stands.
struct Made {
    code: &'static Code,
    at: usize,
    before: String,
    after: String,
}

/// An edit that could be made.
#[derive(Clone)]
struct Candidate {
    code: &'static Code,
    edit: Edit,
}

/// Applies every edit that is certain, until none is left.
///
/// INVARIANT: the text that comes out has no more errors than the one that went in.
#[must_use]
pub fn apply_fixes(text: &str, today: Option<Date>) -> Fixed {
    let mut text = text.to_owned();
    let mut made = Vec::new();
    let mut refused = 0;
    let mut trials = MOST_TRIALS;
    let mut found = check_text(&text, today).diagnostics;
    for _ in 0..MOST_ROUNDS {
        let candidates = certain(&text, &found);
        refused = 0;
        if candidates.is_empty() {
            break;
        }
        let check = |text: &str| check_text(text, today).diagnostics;
        let harmless = harmless(&text, candidates, &mut found, check, &mut trials);
        refused = harmless.refused;
        if harmless.kept.is_empty() {
            break;
        }
        text = carry_out(&text, &harmless.kept, &mut made);
    }
    sorted::sort_by_key(&mut made, |made| made.at);
    let source = Source::new(&text);
    let applied = made
        .into_iter()
        .map(|made| Applied {
            code: made.code,
            line: source.line(u32::try_from(made.at).unwrap_or(u32::MAX)),
            before: made.before,
            after: made.after,
        })
        .collect();
    Fixed {
        text,
        applied,
        refused,
    }
}

/// Returns the certain edits that do not overlap, in the order of the text.
/// What is left out comes again in the next round.
fn certain(text: &str, found: &Diagnostics) -> Vec<Candidate> {
    let mut candidates: Vec<Candidate> = found
        .iter()
        .filter_map(|diagnostic| {
            let edit = diagnostic.help.as_ref()?.edit.clone()?;
            let is_inside = text.get(edit.span.range()).is_some();
            (edit.certainty == Certainty::Certain && is_inside).then_some(Candidate {
                code: diagnostic.code,
                edit,
            })
        })
        .collect();
    sorted::sort_by_key(&mut candidates, |candidate| candidate.edit.span);
    let mut end = None;
    candidates.retain(|Candidate { edit, .. }| {
        let is_apart = end.is_none_or(|end| edit.span.start >= end);
        if is_apart {
            // Two insertions in one place would have no order.
            end = Some(edit.span.end.max(edit.span.start + 1));
        }
        is_apart
    });
    candidates
}

/// What a round makes, and how much of it must not be made.
struct Harmless {
    kept: Vec<Candidate>,
    refused: usize,
}

/// Returns the edits that can be made together without a new error: all, or
/// those of each half that can. `found` becomes what is wrong after them.
fn harmless(
    text: &str,
    candidates: Vec<Candidate>,
    found: &mut Diagnostics,
    check: impl Fn(&str) -> Diagnostics,
    trials: &mut usize,
) -> Harmless {
    let mut kept: Vec<Candidate> = Vec::new();
    let mut refused = 0;
    let mut waiting = vec![candidates];
    while let Some(mut part) = waiting.pop() {
        if *trials == 0 {
            refused += part.len();
            continue;
        }
        let together: Vec<Candidate> = kept.iter().chain(&part).cloned().collect();
        let after = check(&carry_out(text, &together, &mut Vec::new()));
        if !is_worse(found, &after) {
            *found = after;
            kept = together;
            continue;
        }
        *trials -= 1;
        if part.len() > 1 {
            let second = part.split_off(part.len() / 2);
            // The first half is tried first, so what is kept stays in order.
            waiting.extend([second, part]);
        } else {
            refused += 1;
        }
    }
    Harmless { kept, refused }
}

/// Returns whether there are more errors. An error of syntax hides others, so
/// it counts by itself.
fn is_worse(before: &Diagnostics, after: &Diagnostics) -> bool {
    let syntax = |found: &Diagnostics| found.iter().filter(|d| d.code.id == "AK001").count();
    after.count(Severity::Error) > before.count(Severity::Error) || syntax(after) > syntax(before)
}

/// Makes edits that are in order and apart, and writes down where they stand now.
fn carry_out(text: &str, edits: &[Candidate], made: &mut Vec<Made>) -> String {
    let mut after = String::with_capacity(text.len());
    let mut done = 0;
    let mut now = Vec::new();
    // What was made in earlier rounds moves with the text around it.
    let mut earlier: Vec<&mut Made> = made.iter_mut().collect();
    sorted::sort_by_key(&mut earlier, |made| made.at);
    let mut earlier = earlier.into_iter().peekable();
    for Candidate { code, edit } in edits {
        let span = edit.span.range();
        while let Some(moved) = earlier.next_if(|made| made.at < span.end) {
            moved.at = after.len() + moved.at.saturating_sub(done);
        }
        after.push_str(text.get(done..span.start).unwrap_or_default());
        now.push(Made {
            code,
            at: after.len(),
            before: shown(text.get(span.clone()).unwrap_or_default()),
            after: shown(&edit.replacement),
        });
        after.push_str(&edit.replacement);
        done = span.end;
    }
    for moved in earlier {
        moved.at = after.len() + moved.at.saturating_sub(done);
    }
    after.push_str(text.get(done..).unwrap_or_default());
    made.append(&mut now);
    after
}

/// Writes a piece of a manifest on one line, without what may be a key value.
fn shown(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    excerpt(&words.join(" ")).into_owned()
}

#[cfg(test)]
mod tests {
    use super::apply_fixes;
    use crate::check::check_text;
    use crate::rule::testing::{TODAY, framed};

    fn fixed(text: &str) -> super::Fixed {
        apply_fixes(text, TODAY.parse().ok())
    }

    /// Asserts that a repair gives this text, with nothing left of the codes
    /// that were repaired.
    #[track_caller]
    fn repairs(fragment: &str, expected: &str) {
        let fixed = fixed(&framed(fragment));
        assert_eq!(fixed.text, framed(expected));
        let left = check_text(&fixed.text, TODAY.parse().ok()).diagnostics;
        for applied in &fixed.applied {
            assert!(
                left.iter().all(|found| found.code != applied.code),
                "{} is left in\n{}",
                applied.code,
                fixed.text
            );
        }
        assert!(!fixed.applied.is_empty());
    }

    #[test]
    fn each_certain_slip_is_repaired_in_its_place() {
        let key = "[key.acme] # ours\n";
        for (slip, repaired) in [
            ("enabled = \"False\"  # off", "enabled = false  # off"),
            ("enabled = FALSE", "enabled = false"),
            ("Enabled = true", "enabled = true"),
            ("expires = \"2027-06-30\"", "expires = 2027-06-30"),
            ("expires = 2027-06-30T00:00:00Z", "expires = 2027-06-30"),
            ("description = 42", "description = \"42\""),
            (
                "tags = { since = 2026-01-01 }",
                "tags = { since = \"2026-01-01\" }",
            ),
            ("tags = { a = true }", "tags = { a = \"true\" }"),
            ("targets = \"prod\"", "targets = [\"prod\"]"),
            ("targets = ['prod', 'prod']", "targets = ['prod']"),
            (
                "rotate = { every = \"90 Days\" }",
                "rotate = { every = \"90d\" }",
            ),
            (
                "deliver = [{ to = \"SSM\", name = \"/a\" }]",
                "deliver = [{ to = \"ssm\", name = \"/a\" }]",
            ),
        ] {
            repairs(&format!("{key}{slip}"), &format!("{key}{repaired}"));
        }
        let plan = "[usage-plan.a]\n";
        for (slip, repaired) in [
            (
                "quota = { limit = \"1000\", per = \"MONTH\" }",
                "quota = { limit = 1000, per = \"month\" }",
            ),
            (
                "throttle = { rate = \"0.5\", burst = \"2\" }",
                "throttle = { rate = 0.5, burst = 2 }",
            ),
            (
                "stages = [\"x/y\", # first\n  \"x/y\", # again\n]",
                "stages = [\"x/y\", # first\n   # again\n]",
            ),
            ("stages = \"x/y\"", "stages = [\"x/y\"]"),
            (
                "stages = [{ stage = \"x/y\", throttle = { \"/a/post\" = { rate = 1, burst = 1 } } }]",
                "stages = [{ stage = \"x/y\", throttle = { \"/a/POST\" = { rate = 1, burst = 1 } } }]",
            ),
        ] {
            repairs(&format!("{plan}{slip}"), &format!("{plan}{repaired}"));
        }
        repairs(
            "policy.require = [\"usage_plans\"]\n[key.a]\nusage-plans = []",
            "policy.require = [\"usage-plans\"]\n[key.a]\nusage-plans = []",
        );
    }

    #[test]
    fn a_target_gets_its_digits_and_its_region() {
        let target = |region: &str, account: &str| {
            format!(
                "[target.prod]\nprovider = \"aws-api-gateway\"\nregion = {region}\naccount = {account}\n"
            )
        };
        let right = target("\"eu-west-1\"", "\"123456789012\"");
        repairs(&target("\"EU-West-1\"", "\"1234-5678-9012\""), &right);
        repairs(&target("\"eu-west-1\"", "123456789012"), &right);
    }

    #[test]
    fn a_missing_version_is_put_in_below_the_schema_line() {
        let rest = "namespace = \"acme\"\r\n";
        for before in ["", "\u{feff}", "#:schema keys.json\r\n"] {
            let fixed = fixed(&format!("{before}{rest}"));
            assert_eq!(fixed.text, format!("{before}version = 1\r\n{rest}"));
        }
    }

    #[test]
    fn tables_of_a_misspelt_kind_are_repaired_one_after_the_other() {
        let slips = "[usage_plan.a]\nstages = [\"x/y\"] # a\n[usage_plan.b]\nstages = \"x/z\"\n";
        let right = "[usage-plan.a]\nstages = [\"x/y\"] # a\n[usage-plan.b]\nstages = [\"x/z\"]\n";
        repairs(slips, right);
        let lines: Vec<u32> = fixed(slips).applied.iter().map(|a| a.line).collect();
        assert_eq!(lines, [1, 2, 4, 5]);
    }

    #[test]
    fn a_guess_is_not_made() {
        for guess in [
            "[key.acme]\nenabeld = false",
            "[key.acme]\nusage-plans = [\"a\"]\n[usage-plan.b]\nstages = [\"x/y\"]",
            "version = 2",
            "usage-plan.a.quota = { limit = 1, per = \"mnth\" }",
            "key.acme.enabled = yes",
        ] {
            let text = framed(guess);
            let fixed = fixed(&text);
            assert_eq!(fixed.text, text);
            assert!(fixed.applied.is_empty());
        }
    }

    #[test]
    fn an_edit_that_would_do_harm_is_refused_and_the_others_are_made() {
        // Either name can be corrected, but not both.
        let text = framed("[key.acme]\nEnabled = true\nENABLED = false\nexpires = \"2027-06-30\"");
        let fixed = fixed(&text);
        assert!(
            fixed
                .text
                .contains("\nenabled = true\nENABLED = false\nexpires = 2027-06-30\n")
        );
        assert_eq!(fixed.applied.len(), 2);
    }

    #[test]
    fn what_was_changed_is_said_with_its_line_in_the_repaired_text() {
        let fixed = fixed("namespace = \"acme\"\n[key.acme]\nEnabled = \"true\"\n");
        let said: Vec<String> = fixed
            .applied
            .iter()
            .map(|a| format!("{} {}: {} > {}", a.code.id, a.line, a.before, a.after))
            .collect();
        assert_eq!(
            said,
            [
                "AK004 1:  > version = 1",
                "AK002 4: Enabled > enabled",
                "AK003 4: \"true\" > true"
            ]
        );
    }
}
