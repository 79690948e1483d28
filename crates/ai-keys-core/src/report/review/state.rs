//! How far a scope has come: the verdict in the heading, and the last line.

use std::fmt::Write as _;

use super::counts::ChangeCounts;
use super::escape::{address, code};
use super::{Links, Review};
use crate::plan::{Change, Stale};
use crate::report::count_in_words;
use crate::report::stale::{differences, step};

/// How far a scope has come. After the merge, only the verdict and the last
/// line of a comment change: its table stays what was reviewed.
#[derive(Clone, Copy, Debug)]
pub enum State<'a> {
    /// Planned: there are changes, none, or errors in the manifest.
    Planned,
    /// Being carried out.
    Applying {
        /// Steps that are done.
        done: usize,
        /// All steps of the plan.
        total: usize,
    },
    /// Carried out to the end.
    Applied {
        /// All steps of the plan.
        total: usize,
    },
    /// Carried out in part; a re-run does the rest without a new review.
    Partial {
        /// Steps that are done.
        done: usize,
        /// All steps of the plan.
        total: usize,
        /// What failed.
        failures: &'a [Failure<'a>],
    },
    /// Nothing was changed: a guard refused.
    Refused(Refusal<'a>),
    /// Nothing was changed: something could not be reached or read.
    Failed {
        /// Why, in words of ours or of the cloud's.
        why: &'a str,
    },
    /// Ended before it was done: cancelled.
    Interrupted {
        /// Steps that are known to be done.
        done: usize,
        /// All steps of the plan.
        total: usize,
    },
    /// Ended before it was done, and nobody is left to say how far it came.
    Killed,
}

/// A step that failed.
#[derive(Clone, Copy, Debug)]
pub struct Failure<'a> {
    /// Which.
    pub change: &'a Change,
    /// Why, as the cloud says it.
    pub why: &'a str,
}

