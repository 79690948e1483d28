//! Runs steps one after the other, times them, and sums them up.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use anyhow::Result;

use crate::output;

/// What CI may leave out, and why: nothing of ours stays untested by it.
const MAY_BE_SKIPPED: [(&str, &str); 3] = [
    (
        "advisories",
        "the list of advisories is fetched, and a network may not have it",
    ),
    (
        "instructions",
        "valgrind counts on Linux, and the figures that are kept are those of x86-64",
    ),
    (
        "terraform",
        "only a comparison needs it, and a mirror of its provider is set up by hand",
    ),
];

/// How a step ended that did not fail.
pub(crate) enum Outcome {
    /// Done, with a note worth a few words (or an empty one).
    Done(String),
    /// Not done, and why.
    Skipped(String),
}

/// What a step is allowed to print while it runs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Voice {
    /// Nothing: its output is shown if it fails.
    Quiet,
    /// What it likes, between its own two lines.
    Loud,
}

enum Verdict {
    Passed(String),
    Skipped(String),
    Failed,
}

struct Step {
    name: &'static str,
    verdict: Verdict,
    took: Duration,
}

/// The steps that were run. A failed one does not stop those after it.
pub(crate) struct Steps {
    steps: Vec<Step>,
    /// In CI a step that is left out has failed: what is green there was done.
    is_ci: bool,
}

impl Steps {
    /// Begins; `is_ci` is whether all that can be done must be.
    pub(crate) fn new(is_ci: bool) -> Self {
        Self {
            steps: Vec::new(),
            is_ci,
        }
    }

    /// Runs one step, prints its line, and returns whether it passed.
    pub(crate) fn run(
        &mut self,
        name: &'static str,
        voice: Voice,
        work: impl FnOnce() -> Result<Outcome>,
    ) -> bool {
        match voice {
            Voice::Quiet => output::start(&format!("{name:<12} ")),
            Voice::Loud => output::line(&format!("{name:<12} …")),
        }
        let started = Instant::now();
        let result = work();
        let took = started.elapsed();
        let (verdict, details) = match result {
            Ok(Outcome::Done(note)) => (Verdict::Passed(note), None),
            Ok(Outcome::Skipped(reason)) if self.is_ci && !may_be_skipped(name) => {
                let details = format!("{name} may not be skipped in CI: {reason}");
                (Verdict::Failed, Some(details))
            }
            Ok(Outcome::Skipped(reason)) => (Verdict::Skipped(reason), None),
            Err(error) => (Verdict::Failed, Some(format!("{error:#}"))),
        };
        let step = Step {
            name,
            verdict,
            took,
        };
        match voice {
            Voice::Quiet => output::line(&step.ending()),
            Voice::Loud => output::line(&format!("{name:<12} {}", step.ending())),
        }
        if let Some(details) = details {
            output::line(&details);
        }
        let passed = matches!(step.verdict, Verdict::Passed(_));
        self.steps.push(step);
        passed
    }

    /// Returns whether no step failed.
    pub(crate) fn all_passed(&self) -> bool {
        self.named(|verdict| matches!(verdict, Verdict::Failed))
            .is_empty()
    }

    /// Returns one line for what passed and one for each thing that did not.
    pub(crate) fn summary(&self) -> String {
        let took: Duration = self.steps.iter().map(|step| step.took).sum();
        let passed = self.named(|verdict| matches!(verdict, Verdict::Passed(_)));
        let mut text = format!(
            "{} of {} steps ok in {}",
            passed.len(),
            self.steps.len(),
            seconds(took)
        );
        for step in &self.steps {
            if let Verdict::Skipped(reason) = &step.verdict {
                let _ = write!(text, "\nskipped {}: {reason}", step.name);
            }
        }
        let failed = self.named(|verdict| matches!(verdict, Verdict::Failed));
        if !failed.is_empty() {
            let _ = write!(text, "\nFAILED: {}", failed.join(", "));
        }
        text
    }

    fn named(&self, is_wanted: impl Fn(&Verdict) -> bool) -> Vec<&'static str> {
        self.steps
            .iter()
            .filter(|step| is_wanted(&step.verdict))
            .map(|step| step.name)
            .collect()
    }
}

impl Step {
    fn ending(&self) -> String {
        match &self.verdict {
            Verdict::Passed(note) => format!("ok {:>9}  {note}", seconds(self.took))
                .trim_end()
                .to_owned(),
            Verdict::Skipped(reason) => format!("skipped: {reason}"),
            Verdict::Failed => format!("FAILED after {}", seconds(self.took)),
        }
    }
}

fn may_be_skipped(name: &str) -> bool {
    MAY_BE_SKIPPED.iter().any(|(allowed, _)| *allowed == name)
}

fn seconds(time: Duration) -> String {
    format!("{:.1} s", time.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(name: &'static str, verdict: Verdict) -> Step {
        Step {
            name,
            verdict,
            took: Duration::from_millis(1_500),
        }
    }

    #[test]
    fn the_summary_names_what_was_skipped_and_what_failed() {
        let steps = Steps {
            is_ci: true,
            steps: vec![
                step("fmt", Verdict::Passed(String::new())),
                step("terraform", Verdict::Skipped("no Terraform".to_owned())),
                step("clippy", Verdict::Failed),
            ],
        };
        assert_eq!(
            steps.summary(),
            "1 of 3 steps ok in 4.5 s\nskipped terraform: no Terraform\nFAILED: clippy"
        );
        assert!(!steps.all_passed());
    }

    #[test]
    fn a_skipped_step_is_not_a_failure() {
        let steps = Steps {
            is_ci: false,
            steps: vec![step(
                "terraform",
                Verdict::Skipped("no Terraform".to_owned()),
            )],
        };
        assert!(steps.all_passed());
        assert_eq!(
            steps.summary(),
            "0 of 1 steps ok in 1.5 s\nskipped terraform: no Terraform"
        );
    }

    #[test]
    fn in_ci_only_what_is_listed_may_be_skipped() {
        let skipped = || Ok(Outcome::Skipped("there is none".to_owned()));
        for is_ci in [false, true] {
            let mut steps = Steps::new(is_ci);
            for (name, _) in MAY_BE_SKIPPED {
                steps.run(name, Voice::Quiet, skipped);
            }
            assert!(steps.all_passed());
            for name in ["wasm", "dist", "action", "playground", "hooks"] {
                steps.run(name, Voice::Quiet, skipped);
            }
            assert_eq!(steps.all_passed(), !is_ci);
        }
    }

    #[test]
    fn a_failing_step_does_not_stop_the_next() {
        let mut steps = Steps::new(false);
        assert!(!steps.run("first", Voice::Quiet, || anyhow::bail!("on purpose")));
        assert!(steps.run("second", Voice::Quiet, || Ok(Outcome::Done(String::new()))));
        assert!(!steps.all_passed());
    }
}
