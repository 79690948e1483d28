//! Who would be turned away: how often a key was used that a plan takes away.
//!
//! Told beside the changes and not in them: requests come in while a plan is
//! reviewed, and it must not be stale for that.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::change::Subject;
use super::code::AK420;
use super::compare_key::subject;
use super::step::{KeyRef, Step};
use super::{Change, Plan};
use crate::date::Date;
use crate::diagnostic::Diagnostics;
use crate::limits::grouped;
use crate::state::{DesiredState, Handle, LiveState, Liveness, Usage};

/// How many days are looked at, the plan's own included.
const LOOK_BACK: u32 = 7;

/// How often a key was used that a plan disables or deletes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Traffic {
    /// The key.
    pub subject: Subject,
    /// The first day that was looked at.
    pub from: Date,
    /// The last day that was looked at.
    pub to: Date,
    /// Requests in these days, over all usage plans.
    pub requests: u64,
    /// The last day with a request; none if there was no request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ts", tsify(optional))]
    pub last_used: Option<Date>,
}

impl Traffic {
    /// Says how often the key was used: `1,204 requests in 7 days`.
    pub(crate) fn in_words(&self) -> String {
        let requests = match self.requests {
            0 => "no request".to_owned(),
            1 => "1 request".to_owned(),
            more => format!("{} requests", grouped(more)),
        };
        format!("{requests} in {} days", self.from.days_until(self.to) + 1)
    }
}

impl Plan {
    /// Returns the days whose traffic is a risk to take a key away, both
    /// included.
    #[must_use]
    pub fn traffic_days(&self) -> (Date, Date) {
        let from = self.today.days_before(LOOK_BACK - 1);
        (from.unwrap_or(self.today), self.today)
    }

    /// Returns the usage plans through which those keys are used that this
    /// plan turns away; none if it turns nobody away.
    #[must_use]
    pub fn usage_plans_of_doubt(&self, live: &LiveState) -> BTreeSet<Handle> {
        let keys: BTreeSet<&Handle> = self.turned_away(live).map(|(_, handle)| handle).collect();
        // Each member is looked up once, not each key on each usage plan.
        let usage_plans = live.usage_plans.iter();
        usage_plans
            .filter(|(_, usage_plan)| usage_plan.keys.iter().any(|key| keys.contains(key)))
            .map(|(handle, _)| handle.clone())
            .collect()
    }

    /// Notes how often those keys were used that this plan turns away, and
    /// returns a warning for each that was used.
    pub fn note_traffic(
        &mut self,
        desired: &DesiredState,
        live: &LiveState,
        usage: &Usage,
    ) -> Diagnostics {
        let told = usage.told(live);
        let away = self.turned_away(live);
        let mut traffic: Vec<Traffic> = away
            .filter(|(_, handle)| told.contains(handle))
            .map(|(key, handle)| Traffic {
                subject: subject(&key.name, key.generation),
                from: usage.from,
                to: usage.to,
                requests: usage.requests_of(handle),
                last_used: usage.last_use_of(handle),
            })
            .collect();
        traffic.sort();
        let mut out = Diagnostics::default();
        for one in &traffic {
            let Some(last_used) = one.last_used else {
                continue;
            };
            let entry = desired.keys.get(&one.subject.name);
            let span = entry.map_or(desired.span, |key| key.span);
            let of = if one.subject.generation > 1 {
                format!(", generation {},", one.subject.generation)
            } else {
                String::new()
            };
            let message = format!(
                "key `{}`{of} is turned away, and it made {} request{} since {}, the last on {}",
                one.subject.name,
                one.requests,
                if one.requests == 1 { "" } else { "s" },
                one.from,
                last_used
            );
            out.report(&AK420, span, message)
                .help("ask its owner first: callers are answered 403 from the apply on");
        }
        self.traffic = traffic;
        out
    }

    /// Returns how often the key was used that a change turns away, where that
    /// was asked.
    #[must_use]
    pub fn traffic_of(&self, change: &Change) -> Option<&Traffic> {
        taken_away(change)?;
        let at = self
            .traffic
            .binary_search_by(|one| one.subject.cmp(&change.subject));
        self.traffic.get(at.ok()?)
    }

    /// Returns the keys that work and that this plan disables or deletes.
    fn turned_away<'p>(
        &'p self,
        live: &'p LiveState,
    ) -> impl Iterator<Item = (&'p KeyRef, &'p Handle)> {
        let keys = self.changes.iter().filter_map(taken_away);
        keys.filter_map(|key| Some((key, key.handle.as_ref()?)))
            .filter(|(_, handle)| {
                let live = live.keys.get(*handle);
                live.is_some_and(|live| live.liveness == Liveness::Active)
            })
    }
}

fn taken_away(change: &Change) -> Option<&KeyRef> {
    match &change.step {
        Step::UpdateKey { key, patch, .. } if patch.is_enabled == Some(false) => Some(key),
        Step::DeleteKey { key } => Some(key),
        Step::UpdateKey { .. }
        | Step::CreateUsagePlan { .. }
        | Step::UpdateUsagePlan { .. }
        | Step::DeleteUsagePlan { .. }
        | Step::CreateKey { .. }
        | Step::TagKey { .. }
        | Step::Attach { .. }
        | Step::Detach { .. }
        | Step::Deliver { .. } => None,
    }
}
