//! What the planning path may do: list and look, without values.

use super::account::Account;
use super::operation::Operation;
use super::rows::{KeyRow, MemberRow, Page, UsagePlanRow};
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

    /// Returns the account id that the credentials belong to.
    ///
    /// # Errors
    /// See [`Account::id`].
    pub async fn account_id(&self) -> Result<String, ProviderError> {
        self.account.id().await
    }

    /// Returns a page of keys, newest first, from a position on.
    ///
    /// # Errors
    /// If the call fails; a position that expired is [`ErrorKind::Invalid`].
    pub async fn keys(&self, position: Option<&str>) -> Result<Page<KeyRow>, ProviderError> {
        let operation = Operation::GetApiKeys;
        let send = || {
            let request = self.account.gateway().get_api_keys();
            let request = request.set_position(position.map(ToOwned::to_owned));
            request.include_values(false).limit(PAGE).send()
        };
        let answer = self.account.call(operation, send).await?;
        let output = self.account.output();
        self.page(operation, answer.items, answer.position, |key| {
            KeyRow::new(key, output)
        })
    }

    /// Returns a page of usage plans, from a position on.
    ///
    /// # Errors
    /// As [`Reader::keys`].
    pub async fn usage_plans(
        &self,
        position: Option<&str>,
    ) -> Result<Page<UsagePlanRow>, ProviderError> {
        let operation = Operation::GetUsagePlans;
        let send = || {
            let request = self.account.gateway().get_usage_plans();
            let request = request.set_position(position.map(ToOwned::to_owned));
            request.limit(PAGE).send()
        };
        let answer = self.account.call(operation, send).await?;
        self.page(operation, answer.items, answer.position, UsagePlanRow::new)
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
        position: Option<&str>,
    ) -> Result<Page<MemberRow>, ProviderError> {
        let operation = Operation::GetUsagePlanKeys;
        let send = || {
            let request = self.account.gateway().get_usage_plan_keys();
            let request = request.set_position(position.map(ToOwned::to_owned));
            request.usage_plan_id(usage_plan_id).limit(PAGE).send()
        };
        let answer = self.account.call(operation, send).await?;
        let output = self.account.output();
        self.page(operation, answer.items, answer.position, |key| {
            MemberRow::new(key, output)
        })
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
        row: impl Fn(T) -> Option<R>,
    ) -> Result<Page<R>, ProviderError> {
        let rows: Option<Vec<R>> = items.unwrap_or_default().into_iter().map(row).collect();
        Ok(Page {
            rows: rows.ok_or_else(|| self.account.without(operation, "an id"))?,
            next: position.filter(|position| !position.is_empty()),
        })
    }
}
