//! From a manifest to the accounts of its targets, or to the sandbox in their place.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use ai_keys_core::date::Date;
use ai_keys_core::diagnostic::Diagnostics;
use ai_keys_core::manifest::Manifest;
use ai_keys_core::plan::{Plan, Planned, cannot_plan, plan};
use ai_keys_core::source::Source;
use ai_keys_core::state::{DesiredState, LiveState, ResolveError, resolve};
use futures_util::future::join_all;

use super::fleet::{Fleet, Home};
use super::manifest_file::ManifestFile;
use super::sandbox::Stand;
use super::{Run, RunError, sandbox, validate};
use crate::output::untrusted;
use crate::provider::aws::{Access, Account, Observed, observe_deliveries, read_usage};

/// Returns what the manifest asks of each chosen target, in order of their
/// names; of every target if none is chosen.
pub(super) fn desired_states(
    manifest: &Manifest,
    chosen: &[String],
) -> Result<Vec<DesiredState>, RunError> {
    let named: Vec<&str> = if chosen.is_empty() {
        manifest.targets.names().collect()
    } else {
        chosen.iter().map(String::as_str).collect()
    };
    let resolved = named.into_iter().map(|name| desired_state(manifest, name));
    resolved.collect()
}

/// As [`desired_states`] for one manifest of many, which need not have every
/// chosen target.
pub(super) fn chosen_states(
    manifest: &Manifest,
    chosen: &[String],
) -> Result<Vec<DesiredState>, RunError> {
    let is_chosen =
        |name: &&str| chosen.is_empty() || chosen.iter().any(|target| target.as_str() == *name);
    let named = manifest.targets.names().filter(is_chosen);
    named.map(|name| desired_state(manifest, name)).collect()
}

fn desired_state(manifest: &Manifest, name: &str) -> Result<DesiredState, RunError> {
    resolve(manifest, name).map_err(|error| match error {
        ResolveError::UnknownTarget(known) => RunError::Usage(format!(
            "the manifest has no target `{}`; it has: {}",
            untrusted(name),
            known.join(", ")
        )),
        ResolveError::Broken => RunError::Manifest("the manifest has errors".to_owned()),
    })
}

/// A target's account, ready to be read.
pub(super) struct Opened {
    /// What the manifest asks of it.
    pub(super) desired: DesiredState,
    /// The account, which other targets may have in common with it.
    pub(super) home: Arc<Home>,
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
    let fleet = Fleet::default();
    let mut opened = Vec::new();
    for desired in desired {
        opened.push(open_one(desired, &fleet, stand.as_ref(), run).await?);
    }
    Ok((opened, stand))
}

/// Does something with all targets at once, so that a slow one does not hold
/// up the others, and returns what came of it in their order.
pub(super) async fn at_once<S, T>(targets: &[S], work: impl AsyncFn(&S) -> T) -> Vec<T> {
    join_all(targets.iter().map(|target| work(target))).await
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
    fleet: &Fleet,
    stand: Option<&Stand>,
    run: &Run,
) -> Result<Opened, RunError> {
    let home = fleet.home(&desired, stand, run).await?;
    // Before anything is asked, so that an error says what STS said.
    let lent = Box::pin(home.lend());
    tokio::select! {
        lent = lent => lent?,
        () = run.stop.requested() => return Err(RunError::Stopped),
    }
    if let Some(stand) = stand {
        stand.furnish(&desired, home.account(), run).await?;
    }
    Ok(Opened { desired, home })
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
    open_with(region, &access, stand, run).await
}

/// As [`open_account`], reached so.
pub(super) async fn open_with(
    region: &str,
    access: &Access,
    stand: Option<&Stand>,
    run: &Run,
) -> Result<Account, RunError> {
    let scheduler = sandbox::scheduler(stand, run);
    let account = Account::open(region, access, scheduler, run.output.clone()).await;
    if let Some(problem) = account.problem() {
        return Err(RunError::Usage(problem.to_owned()));
    }
    if let Some(notice) = account.notice() {
        run.output.notice(&format!("notice: {notice}"));
    }
    Ok(account)
}

impl Opened {
    /// Returns the account.
    pub(super) fn account(&self) -> &Account {
        self.home.account()
    }

