//! `ai-keys plan`: what an apply would change. Holds nothing that can write.

use ai_keys_core::date::Date;
use ai_keys_core::plan::Plan as ChangePlan;
use ai_keys_core::report::{Tone, render_plan, render_plan_markdown};
use ai_keys_core::state::{DesiredState, LiveState};
use serde::Serialize;

use super::args::{Plan, PlanFormat};
use super::manifest_file::{ManifestFile, read_json, shown, write_whole};
use super::manifests::Manifests;
use super::several::Several;
use super::targets::{Looked, Opened, at_once, open};
use super::{Run, RunError, job_matrix, paint, validate};
use crate::exit::ExitCode;
use crate::output::Stream;

pub(super) async fn run(args: &Plan, run: &Run) -> Result<ExitCode, RunError> {
    let day = validate::day(args.today)?;
    let manifests = Manifests::read(&args.manifests, day, run)?;
    let chosen = &args.place.targets;
    let desired = manifests.desired(chosen)?;
    if args.format == PlanFormat::Matrix {
        job_matrix::print(&manifests, chosen, run)?;
        return Ok(ExitCode::Done);
    }
    if args.out.is_some() || args.live.is_some() {
        require_one(&manifests, &desired)?;
    }
    let has_many = manifests.len() > 1;
    let named = |(file, desired): &(_, DesiredState)| (*file, desired.target.clone());
    let scopes: Vec<(&ManifestFile, String)> = desired.iter().map(named).collect();
    let looked = look_at(desired, args, day, run).await?;
    // In the order of the manifests and their targets, whichever answered first.
    let has_several = scopes.len() > 1;
    let mut plans = Vec::new();
    let mut wrong = Several::default();
    for ((file, name), looked) in scopes.into_iter().zip(looked) {
        match looked.map(|looked| looked.told(file, run)) {
            Ok(Ok(plan)) => plans.push(Shown { file, plan }),
            Err(error) if has_several => wrong.add_at(format!("{} [{name}]", file.path), error),
            // What an account does not allow says by itself where it is.
            Ok(Err(error)) | Err(error) => wrong.add(error),
        }
    }
    wrong.end(run)?;
    show(&plans, args.format, has_many, run);
    if let (Some(path), [Shown { plan, .. }]) = (&args.out, plans.as_slice()) {
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
    let is_pending = plans.iter().any(|shown| !shown.plan.is_empty());
    Ok(if is_pending && args.detailed_exitcode {
        ExitCode::ChangesPending
    } else {
        ExitCode::Done
    })
}

/// Plans all targets, against their accounts or a snapshot in place of the only one's.
async fn look_at(
    desired: Vec<(&ManifestFile, DesiredState)>,
    args: &Plan,
    day: Date,
    run: &Run,
) -> Result<Vec<Result<Looked, RunError>>, RunError> {
    if let (Some(path), [(file, desired)]) = (&args.live, desired.as_slice()) {
        let text = read_json(path)?;
        let live = LiveState::from_json(&text)
            .map_err(|error| RunError::Unfit(format!("{}: {error}", shown(path))))?;
        return Ok(vec![Ok(Looked::of(desired, &live, day, file))]);
    }
    let (files, desired): (Vec<_>, Vec<_>) = desired.into_iter().unzip();
    let (opened, _stand) = open(desired, args.place.sandbox.as_deref(), run).await?;
    let scopes: Vec<(&ManifestFile, Opened)> = files.into_iter().zip(opened).collect();
    let looked = at_once(&scopes, async |(file, target)| {
        look(target, day, file).await
    });
    Ok(looked.await)
}

/// Refuses what is for one plan where there are several.
fn require_one(
    manifests: &Manifests,
    desired: &[(&ManifestFile, DesiredState)],
) -> Result<(), RunError> {
    if manifests.len() > 1 {
        return Err(RunError::Usage(format!(
            "--out and --live are for one manifest and one target, and these are {} manifests: run `ai-keys plan` for each target of each",
            manifests.len()
        )));
    }
    if desired.len() == 1 {
        return Ok(());
    }
    let names = desired.iter().map(|(_, desired)| desired.target.as_str());
    let names: Vec<&str> = names.collect();
    Err(RunError::Usage(format!(
        "--out and --live are for one target: say --target, one of {}",
        names.join(", ")
    )))
}

/// Observes and plans a target. What was observed ends with it: the account
/// may hold 10,000 keys, and there may be many targets.
async fn look(target: &Opened, day: Date, file: &ManifestFile) -> Result<Looked, RunError> {
    let observed = target.observe().await?;
    let mut looked = Looked::of(&target.desired, &observed.live, day, file);
    looked.note_traffic(target, &observed).await?;
    Ok(looked)
}

/// A plan, and the manifest that it is of.
struct Shown<'f> {
    file: &'f ManifestFile,
    plan: ChangePlan,
}

/// The JSON form of a run over all targets.
#[derive(Serialize)]
struct Document<'p> {
    format: u32,
    /// The path of the manifest that each plan is of.
    manifests: Vec<&'p str>,
    plans: Vec<&'p ChangePlan>,
}

fn show(plans: &[Shown<'_>], format: PlanFormat, has_many: bool, run: &Run) {
    if format == PlanFormat::Json {
        let document = Document {
            format: ai_keys_core::plan::PLAN_FORMAT,
            manifests: plans.iter().map(|one| one.file.path.as_str()).collect(),
            plans: plans.iter().map(|one| &one.plan).collect(),
        };
        let text = serde_json::to_string_pretty(&document).unwrap_or_default();
        run.output.print(&format!("{text}\n"));
        return;
    }
    let mut before = None;
    for (number, Shown { file, plan }) in plans.iter().enumerate() {
        if number > 0 {
            run.output.print("\n");
        }
        let text = match format {
            PlanFormat::Markdown => render_plan_markdown(plan, &file.path),
            PlanFormat::Human | PlanFormat::Json | PlanFormat::Matrix => {
                // A plan without changes would not say what it is of.
                if has_many && before.replace(&file.path) != Some(&file.path) {
                    let terminal = run.output.terminal(Stream::Out);
                    let heading = paint(terminal, Tone::Strong, &file.path);
                    run.output.print(&format!("{heading}\n"));
                }
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
