//! Carries out one step of a plan. What an answer that was lost left behind is
//! looked up before anything is repeated.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use ai_keys_core::plan::{KeyRef, NewKey, NewUsagePlan, Plan, Step, UsagePlanTarget};
use ai_keys_core::state::{Handle, LiveState, Marker, Shared};
use thiserror::Error;

use super::account::{Access, Account};
use super::deliver::Values;
use super::observe::Observed;
use super::patch;
use super::reader::Reader;
use super::writer::Writer;
use crate::output::Output;
use crate::provider::{ErrorKind, Paging, ProviderError};
use crate::secret::{RandomnessError, Secret};
use crate::signal::Stop;
use crate::sink::{SinkError, Stores};

/// How often and how long what was just made is looked for: a list may lag
/// behind by some seconds.
pub(super) const LOOKS: u32 = 6;
pub(super) const BETWEEN_LOOKS: Duration = Duration::from_secs(2);

/// Why a step was not carried out.
#[derive(Debug, Error)]
pub enum StepError {
    /// The provider refused, or could not be reached.
    #[error(transparent)]
    Provider(#[from] ProviderError),
    /// No value could be made.
    #[error(transparent)]
    Randomness(#[from] RandomnessError),
    /// An earlier step, on which this one rests, was not carried out.
    #[error("not tried: {0} was not made")]
    Unmade(String),
    /// The secret store refused, or could not be reached.
    #[error(transparent)]
    Sink(#[from] SinkError),
    /// The new value does not work yet, so it was delivered nowhere.
    #[error("{0}")]
    NotReady(String),
    /// An import left the key, or its place on a usage plan, out.
    #[error("the import left it out{}{}", if .0.is_empty() { "" } else { "; the service says: " }, .0)]
    LeftOut(String),
    /// An import made the key, and its fields are others.
    #[error("the import made it otherwise than asked; the next run sets it right")]
    MadeOtherwise,
    /// The file was sent, and what became of it could not be looked at.
    #[error("imported perhaps, and not verified: {0}")]
    Unverified(Box<ProviderError>),
    /// The run was asked to stop while it waited.
    #[error("not tried")]
    Stopped,
}

/// Carries out the steps of one plan, and remembers what they made.
pub struct Hands {
    writer: Writer,
    reader: Reader,
    output: Output,
    live: LiveState,
    made_at: Shared<BTreeMap<Handle, i64>>,
    known: Mutex<Known>,
    namespace: String,
    values: Values,
    stores: Stores,
    stop: Stop,
    is_sandbox: bool,
}

/// The real ids of what is live and of what was made.
struct Known {
    key_ids: Shared<BTreeMap<Handle, String>>,
    usage_plan_ids: Shared<BTreeMap<Handle, String>>,
    made_keys: BTreeMap<(String, u32), String>,
    made_usage_plans: BTreeMap<String, String>,
}

impl Hands {
    /// Takes over what was observed, for one plan. The stores are those beside
    /// the account.
    #[must_use]
    pub fn new(
        account: &Account,
        stores: Stores,
        observed: Observed,
        plan: &Plan,
        output: Output,
        stop: &Stop,
    ) -> Self {
        let known = Known {
            key_ids: observed.key_ids,
            usage_plan_ids: observed.usage_plan_ids,
            made_keys: BTreeMap::new(),
            made_usage_plans: BTreeMap::new(),
        };
        Self {
            writer: account.writer(),
            reader: account.reader(),
            output,
            live: observed.live,
            made_at: observed.made_at,
            known: Mutex::new(known),
            namespace: plan.namespace.clone(),
            values: Values::of(plan),
            stores,
            stop: stop.clone(),
            is_sandbox: matches!(account.access(), Access::Sandbox { .. }),
        }
    }

    pub(super) fn live(&self) -> &LiveState {
        &self.live
    }

    /// Returns the id of a usage plan that was live before.
    pub(super) fn live_usage_plan_id(&self, handle: &Handle) -> Option<String> {
        self.lock().usage_plan_ids.get(handle).cloned()
    }

    pub(super) fn output(&self) -> &Output {
        &self.output
    }

    /// Remembers the id of a key that this run made.
    pub(super) fn know_key(&self, key: &KeyRef, id: String) {
        let which = (key.name.clone(), key.generation);
        self.lock().made_keys.insert(which, id);
    }

    pub(super) fn writer(&self) -> &Writer {
        &self.writer
    }

    pub(super) fn reader(&self) -> &Reader {
        &self.reader
    }

    /// Returns the markers of what was observed, and when each key was made.
    pub(super) fn made_at(&self) -> impl Iterator<Item = (&Marker, i64)> {
        self.made_at.iter().filter_map(|(handle, at)| {
            let live = self.live.keys.get(handle)?;
            Some((live.marker.as_ref()?, *at))
        })
    }

    pub(super) fn namespace(&self) -> &str {
        &self.namespace
    }

    pub(super) fn values(&self) -> &Values {
        &self.values
    }

    pub(super) fn stores(&self) -> &Stores {
        &self.stores
    }

    pub(super) fn stop(&self) -> &Stop {
        &self.stop
    }

    pub(super) fn is_sandbox(&self) -> bool {
        self.is_sandbox
    }

    /// Carries out one step.
    ///
    /// # Errors
    /// Why it was not carried out, or may not have been.
    pub async fn carry_out(&self, step: &Step) -> Result<(), StepError> {
        match step {
            Step::CreateUsagePlan { name, spec } => self.create_usage_plan(name, spec).await,
            Step::UpdateUsagePlan { usage_plan, edits } => {
                let live = usage_plan
                    .handle
                    .as_ref()
                    .and_then(|handle| self.live.usage_plans.get(handle));
                let patches = patch::of_usage_plan(edits, live);
                let id = self.usage_plan_id(usage_plan)?;
                Ok(self.writer.update_usage_plan(&id, &patches).await?)
            }
            Step::DeleteUsagePlan { usage_plan, stages } => {
                let id = self.usage_plan_id(usage_plan)?;
                if !stages.is_empty() {
                    let removals: Vec<_> = stages
                        .iter()
                        .map(|stage| ai_keys_core::plan::UsagePlanEdit::RemoveStage {
                            stage: stage.clone(),
                        })
                        .collect();
                    self.writer
                        .update_usage_plan(&id, &patch::of_usage_plan(&removals, None))
                        .await?;
                }
                self.writer.delete_usage_plan(&id).await?;
                Ok(())
            }
            Step::CreateKey { key, spec } => self.create_key(key, spec).await,
            Step::UpdateKey { key, patch, .. } => {
                let id = self.key_id(key)?;
                Ok(self.writer.update_key(&id, &patch::of_key(patch)).await?)
            }
            Step::TagKey { key, set, remove } => {
                let id = self.key_id(key)?;
                if !set.is_empty() {
                    self.writer.tag_key(&id, set).await?;
                }
                if !remove.is_empty() {
                    self.writer.untag_key(&id, remove).await?;
                }
                Ok(())
            }
            Step::Attach { key, usage_plan } => self.attach(key, usage_plan).await,
            Step::Detach { key, usage_plan } => {
                let (usage_plan, key) = (self.usage_plan_id(usage_plan)?, self.key_id(key)?);
                self.writer.detach(&usage_plan, &key).await?;
                Ok(())
            }
            Step::Deliver {
                key,
                destination,
                spec,
                wait,
            } => self.deliver(key, destination, spec, wait.as_ref()).await,
            Step::DeleteKey { key } => {
                self.writer.delete_key(&self.key_id(key)?).await?;
                Ok(())
            }
        }
    }

    /// Makes a key with a value of ours, so that the service itself refuses a
    /// second one: a 409 after a lost answer means that the first was made.
    async fn create_key(&self, key: &KeyRef, spec: &NewKey) -> Result<(), StepError> {
        let value = Secret::generate(&self.output)?;
        let id = match self.writer.create_key(spec, &value).await {
            Ok(id) => id,
            Err(error) if error.is_lost() || error.kind() == ErrorKind::ConflictExists => {
                self.find_made_key(spec, &value).await?.ok_or(error)?
            }
            Err(error) => return Err(error.into()),
        };
        self.know_key(key, id);
        self.values.keep(key, value);
        Ok(())
    }

    /// Looks for the key that a lost answer made. It is ours only if its
    /// marker says so.
    async fn find_made_key(
        &self,
        spec: &NewKey,
        value: &Secret,
    ) -> Result<Option<String>, ProviderError> {
        let (_, wanted) = Marker::split(&spec.description);
        for look in 0..LOOKS {
            if look > 0 {
                self.pause(BETWEEN_LOOKS).await;
            }
            if let Some(found) = self.writer.find_value(&spec.name, value).await? {
                let is_ours = found.marker.is_some() && found.marker == wanted;
                return Ok(is_ours.then_some(found.id));
            }
        }
        Ok(None)
    }

    /// Makes a usage plan. The service has no protection against doubles, so
    /// after a lost answer the marker is looked for before a second try.
    async fn create_usage_plan(&self, name: &str, spec: &NewUsagePlan) -> Result<(), StepError> {
        let id = match self.writer.create_usage_plan(spec).await {
            Ok(id) => id,
            Err(error) if error.is_lost() => match self.find_made_usage_plan(spec).await? {
                Some(id) => id,
                None => self.writer.create_usage_plan(spec).await?,
            },
            Err(error) => return Err(error.into()),
        };
        self.lock().made_usage_plans.insert(name.to_owned(), id);
        Ok(())
    }

    async fn find_made_usage_plan(
        &self,
        spec: &NewUsagePlan,
    ) -> Result<Option<String>, ProviderError> {
        let (_, wanted) = Marker::split(&spec.description);
        for look in 0..LOOKS {
            if look > 0 {
                self.pause(BETWEEN_LOOKS).await;
            }
            let mut paging = Paging::default();
            loop {
                let page = self.reader.usage_plans(paging.position()).await?;
                let is_ours = |(_, live): &&(String, ai_keys_core::state::LiveUsagePlan)| {
                    live.marker.is_some() && live.marker == wanted
                };
                if let Some((id, _)) = page.rows.iter().find(is_ours) {
                    return Ok(Some(id.clone()));
                }
                if !paging.go_on(page.next)? {
                    break;
                }
            }
        }
        Ok(None)
    }

    /// Puts a key on a usage plan. A key that was just made may not be found
    /// for some seconds; a conflict may mean that it is there already.
    async fn attach(&self, key: &KeyRef, usage_plan: &UsagePlanTarget) -> Result<(), StepError> {
        let usage_plan_id = self.usage_plan_id(usage_plan)?;
        let key_id = self.key_id(key)?;
        let is_new = key.handle.is_none() || usage_plan.handle.is_none();
        let mut looks = 1;
        loop {
            let error = match self.writer.attach(&usage_plan_id, &key_id).await {
                Ok(()) => return Ok(()),
                Err(error) => error,
            };
            match error.kind() {
                ErrorKind::ConflictOther => {
                    let is_there = self.reader.is_member(&usage_plan_id, &key_id).await?;
                    return if is_there { Ok(()) } else { Err(error.into()) };
                }
                ErrorKind::NotFound if is_new && looks < LOOKS => {
                    looks += 1;
                    self.pause(BETWEEN_LOOKS).await;
                }
                _ => return Err(error.into()),
            }
        }
    }

    pub(super) fn key_id(&self, key: &KeyRef) -> Result<String, StepError> {
        let known = self.lock();
        let id = match &key.handle {
            Some(handle) => known.key_ids.get(handle),
            None => known.made_keys.get(&(key.name.clone(), key.generation)),
        };
        id.cloned()
            .ok_or_else(|| StepError::Unmade(format!("key {}", key.name)))
    }

    pub(super) fn usage_plan_id(&self, usage_plan: &UsagePlanTarget) -> Result<String, StepError> {
        let known = self.lock();
        let id = match &usage_plan.handle {
            Some(handle) => known.usage_plan_ids.get(handle),
            None => known.made_usage_plans.get(&usage_plan.name),
        };
        id.cloned()
            .ok_or_else(|| StepError::Unmade(format!("usage plan {}", usage_plan.name)))
    }

    /// Waits for a time of the provider's clock; returns whether the run goes on.
    pub(super) async fn pause(&self, time: Duration) -> bool {
        self.writer.scheduler().pause(time).await
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
