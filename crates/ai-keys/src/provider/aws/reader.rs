//! What the planning path may do: list and look, without values.

use std::collections::BTreeMap;

use ai_keys_core::date::Date;
use ai_keys_core::state::{ApiName, DayOfUse, LiveUsagePlan};

use super::account::Account;
use super::operation::Operation;
use super::rows::{ListedKey, Page, key_usage, listed_key, live_usage_plan, member, sorted};
use crate::output::Progress;
use crate::provider::{ErrorKind, ProviderError};

/// The most rows that API Gateway puts on a page; 25 if not asked.
const PAGE: i32 = 500;

/// Reads live state.
///
/// INVARIANT: has no method that writes, and none that returns a key value.
#[derive(Clone)]
pub struct Reader {
    account: Account,
}

impl Reader {
    pub(super) fn new(account: Account) -> Self {
        Self { account }
    }

    /// Returns a page of keys, newest first, from a position on.
    ///
    /// # Errors
    /// If the call fails; a position that expired is [`ErrorKind::Invalid`].
    pub async fn keys(&self, position: Option<String>) -> Result<Page<ListedKey>, ProviderError> {
        let operation = Operation::GetApiKeys;
        let send = || {
            let request = self.account.gateway().get_api_keys();
            let request = request.set_position(position.clone());
            request.include_values(false).limit(PAGE).send()
        };
        let answer = self.account.call(operation, send).await?;
        let output = self.account.output();
        self.page(operation, answer.items, answer.position, |key| {
            listed_key(key, output)
        })
    }

    /// Returns when a key was made, in seconds since 1970.
    ///
    /// # Errors
    /// If the call fails.
    pub async fn key_made_at(&self, key_id: &str) -> Result<Option<i64>, ProviderError> {
        let send = || {
            let request = self.account.gateway().get_api_key().api_key(key_id);
            request.include_value(false).send()
        };
        let mut answer = self.account.call(Operation::GetApiKey, send).await?;
        zeroize::Zeroize::zeroize(&mut answer.value);
        Ok(answer.created_date.map(|date| date.secs()))
    }

    /// Returns a page of usage plans, from a position on.
    ///
    /// # Errors
    /// As [`Reader::keys`].
    pub async fn usage_plans(
        &self,
        position: Option<String>,
    ) -> Result<Page<LiveUsagePlan>, ProviderError> {
        let operation = Operation::GetUsagePlans;
        let send = || {
            let request = self.account.gateway().get_usage_plans();
            let request = request.set_position(position.clone());
            request.limit(PAGE).send()
        };
        let answer = self.account.call(operation, send).await?;
        self.page(operation, answer.items, answer.position, live_usage_plan)
    }

    /// Returns a page of the keys on a usage plan, from a position on.
    ///
    /// A usage plan that does not exist has no keys and is no error.
    ///
    /// # Errors
    /// As [`Reader::keys`].
    pub async fn members(
        &self,
        usage_plan_id: &str,
        position: Option<String>,
    ) -> Result<Page<()>, ProviderError> {
        let operation = Operation::GetUsagePlanKeys;
        let send = || {
            let request = self.account.gateway().get_usage_plan_keys();
            let request = request.set_position(position.clone());
            request.usage_plan_id(usage_plan_id).limit(PAGE).send()
        };
        let answer = self.account.call(operation, send).await?;
        let output = self.account.output();
        self.page(operation, answer.items, answer.position, |key| {
            member(key, output)
        })
    }

    /// Returns a page of REST APIs: their names by id.
    ///
    /// # Errors
    /// As [`Reader::keys`].
    pub async fn apis(&self, position: Option<String>) -> Result<Page<ApiName>, ProviderError> {
        let operation = Operation::GetRestApis;
        let send = || {
            let request = self.account.gateway().get_rest_apis();
            request.set_position(position.clone()).limit(PAGE).send()
        };
        let answer = self.account.call(operation, send).await?;
        self.page(operation, answer.items, answer.position, |api| {
            Some((api.id?, api.name.unwrap_or_default()))
        })
    }

    /// Returns a page of who used a usage plan from one day to another, both
    /// included, from a position on. The rows have handles in place of ids.
    ///
    /// # Errors
    /// As [`Reader::keys`]; more than [`ai_keys_core::state::Usage::MOST_DAYS`] days are
    /// [`ErrorKind::Invalid`].
    pub async fn usage(
        &self,
        usage_plan_id: &str,
        (from, to): (Date, Date),
        position: Option<String>,
    ) -> Result<Page<Vec<DayOfUse>>, ProviderError> {
        let operation = Operation::GetUsage;
        let send = || {
            let request = self.account.gateway().get_usage();
            let request = request.set_position(position.clone());
            let request = request
                .start_date(from.to_string())
                .end_date(to.to_string());
            request.usage_plan_id(usage_plan_id).limit(PAGE).send()
        };
        let answer = self.account.call(operation, send).await?;
        let items = answer.items.map(|items| items.into_iter().collect());
        let output = self.account.output();
        self.page(operation, items, answer.position, |(key, days)| {
            key_usage(key, days, output)
        })
    }

    /// Returns the tags of a key.
    ///
    /// # Errors
    /// If the call fails.
    pub async fn key_tags(&self, key_id: &str) -> Result<BTreeMap<String, String>, ProviderError> {
        let arn = self.account.key_arn(key_id);
        let send = || self.account.gateway().get_tags().resource_arn(&arn).send();
        let answer = self.account.call(Operation::GetTags, send).await?;
        Ok(sorted(answer.tags))
    }

    /// Returns a reporter of progress over this many usage plans.
    pub(super) fn progress(&self, usage_plans: usize) -> Progress {
        let label = format!("reading {}", self.region());
        self.account.output().progress(&label, usage_plans as u64)
    }

    /// Returns the region that is read.
    #[must_use]
    pub fn region(&self) -> &str {
        self.account.region()
    }

    /// Returns the error for a call that ended without an answer.
    pub(super) fn broken(&self, operation: Operation) -> ProviderError {
        self.account.without(operation, "an end")
    }

    /// Returns whether a key is on a usage plan.
    ///
    /// # Errors
    /// If the call fails for another reason than that it is not.
    pub async fn is_member(
        &self,
        usage_plan_id: &str,
        key_id: &str,
    ) -> Result<bool, ProviderError> {
        let send = || {
            let request = self.account.gateway().get_usage_plan_key();
            request.usage_plan_id(usage_plan_id).key_id(key_id).send()
        };
        match self.account.call(Operation::GetUsagePlanKey, send).await {
            Ok(mut answer) => {
                zeroize::Zeroize::zeroize(&mut answer.value);
                Ok(true)
            }
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Makes a page. A row without an id makes the whole list unusable: a list
    /// that was not read to its end plans nothing.
    fn page<T, R>(
        &self,
        operation: Operation,
        items: Option<Vec<T>>,
        position: Option<String>,
        row: impl Fn(T) -> Option<(String, R)>,
    ) -> Result<Page<R>, ProviderError> {
        let rows: Option<Vec<_>> = items.unwrap_or_default().into_iter().map(row).collect();
        Ok(Page {
            rows: rows.ok_or_else(|| {
                self.account.without(
                    operation,
                    "an id, or has a limit that this version cannot read",
                )
            })?,
            next: position.filter(|position| !position.is_empty()),
        })
    }
}
