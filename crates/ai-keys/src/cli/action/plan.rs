//! `plan`: what a merge would change, at every line that changes it.

use ai_keys_core::diagnostic::Severity;

use super::super::RunError;
use super::super::manifest_file::{shown, write_whole};
use super::super::targets::{Opened, note_traffic};
use super::request::FailOn;
use super::sheet::{Sheet, Verdict, read_sheets};
use super::{Job, report};
use crate::exit::ExitCode;
use crate::github::{Create, plan_file_name};
use crate::provider::aws::Observed;

pub(super) async fn run(job: &Job) -> Result<ExitCode, RunError> {
    let mut sheets = read_sheets(&job.request, &job.run)?;
    job.look_ahead(&sheets).await;
    for sheet in &mut sheets {
        if let Err(error) = plan_sheet(sheet, job).await {
            sheet.fail(&error, &job.run);
        }
        judge_warnings(sheet, job);
    }
    let create = report::create_when(&job.request);
    report::comment(&mut sheets, job.request.event.pull_request, create, job).await;
    Ok(report::finish(&sheets, "", job))
}

/// Observes and plans one scope, unless its manifest has errors. Returns what
/// it was planned from.
pub(super) async fn plan_sheet(
    sheet: &mut Sheet,
    job: &Job,
) -> Result<Option<(Opened, Observed)>, RunError> {
    let Some(opened) = job.open(sheet).await? else {
        return Ok(None);
    };
    let observed = opened.observe().await?;
    let Some(planned) = sheet.planned(&observed, job.request.today) else {
        return Ok(None);
    };
    let Some(mut plan) = sheet.note(&observed, planned, &job.run) else {
        return Ok(None);
    };
    let traffic = note_traffic(&opened, &observed, &mut plan).await?;
    sheet.diagnostics.extend(traffic.told(&job.run));
    sheet.diagnostics.sort();
    let path = job.request.folder().join(plan_file_name(&sheet.id));
    let text = job.run.output.scrub(&plan.to_json());
    write_whole(&path, &text).map_err(|source| RunError::Write {
        path: shown(&path),
        source,
    })?;
    sheet.plan_file = Some(path.to_string_lossy().into_owned());
    sheet.remaining = plan.changes.len();
    sheet.plan = Some(plan);
    Ok(Some((opened, observed)))
}

/// Fails a scope with warnings where they are asked to count.
pub(super) fn judge_warnings(sheet: &mut Sheet, job: &Job) {
    if job.request.fail_on == FailOn::Warning && sheet.has(Severity::Warning) {
        let verdict = Verdict {
            code: ExitCode::ManifestErrors,
            reason: "validate",
        };
        sheet.verdict = sheet.verdict.worse(verdict);
    }
}

/// Returns whether a comment may be made for a scope.
pub(super) fn create(create: Create, sheet: &Sheet) -> Create {
    // No change and no mistake: whoever has no comment needs none.
    if sheet.has_changes() || sheet.verdict.code != ExitCode::Done {
        create
    } else {
        Create::Never
    }
}
