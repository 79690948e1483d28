//! Which plan was reviewed for what is applied now.

use std::collections::BTreeMap;

use ai_keys_core::plan::{Plan, read_plan};

use super::super::RunError;
use super::super::manifest_file::{read_json, shown};
use super::Job;
use super::sheet::Sheet;
use crate::github::{GithubError, Merged, Origin, PlanFiles, merged_pull_request, reviewed_plans};

/// What was reviewed.
pub(super) enum Reviewed {
    /// Nothing had to be: somebody started this apply by hand, on a schedule, or
    /// pushed without a pull request.
    NotAsked(NotAsked),
    /// The plans that the user named.
    Given(Vec<Plan>),
    /// The plans of a pull request's run, by scope.
    PullRequest(Merged, PlanFiles),
}

/// Why nothing was reviewed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NotAsked {
    /// The commit came without a pull request.
    DirectPush,
    /// The event is not a push.
    Event,
}

/// What was reviewed for one scope.
pub(super) enum ForSheet {
    /// Nothing had to be.
    NotAsked,
    /// Something had to be, and there is none.
    Missing,
    /// This.
    Plan(Box<Plan>),
}

/// Finds what was reviewed.
pub(super) async fn find(job: &Job) -> Result<Reviewed, RunError> {
    let request = &job.request;
    if !request.plan_files.is_empty() {
        let plans = request.plan_files.iter().map(|path| {
            let text = read_json(path)?;
            read_plan(&text).map_err(|unfit| RunError::Refused(format!("{}: {unfit}", shown(path))))
        });
        return Ok(Reviewed::Given(plans.collect::<Result<_, _>>()?));
    }
    let event = &request.event;
    let Some(branch) = event.branch().filter(|_| event.name == "push") else {
        return Ok(Reviewed::NotAsked(NotAsked::Event));
    };
    let Some(client) = &job.github else {
        return Err(RunError::Unreachable(
            "what was reviewed cannot be looked up: `github-token` is empty".to_owned(),
        ));
    };
    let unknown = |error: GithubError| {
        RunError::Unreachable(format!("what was reviewed cannot be looked up: {error}"))
    };
    let merged = merged_pull_request(client, &event.sha, branch).await;
    let Some(merged) = merged.map_err(unknown)? else {
        return Ok(Reviewed::NotAsked(NotAsked::DirectPush));
    };
    let origin = |head, event| Origin {
        head,
        event,
        workflow: job.request.event.workflow(),
    };
    let reviewed = reviewed_plans(client, origin(&merged.head, "pull_request"));
    let mut plans = reviewed.await.map_err(unknown)?;
    // What a merge queue planned is the very commit that was pushed.
    let queued = reviewed_plans(client, origin(&event.sha, "merge_group"));
    let queued: BTreeMap<_, _> = queued.await.map_err(unknown)?;
    for (scope, plan) in queued {
        plans.entry(scope).or_insert(plan);
    }
    Ok(Reviewed::PullRequest(merged, plans))
}

impl Reviewed {
    /// Returns the pull request behind the commit.
    pub(super) fn pull_request(&self) -> Option<u64> {
        match self {
            Self::PullRequest(merged, _) => Some(merged.number),
            Self::NotAsked(_) | Self::Given(_) => None,
        }
    }

    /// Returns what was reviewed for a scope.
    pub(super) fn for_sheet(&self, sheet: &Sheet) -> Result<ForSheet, RunError> {
        match self {
            Self::NotAsked(_) => Ok(ForSheet::NotAsked),
            Self::Given(plans) => {
                let is_its = |plan: &&Plan| {
                    sheet.desired.as_ref().is_some_and(|desired| {
                        plan.target == desired.target
                            && plan.namespace == desired.namespace
                            && plan.region == desired.region
                    })
                };
                let found = plans.iter().find(is_its).cloned();
                Ok(found.map_or(ForSheet::Missing, |plan| ForSheet::Plan(Box::new(plan))))
            }
            Self::PullRequest(_, plans) => match plans.get(&sheet.id) {
                None => Ok(ForSheet::Missing),
                Some(text) => {
                    let plan = read_plan(text).map_err(|unfit| {
                        RunError::Refused(format!("the plan of the pull request's run: {unfit}"))
                    })?;
                    Ok(ForSheet::Plan(Box::new(plan)))
                }
            },
        }
    }
}
