//! What a provider takes in a time, and the least time that a plan needs for it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::bulk;
use super::change::Change;
use super::step::{Operation, Step};
use crate::state::{Destination, LiveState};
use crate::support::Provider;

/// A token bucket of a provider: so many calls at once, then one every so often.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// Calls that a full bucket holds.
    pub burst: u32,
    /// Milliseconds for one more call.
    pub refill_ms: u32,
}

/// Returns the budget of all calls of one account and region together.
///
/// Source: API Gateway quotas, Google's quotas of API Keys, Azure's limits of
/// Resource Manager; checked 2026-11-23.
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html>
#[must_use]
pub fn total_budget(provider: Provider) -> Budget {
    match provider {
        Provider::AwsApiGateway => Budget {
            burst: 40,
            refill_ms: 100,
        },
        // 120 writes a minute, and all of them at once.
        Provider::GoogleApiKeys => Budget {
            burst: 120,
            refill_ms: 500,
        },
        Provider::AzureApiManagement => Budget {
            burst: 200,
            refill_ms: 100,
        },
    }
}

/// Returns the budget of one operation, where it has one of its own.
///
/// Source: as [`total_budget`].
#[must_use]
pub fn operation_budget(provider: Provider, operation: Operation) -> Option<Budget> {
    Wall::of(provider, operation).map(|(_, budget)| budget)
}

/// What takes most of the least time of a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "kebab-case")]
pub enum Wall {
    /// The rate of all calls of the account and region together.
    AllCalls,
    /// The rate of `CreateApiKey`.
    CreateApiKey,
    /// The rate of `DeleteApiKey`.
    DeleteApiKey,
    /// The rate of `UpdateUsagePlan`.
    UpdateUsagePlan,
    /// The rate of new values in Parameter Store.
    ParameterStore,
    /// The rate of new values in Secrets Manager.
    SecretsManager,
    /// The pace at which GitHub asks for changes.
    Github,
}

impl Wall {
    /// Says what is waited for, as the reason after a time.
    #[must_use]
    pub fn in_words(self) -> &'static str {
        match self {
            Self::AllCalls => "AWS takes 10 calls a second",
            Self::CreateApiKey => "AWS takes 5 CreateApiKey a second",
            Self::DeleteApiKey => "AWS takes 5 DeleteApiKey a second",
            Self::UpdateUsagePlan => "AWS takes one UpdateUsagePlan in 20 s",
            Self::ParameterStore => "Parameter Store takes 3 values a second",
            Self::SecretsManager => "Secrets Manager takes 100 changes a second",
            Self::Github => "GitHub asks for one change a second",
        }
    }

    /// Returns the wall of an operation that has a rate of its own, and that rate.
    ///
    /// Source: as [`total_budget`].
    fn of(provider: Provider, operation: Operation) -> Option<(Self, Budget)> {
        match provider {
            Provider::AwsApiGateway => {}
            Provider::GoogleApiKeys | Provider::AzureApiManagement => return None,
        }
        let (wall, burst, refill_ms) = match operation {
            Operation::CreateApiKey => (Self::CreateApiKey, 5, 200),
            Operation::DeleteApiKey => (Self::DeleteApiKey, 5, 200),
            Operation::UpdateUsagePlan => (Self::UpdateUsagePlan, 1, 20_000),
            Operation::CreateUsagePlan
            | Operation::DeleteUsagePlan
            | Operation::UpdateApiKey
            | Operation::ImportApiKeys
            | Operation::ListKeys
            | Operation::ListUsagePlanKeys
            | Operation::CreateUsagePlanKey
            | Operation::DeleteUsagePlanKey
            | Operation::TagResource
            | Operation::UntagResource
            | Operation::ReadValue
            | Operation::Deliver => return None,
        };
        Some((wall, Budget { burst, refill_ms }))
    }

    /// Returns the wall of a secret store, and what it takes of new values.
    ///
    /// Secrets Manager takes 50 `CreateSecret` and 50 `PutSecretValue` a second;
    /// which of the two a delivery needs is not known before, so both are. The
    /// default of Parameter Store is 3 `PutParameter`. Checked 2026-11-23.
    /// <https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html>,
    /// <https://docs.aws.amazon.com/general/latest/gr/ssm.html>
    fn of_store(destination: &Destination) -> (Self, Budget) {
        let (wall, burst, refill_ms) = match destination {
            Destination::SecretsManager { .. } => (Self::SecretsManager, 100, 10),
            Destination::Ssm { .. } => (Self::ParameterStore, 3, 333),
            Destination::GithubRepository { .. }
            | Destination::GithubEnvironment { .. }
            | Destination::GithubOrganization { .. } => (Self::Github, 1, 1000),
        };
        (wall, Budget { burst, refill_ms })
    }
}

