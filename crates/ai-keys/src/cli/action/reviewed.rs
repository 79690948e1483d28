//! Which plans were reviewed for what is applied now.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use ai_keys_core::plan::{Plan, Unfit, read_plan};

use super::super::RunError;
use super::super::manifest_file::{read_json, shown};
use super::Job;
use super::sheet::Sheet;
use crate::github::{
    Brought, Client, GithubError, Merged, Origin, Wanted, last_change, merged_pull_request,
    reviewed_plans, who_brought,
};

/// What was reviewed for the commit that is applied.
pub(super) struct Reviewed {
    /// The pull request that brought it, where that is known.
    pub(super) pull_request: Option<u64>,
    /// What the apply rests on; an error if GitHub would not say.
    pub(super) basis: Result<Basis, RunError>,
}

/// What an apply rests on.
pub(super) enum Basis {
    /// Somebody's wish, or the schedule's: no review is asked for.
    Wish,
    /// A push without a pull request. Whoever may push to this branch may change
    /// the workflow too, so a refusal would keep nobody out: GitHub's rules for
    /// branches do.
    DirectPush,
    /// A push of which GitHub says neither.
    Unclear(u64),
    /// The plans that the user named.
    Given(Vec<Plan>),
    /// The plans of the pull request's runs.
    PullRequest(Candidates),
    /// The same, by hand after a merge: they count as far as they still fit.
    ByHand(Candidates),
}

/// Texts of plans by scope, the best first.
pub(super) type Candidates = BTreeMap<String, Vec<String>>;

/// What was reviewed for one scope.
pub(super) struct ForSheet {
    /// The plans, the best first; or why one cannot be read.
    pub(super) plans: Vec<Result<Plan, Unfit>>,
    /// Whether nothing else may be applied.
    pub(super) is_binding: bool,
}

/// Finds what was reviewed.
pub(super) async fn find(sheets: &[Sheet], job: &Job) -> Reviewed {
    let request = &job.request;
    if !request.plan_files.is_empty() {
        return Reviewed {
            pull_request: None,
            basis: read_given(&request.plan_files).map(Basis::Given),
        };
    }
    let event = &request.event;
    match event.branch() {
        Some(branch) if event.name == "push" => of_push(branch, sheets, job).await,
        Some(branch) if event.name != "schedule" && branch == event.default_branch => {
            by_hand(branch, sheets, job).await
        }
        Some(_) | None => Reviewed::without(Basis::Wish),
    }
}

fn read_given(paths: &[PathBuf]) -> Result<Vec<Plan>, RunError> {
    let plans = paths.iter().map(|path| {
        let text = read_json(path)?;
        read_plan(&text).map_err(|unfit| RunError::Refused(format!("{}: {unfit}", shown(path))))
    });
    plans.collect()
}

async fn of_push(branch: &str, sheets: &[Sheet], job: &Job) -> Reviewed {
    let unknown = |why: String| {
        RunError::Unreachable(format!("what was reviewed cannot be looked up: {why}"))
    };
    let Some(client) = &job.github else {
        return Reviewed {
            pull_request: None,
            basis: Err(unknown("`github-token` is empty".to_owned())),
        };
    };
    let merged = match who_brought(client, &job.request.event.sha, branch).await {
        Ok(Brought::By(merged)) => merged,
        Ok(Brought::Pushed) => return Reviewed::without(Basis::DirectPush),
        Ok(Brought::Unclear(named)) => return Reviewed::without(Basis::Unclear(named)),
        Err(error) => {
            return Reviewed {
                pull_request: None,
                basis: Err(unknown(error.to_string())),
            };
        }
    };
    let pushed = &job.request.event.sha;
    let plans = plans_of(client, &merged, pushed, sheets, job).await;
    Reviewed {
        pull_request: Some(merged.number),
        basis: plans
            .map(Basis::PullRequest)
            .map_err(|error| unknown(error.to_string())),
    }
}

/// Looks for the plans of the pull request whose merge is started again by
/// hand, with an acknowledgement say. Without them it is an apply like any
/// other by hand, so what goes wrong here is a warning.
async fn by_hand(branch: &str, sheets: &[Sheet], job: &Job) -> Reviewed {
    let Some(client) = &job.github else {
        return Reviewed::without(Basis::Wish);
    };
    match last_reviewed(client, branch, sheets, job).await {
        Ok(found) if found.plans.is_empty() => Reviewed::without(Basis::Wish),
        Ok(Found { numbers, plans }) => Reviewed {
            // There is one comment for each scope, and one pull request to look for them.
            pull_request: numbers.first().copied().filter(|_| numbers.len() == 1),
            basis: Ok(Basis::ByHand(plans)),
        },
        Err(error) => {
            job.warn(&format!("a plan is made anew: {error}"));
            Reviewed::without(Basis::Wish)
        }
    }
}

