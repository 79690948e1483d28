//! Carries out a plan: phase by phase, what is independent at once, and goes on
//! past what fails.
//!
//! INVARIANT: decides nothing that the plan did not show.

use std::collections::BTreeSet;
use std::sync::Arc;

use ai_keys_core::plan::order::Phase;
use ai_keys_core::plan::{Change, Plan, Step, Subject};
use tokio::task::JoinSet;

use crate::output::Progress;
use crate::provider::ErrorKind;
use crate::provider::aws::{Hands, StepError};
use crate::signal::Stop;

/// What became of a change.
#[derive(Debug)]
pub enum Outcome {
    /// It is carried out.
    Done,
    /// It is not, or may not be, and why.
    Failed(StepError),
    /// It was not tried: the run was stopped, or could not go on.
    NotTried,
}

/// Changes that are in flight at once; the scheduler keeps to the budgets.
const AT_ONCE: usize = 16;

/// Carries out a plan and returns what became of each change, in its order.
///
/// A change that fails does not stop the others, unless the credentials
/// themselves were refused.
pub async fn apply(
    plan: &Plan,
    hands: Arc<Hands>,
    stop: &Stop,
    progress: &mut Progress,
) -> Vec<Outcome> {
    let mut outcomes: Vec<Outcome> = plan.changes.iter().map(|_| Outcome::NotTried).collect();
    let changes: Vec<(usize, &Change)> = plan.changes.iter().enumerate().collect();
    for phase in changes.chunk_by(|(_, a), (_, b)| a.phase() == b.phase()) {
        let at_once = match phase.first().map(|(_, change)| change.phase()) {
            // One association at a time, and a key leaves before it joins.
            Some(Phase::Attach) => 1,
            _ => AT_ONCE,
        };
        let untagged = untagged(plan, &outcomes);
        let undone = undone(plan, &outcomes, phase);
        let phase: Vec<(usize, &Change)> = phase
            .iter()
            .copied()
            .filter(|(_, change)| !rests_on_tags(change, &untagged))
            .filter(|(_, change)| !rests_on_undone(change, &undone))
            .collect();
        let is_filed = phase.iter().any(|(_, change)| change.import.is_some());
        let can_go_on = if is_filed {
            carry_out_files(&phase, &hands, stop, progress, &mut outcomes).await
        } else {
            let strands = strands(&phase);
            carry_out_strands(strands, at_once, &hands, stop, progress, &mut outcomes).await
        };
        if !can_go_on {
            break;
        }
    }
    outcomes
}

/// Sends the files of a phase. Returns whether the next one may be tried.
async fn carry_out_files(
    phase: &[(usize, &Change)],
    hands: &Hands,
    stop: &Stop,
    progress: &mut Progress,
    outcomes: &mut [Outcome],
) -> bool {
    let changes: Vec<&Change> = phase.iter().map(|(_, change)| *change).collect();
    // On the heap: it is large.
    let results = Box::pin(hands.carry_out_files(&changes, progress)).await;
    let can_go_on = !results.iter().any(|r| r.as_ref().is_err_and(is_fatal));
    for ((at, _), result) in phase.iter().zip(results) {
        if let Some(outcome) = outcomes.get_mut(*at) {
            *outcome = result.into();
        }
    }
    can_go_on && !stop.is_requested()
}

impl From<Result<(), StepError>> for Outcome {
    fn from(result: Result<(), StepError>) -> Self {
        match result {
            Ok(()) => Self::Done,
            Err(StepError::Stopped) => Self::NotTried,
            Err(StepError::Provider(error)) if error.kind() == ErrorKind::Interrupted => {
                Self::NotTried
            }
            Err(error) => Self::Failed(error),
        }
    }
}

/// Steps that are carried out one after the other, and where they stand in the plan.
type Strand = Vec<(usize, Step)>;

/// Returns the strands of a phase, which do not depend on each other: a key is
/// made and then joins its usage plans, while others are made.
fn strands(phase: &[(usize, &Change)]) -> Vec<Strand> {
    let belongs = |a: &Change, b: &Change| a.phase() == Phase::CreateKeys && a.subject == b.subject;
    phase
        .chunk_by(|(_, a), (_, b)| belongs(a, b))
        .map(|changes| {
            let steps = changes.iter();
            steps
                .map(|(at, change)| (*at, change.step.clone()))
                .collect()
        })
        .collect()
}

