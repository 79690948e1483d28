//! `ai-keys apply`: all guards first, then the plan, change by change.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::time::{Duration, Instant};

use ai_keys_core::plan::{Plan, Stale, Unfit, check_age, check_reviewed, read_plan};
use ai_keys_core::state::{DesiredState, RotateNow};

use super::args::Apply;
use super::confirm::confirm;
use super::manifest_file::{ManifestFile, read_json, read_manifest, shown};
use super::plan::human;
use super::targets::{Looked, Opened, at_once, desired_states, open};
use super::{ERROR, Run, RunError, validate};
use crate::apply::{Outcome, apply, stranded};
use crate::exit::ExitCode;
use crate::output::{Stream, untrusted};
use crate::provider::aws::{Hands, Observed};

/// Failures of one kind for one reason that are told one by one.
const SHOWN_OF_SAME: usize = 3;

/// A target with its plan, before the first write.
pub(super) struct Ready {
    /// What is to be carried out.
    pub(super) plan: Plan,
    /// The account.
    pub(super) opened: Opened,
    /// What was read of it.
    pub(super) observed: Observed,
}

/// A target with what became of its plan.
pub(super) struct Carried {
    /// What was to be carried out.
    pub(super) plan: Plan,
    /// What became of each change, in the order of the plan.
    pub(super) outcomes: Vec<Outcome>,
    /// The account.
    pub(super) opened: Opened,
}

impl Carried {
    /// Returns how many changes are carried out.
    pub(super) fn done(&self) -> usize {
        let is_done = |outcome: &&Outcome| matches!(outcome, Outcome::Done);
        self.outcomes.iter().filter(is_done).count()
    }

    /// Returns whether changes are left.
    pub(super) fn is_incomplete(&self) -> bool {
        self.done() < self.plan.changes.len()
    }
}

pub(super) async fn run(args: &Apply, run: &Run) -> Result<ExitCode, RunError> {
    run_for(args, &BTreeMap::new(), run).await
}

/// Applies; if any keys are to be rotated now, nothing but what is about them.
pub(super) async fn run_for(
    args: &Apply,
    rotate_now: &BTreeMap<String, RotateNow>,
    run: &Run,
) -> Result<ExitCode, RunError> {
    let file = read_manifest(&args.scope.manifest)?;
    let reviewed = args.plan.as_deref().map(read_reviewed).transpose()?;
    let today = validate::day(args.today)?;
    // A reviewed plan is planned again for its own day: what fell due since is
    // left to the next run.
    let day = reviewed.as_ref().map_or(today, |plan| plan.today);
    let manifest = validate::require_valid(&file, day, run)?;
    let mut desired = desired_states(&manifest, &args.scope.place.targets)?;
    if let Some(plan) = &reviewed {
        desired.retain(|desired| desired.target == plan.target);
        if let Some(desired) = desired.first() {
            check_age(plan, desired.max_plan_age, today)
                .map_err(|unfit| RunError::Refused(unfit.to_string()))?;
        } else {
            return Err(RunError::Refused(format!(
                "the plan is for target `{}`, which is not chosen",
                plan.target
            )));
        }
    }
    if !rotate_now.is_empty() {
        want_rotations(&mut desired, rotate_now)?;
    }
    let (opened, _stand) = open(desired, args.scope.place.sandbox.as_deref(), run).await?;
    let rotated: BTreeSet<String> = rotate_now.keys().cloned().collect();
    let looked = at_once(&opened, async |target| {
        let observed = target.observe().await?;
        let mut looked = Looked::of(&target.desired, &observed.live, day, &file);
        if !rotated.is_empty() {
            looked.keep_only(&rotated, &observed.live);
        }
        if reviewed.is_none() {
            looked.note_traffic(target, &observed).await?;
        }
        Ok::<_, RunError>((looked, observed))
    });
    let looked = looked.await;
    let mut ready = Vec::new();
    for (opened, looked) in opened.into_iter().zip(looked) {
        let (looked, observed) = looked?;
        let plan = looked.told(&file, run)?;
        if let Some(reviewed) = &reviewed {
            check_reviewed(reviewed, &plan, &observed.live)
                .map_err(|stale| refuse_stale(&stale, run))?;
        }
        ready.push(Ready {
            plan,
            opened,
            observed,
        });
    }
    guard(&ready, reviewed.as_ref(), args, &file, run)?;
    let changes: usize = ready.iter().map(|target| target.plan.changes.len()).sum();
    if changes > 0 && !args.yes {
        confirm(changes, run).await?;
    }
    let mut code = ExitCode::Done;
    for target in ready {
        if target.plan.is_empty() {
            continue;
        }
        if carry_out(target, run).await.is_incomplete() {
            code = ExitCode::Incomplete;
        }
    }
    Ok(if run.stop.is_requested() {
        ExitCode::Interrupted
    } else {
        code
    })
}

/// Notes the wish for new values in every chosen target that has the key.
fn want_rotations(
    desired: &mut Vec<DesiredState>,
    rotate_now: &BTreeMap<String, RotateNow>,
) -> Result<(), RunError> {
    for key in rotate_now.keys() {
        if !desired.iter().any(|desired| desired.keys.contains_key(key)) {
            return Err(RunError::Usage(format!(
                "no chosen target has a key `{}`",
                untrusted(key)
            )));
        }
    }
    for desired in desired.iter_mut() {
        let here = rotate_now
            .iter()
            .filter(|(key, _)| desired.keys.contains_key(*key));
        desired.rotate_now = here.map(|(key, how)| (key.clone(), *how)).collect();
    }
    desired.retain(|desired| !desired.rotate_now.is_empty());
    Ok(())
}

