//! `apply`: carries out what was reviewed, all guards first, and says so in the pull request.

use ai_keys_core::plan::{Plan, check_reviewed};

use super::super::apply::{Carried, Ready, carry_out, check_age, unacknowledged};
use super::super::targets::Opened;
use super::super::{RunError, today};
use super::report::{self, Board};
use super::reviewed::{self, ForSheet, NotAsked, Reviewed};
use super::sheet::{Sheet, Stage, Verdict, read_sheets};
use super::unfinished::{Left, Unfinished};
use super::{Job, plan::judge_warnings};
use crate::apply::Outcome;
use crate::exit::ExitCode;
use crate::github::Create;
use crate::provider::aws::Observed;

/// What is said of a scope that is left alone because of another.
const OTHERS: &str = "nothing is applied anywhere, because another scope was refused or has errors";

/// A scope that may be applied, before the first write of any.
struct Prepared {
    ready: Ready,
    /// Steps of the reviewed plan that are done already.
    done_before: usize,
}

pub(super) async fn run(job: &Job) -> Result<ExitCode, RunError> {
    let mut sheets = read_sheets(&job.request, &job.run)?;
    for sheet in &mut sheets {
        judge_warnings(sheet, job);
    }
    if is_refused(&sheets) {
        report::annotate(&sheets, job);
        return Ok(report::finish(&sheets, job));
    }
    let reviewed = match reviewed::find(job).await {
        Ok(reviewed) => reviewed,
        Err(error) => {
            for sheet in &mut sheets {
                sheet.fail(&error, &job.run);
                if sheet.verdict.code == ExitCode::Unreachable {
                    sheet.verdict.reason = "github";
                }
            }
            return Ok(report::finish(&sheets, job));
        }
    };
    let mut prepared = Vec::new();
    for sheet in &mut sheets {
        let found = prepare(sheet, &reviewed, job).await;
        prepared.push(found.unwrap_or_else(|error| {
            sheet.fail(&error, &job.run);
            None
        }));
    }
    report::annotate(&sheets, job);
    let is_refused = is_refused(&sheets);
    let mut board = Board::open(reviewed.pull_request(), job).await;
    for (sheet, prepared) in sheets.iter_mut().zip(prepared) {
        match prepared {
            Some(prepared) if is_refused => leave_alone(sheet, &prepared),
            Some(prepared) => carry_out_sheet(sheet, prepared, &mut board, job).await,
            None => {}
        }
        if let Some(board) = &mut board
            && board.show(sheet, Create::UnlessClosed, job).await
        {
            forget_unfinished(sheet, job);
        }
    }
    let note = match reviewed {
        Reviewed::NotAsked(NotAsked::DirectPush) => {
            "> This commit was not reviewed in a pull request.\n\n"
        }
        Reviewed::NotAsked(NotAsked::Event) | Reviewed::Given(_) | Reviewed::PullRequest(..) => "",
    };
    report::summarise(&sheets, note, job);
    report::write_outputs(&sheets, job);
    Ok(Job::verdict(&sheets).code)
}

fn is_refused(sheets: &[Sheet]) -> bool {
    let mut verdicts = sheets.iter().map(|sheet| sheet.verdict);
    verdicts.any(|verdict| verdict != Verdict::DONE)
}

fn leave_alone(sheet: &mut Sheet, prepared: &Prepared) {
    sheet.remaining = prepared.ready.plan.changes.len();
    if sheet.remaining > 0 {
        sheet.stage = Stage::Refused(OTHERS.to_owned());
        sheet.verdict = Verdict {
            code: ExitCode::Refused,
            reason: "guard",
        };
    }
}