/// Returns whether the next phase may be tried.
async fn carry_out_strands(
    strands: Vec<Strand>,
    at_once: usize,
    hands: &Arc<Hands>,
    stop: &Stop,
    progress: &mut Progress,
    outcomes: &mut [Outcome],
) -> bool {
    let mut waiting = strands.into_iter();
    let mut in_flight = JoinSet::new();
    let mut can_go_on = true;
    loop {
        while can_go_on && !stop.is_requested() && in_flight.len() < at_once {
            let Some(strand) = waiting.next() else {
                break;
            };
            in_flight.spawn(carry_out_strand(strand, Arc::clone(hands)));
        }
        let Some(joined) = in_flight.join_next().await else {
            break;
        };
        // A task that panicked stays "not tried": the next run looks it up.
        let Ok(results) = joined else { continue };
        for (at, result) in results {
            can_go_on &= !result.as_ref().is_err_and(is_fatal);
            progress.advance(1);
            if let Some(outcome) = outcomes.get_mut(at) {
                *outcome = result.into();
            }
        }
    }
    can_go_on && !stop.is_requested()
}

/// Carries out one step after the other, past what fails, up to where nothing
/// further can succeed.
async fn carry_out_strand(
    strand: Strand,
    hands: Arc<Hands>,
) -> Vec<(usize, Result<(), StepError>)> {
    let mut results = Vec::new();
    for (at, step) in strand {
        let result = hands.carry_out(&step).await;
        let is_over = result.as_ref().is_err_and(is_fatal);
        results.push((at, result));
        if is_over {
            break;
        }
    }
    results
}

/// Returns the keys whose tags could not be set or removed.
fn untagged<'p>(plan: &'p Plan, outcomes: &[Outcome]) -> Vec<&'p Subject> {
    let failed = plan
        .changes
        .iter()
        .zip(outcomes)
        .filter(|(change, outcome)| {
            matches!(change.step, Step::TagKey { .. }) && matches!(outcome, Outcome::Failed(_))
        });
    failed.map(|(change, _)| &change.subject).collect()
}

/// Returns whether a change would write into the marker which tags are ours,
/// before they are so: then a later run would not know. What turns callers
/// away is not put off for it.
fn rests_on_tags(change: &Change, untagged: &[&Subject]) -> bool {
    change.phase() == Phase::UpdateKeys && untagged.contains(&&change.subject)
}

/// Returns the keys of which an earlier phase left something undone, if this is
/// a phase that rests on it: a value is delivered once its key is where it
/// belongs, and the value before it gets its last day once it is delivered.
fn undone<'p>(
    plan: &'p Plan,
    outcomes: &[Outcome],
    phase: &[(usize, &Change)],
) -> BTreeSet<&'p str> {
    let now = phase.first().map(|(_, change)| change.phase());
    if !matches!(now, Some(Phase::Deliver | Phase::CutOver)) {
        return BTreeSet::new();
    }
    let changes = plan.changes.iter().zip(outcomes);
    changes
        .filter(|(change, outcome)| {
            matches!(
                change.step,
                Step::CreateKey { .. } | Step::Attach { .. } | Step::Deliver { .. }
            ) && Some(change.phase()) < now
                && !matches!(outcome, Outcome::Done)
        })
        .map(|(change, _)| change.subject.name.as_str())
        .collect()
}

fn rests_on_undone(change: &Change, undone: &BTreeSet<&str>) -> bool {
    undone.contains(change.subject.name.as_str())
}

/// Returns whether nothing further can succeed.
fn is_fatal(error: &StepError) -> bool {
    match error {
        StepError::Provider(error) => error.kind().ends_all(),
        StepError::Unverified(error) => error.kind().ends_all(),
        StepError::Randomness(_) => true,
        StepError::Sink(error) => error.provider().is_some_and(|e| e.kind().ends_all()),
        StepError::Unmade(_)
        | StepError::NotReady(_)
        | StepError::LeftOut(_)
        | StepError::MadeOtherwise
        | StepError::Stopped => false,
    }
}

/// Returns the keys that this run left on no usage plan: they were taken off
/// one and could not join the next, so their callers are answered 403.
#[must_use]
pub fn stranded<'p>(plan: &'p Plan, outcomes: &[Outcome]) -> Vec<&'p str> {
    let changes = || plan.changes.iter().zip(outcomes);
    let left = changes().filter_map(|(change, outcome)| match (&change.step, outcome) {
        (Step::Detach { key, .. }, Outcome::Done) if change.phase() == Phase::Attach => Some(key),
        _ => None,
    });
    left.filter(|key| {
        changes().any(|(change, outcome)| {
            let joins = matches!(&change.step, Step::Attach { key: joined, .. } if joined == *key);
            joins && !matches!(outcome, Outcome::Done)
        })
    })
    .map(|key| key.name.as_str())
    .collect()
}