fn read_reviewed(path: &Path) -> Result<Plan, RunError> {
    read_plan(&read_json(path)?).map_err(|unfit| {
        let text = format!("{}: {unfit}", shown(path));
        match unfit {
            Unfit::Malformed(_) => RunError::Unfit(text),
            // A plan, but not one that was reviewed for this: plan again.
            Unfit::Format(_) | Unfit::Tampered | Unfit::Expired { .. } | Unfit::Ahead { .. } => {
                RunError::Refused(text)
            }
        }
    })
}

/// Shows every plan, then lets the guards speak, before any write.
fn guard(
    ready: &[Ready],
    reviewed: Option<&Plan>,
    args: &Apply,
    file: &ManifestFile,
    run: &Run,
) -> Result<(), RunError> {
    for (number, target) in ready.iter().enumerate() {
        if number > 0 {
            run.output.print("\n");
        }
        run.output.print(&human(&target.plan, &file.path, run));
    }
    for target in ready {
        let open = unacknowledged(&target.plan, reviewed, &args.acknowledged);
        if let Some(first) = open.first() {
            return Err(RunError::Refused(format!(
                "nothing was changed: {} change(s) of target `{}` need an acknowledgement, such as --ack '{first}'",
                open.len(),
                target.plan.target
            )));
        }
    }
    Ok(())
}

/// Returns the acknowledgements that a plan needs and nobody gave.
pub(super) fn unacknowledged(
    plan: &Plan,
    reviewed: Option<&Plan>,
    given: &[String],
) -> Vec<String> {
    // What is left of a reviewed plan keeps that plan's acknowledgements.
    let answered = reviewed.unwrap_or(plan);
    let wanted = plan.guards.iter();
    let mut open: Vec<String> = wanted
        .map(|guard| answered.acknowledgement(guard))
        .filter(|wanted| !given.iter().any(|given| given.trim() == wanted))
        .collect();
    // One word may answer for two reasons.
    open.dedup();
    open
}

/// Prints what differs from what was reviewed, and returns the refusal.
fn refuse_stale(stale: &Stale, run: &Run) -> RunError {
    tell_stale(stale, run);
    RunError::Refused("nothing was changed: the plan is stale; plan and review again".to_owned())
}

/// Prints what differs from what was reviewed.
pub(super) fn tell_stale(stale: &Stale, run: &Run) {
    for difference in ai_keys_core::report::stale_in_words(stale) {
        run.output.error(&difference);
    }
}

/// Carries out the plan of one target, and prints what became of it.
pub(super) async fn carry_out(ready: Ready, run: &Run) -> Carried {
    carry_out_counted(ready, Arc::default(), run).await
}

/// As [`carry_out`]; `counter` shows meanwhile how many changes were tried.
pub(super) async fn carry_out_counted(
    ready: Ready,
    counter: Arc<AtomicUsize>,
    run: &Run,
) -> Carried {
    let Ready {
        plan,
        opened,
        observed,
    } = ready;
    let started = Instant::now();
    let total = plan.changes.len();
    let label = format!("applying to {}", plan.target);
    let floor = Duration::from_millis(plan.cost.floor_ms);
    let progress = run.output.progress(&label, total as u64).expecting(floor);
    let mut progress = progress.counting(counter);
    let output = run.output.clone();
    let stores = opened.home.stores(&observed.live.account).clone();
    // From here on, what was read of the account is history.
    opened.home.forget().await;
    let hands = Hands::new(opened.account(), stores, observed, &plan, output, &run.stop);
    let hands = Arc::new(hands);
    let outcomes = apply(&plan, hands, &run.stop, &mut progress).await;
    drop(progress);
    report_failures(&plan, &outcomes, run);
    let carried = Carried {
        plan,
        outcomes,
        opened,
    };
    let (target, done) = (&carried.plan.target, carried.done());
    let took = started.elapsed().as_secs_f64();
    run.output.print(&format!(
        "applied {done} of {total} to {target} in {took:.1} s\n"
    ));
    if carried.is_incomplete() {
        run.output
            .error("what is left is safe to try again: run the same command");
    }
    carried
}

fn report_failures(plan: &Plan, outcomes: &[Outcome], run: &Run) {
    let label = run.output.terminal(Stream::Err).paint(ERROR, "error");
    let mut not_tried = 0;
    // One import may fail for hundreds of keys, all for one reason.
    let mut same: BTreeMap<(&str, String), usize> = BTreeMap::new();
    for (change, outcome) in plan.changes.iter().zip(outcomes) {
        match outcome {
            Outcome::Done => {}
            Outcome::NotTried => not_tried += 1,
            Outcome::Failed(error) => {
                let (action, why) = (change.action.name(), error.to_string());
                let count = same.entry((action, why.clone())).or_default();
                *count += 1;
                if *count > SHOWN_OF_SAME {
                    continue;
                }
                let subject = ai_keys_core::manifest::visible(&change.subject.name).into_owned();
                run.output
                    .error(&format!("{label}: {action} {subject}: {why}"));
            }
        }
    }
    for ((action, why), count) in same {
        if let Some(more) = count.checked_sub(SHOWN_OF_SAME).filter(|more| *more > 0) {
            run.output
                .error(&format!("{label}: {action}: {more} more like this: {why}"));
        }
    }
    for key in stranded(plan, outcomes) {
        let key = ai_keys_core::manifest::visible(key).into_owned();
        run.output.error(&format!(
            "{label}: key {key} is on no usage plan now, and is answered 403: run again at once"
        ));
    }
    if not_tried > 0 {
        run.output
            .error(&format!("{not_tried} change(s) were not tried"));
    }
}
