//! `apply`: carries out what was reviewed, all guards first, and says so in the pull request.

use ai_keys_core::diagnostic::Severity;

use super::super::RunError;
use super::super::apply::{Ready, unacknowledged};
use super::super::targets::Opened;
use super::carry::{Prepared, carry_out_sheet, forget_unfinished};
use super::fit::{self, Fit, Fits};
use super::report::{self, Board};
use super::reviewed::{self, Basis, ForSheet, Reviewed};
use super::sheet::{Sheet, Stage, Verdict, read_sheets};
use super::{Job, plan::judge_warnings};
use crate::exit::ExitCode;
use crate::github::Create;
use crate::provider::aws::Observed;

/// What is said of a scope that is left alone because of another.
const OTHERS: &str = "nothing is applied anywhere, because another scope was refused or has errors";

pub(super) async fn run(job: &Job) -> Result<ExitCode, RunError> {
    let mut sheets = read_sheets(&job.request, &job.run)?;
    // First of all, because whatever is wrong is to be said in the pull request.
    let reviewed = reviewed::find(&sheets, job).await;
    let mut prepared = prepare_all(&mut sheets, &reviewed, job).await;
    if let Some(cause) = refusal(&sheets) {
        for (sheet, prepared) in sheets.iter_mut().zip(&mut prepared) {
            leave_alone(sheet, prepared.take(), cause);
        }
    }
    let mut board = Board::open(reviewed.pull_request, job).await;
    let mut written = Vec::new();
    for (at, (sheet, prepared)) in sheets.iter_mut().zip(prepared).enumerate() {
        let create = create(sheet, &reviewed);
        if let Some(prepared) = prepared {
            let opened = carry_out_sheet(sheet, prepared, create, &mut board, job).await;
            written.extend(opened.map(|opened| (at, opened)));
        }
        if let Some(board) = &mut board
            && board.show(sheet, create, job).await
        {
            forget_unfinished(sheet, job);
        }
    }
    if !job.run.stop.is_requested() {
        look_again(&mut sheets, &written).await;
    }
    let note = match reviewed.basis {
        Ok(Basis::DirectPush) => "> This commit was not reviewed in a pull request.\n\n",
        Ok(_) | Err(_) => "",
    };
    Ok(report::finish(&sheets, note, job))
}

/// Reads the handles of what was made; without them the outputs say less. Only
/// at the end of all: scopes of one account share the look.
async fn look_again(sheets: &mut [Sheet], written: &[(usize, Opened)]) {
    for (at, opened) in written {
        if let Ok(observed) = opened.observe().await
            && let Some(sheet) = sheets.get_mut(*at)
        {
            sheet.live = Some(observed.live);
        }
    }
}

/// Lets every guard of every scope speak. Returns what may be carried out; with
/// nothing for a scope that has a verdict already.
async fn prepare_all(
    sheets: &mut [Sheet],
    reviewed: &Reviewed,
    job: &Job,
) -> Vec<Option<Prepared>> {
    for sheet in sheets.iter_mut() {
        judge(sheet, reviewed, job);
    }
    // The accounts are not asked if nothing is applied anyway.
    let is_refused = refusal(sheets).is_some();
    if reviewed.basis.is_ok() && !is_refused {
        job.look_ahead(sheets).await;
    }
    let mut all = Vec::new();
    for sheet in sheets {
        let prepared = match &reviewed.basis {
            Ok(basis) if !is_refused => prepare(sheet, basis, job).await,
            Ok(_) | Err(_) => Ok(None),
        };
        all.push(prepared.unwrap_or_else(|error| {
            sheet.fail(&error, &job.run);
            None
        }));
    }
    all
}

/// Judges a scope by its manifest, and by what GitHub says of the review.
fn judge(sheet: &mut Sheet, reviewed: &Reviewed, job: &Job) {
    judge_warnings(sheet, job);
    match &reviewed.basis {
        Ok(basis) => {
            let plans = basis.for_sheet(sheet).plans;
            sheet.plan = plans.into_iter().find_map(Result::ok);
        }
        Err(error) if sheet.verdict == Verdict::DONE => {
            sheet.fail(error, &job.run);
            if sheet.verdict.code == ExitCode::Unreachable {
                sheet.verdict.reason = "github";
            }
        }
        Err(_) => {}
    }
    if sheet.verdict.code == ExitCode::ManifestErrors && matches!(sheet.stage, Stage::Planned) {
        let why = if sheet.has(Severity::Error) {
            "the manifest has errors"
        } else {
            "the manifest has warnings, and `fail-on` is `warning`"
        };
        sheet.refuse(sheet.verdict, why, &job.run);
    }
}