/// Looks at one scope and lets every guard speak. Returns what may be carried
/// out; nothing if there is a verdict already.
async fn prepare(
    sheet: &mut Sheet,
    reviewed: &Reviewed,
    job: &Job,
) -> Result<Option<Prepared>, RunError> {
    let found = reviewed.for_sheet(sheet)?;
    if let ForSheet::Plan(plan) = &found {
        sheet.plan = Some((**plan).clone());
    }
    let Some(opened) = job.open(sheet).await? else {
        return Ok(None);
    };
    let observed = opened.observe().await?;
    // A reviewed plan is planned again for its own day: what fell due since is
    // left to the next run.
    let day = match &found {
        ForSheet::Plan(plan) => plan.today,
        ForSheet::Missing | ForSheet::NotAsked => job.request.today,
    };
    let Some(fresh) = sheet.plan(&observed, day, &job.run) else {
        return Ok(None);
    };
    sheet.remaining = fresh.changes.len();
    match found {
        ForSheet::Plan(plan) => prepare_reviewed(sheet, &plan, fresh, opened, observed, job),
        ForSheet::Missing if !fresh.is_empty() => {
            let why = format!(
                "no plan of the pull request was found for {}: this workflow must have planned its last commit and uploaded {}",
                sheet.name(),
                crate::github::ARTIFACT
            );
            job.run.output.error(&format!(
                "error: {why}; start it by hand with `command: apply`, or open another pull request"
            ));
            sheet.stage = Stage::Refused(why);
            sheet.verdict = refused("plan-missing");
            sheet.plan = Some(fresh);
            Ok(None)
        }
        ForSheet::Missing | ForSheet::NotAsked => {
            let missing = unacknowledged(&fresh, None, &job.request.acknowledged);
            sheet.plan = Some(fresh.clone());
            Ok(acknowledged(sheet, missing, job).then_some(Prepared {
                ready: Ready {
                    plan: fresh,
                    opened,
                    observed,
                },
                done_before: 0,
            }))
        }
    }
}

fn prepare_reviewed(
    sheet: &mut Sheet,
    reviewed: &Plan,
    fresh: Plan,
    opened: Opened,
    observed: Observed,
    job: &Job,
) -> Result<Option<Prepared>, RunError> {
    let today = job.request.event.today.map_or_else(today, Ok)?;
    if let Some(desired) = &sheet.desired {
        check_age(reviewed, desired, today)?;
    }
    let missing = unacknowledged(&fresh, Some(reviewed), &job.request.acknowledged);
    if let Err(stale) = check_reviewed(reviewed, &fresh, &observed.live) {
        super::super::apply::tell_stale(&stale, &job.run);
        sheet.stage = Stage::Stale(Box::new(stale));
        sheet.verdict = refused("plan-changed");
        return Ok(None);
    }
    let done_before = reviewed.changes.len().saturating_sub(fresh.changes.len());
    Ok(acknowledged(sheet, missing, job).then_some(Prepared {
        ready: Ready {
            plan: fresh,
            opened,
            observed,
        },
        done_before,
    }))
}

fn refused(reason: &'static str) -> Verdict {
    Verdict {
        code: ExitCode::Refused,
        reason,
    }
}

/// Returns whether no acknowledgement is missing; else that is the verdict.
fn acknowledged(sheet: &mut Sheet, missing: Vec<String>, job: &Job) -> bool {
    let Some(first) = missing.first() else {
        return true;
    };
    job.run.output.error(&format!(
        "error: {}: {} change(s) need an acknowledgement in the input `ack`, such as {first}",
        sheet.name(),
        missing.len()
    ));
    sheet.stage = Stage::Unacknowledged(missing);
    sheet.verdict = refused("guard");
    false
}

/// Carries out what is left of a scope's plan.
async fn carry_out_sheet(
    sheet: &mut Sheet,
    prepared: Prepared,
    board: &mut Option<Board<'_>>,
    job: &Job,
) {
    let Prepared { ready, done_before } = prepared;
    let total = done_before + ready.plan.changes.len();
    if ready.plan.is_empty() {
        // A comment that says "no changes" stays as it is.
        if total > 0 {
            sheet.stage = Stage::Applied { total };
        }
        job.run
            .output
            .print(&format!("{}: nothing is left to apply\n", sheet.name()));
        return;
    }
    sheet.stage = Stage::Applying { total };
    if let Some(board) = board {
        board.show(sheet, Create::UnlessClosed, job).await;
        remember_unfinished(sheet, board, job);
    }
    let carried = carry_out(ready, &job.run).await;
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
    if !job.run.stop.is_requested() {
        // For the handles of what was made; without them the outputs say less.
        if let Ok(observed) = carried.opened.observe().await {
            sheet.live = Some(observed.live);
        }
    }
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
fn forget_unfinished(sheet: &Sheet, job: &Job) {
    let mut unfinished = Unfinished::read(&job.request);
    let before = unfinished.comments.len();
    unfinished.comments.retain(|left| left.scope != sheet.id);
    if unfinished.comments.len() < before
        && let Err(error) = unfinished.write(&job.request)
    {
        job.warn(&format!("the list of unfinished comments stays: {error}"));
    }
}
