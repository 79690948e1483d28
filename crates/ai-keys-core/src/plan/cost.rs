//! What a plan costs: the exact number of calls and the least time under the provider's limits.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use super::change::Change;
use super::pace::{self, Wall};
use super::step::Operation;
use crate::state::LiveState;
use crate::support::Provider;

/// What a plan costs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "kebab-case")]
pub struct Cost {
    /// Calls that apply makes after its refresh, exactly, if none has to be
    /// repeated and no list lags behind.
    pub calls: u64,
    /// The least time that the provider's limits allow, in milliseconds: phase
    /// after phase, from full buckets on.
    pub floor_ms: u64,
    /// What takes most of that time; none if nothing has to wait.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ts", tsify(optional))]
    pub wall: Option<Wall>,
    /// Calls by operation.
    #[cfg_attr(feature = "ts", tsify(type = "Partial<Record<Operation, number>>"))]
    pub by_operation: BTreeMap<Operation, u64>,
}

impl Cost {
    /// `changes` are in their order.
    pub(super) fn of(provider: Provider, changes: &[Change], live: &LiveState) -> Self {
        let by_operation = pace::calls(changes, live);
        let (floor_ms, wall) = pace::floor(provider, changes, live);
        Self {
            calls: by_operation.values().sum(),
            floor_ms,
            wall: wall.filter(|_| provider == Provider::AwsApiGateway),
            by_operation,
        }
    }

    /// Says calls and time in words, with the reason for the time:
    /// `3 calls, at least 40 s: AWS takes one UpdateUsagePlan in 20 s`.
    ///
    /// What a slow answer adds is not in it.
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
        if self.floor_ms > 0 {
            let _ = write!(calls, ", at least {}", duration_in_words(self.floor_ms));
            if let Some(wall) = self.wall {
                let _ = write!(calls, ": {}", wall.in_words());
            }
        }
        calls
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
}
