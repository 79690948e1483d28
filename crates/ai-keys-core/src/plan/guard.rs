//! What a plan may not do without a person's word for it.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::Plan;
use super::change::{Kind, Subject};
use crate::sorted;

/// Why a change needs an acknowledgement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "kebab-case")]
pub enum GuardReason {
    /// More objects are taken away than `max-deletes` allows.
    Threshold,
    /// Most of what the file owns is taken away, however little that is.
    MostOfAll,
    /// Its owner has no other key that works.
    LastKeyOfOwner,
    /// CloudFormation owns it.
    OwnedByStack,
    /// It is protected, and its value is to stop working at once.
    Protected,
    /// A person wants values to stop working that the manifest wants to work.
    AtOnce,
}

impl GuardReason {
    /// Returns the verb of the acknowledgement.
    fn verb(self) -> &'static str {
        match self {
            Self::Threshold | Self::MostOfAll | Self::LastKeyOfOwner => "delete",
            Self::OwnedByStack => "adopt",
            Self::Protected => "revoke",
            Self::AtOnce => "disable",
        }
    }
}

impl fmt::Display for GuardReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Threshold => "more is taken away than max-deletes allows",
            Self::MostOfAll => "more than half of what this file owns is taken away",
            Self::LastKeyOfOwner => "its owner has no other key that works",
            Self::OwnedByStack => "CloudFormation owns it",
            Self::Protected => "it is protected",
            Self::AtOnce => "callers of these keys are answered 403 from then on",
        })
    }
}

/// A change that needs an acknowledgement.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "kebab-case")]
pub struct Guard {
    /// What is acknowledged, without the digest: `delete:legacy-batch`.
    pub acknowledge: String,
    /// Why.
    pub reason: GuardReason,
}

impl Guard {
    pub(super) fn new(reason: GuardReason, subject: &Subject) -> Self {
        let kind = match subject.kind {
            Kind::Key => "",
            Kind::UsagePlan => "usage-plan/",
        };
        Self {
            acknowledge: format!("{}:{kind}{}", reason.verb(), subject.name),
            reason,
        }
    }
}

/// Drops the guards on numbers if the numbers are small enough: at most
/// `max_deletes`, and not most of the `owned` objects. So a file that lost its
/// end is noticed in a small account too. A single object never is "most".
pub(super) fn lift_below_threshold(guards: &mut Vec<Guard>, max_deletes: usize, owned: usize) {
    let is_number = |guard: &Guard| guard.reason == GuardReason::Threshold;
    let taken_away = guards.iter().filter(|guard| is_number(guard)).count();
    if taken_away <= max_deletes {
        if taken_away > 1 && taken_away * 2 > owned {
            for guard in guards.iter_mut().filter(|guard| is_number(guard)) {
                guard.reason = GuardReason::MostOfAll;
            }
        } else {
            guards.retain(|guard| !is_number(guard));
        }
    }
    sorted::sort(guards);
    guards.dedup();
}

impl Plan {
    /// Returns the acknowledgement of a guard as it is typed, bound to this
    /// plan: `delete:legacy-batch@9c04-7e21`.
    #[must_use]
    pub fn acknowledgement(&self, guard: &Guard) -> String {
        format!("{}@{}", guard.acknowledge, self.digest.short())
    }

    /// Returns the acknowledgements that this plan needs, each once with all its
    /// reasons: `its owner has no other key that works; …`.
    #[must_use]
    pub fn acknowledgements(&self) -> Vec<(String, String)> {
        let same = |a: &Guard, b: &Guard| a.acknowledge == b.acknowledge;
        let each = self.guards.chunk_by(same).filter_map(|guards| {
            let reasons: Vec<String> = guards
                .iter()
                .map(|guard| guard.reason.to_string())
                .collect();
            Some((self.acknowledgement(guards.first()?), reasons.join("; ")))
        });
        each.collect()
    }

    /// Returns the guards that none of the given acknowledgements answers.
    #[must_use]
    pub fn open_guards(&self, acknowledged: &[String]) -> Vec<&Guard> {
        let given: BTreeSet<&str> = sorted::set(acknowledged.iter().map(|word| word.trim()));
        let is_open = |guard: &&Guard| !given.contains(self.acknowledgement(guard).as_str());
        self.guards.iter().filter(is_open).collect()
    }
}