/// Plans, and the pull requests that they are of.
#[derive(Default)]
struct Found {
    numbers: BTreeSet<u64>,
    plans: Candidates,
}

/// Returns the plans of the pull request that brought the last commit, and for a
/// manifest that it did not plan, of the one that changed that manifest last:
/// a branch goes on while somebody looks for an acknowledgement.
async fn last_reviewed(
    client: &Client,
    branch: &str,
    sheets: &[Sheet],
    job: &Job,
) -> Result<Found, GithubError> {
    let head = &job.request.event.sha;
    let mut found = Found::default();
    found.add(client, head, branch, sheets, job).await?;
    for manifest in &job.request.manifests {
        let is_found = |sheet: &Sheet| found.plans.contains_key(&sheet.id);
        let mut its = sheets.iter().filter(|sheet| sheet.file.path == *manifest);
        if its.any(is_found) {
            continue;
        }
        let changed = last_change(client, head, manifest).await?;
        if let Some(changed) = changed.filter(|changed| changed != head) {
            found.add(client, &changed, branch, sheets, job).await?;
        }
    }
    Ok(found)
}

impl Found {
    async fn add(
        &mut self,
        client: &Client,
        sha: &str,
        branch: &str,
        sheets: &[Sheet],
        job: &Job,
    ) -> Result<(), GithubError> {
        let Some(merged) = merged_pull_request(client, sha, branch).await? else {
            return Ok(());
        };
        let became = merged.commit.as_deref().unwrap_or(sha);
        let plans = plans_of(client, &merged, became, sheets, job).await?;
        if !plans.is_empty() && self.numbers.insert(merged.number) {
            for (scope, plans) in plans {
                self.plans.entry(scope).or_default().extend(plans);
            }
        }
        Ok(())
    }
}

/// Returns the plans of a pull request: first what a merge queue planned, which
/// is the very commit that was pushed, with the changes of those before it.
async fn plans_of(
    client: &Client,
    merged: &Merged,
    pushed: &str,
    sheets: &[Sheet],
    job: &Job,
) -> Result<Candidates, GithubError> {
    let wanted: Vec<Wanted<'_>> = sheets
        .iter()
        .map(|sheet| Wanted {
            scope: &sheet.id,
            target: sheet.target.as_deref().unwrap_or_default(),
        })
        .collect();
    let mut candidates = Candidates::new();
    for (head, event) in [(pushed, "merge_group"), (&merged.head, "pull_request")] {
        let origin = Origin {
            head,
            event,
            workflow: job.request.event.workflow(),
        };
        for (scope, text) in reviewed_plans(client, origin, &wanted).await? {
            candidates.entry(scope).or_default().push(text);
        }
    }
    Ok(candidates)
}

impl Reviewed {
    fn without(basis: Basis) -> Self {
        Self {
            pull_request: None,
            basis: Ok(basis),
        }
    }
}

impl Basis {
    /// Returns what was reviewed for a scope.
    pub(super) fn for_sheet(&self, sheet: &Sheet) -> ForSheet {
        let read = |candidates: &Candidates| -> Vec<Result<Plan, Unfit>> {
            let texts = candidates.get(&sheet.id).into_iter().flatten();
            texts.map(|text| read_plan(text)).collect()
        };
        let (plans, is_binding) = match self {
            Self::Wish | Self::DirectPush => (Vec::new(), false),
            Self::Unclear(_) => (Vec::new(), true),
            Self::Given(plans) => (
                plans
                    .iter()
                    .filter(|plan| is_of(plan, sheet))
                    .cloned()
                    .map(Ok)
                    .collect(),
                true,
            ),
            Self::PullRequest(candidates) => (read(candidates), true),
            Self::ByHand(candidates) => (read(candidates), false),
        };
        ForSheet { plans, is_binding }
    }

    /// Says why nothing may be applied where no plan is found.
    pub(super) fn why_missing(&self, sheet: &Sheet) -> String {
        match self {
            Self::Unclear(number) => format!(
                "the commit's message names the pull request #{number}, and GitHub does not show it as merged with this commit: what was reviewed for {} is not known",
                sheet.name()
            ),
            Self::Given(_) => format!("no plan in `plan-file` is for {}", sheet.name()),
            Self::Wish | Self::DirectPush | Self::PullRequest(_) | Self::ByHand(_) => format!(
                "no plan of the pull request was found for {}: this workflow must have planned its last commit and uploaded {}",
                sheet.name(),
                crate::github::ARTIFACT
            ),
        }
    }
}

fn is_of(plan: &Plan, sheet: &Sheet) -> bool {
    sheet.desired.as_ref().is_some_and(|desired| {
        plan.target == desired.target
            && plan.namespace == desired.namespace
            && plan.region == desired.region
    })
}
