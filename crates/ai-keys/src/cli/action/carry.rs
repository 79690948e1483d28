//! Carries out one scope's plan, and shows in its comment how far it is.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::sleep;

use super::super::apply::{Carried, Ready, carry_out_counted};
use super::super::targets::Opened;
use super::Job;
use super::report::Board;
use super::sheet::{Sheet, Stage, Verdict};
use super::unfinished::{Left, Unfinished};
use crate::apply::Outcome;
use crate::exit::ExitCode;
use crate::github::Create;

/// How often the comment shows how far an apply has come.
const SHOW_EVERY: Duration = Duration::from_secs(15);

/// A scope that may be applied, before the first write of any.
pub(super) struct Prepared {
    pub(super) ready: Ready,
    /// Steps of the reviewed plan that are done already.
    pub(super) done_before: usize,
}

/// Carries out what is left of a scope's plan. Returns the account, if anything
/// was left.
pub(super) async fn carry_out_sheet(
    sheet: &mut Sheet,
    prepared: Prepared,
    create: Create,
    board: &mut Option<Board<'_>>,
    job: &Job,
) -> Option<Opened> {
    let Prepared { ready, done_before } = prepared;
    let total = done_before + ready.plan.changes.len();
    if ready.plan.is_empty() {
        // A comment that says "no changes" stays as it is.
        if total > 0 {
            sheet.stage = Stage::Applied { total };
            let name = crate::output::untrusted(&sheet.name()).to_string();
            job.run
                .output
                .print(&format!("{name}: nothing is left to apply\n"));
        }
        return None;
    }
    let counter = Arc::new(AtomicUsize::default());
    let show = async |sheet: &mut Sheet, board: &mut Option<Board<'_>>| {
        let done = done_before + counter.load(Ordering::Relaxed);
        sheet.stage = Stage::Applying { done, total };
        if let Some(board) = board {
            board.show(sheet, create, job).await;
            remember_unfinished(sheet, board, job);
        }
    };
    show(sheet, board).await;
    let work = carry_out_counted(ready, Arc::clone(&counter), &job.run);
    let carried = meanwhile(work, SHOW_EVERY, async || show(sheet, board).await).await;
    sheet.applied = carried.done();
    sheet.remaining = carried.plan.changes.len() - sheet.applied;
    let done = done_before + sheet.applied;
    (sheet.stage, sheet.verdict) = if sheet.remaining == 0 {
        (Stage::Applied { total }, Verdict::DONE)
    } else if job.run.stop.is_requested() {
        let verdict = Verdict {
            code: ExitCode::Interrupted,
            reason: "interrupted",
        };
        (Stage::Interrupted { done, total }, verdict)
    } else {
        let failures = failures(&carried, job);
        let verdict = Verdict {
            code: ExitCode::Incomplete,
            reason: "partial",
        };
        let stage = Stage::Partial {
            done,
            total,
            failures,
        };
        (stage, verdict)
    };
    Some(carried.opened)
}

/// Waits for some work, and does something else every now and then. What that is
/// at when the work ends is waited for: a call that is given up may still arrive
/// after the next one.
async fn meanwhile<T>(
    work: impl Future<Output = T>,
    every: Duration,
    mut tick: impl AsyncFnMut(),
) -> T {
    let (end, mut ended) = oneshot::channel::<()>();
    let work = async {
        let done = work.await;
        drop(end);
        done
    };
    let ticks = async {
        loop {
            tokio::select! {
                _ = &mut ended => break,
                () = sleep(every) => tick().await,
            }
        }
    };
    tokio::join!(work, ticks).0
}

fn failures(carried: &Carried, job: &Job) -> Vec<(ai_keys_core::plan::Change, String)> {
    let outcomes = carried.plan.changes.iter().zip(&carried.outcomes);
    let failed = outcomes.filter_map(|(change, outcome)| match outcome {
        Outcome::Failed(error) => Some((change.clone(), job.run.output.scrub(&error.to_string()))),
        Outcome::Done | Outcome::NotTried => None,
    });
    failed.collect()
}

/// Keeps on disk what a scope's comment shall say if this process is killed.
fn remember_unfinished(sheet: &Sheet, board: &Board<'_>, job: &Job) {
    let Some((comment, body)) = board.killed(sheet, job) else {
        return;
    };
    let mut unfinished = Unfinished::read(&job.request);
    unfinished.comments.retain(|left| left.scope != sheet.id);
    unfinished.comments.push(Left {
        comment,
        scope: sheet.id.clone(),
        body,
    });
    if let Err(error) = unfinished.write(&job.request) {
        job.warn(&format!("a comment may stay at `applying`: {error}"));
    }
}

/// Forgets a scope whose comment says how it ended.
pub(super) fn forget_unfinished(sheet: &Sheet, job: &Job) {
    let mut unfinished = Unfinished::read(&job.request);
    let before = unfinished.comments.len();
    unfinished.comments.retain(|left| left.scope != sheet.id);
    if unfinished.comments.len() < before
        && let Err(error) = unfinished.write(&job.request)
    {
        job.warn(&format!("the list of unfinished comments stays: {error}"));
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use tokio::time::Instant;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn progress_is_shown_now_and_then_and_to_its_end() {
        let seconds = Duration::from_secs;
        let started = Instant::now();
        let shown = RefCell::new(Vec::new());
        let tick = async || {
            sleep(seconds(4)).await;
            shown.borrow_mut().push(started.elapsed().as_secs());
        };
        let work = async {
            sleep(seconds(36)).await;
            "done"
        };
        assert_eq!(meanwhile(work, SHOW_EVERY, tick).await, "done");
        assert_eq!(*shown.borrow(), [19, 38], "the second is not given up");
        assert_eq!(started.elapsed().as_secs(), 38);
    }
}
