//! What apply may do: change, and handle key values.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use ai_keys_core::plan::{NewKey, NewUsagePlan};
use aws_sdk_apigateway::types::{ApiKey, ApiKeysFormat};
use aws_smithy_types::Blob;
use aws_smithy_types::timeout::TimeoutConfig;
use zeroize::Zeroize;

use super::account::Account;
use super::operation::Operation;
use super::reader::Reader;
use super::request::{operations, quota, stage, tags, throttle};
use super::rows::{FoundKey, hide_long_id, live_key};
use crate::provider::{ErrorKind, Paging, ProviderError};
use crate::schedule::Scheduler;
use crate::secret::Secret;

/// Changes live state. Every method is one call but for its repeats.
#[derive(Clone)]
pub struct Writer {
    account: Account,
}

/// One change inside an object. A `/` in a part of a path is written `~1`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Patch {
    /// Sets a field.
    Replace(String, String),
    /// Adds to a list, or sets a field that is not there yet.
    Add(String, String),
    /// Removes from a list (with a value), or a field.
    Remove(String, Option<String>),
}

/// How long one import may take: how long AWS works on a file of 500 rows is
/// not documented.
const IMPORT: Duration = Duration::from_mins(1);

/// What an import says that it did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Imported {
    /// The keys that it made or changed, in no order that is documented.
    pub ids: Vec<String>,
    /// What it left out, in words that are not documented. Scrubbed.
    pub warnings: Vec<String>,
}

/// What the row of a key that exists says.
pub(super) struct WithValue {
    pub(super) name: String,
    pub(super) description: String,
    pub(super) value: Secret,
}

/// What became of a delete.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deleted {
    /// It was there.
    Now,
    /// It was gone already.
    Before,
}

impl Writer {
    pub(super) fn new(account: Account) -> Self {
        Self { account }
    }

    /// Returns what its calls go through.
    pub(super) fn scheduler(&self) -> &Scheduler {
        self.account.scheduler()
    }

    /// Returns what may read in the same account.
    #[must_use]
    pub fn reader(&self) -> Reader {
        self.account.reader()
    }

    /// Makes a key with our value, so that a repeat cannot make a second one.
    /// Returns its id.
    ///
    /// # Errors
    /// [`ErrorKind::ConflictExists`] if a key has the value: perhaps this call
    /// made it and its answer was lost, see [`Writer::find_value`].
    pub async fn create_key(&self, key: &NewKey, value: &Secret) -> Result<String, ProviderError> {
        let operation = Operation::CreateApiKey;
        let send = || {
            let request = self.account.gateway().create_api_key();
            request
                .name(&key.name)
                .description(&key.description)
                .enabled(key.is_enabled)
                .set_customer_id(key.customer_id.clone())
                .set_tags(tags(&key.tags))
                .value(value.expose())
                .send()
        };
        let mut answer = self.account.call(operation, send).await?;
        answer.value.zeroize();
        let id = answer
            .id
            .ok_or_else(|| self.account.without(operation, "an id"))?;
        hide_long_id(&id, self.account.output());
        Ok(id)
    }

    /// Makes or changes the keys of a file, by their values, and goes on past
    /// rows that are refused. Repeating it ends in the same state.
    ///
    /// # Errors
    /// If the call fails; then any part of the file may have been carried out.
    pub async fn import_keys(&self, file: &[u8]) -> Result<Imported, ProviderError> {
        let timeouts = TimeoutConfig::builder()
            .operation_attempt_timeout(IMPORT)
            .operation_timeout(IMPORT);
        let send = || {
            let request = self.account.gateway().import_api_keys();
            let request = request.body(Blob::new(file)).format(ApiKeysFormat::Csv);
            let config = aws_sdk_apigateway::Config::builder();
            request
                .fail_on_warnings(false)
                .customize()
                .config_override(config.timeout_config(timeouts.clone().build()))
                .send()
        };
        let answer = self.account.call(Operation::ImportApiKeys, send).await?;
        let output = self.account.output();
        let ids = answer.ids.unwrap_or_default();
        for id in &ids {
            hide_long_id(id, output);
        }
        let warnings = answer.warnings.unwrap_or_default();
        let warnings = warnings.iter().map(|warning| output.scrub(warning));
        Ok(Imported {
            ids,
            warnings: warnings.collect(),
        })
    }

