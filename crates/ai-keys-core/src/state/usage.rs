//! How often keys were used, day by day, without a single key value.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::live::{Handle, LiveState};
use crate::date::{Date, Days};

/// The requests of one day, as API Gateway counts them for usage plans.
///
/// Counts arrive late and are a service of their own: "don't rely on usage
/// plans to control costs", says AWS of them.
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-usage-plans.html>,
/// checked 2026-11-24.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct DayOfUse {
    /// Requests that were let through.
    pub requests: u64,
    /// What was left of the quota at the end of the day; 0 without a quota.
    pub remaining: u64,
}

/// What the keys of one account and region were used for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Usage {
    /// The first day.
    pub from: Date,
    /// The last day, which is included.
    pub to: Date,
    /// Days from the first on, by usage plan and key. A key that is not there,
    /// and a day after the last entry, had no requests.
    pub by_usage_plan: BTreeMap<Handle, BTreeMap<Handle, Vec<DayOfUse>>>,
}

impl Usage {
    /// The longest period that API Gateway tells in one answer, in days.
    /// <https://repost.aws/knowledge-center/api-gateway-usage-key>, checked 2026-11-24.
    pub const MOST_DAYS: u32 = 90;

    /// Returns how many days the period has, both ends included.
    #[must_use]
    pub fn days(&self) -> usize {
        let between = self.from.days_until(self.to);
        usize::try_from(between).map_or(0, |days| days + 1)
    }

    /// Returns the days of a key, over all usage plans.
    pub fn of_key<'u>(&'u self, key: &'u Handle) -> impl Iterator<Item = &'u [DayOfUse]> {
        let usage_plans = self.by_usage_plan.values();
        usage_plans.filter_map(move |keys| keys.get(key).map(Vec::as_slice))
    }

    /// Returns the keys that were asked about: they are on usage plans, and each
    /// of these was. Requests are counted by usage plan alone.
    #[must_use]
    pub fn told<'l>(&self, live: &'l LiveState) -> BTreeSet<&'l Handle> {
        let (mut told, mut untold) = (BTreeSet::new(), BTreeSet::new());
        for (handle, usage_plan) in &live.usage_plans {
            let side = if self.by_usage_plan.contains_key(handle) {
                &mut told
            } else {
                &mut untold
            };
            side.extend(&usage_plan.keys);
        }
        told.retain(|key| !untold.contains(key));
        told
    }

    /// Returns the requests of a key in the whole period.
    #[must_use]
    pub fn requests_of(&self, key: &Handle) -> u64 {
        let days = self.of_key(key).flatten().map(|day| day.requests);
        days.fold(0, u64::saturating_add)
    }

    /// Returns the last day on which a key was used; `None` if it was not in
    /// this period.
    #[must_use]
    pub fn last_use_of(&self, key: &Handle) -> Option<Date> {
        let last = |days: &[DayOfUse]| days.iter().rposition(|day| day.requests > 0);
        let day = self.of_key(key).filter_map(last).max()?;
        Some(self.day(day))
    }

    /// Returns the day with this number; 0 is the first.
    #[must_use]
    pub fn day(&self, number: usize) -> Date {
        self.from
            .plus(Days(u32::try_from(number).unwrap_or(u32::MAX)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(requests: &[u64]) -> Vec<DayOfUse> {
        let day = |&requests| DayOfUse {
            requests,
            remaining: 0,
        };
        requests.iter().map(day).collect()
    }

    #[test]
    fn a_key_on_two_usage_plans_is_used_through_both() {
        let key = Handle::of_id("k1");
        let on = |requests: &[u64]| BTreeMap::from([(key.clone(), days(requests))]);
        let usage = Usage {
            from: "2026-11-01".parse().unwrap(),
            to: "2026-11-04".parse().unwrap(),
            by_usage_plan: BTreeMap::from([
                (Handle::of_id("p1"), on(&[5, 0, 0])),
                (Handle::of_id("p2"), on(&[0, 0, 2, 0])),
            ]),
        };
        assert_eq!(usage.days(), 4);
        assert_eq!(usage.requests_of(&key), 7);
        let last = usage.last_use_of(&key).map(|day| day.to_string());
        assert_eq!(last.as_deref(), Some("2026-11-03"));
        let other = Handle::of_id("k2");
        assert_eq!(usage.requests_of(&other), 0);
        assert_eq!(usage.last_use_of(&other), None);
    }
}
