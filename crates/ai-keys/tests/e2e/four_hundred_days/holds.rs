//! What holds at every moment, after a run that did all of its plan, and over all days.

use std::collections::{BTreeMap, BTreeSet};

use ai_keys_core::date::Date;
use ai_keys_core::state::{Marker, MarkerDate};
use ai_keys_sandbox::KeyRecord;

use super::AHEAD;
use super::night::Account400;
use crate::support::{call, scope};

impl Account400 {
    /// What holds at every moment, however the last run ended.
    pub(super) fn holds(&mut self, true_day: Date, today: Date) {
        let ours = self.ours();
        let mut seen = BTreeSet::new();
        for (marker, _) in &ours {
            let which = (marker.name.clone(), marker.generation);
            assert!(seen.insert(which.clone()), "{which:?} exists twice");
            self.born.entry(which).or_insert(true_day);
        }
        for name in self.desired.keys.keys() {
            let of_key = || ours.iter().filter(|(marker, _)| marker.name == *name);
            let working = of_key().filter(|(_, key)| key.enabled).count();
            assert!(working <= 2, "{name}: {working} values work on {true_day}");
            let newest = of_key().map(|(marker, _)| marker.generation).max();
            let current = of_key().filter(|(marker, _)| {
                marker.date(MarkerDate::Retiring).is_none()
                    && marker.date(MarkerDate::Removed).is_none()
            });
            // The one before the newest is current until the newest is delivered.
            let all: Vec<u32> = current.map(|(marker, _)| marker.generation).collect();
            assert!(all.len() <= 2 && all.iter().all(|n| Some(n + 1) >= newest));
            self.is_rotated_once_in_a_period(name);
        }
        // No secret of an open key holds what does not work: not even between two runs.
        for (place, value) in self.stored() {
            let name = &self.homes[&place];
            if self.steady.contains(name) && self.is_open(name, today) {
                let status = self.answers(&value);
                assert_eq!(status, 200, "{place} holds a dead value on {true_day}");
            }
        }
    }

    fn is_rotated_once_in_a_period(&self, name: &str) {
        let rotation = self.desired.keys.get(name).and_then(|key| key.rotation);
        let Some(rotation) = rotation else { return };
        // A clock that is ahead comes early by no more than it is ahead.
        let every = i32::try_from(u64::from(rotation.every.0) - AHEAD).unwrap();
        for ((key, number), born) in self.born.iter().filter(|((key, _), _)| key == name) {
            let before = (key.clone(), number.saturating_sub(1));
            if let Some(earlier) = self.born.get(&before) {
                let apart = earlier.days_until(*born);
                assert!(apart >= every, "{name}#{number}: after {apart} days");
            }
        }
    }

    /// What holds after a run that did all of its plan.
    pub(super) fn has_converged(&mut self, today: Date) {
        let ours = self.ours();
        for (marker, key) in &ours {
            let expected = if key.enabled { 200 } else { 403 };
            assert_eq!(self.answers(&key.value), expected, "{marker}");
            let is_open = self.is_open(&marker.name, today);
            assert!(is_open || !key.enabled, "{marker} works on {today}");
        }
        let stored = self.stored();
        self.steady.clear();
        for (name, wanted) in &self.desired.keys {
            if !self.is_open(name, today) {
                continue;
            }
            let of_key = ours.iter().filter(|(marker, _)| marker.name == *name);
            let (marker, newest) = of_key.max_by_key(|(marker, _)| marker.generation).unwrap();
            assert!(newest.enabled, "{marker} does not work on {today}");
            for destination in wanted.deliveries.keys() {
                let value = &stored[destination.name()];
                assert!(*value == newest.value, "{destination} is not the newest");
            }
            self.steady.insert(name.clone());
        }
    }

    /// What holds at the end: a key got about as many values as it has periods. Fewer, where people
    /// switch it off.
    pub(super) fn rotated_as_often_as_its_periods(&self, days: u32, are_edited: bool) {
        for (name, wanted) in &self.desired.keys {
            let values = self.born.keys().filter(|(key, _)| key == name).count();
            let values = u32::try_from(values).unwrap();
            let periods = wanted
                .rotation
                .map_or(0, |rotation| days / rotation.every.0);
            let missed = periods / if are_edited { 2 } else { 4 };
            let expected = periods - missed..=periods + 1;
            assert!(
                expected.contains(&values),
                "{name}: {values} values, {periods} periods"
            );
        }
    }

    fn ours(&self) -> Vec<(Marker, KeyRecord)> {
        let keys = self.sandbox.keys(&scope()).into_iter();
        keys.filter_map(|key| {
            let marker = Marker::split(key.description.as_deref()?).1?;
            Some((marker, key))
        })
        .collect()
    }

    fn answers(&self, value: &str) -> u16 {
        let (api, stage) = (&self.stage.api_id, &self.stage.stage);
        call(&self.sandbox.invoke_url(api, stage, "/x"), value)
    }

    /// Returns what is in the secret stores, by name.
    fn stored(&self) -> BTreeMap<String, String> {
        let secrets = self.sandbox.secrets(&scope()).into_iter();
        let secrets = secrets.filter_map(|secret| Some((secret.name, secret.value?)));
        let parameters = self.sandbox.parameters(&scope()).into_iter();
        let parameters = parameters.map(|parameter| (parameter.name, parameter.value));
        let github = self.sandbox.github_secrets().into_iter();
        let github = github.map(|secret| (secret.name, secret.value));
        secrets.chain(parameters).chain(github).collect()
    }
}