    /// Returns the value of one key, masked before anybody can hold it.
    ///
    /// # Errors
    /// If the call fails; [`ErrorKind::NotFound`] if the key is gone.
    pub async fn read_value(&self, id: &str) -> Result<Secret, ProviderError> {
        let operation = Operation::GetApiKey;
        let send = || {
            let request = self.account.gateway().get_api_key().api_key(id);
            request.include_value(true).send()
        };
        let mut answer = self.account.call(operation, send).await?;
        let value = answer.value.take().filter(|value| !value.is_empty());
        let value = value.ok_or_else(|| self.account.without(operation, "a value"))?;
        Ok(Secret::received(value, self.account.output()))
    }

    /// Returns the values of these keys, masked, with the names and
    /// descriptions that they have; nothing of any other key. One call for
    /// each 500 keys of the account.
    ///
    /// # Errors
    /// If a call fails.
    pub(super) async fn read_values(
        &self,
        ids: &BTreeSet<String>,
    ) -> Result<BTreeMap<String, WithValue>, ProviderError> {
        let mut values = BTreeMap::new();
        let mut paging = Paging::default();
        loop {
            let send = || {
                let request = self.account.gateway().get_api_keys();
                let request = request.include_values(true).limit(500);
                request.set_position(paging.position()).send()
            };
            let answer = self.account.call(Operation::GetApiKeys, send).await?;
            for mut key in answer.items.unwrap_or_default() {
                let wanted = key.id.take().filter(|id| ids.contains(id));
                let Some((id, value)) = wanted.zip(key.value.take()) else {
                    key.value.zeroize();
                    continue;
                };
                let with_value = WithValue {
                    name: key.name.unwrap_or_default(),
                    description: key.description.unwrap_or_default(),
                    value: Secret::received(value, self.account.output()),
                };
                values.insert(id, with_value);
            }
            if !paging.go_on(answer.position)? {
                return Ok(values);
            }
        }
    }

    /// Returns the key with this name and value, if there is one.
    ///
    /// # Errors
    /// If the call fails.
    pub async fn find_value(
        &self,
        name: &str,
        value: &Secret,
    ) -> Result<Option<FoundKey>, ProviderError> {
        let operation = Operation::GetApiKeys;
        let mut paging = Paging::default();
        loop {
            let send = || {
                let request = self.account.gateway().get_api_keys();
                let request = request.name_query(name).include_values(true).limit(500);
                request.set_position(paging.position()).send()
            };
            let answer = self.account.call(operation, send).await?;
            for mut key in answer.items.unwrap_or_default() {
                let Some(found) = key.value.take() else {
                    continue;
                };
                let found = Secret::received(found, self.account.output());
                // The query matches prefixes.
                if key.name.as_deref() == Some(name) && found.equals(value) {
                    return self.found(operation, key).map(Some);
                }
            }
            if !paging.go_on(answer.position)? {
                return Ok(None);
            }
        }
    }

    /// Changes a key, all patches at once.
    ///
    /// # Errors
    /// If the call fails; [`ErrorKind::NotFound`] if the key is gone.
    pub async fn update_key(&self, id: &str, patches: &[Patch]) -> Result<(), ProviderError> {
        let send = || {
            let request = self.account.gateway().update_api_key().api_key(id);
            request
                .set_patch_operations(Some(operations(patches)))
                .send()
        };
        let mut answer = self.account.call(Operation::UpdateApiKey, send).await?;
        answer.value.zeroize();
        Ok(())
    }

    /// Deletes a key, and with it its places on usage plans.
    ///
    /// # Errors
    /// If the call fails.
    pub async fn delete_key(&self, id: &str) -> Result<Deleted, ProviderError> {
        let send = || self.account.gateway().delete_api_key().api_key(id).send();
        deleted(self.account.call(Operation::DeleteApiKey, send).await)
    }

    /// Makes a usage plan. Returns its id.
    ///
    /// # Errors
    /// If the call fails; after [`ErrorKind::Ambiguous`] look for the marker
    /// before repeating it: the service has no protection against doubles.
    pub async fn create_usage_plan(&self, plan: &NewUsagePlan) -> Result<String, ProviderError> {
        let operation = Operation::CreateUsagePlan;
        let send = || {
            let request = self.account.gateway().create_usage_plan();
            request
                .name(&plan.name)
                .description(&plan.description)
                .set_api_stages(Some(plan.stages.iter().map(stage).collect()))
                .set_throttle(plan.throttle.map(throttle))
                .set_quota(plan.quota.map(quota))
                .send()
        };
        let answer = self.account.call(operation, send).await?;
        answer
            .id
            .ok_or_else(|| self.account.without(operation, "an id"))
    }