/// The place whose budget a delivery draws on: account and region; GitHub is one.
fn store(destination: &Destination) -> (&str, &str) {
    match destination {
        Destination::SecretsManager {
            region, account, ..
        }
        | Destination::Ssm {
            region, account, ..
        } => (account, region),
        Destination::GithubRepository { .. }
        | Destination::GithubEnvironment { .. }
        | Destination::GithubOrganization { .. } => ("", ""),
    }
}

/// A bucket at work.
struct Bucket {
    budget: Budget,
    full_at_ms: u64,
}

impl Bucket {
    fn full(budget: Budget) -> Self {
        Self {
            budget,
            full_at_ms: 0,
        }
    }

    /// Takes tokens as soon as they are there, from a moment on. Returns the
    /// moment of the last.
    fn take(&mut self, from_ms: u64, calls: u64) -> u64 {
        let Some(before_last) = calls.checked_sub(1) else {
            return from_ms;
        };
        let refill = u64::from(self.budget.refill_ms);
        let in_hand = u64::from(self.budget.burst).saturating_sub(1) * refill;
        let last = self.full_at_ms.max(from_ms) + before_last * refill;
        self.full_at_ms = last + refill;
        last.saturating_sub(in_hand).max(from_ms)
    }
}

/// Returns the least time of a plan in milliseconds, and what takes most of it.
///
/// A phase begins when the one before it has ended, with the buckets as they
/// are then. Within a phase every rate is taken for itself, so the time is never
/// more than what is needed.
pub(super) fn floor(
    provider: Provider,
    changes: &[Change],
    live: &LiveState,
) -> (u64, Option<Wall>) {
    let mut total = Bucket::full(total_budget(provider));
    let mut operations: BTreeMap<Operation, Bucket> = BTreeMap::new();
    let mut stores: BTreeMap<(Wall, &str, &str), Bucket> = BTreeMap::new();
    let mut spent: BTreeMap<Wall, u64> = BTreeMap::new();
    let mut now = 0;
    for phase in changes.chunk_by(|a, b| a.phase() == b.phase()) {
        let calls = calls(phase, live);
        let here = calls
            .iter()
            .filter(|(operation, _)| **operation != Operation::Deliver);
        let mut ends = vec![(
            total.take(now, here.map(|(_, calls)| calls).sum()),
            Wall::AllCalls,
        )];
        for (operation, calls) in &calls {
            if let Some((wall, budget)) = Wall::of(provider, *operation) {
                let bucket = operations
                    .entry(*operation)
                    .or_insert_with(|| Bucket::full(budget));
                ends.push((bucket.take(now, *calls), wall));
            }
        }
        for change in phase {
            if let Step::Deliver { destination, .. } = &change.step {
                let (wall, budget) = Wall::of_store(destination);
                let (account, region) = store(destination);
                let bucket = stores.entry((wall, account, region));
                let bucket = bucket.or_insert_with(|| Bucket::full(budget));
                ends.push((bucket.take(now, 1), wall));
            }
        }
        if let Some((end, wall)) = ends.into_iter().max() {
            *spent.entry(wall).or_default() += end - now;
            now = end;
        }
    }
    let most = spent.into_iter().max_by_key(|(_, spent)| *spent);
    (now, most.map(|(wall, _)| wall).filter(|_| now > 0))
}

/// Returns the calls of changes by operation.
pub(super) fn calls(changes: &[Change], live: &LiveState) -> BTreeMap<Operation, u64> {
    let mut calls = BTreeMap::new();
    let single = changes.iter().filter(|change| change.import.is_none());
    for operation in single.flat_map(|change| change.step.operations()) {
        *calls.entry(operation).or_insert(0_u64) += 1;
    }
    for (operation, filed) in bulk::operations(changes, live) {
        *calls.entry(operation).or_insert(0) += filed;
    }
    calls
}

#[cfg(test)]
mod tests {
    use super::*;

    fn aws() -> Bucket {
        Bucket::full(total_budget(Provider::AwsApiGateway))
    }

    #[test]
    fn a_bucket_gives_its_burst_and_then_its_rate() {
        assert_eq!(aws().take(0, 40), 0);
        assert_eq!(aws().take(0, 121), 8_100);
        let update = operation_budget(Provider::AwsApiGateway, Operation::UpdateUsagePlan);
        assert_eq!(Bucket::full(update.unwrap()).take(0, 100), 1_980_000);
    }

    #[test]
    fn what_one_phase_took_is_missing_in_the_next() {
        let mut bucket = aws();
        assert_eq!(bucket.take(0, 40), 0);
        // Ten tokens are back after a second.
        assert_eq!(bucket.take(1_000, 10), 1_000);
        assert_eq!(bucket.take(1_000, 10), 2_000);
        assert_eq!(bucket.take(60_000, 40), 60_000, "it is full again");
        assert_eq!(bucket.take(60_000, 0), 60_000);
    }
}
