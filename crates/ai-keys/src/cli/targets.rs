//! From a manifest to the accounts of its targets, or to the sandbox in their place.

use std::path::Path;

use ai_keys_core::date::Date;
use ai_keys_core::diagnostic::Diagnostics;
use ai_keys_core::manifest::Manifest;
use ai_keys_core::plan::{Plan, Planned, cannot_plan, plan};
use ai_keys_core::source::Source;
use ai_keys_core::state::{DesiredState, LiveState, ResolveError, resolve};

use super::args::Scope;
use super::manifest_file::ManifestFile;
use super::sandbox::Stand;
use super::{Run, RunError, validate};
use crate::output::untrusted;
use crate::provider::aws::{Account, Observed, observe, observe_deliveries, read_usage};
use crate::schedule::{Pace, Scheduler};

/// Returns what the manifest asks of each chosen target, in order of their
/// names.
pub(super) fn desired_states(
    manifest: &Manifest,
    scope: &Scope,
) -> Result<Vec<DesiredState>, RunError> {
    let named: Vec<&str> = if scope.targets.is_empty() {
        manifest.targets.names().collect()
    } else {
        scope.targets.iter().map(String::as_str).collect()
    };
    let resolved = named.into_iter().map(|name| {
        resolve(manifest, name).map_err(|error| match error {
            ResolveError::UnknownTarget(known) => RunError::Usage(format!(
                "the manifest has no target `{}`; it has: {}",
                untrusted(name),
                known.join(", ")
            )),
            ResolveError::Broken => RunError::Manifest("the manifest has errors".to_owned()),
        })
    });
    resolved.collect()
}

/// A target's account, ready to be read.
pub(super) struct Opened {
    /// What the manifest asks of it.
    pub(super) desired: DesiredState,
    /// Its clients.
    pub(super) account: Account,
}

/// Opens the accounts of all targets, or the sandbox in their place.
pub(super) async fn open(
    desired: Vec<DesiredState>,
    sandbox: Option<&Path>,
    run: &Run,
) -> Result<(Vec<Opened>, Option<Stand>), RunError> {
    // Before anything of any target is read.
    desired.iter().try_for_each(require_carried_out)?;
    let stand = sandbox.map(|dir| Stand::open(dir, run)).transpose()?;
    let mut opened = Vec::new();
    for desired in desired {
        opened.push(open_one(desired, stand.as_ref(), run).await?);
    }
    Ok((opened, stand))
}

/// Refuses a target of a cloud that is only validated.
pub(super) fn require_carried_out(desired: &DesiredState) -> Result<(), RunError> {
    if desired.provider.is_carried_out() {
        return Ok(());
    }
    Err(RunError::Refused(format!(
        "{} (AK490): name the others with --target",
        cannot_plan(desired)
    )))
}

/// Opens the account of one target, or the sandbox in its place.
pub(super) async fn open_one(
    desired: DesiredState,
    stand: Option<&Stand>,
    run: &Run,
) -> Result<Opened, RunError> {
    let number = desired.account.as_deref();
    let account = open_account(&desired.region, number, stand, run).await?;
    if let Some(stand) = stand {
        stand.furnish(&desired, &account, run).await?;
    }
    Ok(Opened { desired, account })
}

/// Opens an account in a region, or the sandbox in its place. Says where
/// requests go, if that is not AWS.
pub(super) async fn open_account(
    region: &str,
    number: Option<&str>,
    stand: Option<&Stand>,
    run: &Run,
) -> Result<Account, RunError> {
    let access = match stand {
        Some(stand) => stand.access(number),
        None => run.access.clone(),
    };
    let pace = stand.map_or(Pace::ApiGateway, Stand::pace);
    let scheduler = Scheduler::new(pace, run.stop.clone());
    let account = Account::open(region, &access, scheduler, run.output.clone()).await;
    if let Some(problem) = account.problem() {
        return Err(RunError::Usage(problem.to_owned()));
    }
    if let Some(notice) = account.notice() {
        run.output.notice(&format!("notice: {notice}"));
    }
    Ok(account)
}

impl Opened {
    /// Reads the live state, with what the secret stores hold.
    pub(super) async fn observe(&self) -> Result<Observed, RunError> {
        let mut observed = self.observe_account().await?;
        observe_deliveries(&self.account, &self.desired, &mut observed).await?;
        Ok(observed)
    }

    /// Reads the keys and usage plans that are live. A wrong account is refused
    /// before anything but its number is read.
    pub(super) async fn observe_account(&self) -> Result<Observed, RunError> {
        let found = self.account.id().await?;
        if let Some(wanted) = self
            .desired
            .account
            .as_ref()
            .filter(|wanted| **wanted != found)
        {
            return Err(RunError::Refused(format!(
                "target `{}` is account {wanted}, but the credentials are of account {found}: use the target's credentials, or correct `account`",
                self.desired.target
            )));
        }
        let with_apis = self
            .desired
            .usage_plans
            .values()
            .any(|usage_plan| usage_plan.is_managed);
        Ok(Box::pin(observe(&self.account.reader(), &found, with_apis)).await?)
    }
}

/// Notes in a plan how often those keys were used that it turns away, and
/// returns a warning for each. Asks nothing where nobody is.
///
/// # Errors
/// If the run was asked to stop. That usage cannot be read is a notice: the
/// plan itself is whole.
pub(super) async fn note_traffic(
    opened: &Opened,
    observed: &Observed,
    plan: &mut Plan,
    run: &Run,
) -> Result<Diagnostics, RunError> {
    let doubted = plan.usage_plans_of_doubt(&observed.live);
    if doubted.is_empty() {
        return Ok(Diagnostics::default());
    }
    let mut ids = observed.usage_plan_ids.clone();
    ids.retain(|handle, _| doubted.contains(handle));
    match read_usage(&opened.account.reader(), &ids, plan.traffic_days()).await {
        Ok(usage) => Ok(plan.note_traffic(&opened.desired, &observed.live, &usage)),
        Err(error) if error.is_interrupted() => Err(error.into()),
        Err(error) => {
            run.output.notice(&format!(
                "notice: who uses the keys that are taken away is not known: {error}"
            ));
            Ok(Diagnostics::default())
        }
    }
}

/// Plans one target and shows what the account does not allow. Errors are
/// returned after all targets were planned.
pub(super) fn plan_target(
    desired: &DesiredState,
    live: &LiveState,
    day: Date,
    file: &ManifestFile,
    run: &Run,
) -> (Planned, Option<RunError>) {
    let planned = plan(desired, live, day, &Source::new(&file.text));
    validate::show(file, &planned.diagnostics, run);
    let error = planned
        .diagnostics
        .has_errors()
        .then(|| refused(desired, &planned.diagnostics, file));
    (planned, error)
}

/// Returns why a target whose plan has errors is not planned.
pub(super) fn refused(
    desired: &DesiredState,
    found: &Diagnostics,
    file: &ManifestFile,
) -> RunError {
    let counted = ai_keys_core::report::count_in_words(found);
    let is_refused = found
        .iter()
        .any(|found| matches!(found.code.id, "AK410" | "AK490"));
    let text = format!("{}: target `{}`: {counted}", file.path, desired.target);
    if is_refused {
        RunError::Refused(text)
    } else {
        RunError::Manifest(text)
    }
}
