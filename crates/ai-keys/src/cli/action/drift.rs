//! `drift`: what differs today though nobody changed a manifest, as one issue for each scope.
//!
//! Drift alone fails no job: it is what the outputs and the issue say. With
//! `fail-on: warning` it does, with the exit code of a check that failed (1).

use ai_keys_core::report::review::{Issue, drift_issue};
use ai_keys_core::report::{UsageQuestion, render_usage_markdown, usage_of_target};

use super::super::RunError;
use super::super::args::{NEAR_PERCENT, UNUSED_DAYS, USAGE_DAYS};
use super::super::targets::Opened;
use super::super::usage::count;
use super::plan::{judge_warnings, plan_sheet};
use super::request::{CommentWhen, FailOn};
use super::sheet::{Sheet, Verdict, read_sheets};
use super::{Job, report};
use crate::exit::ExitCode;
use crate::github::{Drift, Filed, file_drift};
use crate::provider::aws::Observed;

pub(super) async fn run(job: &Job) -> Result<ExitCode, RunError> {
    let mut sheets = read_sheets(&job.request, &job.run)?;
    job.look_ahead(&sheets).await;
    let mut looked = Vec::new();
    for sheet in &mut sheets {
        match plan_sheet(sheet, job).await {
            Ok(found) => looked.push(found),
            Err(error) => {
                sheet.fail(&error, &job.run);
                looked.push(None);
            }
        }
        judge_warnings(sheet, job);
        judge_drift(sheet, job);
    }
    for sheet in &sheets {
        file(sheet, job).await;
    }
    for (sheet, found) in sheets.iter_mut().zip(looked) {
        if let Some((opened, observed)) = found {
            sheet.usage = usage_section(&opened, &observed, job).await;
        }
    }
    Ok(report::finish(&sheets, "", job))
}

/// Returns the section of the summary on who uses the keys: one call for each
/// usage plan with a key of ours. What goes wrong is a warning: the look for
/// drift is done.
async fn usage_section(opened: &Opened, observed: &Observed, job: &Job) -> String {
    let today = job.request.today;
    let from = today.days_before(USAGE_DAYS - 1).unwrap_or(today);
    let question = UsageQuestion {
        target: &opened.desired.target,
        namespace: &opened.desired.namespace,
        with_foreign: false,
        near_percent: NEAR_PERCENT,
        unused_days: UNUSED_DAYS,
    };
    let counted = count(opened.account(), observed, &question, (from, today)).await;
    match counted {
        Ok(counted) => {
            let usage = usage_of_target(&question, &observed.live, &counted);
            format!("\n{}", render_usage_markdown(&usage))
        }
        Err(error) => {
            job.warn(&format!("the summary says nothing of usage: {error}"));
            String::new()
        }
    }
}

fn judge_drift(sheet: &mut Sheet, job: &Job) {
    if job.request.fail_on == FailOn::Warning && sheet.has_changes() {
        let verdict = Verdict {
            code: ExitCode::ManifestErrors,
            reason: "drift",
        };
        sheet.verdict = sheet.verdict.worse(verdict);
    }
}

/// Brings the issue of a scope in step; one that could not be planned keeps the
/// issue that it has. What goes wrong is a warning.
async fn file(sheet: &Sheet, job: &Job) {
    let Some(plan) = &sheet.plan else { return };
    if job.request.comment == CommentWhen::Never {
        return;
    }
    let Some(client) = &job.github else {
        return job.warn("there is no issue on drift: `github-token` is empty");
    };
    let render = |generation: u64| {
        let meta = report::meta(sheet, 0, generation, job);
        let Issue { title, body } =
            drift_issue(&sheet.review(&sheet.stage, &[], &job.request), &meta);
        let scrub = |text: &str| job.run.output.scrub(text);
        Issue {
            title: scrub(&title),
            body: scrub(&body),
        }
    };
    let drift = if plan.is_empty() {
        Drift::Clean
    } else {
        Drift::Found(&render)
    };
    let filed = report::in_time(job, file_drift(client, report::writer(sheet, job), drift));
    let said = match filed.await {
        Some(Ok(filed)) => match filed {
            Filed::Opened(number) => format!("opened issue #{number}"),
            Filed::Reopened(number) => format!("opened issue #{number} again"),
            Filed::Updated(number) => format!("brought issue #{number} up to date"),
            Filed::Unchanged(number) => format!("issue #{number} says so already"),
            Filed::Closed(number) => format!("closed issue #{number}"),
            Filed::Newer(number) => format!("issue #{number} is of a newer run, and stays"),
            Filed::None => return,
        },
        Some(Err(error)) => {
            return job.warn(&format!("the issue on drift is not up to date: {error}"));
        }
        None => return,
    };
    let name = crate::output::untrusted(&sheet.name()).to_string();
    job.run.output.print(&format!("{name}: {said}\n"));
}
