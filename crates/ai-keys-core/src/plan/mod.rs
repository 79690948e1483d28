//! Desired and live state in, an ordered list of changes out. A plan is data.

mod attachments;
mod bulk;
mod change;
pub(crate) mod code;
mod compare_key;
mod compare_usage_plan;
mod cost;
mod deliveries;
mod disable;
mod guard;
mod ignored_adopt;
mod lifecycle;
pub mod order;
mod pace;
mod planner;
mod resolve_names;
mod reviewed;
mod rotation;
mod satisfied;
mod step;
mod traffic;
mod usage_plan_edits;

#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::mem;

use serde::{Deserialize, Serialize};

pub use bulk::WORTH_A_FILE;
pub use change::{Action, Change, FieldChange, Kind, Risk, Subject};
pub use cost::{Cost, duration_in_words};
pub use disable::{Whose, plan_disable};
pub use guard::{Guard, GuardReason};
pub use pace::{Budget, Wall, operation_budget, total_budget};
pub use planner::{Planned, cannot_plan, plan};
pub use reviewed::{Stale, Unfit, check_age, check_reviewed, read_plan};
pub use step::{
    KeyPatch, KeyRef, NewKey, NewUsagePlan, Operation, Step, Turn, UsagePlanEdit, UsagePlanTarget,
    Wait,
};
pub use traffic::Traffic;

use crate::date::Date;
use crate::digest::Digest;
use crate::state::LiveState;
use crate::support::Provider;

/// The version of the plan format that this program writes and reads.
pub const PLAN_FORMAT: u32 = 1;

/// What turns a live state into the desired one. Plain data, without a single
/// key value: it can be stored, compared, shown and published.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Plan {
    /// [`PLAN_FORMAT`].
    pub format: u32,
    /// Whose objects these are.
    pub namespace: String,
    /// The target's name in the manifest.
    pub target: String,
    /// The service.
    pub provider: Provider,
    /// The account that the live state is of.
    pub account: String,
    /// The region that the live state is of.
    pub region: String,
    /// The day for which it was planned.
    pub today: Date,
    /// Names what the manifest asks for.
    pub inputs: Digest,
    /// Names the live state.
    pub live: Digest,
    /// Names this plan: inputs, live state and changes.
    pub digest: Digest,
    /// What is carried out, in order.
    pub changes: Vec<Change>,
    /// Changes that need an acknowledgement.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "ts", tsify(optional))]
    pub guards: Vec<Guard>,
    /// What will be due on a later day.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "ts", tsify(optional))]
    pub upcoming: Vec<Upcoming>,
    /// How often keys were used that it turns away, where that was asked; by subject.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "ts", tsify(optional))]
    pub traffic: Vec<Traffic>,
    /// What it costs.
    pub cost: Cost,
    /// What it leaves alone.
    pub counts: Counts,
}

/// What a plan leaves alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "kebab-case")]
pub struct Counts {
    /// Our keys that are as the manifest wants them.
    pub unchanged_keys: u32,
    /// Our usage plans that are as the manifest wants them.
    pub unchanged_usage_plans: u32,
    /// Live keys that are not ours.
    pub foreign_keys: u32,
    /// Live usage plans that are not ours.
    pub foreign_usage_plans: u32,
}

/// What a plan for a later day will hold.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "kebab-case")]
pub struct Upcoming {
    /// The day.
    pub date: Date,
    /// What will happen.
    pub action: Action,
    /// To what.
    pub subject: Subject,
    /// Why.
    pub reason: String,
}

impl Plan {
    /// Returns whether there is nothing to do.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// Returns the part of the plan that is about these keys, and how many
    /// changes it leaves out. `live` is what it was planned from.
    #[must_use]
    pub fn only_keys(mut self, names: &BTreeSet<String>, live: &LiveState) -> (Self, usize) {
        let is_named =
            |subject: &Subject| subject.kind == Kind::Key && names.contains(subject.name.as_str());
        let all = self.changes.len();
        self.changes.retain(|change| is_named(&change.subject));
        self.upcoming.retain(|later| is_named(&later.subject));
        self.guards.retain(|guard| {
            let (_, object) = guard.acknowledge.split_once(':').unwrap_or_default();
            names.contains(object)
        });
        bulk::assign(self.provider, &mut self.changes);
        order::sort(&mut self.changes);
        self.cost = Cost::of(self.provider, &self.changes, live);
        self.sign();
        let left_out = all - self.changes.len();
        (self, left_out)
    }

    /// Returns how many changes there are of one action.
    #[must_use]
    pub fn count(&self, action: Action) -> usize {
        self.changes
            .iter()
            .filter(|change| change.action == action)
            .count()
    }

    /// Returns the digest of what the plan says, for [`Plan::digest`]: that of
    /// its JSON with an empty `digest` and without `traffic`, which no apply
    /// acts on.
    ///
    /// Where the manifest asks for a change (the line) is left out: moving a
    /// table within the file changes nothing.
    #[must_use]
    pub fn compute_digest(&self) -> Digest {
        let mut said = self.clone();
        said.sign();
        said.digest
    }

    /// Sets the digest.
    ///
    /// What it does not cover is put aside meanwhile: a copy of 20,000 changes
    /// would be an eighth of what the program needs for them.
    pub(crate) fn sign(&mut self) {
        let traffic = mem::take(&mut self.traffic);
        let line = |change: &mut Change| change.line.take();
        let lines: Vec<Option<u32>> = self.changes.iter_mut().map(line).collect();
        self.digest = Digest::empty();
        self.digest = Digest::of(self);
        for (change, line) in self.changes.iter_mut().zip(lines) {
            change.line = line;
        }
        self.traffic = traffic;
    }

    /// Writes the plan file, in the same bytes for the same plan.
    #[must_use]
    pub fn to_json(&self) -> String {
        // Our own types: string keys, finite numbers.
        let mut text = serde_json::to_string_pretty(self).unwrap_or_default();
        text.push('\n');
        text
    }
}