    /// Changes a usage plan, all patches at once: one call per 20 s.
    ///
    /// # Errors
    /// If the call fails; [`ErrorKind::Ambiguous`] means: read it again first,
    /// if anything is added or removed.
    pub async fn update_usage_plan(
        &self,
        id: &str,
        patches: &[Patch],
    ) -> Result<(), ProviderError> {
        let is_safe = patches
            .iter()
            .all(|patch| matches!(patch, Patch::Replace(..)));
        let operation = if is_safe {
            Operation::ReplaceInUsagePlan
        } else {
            Operation::UpdateUsagePlan
        };
        let send = || {
            let request = self.account.gateway().update_usage_plan().usage_plan_id(id);
            request
                .set_patch_operations(Some(operations(patches)))
                .send()
        };
        self.account.call(operation, send).await.map(drop)
    }

    /// Deletes a usage plan, whose stages must be removed before.
    ///
    /// # Errors
    /// If the call fails.
    pub async fn delete_usage_plan(&self, id: &str) -> Result<Deleted, ProviderError> {
        let send = || {
            self.account
                .gateway()
                .delete_usage_plan()
                .usage_plan_id(id)
                .send()
        };
        deleted(self.account.call(Operation::DeleteUsagePlan, send).await)
    }

    /// Puts a key on a usage plan.
    ///
    /// # Errors
    /// [`ErrorKind::ConflictOther`] if it is there, or on another usage plan
    /// with one of the same stages: [`Reader::is_member`] tells.
    pub async fn attach(&self, usage_plan_id: &str, key_id: &str) -> Result<(), ProviderError> {
        let send = || {
            let request = self.account.gateway().create_usage_plan_key();
            let request = request.usage_plan_id(usage_plan_id).key_id(key_id);
            request.key_type("API_KEY").send()
        };
        let mut answer = self
            .account
            .call(Operation::CreateUsagePlanKey, send)
            .await?;
        answer.value.zeroize();
        Ok(())
    }

    /// Takes a key off a usage plan.
    ///
    /// # Errors
    /// If the call fails.
    pub async fn detach(
        &self,
        usage_plan_id: &str,
        key_id: &str,
    ) -> Result<Deleted, ProviderError> {
        let send = || {
            let request = self.account.gateway().delete_usage_plan_key();
            request.usage_plan_id(usage_plan_id).key_id(key_id).send()
        };
        deleted(self.account.call(Operation::DeleteUsagePlanKey, send).await)
    }

    /// Adds tags to a key, or sets them anew.
    ///
    /// # Errors
    /// If the call fails.
    pub async fn tag_key(
        &self,
        key_id: &str,
        added: &BTreeMap<String, String>,
    ) -> Result<(), ProviderError> {
        let arn = self.account.key_arn(key_id);
        let send = || {
            let request = self.account.gateway().tag_resource().resource_arn(&arn);
            request.set_tags(tags(added)).send()
        };
        self.account
            .call(Operation::TagResource, send)
            .await
            .map(drop)
    }

    /// Removes tags of a key.
    ///
    /// # Errors
    /// If the call fails.
    pub async fn untag_key(&self, key_id: &str, removed: &[String]) -> Result<(), ProviderError> {
        let arn = self.account.key_arn(key_id);
        let send = || {
            let request = self.account.gateway().untag_resource().resource_arn(&arn);
            request.set_tag_keys(Some(removed.to_vec())).send()
        };
        self.account
            .call(Operation::UntagResource, send)
            .await
            .map(drop)
    }

    fn found(&self, operation: Operation, key: ApiKey) -> Result<FoundKey, ProviderError> {
        let row = live_key(key, self.account.output());
        let (id, live) = row.ok_or_else(|| self.account.without(operation, "an id"))?;
        Ok(FoundKey {
            id,
            marker: live.marker,
        })
    }
}

/// A delete of what is gone is done.
fn deleted<T>(answer: Result<T, ProviderError>) -> Result<Deleted, ProviderError> {
    match answer {
        Ok(_) => Ok(Deleted::Now),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(Deleted::Before),
        Err(error) => Err(error),
    }
}
