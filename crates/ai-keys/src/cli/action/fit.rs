//! Which reviewed plan fits: what is left to do is part of it, and the rest is already so.

use ai_keys_core::plan::{Plan, Planned, Stale, Unfit, check_age, check_reviewed};

use super::super::RunError;
use super::super::apply::{tell_stale, unacknowledged};
use super::Job;
use super::sheet::{Sheet, Stage, Verdict};
use crate::exit::ExitCode;
use crate::provider::aws::Observed;

/// What became of the reviewed plans of one scope.
pub(super) enum Fits {
    /// There is none.
    NotReviewed,
    /// The best of those that fit.
    Best(Box<Fit>),
    /// Why the first of them does not.
    None(Misfit),
}

/// A reviewed plan that may be carried out.
pub(super) struct Fit {
    pub(super) reviewed: Plan,
    /// What is left of it.
    pub(super) left: Planned,
    /// The acknowledgements that it needs and nobody gave.
    pub(super) missing: Vec<String>,
}

/// Why a reviewed plan may not be carried out.
pub(super) enum Misfit {
    /// Something else is needed by now, in so many steps.
    Stale(Box<Stale>, usize),
    /// It cannot be read, or is of a day that its age does not allow.
    Unfit(RunError),
}

/// Chooses among the reviewed plans of a scope, the best first: an acknowledged
/// one, or else the first that fits.
pub(super) fn best(
    plans: Vec<Result<Plan, Unfit>>,
    sheet: &Sheet,
    observed: &Observed,
    job: &Job,
) -> Fits {
    let mut best: Option<Fit> = None;
    let mut misfit = None;
    for plan in plans {
        match fit(plan, sheet, observed, job) {
            Ok(fit) => {
                if best
                    .as_ref()
                    .is_none_or(|best| !best.missing.is_empty() && fit.missing.is_empty())
                {
                    best = Some(fit);
                }
            }
            Err(why) => {
                misfit.get_or_insert(why);
            }
        }
    }
    match (best, misfit) {
        (Some(best), _) => Fits::Best(Box::new(best)),
        (None, Some(misfit)) => Fits::None(misfit),
        (None, None) => Fits::NotReviewed,
    }
}

fn fit(
    plan: Result<Plan, Unfit>,
    sheet: &Sheet,
    observed: &Observed,
    job: &Job,
) -> Result<Fit, Misfit> {
    let unfit = |why: String| Misfit::Unfit(RunError::Refused(why));
    let of_plan = |why: Unfit| unfit(format!("the reviewed plan: {why}"));
    let reviewed = plan.map_err(of_plan)?;
    if let Some(desired) = &sheet.desired {
        check_age(&reviewed, desired.max_plan_age, job.request.today).map_err(of_plan)?;
    }
    // For its own day: what fell due since is left to the next run.
    let planned = sheet.planned(observed, reviewed.today);
    let left = planned.ok_or_else(|| unfit("there is no manifest for it".to_owned()))?;
    if !left.diagnostics.has_errors() {
        check_reviewed(&reviewed, &left.plan, &observed.live)
            .map_err(|stale| Misfit::Stale(Box::new(stale), left.plan.changes.len()))?;
    }
    let missing = unacknowledged(&left.plan, Some(&reviewed), &job.request.acknowledged);
    Ok(Fit {
        reviewed,
        left,
        missing,
    })
}

impl Misfit {
    /// Makes it the verdict of its scope, and says so.
    pub(super) fn tell(self, sheet: &mut Sheet, job: &Job) {
        match self {
            Self::Stale(stale, steps) => {
                tell_stale(&stale, &job.run);
                sheet.remaining = steps;
                sheet.stage = Stage::Stale(stale);
                sheet.verdict = Verdict {
                    code: ExitCode::Refused,
                    reason: "plan-changed",
                };
            }
            Self::Unfit(error) => sheet.fail(&error, &job.run),
        }
    }
}
