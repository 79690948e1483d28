//! A live account in a few calls.

use std::collections::BTreeMap;

use crate::limits::{Period, Quota, Rate, Throttle};
use crate::state::{Handle, LiveKey, LiveState, LiveUsagePlan, Liveness, Marker, StageId};
use crate::support::Provider;

/// Returns the target's account with one REST API and nothing else.
pub(in crate::plan) fn empty() -> LiveState {
    let mut live = LiveState::empty(Provider::AwsApiGateway, "123456789012", "eu-west-1");
    live.apis.insert("a1".to_owned(), "chat-api".to_owned());
    live
}

pub(in crate::plan) fn stage(written: &str) -> StageId {
    StageId::try_from(written.to_owned()).unwrap()
}

pub(in crate::plan) fn limits(rate: f64, burst: u32) -> Throttle {
    Throttle {
        rate_per_second: Rate::new(rate),
        burst_requests: Some(burst),
    }
}

pub(in crate::plan) fn quota(limit: u32, per: Period) -> Quota {
    Quota {
        limit,
        offset: 0,
        per,
    }
}

impl LiveState {
    /// Adds a working key; the description ends with the marker, as in the
    /// cloud.
    pub(in crate::plan) fn key(mut self, id: &str, name: &str, description: &str) -> Self {
        let (text, marker) = Marker::split(description);
        let key = LiveKey {
            name: name.to_owned(),
            description: text.to_owned(),
            marker,
            liveness: Liveness::Active,
            created: None,
            customer_id: None,
            tags: BTreeMap::new(),
            slots: 1,
            etag: None,
        };
        self.keys.insert(Handle::of_id(id), key);
        self
    }

    /// Adds a usage plan with stages `a1/prod`, on which the keys are.
    pub(in crate::plan) fn usage_plan(
        mut self,
        id: &str,
        name: &str,
        description: &str,
        stages: &[&str],
        keys: &[&str],
    ) -> Self {
        let (text, marker) = Marker::split(description);
        let usage_plan = LiveUsagePlan {
            name: name.to_owned(),
            description: text.to_owned(),
            marker,
            throttle: None,
            quota: None,
            stages: stages
                .iter()
                .map(|written| (stage(written), BTreeMap::new()))
                .collect(),
            keys: keys.iter().map(|key| Handle::of_id(key)).collect(),
            tags: BTreeMap::new(),
        };
        self.usage_plans.insert(Handle::of_id(id), usage_plan);
        self
    }

    /// Adds a REST API.
    pub(in crate::plan) fn api(mut self, id: &str, name: &str) -> Self {
        self.apis.insert(id.to_owned(), name.to_owned());
        self
    }

    /// Changes a key behind our back.
    #[track_caller]
    pub(in crate::plan) fn edit(mut self, id: &str, edit: impl FnOnce(&mut LiveKey)) -> Self {
        edit(self.keys.get_mut(&Handle::of_id(id)).unwrap());
        self
    }

    /// Changes a usage plan behind our back.
    #[track_caller]
    pub(in crate::plan) fn edit_usage_plan(
        mut self,
        id: &str,
        edit: impl FnOnce(&mut LiveUsagePlan),
    ) -> Self {
        edit(self.usage_plans.get_mut(&Handle::of_id(id)).unwrap());
        self
    }

    /// Disables a key behind our back.
    #[track_caller]
    pub(in crate::plan) fn disabled(self, id: &str) -> Self {
        self.edit(id, |key| key.liveness = Liveness::Disabled)
    }

    /// Returns the only live key with this name in its marker, and its id.
    #[track_caller]
    pub(in crate::plan) fn our_key(&self, name: &str) -> (&Handle, &LiveKey) {
        let is_it = |key: &LiveKey| key.marker.as_ref().is_some_and(|m| m.name == name);
        let found: Vec<_> = self.keys.iter().filter(|(_, key)| is_it(key)).collect();
        let [only] = found.as_slice() else {
            panic!("{} keys named {name}", found.len());
        };
        *only
    }

    /// Returns the names of the usage plans that a key is on.
    pub(in crate::plan) fn plans_of(&self, id: &str) -> Vec<&str> {
        let handle = Handle::of_id(id);
        let on = |usage_plan: &&LiveUsagePlan| usage_plan.keys.contains(&handle);
        let names = self.usage_plans.values().filter(on);
        names.map(|usage_plan| usage_plan.name.as_str()).collect()
    }
}