/// Why nothing was applied.
#[derive(Clone, Copy, Debug)]
pub enum Refusal<'a> {
    /// The account or the manifest is not what was reviewed.
    Stale(&'a Stale),
    /// Acknowledgements that are missing, as they are typed.
    Unacknowledged(&'a [String]),
    /// Another guard, in words of ours.
    Other(&'a str),
}

/// How many differences or failed steps a comment shows.
const MOST_IN_COMMENT: usize = 3;

/// Says in a few words how it stands, for the heading.
pub(super) fn verdict(review: &Review<'_>, counts: &ChangeCounts) -> String {
    match review.state {
        State::Planned => planned(review, counts),
        State::Applying { .. } => format!("applying {}", changes(counts.objects)),
        State::Applied { .. } if counts.objects == 0 => "nothing to apply".to_owned(),
        State::Applied { .. } => format!("{} applied", changes(counts.objects)),
        State::Partial { done, total, .. } => format!("{done} of {total} steps applied"),
        State::Refused(_) => "not applied".to_owned(),
        State::Failed { .. } => "failed".to_owned(),
        State::Interrupted { done, total } => {
            format!("interrupted after {done} of {total} steps")
        }
        State::Killed => "interrupted".to_owned(),
    }
}

fn planned(review: &Review<'_>, counts: &ChangeCounts) -> String {
    let Some(plan) = review.plan else {
        return count_in_words(review.diagnostics);
    };
    if plan.is_empty() {
        return "no changes".to_owned();
    }
    let acknowledgements = match plan.acknowledgements().len() {
        0 => String::new(),
        1 => ", 1 needs an acknowledgement".to_owned(),
        several => format!(", {several} need an acknowledgement"),
    };
    format!("{}{acknowledgements}", changes(counts.objects))
}

/// Says a number of changes.
fn changes(number: u32) -> String {
    match number {
        1 => "1 change".to_owned(),
        number => format!("{number} changes"),
    }
}

/// How much of a list is shown.
#[derive(Clone, Copy)]
struct Most {
    items: usize,
    bytes: usize,
}

/// Writes the last line, and the few below it that a state needs.
pub(super) fn last_line(review: &Review<'_>) -> String {
    let most = Most {
        items: MOST_IN_COMMENT,
        bytes: usize::MAX,
    };
    last_line_of(review, most)
}

/// Writes the last line with all that was refused or failed, as far as it fits
/// into so many bytes.
pub(super) fn last_line_in_full(review: &Review<'_>, bytes: usize) -> String {
    let items = usize::MAX;
    last_line_of(review, Most { items, bytes })
}

fn last_line_of(review: &Review<'_>, most: Most) -> String {
    let run = run_link(&review.links);
    match review.state {
        State::Planned => match review.plan {
            None if !review.diagnostics.has_errors() => {
                format!("✅ Checked{run}: nothing is planned\n")
            }
            None => format!("❌ Not planned{run}: the manifest has errors\n"),
            Some(plan) if plan.is_empty() => format!("📝 Planned{run}\n"),
            Some(_) => format!("📝 Planned{run}{}\n", more(&review.links)),
        },
        State::Applying { done, total } => {
            format!("🟠 Applying: {done} of {total} steps done{run}\n")
        }
        State::Applied { total } => format!("✅ Applied {total} of {total} steps{run}\n"),
        State::Partial {
            done,
            total,
            failures,
        } => {
            let list = listed(failures.iter().map(failure), failures.len(), most);
            format!(
                "⚠️ Applied {done} of {total} steps{run}. Re-running the job is safe: it does what is left, without a new review.\n{list}"
            )
        }
        State::Refused(refusal) => refused(refusal, &run, most),
        State::Failed { why } => format!("❌ Failed{run}: {}\n", code(why)),
        State::Interrupted { done, total } => format!(
            "⚠️ Ended before it was done, after {done} of {total} steps{run}. A re-run is safe.\n"
        ),
        State::Killed => {
            format!("⚠️ Ended before it was done{run}. A re-run is safe: it does what is left.\n")
        }
    }
}

fn refused(refusal: Refusal<'_>, run: &str, most: Most) -> String {
    match refusal {
        Refusal::Stale(stale) => {
            let differences = differences(stale, |change| code(&step(change)));
            let total = differences.len();
            let list = listed(differences.into_iter(), total, most);
            format!("⛔ Not applied{run}: this is not what was reviewed. Plan again.\n{list}")
        }
        Refusal::Unacknowledged(missing) => {
            let list = listed(missing.iter().map(|ack| code(ack)), missing.len(), most);
            format!(
                "⛔ Not applied{run}: an acknowledgement is missing in the input `ack`.\n{list}"
            )
        }
        Refusal::Other(why) => format!("⛔ Not applied{run}: {}\n", code(why)),
    }
}

fn failure(failure: &Failure<'_>) -> String {
    let what = step(failure.change);
    format!("{} failed: {}", code(&what), code(failure.why))
}

/// Writes the first items of a list and says how many more there are.
fn listed(items: impl Iterator<Item = String>, total: usize, most: Most) -> String {
    if total == 0 {
        return String::new();
    }
    let mut list = String::from("\n");
    let mut shown = 0;
    for item in items.take(most.items) {
        if list.len() + item.len() > most.bytes {
            break;
        }
        list.push_str("- ");
        list.push_str(&item);
        list.push('\n');
        shown += 1;
    }
    if shown < total {
        // Writing to a String cannot fail.
        let _ = writeln!(list, "- {} more in the job summary", total - shown);
    }
    list
}

/// Writes ` in [run 1](…)`, as far as it is known.
pub(super) fn run_link(links: &Links<'_>) -> String {
    match (links.run, links.repository.and_then(address)) {
        (Some(run), Some(repository)) => {
            format!(" in [run {run}]({repository}/actions/runs/{run})")
        }
        (Some(run), None) => format!(" in run {run}"),
        (None, _) => String::new(),
    }
}

/// Says where the whole plan is.
fn more(links: &Links<'_>) -> String {
    let artifact = links.artifact.map_or(String::new(), |name| {
        format!(", artifact {} (no key values)", code(name))
    });
    if links.run.is_none() && artifact.is_empty() {
        return String::new();
    }
    format!(" · full plan: job summary{artifact}")
}
