//! What a plan costs: the exact number of calls and the least time under the provider's limits.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use super::bulk;
use super::change::Change;
use super::step::Operation;
use crate::state::LiveState;
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
    match provider {
        Provider::AwsApiGateway => match operation {
            Operation::CreateApiKey | Operation::DeleteApiKey => Some(Budget {
                burst: 5,
                refill_ms: 200,
            }),
            Operation::UpdateUsagePlan => Some(Budget {
                burst: 1,
                refill_ms: 20_000,
            }),
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
            | Operation::Deliver => None,
        },
        Provider::GoogleApiKeys | Provider::AzureApiManagement => None,
    }
}

impl Budget {
    fn floor_ms(self, calls: u64) -> u64 {
        calls.saturating_sub(u64::from(self.burst)) * u64::from(self.refill_ms)
    }
}

/// What a plan costs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "kebab-case")]
pub struct Cost {
    /// Calls that apply makes after its refresh, exactly, if none has to be
    /// repeated and no list lags behind.
    pub calls: u64,
    /// The least time that the provider's limits allow, in milliseconds.
    pub floor_ms: u64,
    /// Calls by operation.
    #[cfg_attr(feature = "ts", tsify(type = "Partial<Record<Operation, number>>"))]
    pub by_operation: BTreeMap<Operation, u64>,
}

impl Cost {
    pub(super) fn of(provider: Provider, changes: &[Change], live: &LiveState) -> Self {
        let mut by_operation = BTreeMap::new();
        let single = changes.iter().filter(|change| change.import.is_none());
        for operation in single.flat_map(|change| change.step.operations()) {
            *by_operation.entry(operation).or_insert(0_u64) += 1;
        }
        for (operation, calls) in bulk::operations(changes, live) {
            *by_operation.entry(operation).or_insert(0) += calls;
        }
        let calls = by_operation.values().sum();
        let own = |(operation, calls): (&Operation, &u64)| {
            operation_budget(provider, *operation).map_or(0, |budget| budget.floor_ms(*calls))
        };
        let slowest = by_operation.iter().map(own).max().unwrap_or(0);
        // A secret store has limits of its own.
        let elsewhere = by_operation.get(&Operation::Deliver).unwrap_or(&0);
        let floor_ms = slowest.max(total_budget(provider).floor_ms(calls - elsewhere));
        Self {
            calls,
            floor_ms,
            by_operation,
        }
    }

    /// Says calls and time in words: `12 calls, at least 20 s`.
    ///
    /// What a store or a slow answer adds is not in it.
    #[must_use]
    pub fn in_words(&self) -> String {
        let mut calls = if self.calls == 1 {
            "1 call".to_owned()
        } else {
            format!("{} calls", self.calls)
        };
        match self.by_operation.get(&Operation::ImportApiKeys) {
            None => {}
            Some(1) => calls.push_str(" (one of them imports many keys at once)"),
            Some(files) => {
                let _ = write!(calls, " ({files} of them import many keys at once)");
            }
        }
        match self.floor_ms {
            0 => calls,
            floor => format!("{calls}, at least {}", duration_in_words(floor)),
        }
    }
}

/// Says milliseconds as a person would: `20 s`, `3 min 20 s`, `1 h 5 min`.
#[must_use]
pub fn duration_in_words(ms: u64) -> String {
    let seconds = ms.div_ceil(1000);
    let (hours, minutes, rest) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    match (hours, minutes) {
        (0, 0) => format!("{rest} s"),
        (0, _) if rest == 0 => format!("{minutes} min"),
        (0, _) => format!("{minutes} min {rest} s"),
        (_, 0) => format!("{hours} h"),
        _ => format!("{hours} h {minutes} min"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_as_a_person_says_them() {
        let said = [1, 20_000, 60_000, 200_000, 3_600_000, 3_900_000].map(duration_in_words);
        assert_eq!(
            said,
            ["1 s", "20 s", "1 min", "3 min 20 s", "1 h", "1 h 5 min"]
        );
    }

    #[test]
    fn the_floor_is_the_bucket_then_the_rate() {
        let budget = total_budget(Provider::AwsApiGateway);
        assert_eq!(budget.floor_ms(40), 0);
        assert_eq!(budget.floor_ms(121), 8_100);
        let update = operation_budget(Provider::AwsApiGateway, Operation::UpdateUsagePlan).unwrap();
        assert_eq!(update.floor_ms(100), 1_980_000);
    }
}