    /// Reads the live state, with what the secret stores hold.
    pub(super) async fn observe(&self) -> Result<Observed, RunError> {
        let mut observed = self.observe_account().await?;
        let stores = self.home.stores(&observed.live.account);
        observe_deliveries(stores, &self.desired, &mut observed).await?;
        Ok(observed)
    }

    /// Reads the keys and usage plans that are live. A wrong account is refused
    /// before anything but its number is read.
    pub(super) async fn observe_account(&self) -> Result<Observed, RunError> {
        let found = self.home.number().await?;
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
        Ok(self.home.observe(with_apis).await?)
    }
}

/// What is to be said of the traffic of keys that a plan turns away.
#[derive(Default)]
pub(super) struct Traffic {
    warnings: Diagnostics,
    /// Why it is not known.
    notice: Option<String>,
}

impl Traffic {
    /// Says why the traffic is not known, if so. Returns the warnings.
    pub(super) fn told(self, run: &Run) -> Diagnostics {
        if let Some(notice) = self.notice {
            run.output.notice(&notice);
        }
        self.warnings
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
) -> Result<Traffic, RunError> {
    let doubted = plan.usage_plans_of_doubt(&observed.live);
    if doubted.is_empty() {
        return Ok(Traffic::default());
    }
    let ids = observed.usage_plan_ids.iter();
    let ids = ids
        .filter(|(handle, _)| doubted.contains(handle))
        .map(|(handle, id)| (handle.clone(), id.clone()))
        .collect();
    match read_usage(&opened.account().reader(), &ids, plan.traffic_days()).await {
        Ok(usage) => Ok(Traffic {
            warnings: plan.note_traffic(&opened.desired, &observed.live, &usage),
            notice: None,
        }),
        Err(error) if error.is_interrupted() => Err(error.into()),
        Err(error) => Ok(Traffic {
            warnings: Diagnostics::default(),
            notice: Some(format!(
                "notice: who uses the keys that are taken away is not known: {error}"
            )),
        }),
    }
}

/// A target's plan with what is to be said of it. Nothing is shown yet:
/// targets are looked at at once, and told in their order.
pub(super) struct Looked {
    /// The plan.
    pub(super) plan: Plan,
    found: Diagnostics,
    traffic: Traffic,
    /// Changes of other keys than those that are meant.
    left_out: usize,
    error: Option<RunError>,
}

impl Looked {
    /// Plans one target, whose account may not allow it.
    pub(super) fn of(
        desired: &DesiredState,
        live: &LiveState,
        day: Date,
        file: &ManifestFile,
    ) -> Self {
        let Planned { plan, diagnostics } = plan(desired, live, day, &Source::new(&file.text));
        let error = diagnostics
            .has_errors()
            .then(|| refused(desired, &diagnostics, file));
        Self {
            plan,
            found: diagnostics,
            traffic: Traffic::default(),
            left_out: 0,
            error,
        }
    }

    /// Leaves the part of the plan that is about these keys.
    pub(super) fn keep_only(&mut self, keys: &BTreeSet<String>, live: &LiveState) {
        (self.plan, self.left_out) = self.plan.clone().only_keys(keys, live);
    }

    /// As [`note_traffic`], unless the plan is not to be carried out anyway.
    pub(super) async fn note_traffic(
        &mut self,
        opened: &Opened,
        observed: &Observed,
    ) -> Result<(), RunError> {
        if self.error.is_none() {
            self.traffic = note_traffic(opened, observed, &mut self.plan).await?;
        }
        Ok(())
    }

    /// Shows what was found. Returns the plan, or why the account does not
    /// allow it.
    pub(super) fn told(self, file: &ManifestFile, run: &Run) -> Result<Plan, RunError> {
        validate::show(file, &self.found, run);
        validate::show(file, &self.traffic.told(run), run);
        if let Some(error) = self.error {
            return Err(error);
        }
        if self.left_out > 0 {
            run.output.notice(&format!(
                "notice: {} other change(s) of target `{}` are pending, and left alone",
                self.left_out, self.plan.target
            ));
        }
        Ok(self.plan)
    }
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
