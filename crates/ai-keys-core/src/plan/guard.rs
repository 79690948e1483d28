//! What a plan may not do without a person's word for it.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Plan;
use super::change::{Kind, Subject};

/// Why a change needs an acknowledgement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GuardReason {
    /// More objects are taken away than `max-deletes` allows.
    Threshold,
    /// Its owner has no other key that works.
    LastKeyOfOwner,
    /// CloudFormation owns it.
    OwnedByStack,
}

impl GuardReason {
    /// Returns the verb of the acknowledgement.
    fn verb(self) -> &'static str {
        match self {
            Self::Threshold | Self::LastKeyOfOwner => "delete",
            Self::OwnedByStack => "adopt",
        }
    }
}

impl fmt::Display for GuardReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Threshold => "more is taken away than max-deletes allows",
            Self::LastKeyOfOwner => "its owner has no other key that works",
            Self::OwnedByStack => "CloudFormation owns it",
        })
    }
}

/// A change that needs an acknowledgement.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
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

/// Drops the guards on numbers if the numbers are small enough.
pub(super) fn lift_below_threshold(guards: &mut Vec<Guard>, max_deletes: u32) {
    let taken_away = guards
        .iter()
        .filter(|guard| guard.reason == GuardReason::Threshold)
        .count();
    if taken_away <= max_deletes as usize {
        guards.retain(|guard| guard.reason != GuardReason::Threshold);
    }
    guards.sort();
    guards.dedup();
}

impl Plan {
    /// Returns the acknowledgement of a guard as it is typed, bound to this
    /// plan: `delete:legacy-batch@9c04-7e21`.
    #[must_use]
    pub fn acknowledgement(&self, guard: &Guard) -> String {
        format!("{}@{}", guard.acknowledge, self.digest.short())
    }

    /// Returns the guards that none of the given acknowledgements answers.
    #[must_use]
    pub fn open_guards(&self, acknowledged: &[String]) -> Vec<&Guard> {
        let is_open = |guard: &&Guard| {
            let wanted = self.acknowledgement(guard);
            !acknowledged.iter().any(|given| given.trim() == wanted)
        };
        self.guards.iter().filter(is_open).collect()
    }
}