/// Returns the worst verdict, if any scope has one.
fn refusal(sheets: &[Sheet]) -> Option<Verdict> {
    let worst = Job::verdict(sheets);
    (worst != Verdict::DONE).then_some(worst)
}

/// Leaves a scope alone because of another, whose verdict it shares.
fn leave_alone(sheet: &mut Sheet, prepared: Option<Prepared>, cause: Verdict) {
    if sheet.verdict != Verdict::DONE {
        return;
    }
    let reviewed = sheet.plan.as_ref().map_or(0, |plan| plan.changes.len());
    sheet.remaining = prepared.map_or(reviewed, |prepared| prepared.ready.plan.changes.len());
    if sheet.remaining > 0 {
        sheet.stage = Stage::Refused(OTHERS.to_owned());
        sheet.verdict = cause;
    }
}

/// Returns whether a comment may be made for a scope. An apply by hand only
/// brings up to date what is there.
fn create(sheet: &Sheet, reviewed: &Reviewed) -> Create {
    match reviewed.basis {
        Ok(Basis::ByHand(_)) => Create::Never,
        Ok(_) | Err(_) => super::plan::create(Create::UnlessClosed, sheet),
    }
}

/// Looks at one scope and lets every guard speak. Returns what may be carried
/// out; nothing if there is a verdict already.
async fn prepare(
    sheet: &mut Sheet,
    basis: &Basis,
    job: &Job,
) -> Result<Option<Prepared>, RunError> {
    let Some(opened) = job.open(sheet).await? else {
        return Ok(None);
    };
    let observed = opened.observe().await?;
    let ForSheet { plans, is_binding } = basis.for_sheet(sheet);
    let is_missing = is_binding && plans.is_empty();
    match fit::best(plans, sheet, &observed, job) {
        Fits::Best(best) if is_binding || !best.left.plan.is_empty() => {
            return Ok(take(sheet, *best, opened, observed, job));
        }
        Fits::None(misfit) if is_binding => {
            sheet.live = Some(observed.live);
            misfit.tell(sheet, job);
            return Ok(None);
        }
        Fits::None(_) => job.run.output.print(&format!(
            "{}: what was reviewed does not fit any more, and a plan is made anew\n",
            crate::output::untrusted(&sheet.name())
        )),
        Fits::Best(_) | Fits::NotReviewed => {}
    }
    let Some(planned) = sheet.planned(&observed, job.request.today) else {
        return Ok(None);
    };
    let Some(fresh) = sheet.note(&observed, planned, &job.run) else {
        return Ok(None);
    };
    sheet.remaining = fresh.changes.len();
    sheet.plan = Some(fresh.clone());
    if is_missing && !fresh.is_empty() {
        let why = basis.why_missing(sheet);
        job.run.output.error(&format!(
            "error: {why}; start it by hand with `command: apply`, or open another pull request"
        ));
        sheet.stage = Stage::Refused(why);
        sheet.verdict = refused("plan-missing");
        return Ok(None);
    }
    let missing = unacknowledged(&fresh, None, &job.request.acknowledged);
    Ok(acknowledged(sheet, missing, job).then_some(Prepared {
        ready: Ready {
            plan: fresh,
            opened,
            observed,
        },
        done_before: 0,
    }))
}

/// Takes what is left of a reviewed plan for what is carried out.
fn take(
    sheet: &mut Sheet,
    fit: Fit,
    opened: Opened,
    observed: Observed,
    job: &Job,
) -> Option<Prepared> {
    let Fit {
        reviewed,
        left,
        missing,
    } = fit;
    let plan = sheet.note(&observed, left, &job.run)?;
    sheet.remaining = plan.changes.len();
    let done_before = reviewed.changes.len().saturating_sub(plan.changes.len());
    job.run.output.print(&format!(
        "{}: what was reviewed is applied (plan {})\n",
        crate::output::untrusted(&sheet.name()),
        reviewed.digest.short()
    ));
    sheet.plan = Some(reviewed);
    acknowledged(sheet, missing, job).then_some(Prepared {
        ready: Ready {
            plan,
            opened,
            observed,
        },
        done_before,
    })
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
