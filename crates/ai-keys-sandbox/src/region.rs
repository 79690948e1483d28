//! The keys, usage plans, secrets and parameters of one account and region.
//!
//! Objects are numbered in the order of their creation. Lists go from the newest number to the oldest,
//! and a paging cursor is a number, so keys that come or go between two pages move nothing else.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};

use crate::model::{Key, UsagePlan};
use crate::parameters::Parameter;
use crate::secrets::StoredSecret;

/// What one account and region holds.
#[derive(Clone, Default, Serialize, Deserialize)]
pub(crate) struct Region {
    last_number: u64,
    pub(crate) keys: BTreeMap<u64, Key>,
    pub(crate) usage_plans: BTreeMap<u64, UsagePlan>,
    /// By name.
    #[serde(default)]
    pub(crate) secrets: BTreeMap<String, StoredSecret>,
    /// By name.
    #[serde(default)]
    pub(crate) parameters: BTreeMap<String, Parameter>,
    #[serde(skip)]
    key_by_id: HashMap<String, u64>,
    #[serde(skip)]
    key_by_value: HashMap<String, u64>,
    #[serde(skip)]
    usage_plan_by_id: HashMap<String, u64>,
}

impl Region {
    pub(crate) fn next_number(&mut self) -> u64 {
        self.last_number += 1;
        self.last_number
    }

    pub(crate) fn key(&self, id: &str) -> Option<&Key> {
        self.key_by_id
            .get(id)
            .and_then(|number| self.keys.get(number))
    }

    pub(crate) fn key_mut(&mut self, id: &str) -> Option<&mut Key> {
        self.key_by_id
            .get(id)
            .and_then(|number| self.keys.get_mut(number))
    }

    pub(crate) fn key_with_value(&self, value: &str) -> Option<&Key> {
        self.key_by_value
            .get(value)
            .and_then(|number| self.keys.get(number))
    }

    pub(crate) fn usage_plan(&self, id: &str) -> Option<&UsagePlan> {
        self.usage_plan_by_id
            .get(id)
            .and_then(|number| self.usage_plans.get(number))
    }

    pub(crate) fn usage_plan_mut(&mut self, id: &str) -> Option<&mut UsagePlan> {
        self.usage_plan_by_id
            .get(id)
            .and_then(|number| self.usage_plans.get_mut(number))
    }

    pub(crate) fn insert_key(&mut self, key: Key) {
        let number = self.next_number();
        self.key_by_id.insert(key.id.clone(), number);
        self.key_by_value.insert(key.value.clone(), number);
        self.keys.insert(number, key);
    }

    /// Removes a key and every association with it; false if there is no such key.
    pub(crate) fn remove_key(&mut self, id: &str) -> bool {
        let Some(key) = self
            .key_by_id
            .remove(id)
            .and_then(|number| self.keys.remove(&number))
        else {
            return false;
        };
        self.key_by_value.remove(&key.value);
        for (usage_plan_id, number) in &key.usage_plans {
            if let Some(usage_plan) = self.usage_plan_mut(usage_plan_id) {
                usage_plan.keys.remove(number);
                usage_plan.usage.remove(id);
            }
        }
        true
    }

    pub(crate) fn insert_usage_plan(&mut self, usage_plan: UsagePlan) {
        let number = self.next_number();
        self.usage_plan_by_id.insert(usage_plan.id.clone(), number);
        self.usage_plans.insert(number, usage_plan);
    }

    /// Removes a usage plan and its associations.
    pub(crate) fn remove_usage_plan(&mut self, id: &str) {
        let removed = self
            .usage_plan_by_id
            .remove(id)
            .and_then(|number| self.usage_plans.remove(&number));
        for key_id in removed
            .iter()
            .flat_map(|usage_plan| usage_plan.keys.values())
        {
            if let Some(key) = self.key_mut(key_id) {
                key.usage_plans.remove(id);
            }
        }
    }

    /// Puts a key on a usage plan; both must exist.
    pub(crate) fn associate(&mut self, usage_plan_id: &str, key_id: &str) {
        let number = self.next_number();
        if let Some(key) = self.key_mut(key_id) {
            key.usage_plans.insert(usage_plan_id.to_owned(), number);
        }
        if let Some(usage_plan) = self.usage_plan_mut(usage_plan_id) {
            usage_plan.keys.insert(number, key_id.to_owned());
        }
    }

    /// Takes a key off a usage plan; false if it was not on it.
    pub(crate) fn dissociate(&mut self, usage_plan_id: &str, key_id: &str) -> bool {
        let Some(number) = self
            .key_mut(key_id)
            .and_then(|key| key.usage_plans.remove(usage_plan_id))
        else {
            return false;
        };
        if let Some(usage_plan) = self.usage_plan_mut(usage_plan_id) {
            usage_plan.keys.remove(&number);
        }
        true
    }

    /// Rebuilds what is not saved.
    pub(crate) fn index(&mut self) {
        for (number, key) in &self.keys {
            self.key_by_id.insert(key.id.clone(), *number);
            self.key_by_value.insert(key.value.clone(), *number);
        }
        for (number, usage_plan) in &self.usage_plans {
            self.usage_plan_by_id.insert(usage_plan.id.clone(), *number);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::Ids;
    use crate::model::tests::{key, usage_plan};

    #[test]
    fn removing_a_key_takes_it_off_its_usage_plans() {
        let mut region = Region::default();
        region.insert_key(key("k1", "v1"));
        region.insert_usage_plan(usage_plan("p1"));
        region.associate("p1", "k1");
        assert_eq!(region.usage_plan("p1").unwrap().keys.len(), 1);
        assert!(region.remove_key("k1"));
        assert!(region.usage_plan("p1").unwrap().keys.is_empty());
        assert!(region.key_with_value("v1").is_none());
        assert!(!region.remove_key("k1"));
    }

    /// INVARIANT: a key names a usage plan if and only if the usage plan names the key, with one number.
    fn check(region: &Region) {
        for key in region.keys.values() {
            assert!(
                region
                    .key_with_value(&key.value)
                    .is_some_and(|found| found.id == key.id)
            );
            for (id, number) in &key.usage_plans {
                assert_eq!(
                    region.usage_plan(id).unwrap().keys.get(number),
                    Some(&key.id)
                );
            }
        }
        for usage_plan in region.usage_plans.values() {
            for (number, id) in &usage_plan.keys {
                assert_eq!(
                    region.key(id).unwrap().usage_plans.get(&usage_plan.id),
                    Some(number)
                );
            }
        }
    }

    #[test]
    fn both_sides_of_an_association_agree_whatever_happens() {
        let mut random = Ids::new(Some(23));
        let mut region = Region::default();
        for _ in 0..3000 {
            let id = random.id();
            let (step, rest) = id.split_at(1);
            let (a, rest) = rest.split_at(1);
            let (b, _) = rest.split_at(1);
            let step = step.as_bytes()[0] % 6;
            match step {
                0 if region.key(a).is_none() => region.insert_key(key(a, &format!("value-{a}"))),
                1 if region.usage_plan(b).is_none() => region.insert_usage_plan(usage_plan(b)),
                2 => drop(region.remove_key(a)),
                3 => region.remove_usage_plan(b),
                4 => drop(region.dissociate(b, a)),
                _ => {
                    let is_on = region
                        .key(a)
                        .is_none_or(|key| key.usage_plans.contains_key(b));
                    if !is_on && region.usage_plan(b).is_some() {
                        region.associate(b, a);
                    }
                }
            }
            check(&region);
        }
    }
}
