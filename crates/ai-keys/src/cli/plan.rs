//! `ai-keys plan`: what an apply would change. Holds nothing that can write.

use ai_keys_core::date::Date;
use ai_keys_core::plan::Plan as ChangePlan;
use ai_keys_core::report::{JobMatrix, job_matrix, render_plan, render_plan_markdown};
use ai_keys_core::state::LiveState;
use serde::Serialize;

use super::args::{Plan, PlanFormat};
use super::manifest_file::{ManifestFile, read_json, read_manifest, shown, write_whole};
use super::targets::{Looked, Opened, at_once, desired_states, open};
use super::{Run, RunError, paint, validate};
use crate::exit::ExitCode;
use crate::output::Stream;

pub(super) async fn run(args: &Plan, run: &Run) -> Result<ExitCode, RunError> {
    let file = read_manifest(&args.scope.manifest)?;
    let day = validate::day(args.today)?;
    let manifest = validate::require_valid(&file, day, run)?;
    let desired = desired_states(&manifest, &args.scope)?;
    if args.format == PlanFormat::Matrix {
        let matrix = job_matrix(&[(&file.path, &manifest)], &args.scope.targets);
        let (jobs, most) = (matrix.include.len(), JobMatrix::MOST_JOBS);
        if jobs > most {
            return Err(RunError::Usage(format!(
                "GitHub makes at most {most} jobs of a matrix, and these are {jobs}: choose some with --target, or plan all of them in one job, which looks at them at once"
            )));
        }
        let text = serde_json::to_string(&matrix).unwrap_or_default();
        run.output.print(&format!("{text}\n"));
        return Ok(ExitCode::Done);
    }
    if desired.len() != 1 && (args.out.is_some() || args.live.is_some()) {
        let names: Vec<&str> = desired
            .iter()
            .map(|desired| desired.target.as_str())
            .collect();
        return Err(RunError::Usage(format!(
            "--out and --live are for one target: say --target, one of {}",
            names.join(", ")
        )));
    }
    let looked = if let (Some(path), [desired]) = (&args.live, desired.as_slice()) {
        let text = read_json(path)?;
        let live = LiveState::from_json(&text)
            .map_err(|error| RunError::Unfit(format!("{}: {error}", shown(path))))?;
        vec![Ok(Looked::of(desired, &live, day, &file))]
    } else {
        let (opened, _stand) = open(desired, args.scope.sandbox.as_deref(), run).await?;
        at_once(&opened, async |target| look(target, day, &file).await).await
    };
    // In the order of the targets, whichever answered first.
    let mut plans = Vec::new();
    let mut first_error = None;
    for looked in looked {
        match looked?.told(&file, run) {
            Ok(plan) => plans.push(plan),
            Err(error) => first_error = first_error.or(Some(error)),
        }
    }
    if let Some(error) = first_error {
        return Err(error);
    }
    show(&plans, args.format, &file, run);
    if let (Some(path), [plan]) = (&args.out, plans.as_slice()) {
        write_whole(path, &run.output.scrub(&plan.to_json())).map_err(|source| {
            RunError::Write {
                path: shown(path),
                source,
            }
        })?;
        run.output.notice(&format!(
            "plan {} written to {}",
            plan.digest.short(),
            shown(path)
        ));
    }
    let is_pending = plans.iter().any(|plan| !plan.is_empty());
    Ok(if is_pending && args.detailed_exitcode {
        ExitCode::ChangesPending
    } else {
        ExitCode::Done
    })
}

/// Observes and plans a target. What was observed ends with it: the account
/// may hold 10,000 keys, and there may be many targets.
async fn look(target: &Opened, day: Date, file: &ManifestFile) -> Result<Looked, RunError> {
    let observed = target.observe().await?;
    let mut looked = Looked::of(&target.desired, &observed.live, day, file);
    looked.note_traffic(target, &observed).await?;
    Ok(looked)
}

/// The JSON form of a run over all targets.
#[derive(Serialize)]
struct Plans<'p> {
    format: u32,
    plans: &'p [ChangePlan],
}

fn show(plans: &[ChangePlan], format: PlanFormat, file: &ManifestFile, run: &Run) {
    if format == PlanFormat::Json {
        let plans = Plans {
            format: ai_keys_core::plan::PLAN_FORMAT,
            plans,
        };
        let text = serde_json::to_string_pretty(&plans).unwrap_or_default();
        run.output.print(&format!("{text}\n"));
        return;
    }
    for (number, plan) in plans.iter().enumerate() {
        if number > 0 {
            run.output.print("\n");
        }
        let text = match format {
            PlanFormat::Markdown => render_plan_markdown(plan, &file.path),
            PlanFormat::Human | PlanFormat::Json | PlanFormat::Matrix => {
                human(plan, &file.path, run)
            }
        };
        run.output.print(&text);
    }
}

/// Renders a plan for standard output.
pub(super) fn human(plan: &ChangePlan, path: &str, run: &Run) -> String {
    let terminal = run.output.terminal(Stream::Out);
    render_plan(plan, path, &|tone, text| paint(terminal, tone, text))
}
