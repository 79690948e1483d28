//! Usage plans of the manifest.

use std::collections::{BTreeMap, BTreeSet};

use super::name::Names;
use super::text::{Field, Place, Text, key, quoted};
use super::{Composer, belongs_to};
use crate::limits::{Quota, Throttle};
use crate::state::{Handle, LiveUsagePlan, StageId};

impl<'a> Composer<'a> {
    /// Gives every usage plan that is wanted, or that a key is on, the name of
    /// its entry.
    pub(super) fn name_usage_plans(&mut self) {
        let mut names = Names::default();
        let of_keys = self
            .keys
            .iter()
            .flat_map(|(_, handle, _)| self.memberships.get(handle).into_iter().flatten())
            .copied();
        let wanted: BTreeSet<&Handle> = of_keys.chain(&self.wanted.usage_plans).collect();
        let live = &self.wanted.live.usage_plans;
        let mut found: Vec<_> = wanted
            .into_iter()
            .filter_map(|h| live.get_key_value(h))
            .collect();
        found.sort_by_key(|(handle, usage_plan)| (usage_plan.name.as_str(), *handle));
        for (handle, usage_plan) in found {
            if !self.refused.is_left_out(handle) {
                let name = names.give(&usage_plan.name, "plan");
                self.usage_plans.insert(handle, name);
            }
        }
    }

    pub(super) fn write_usage_plans(&mut self, text: &mut Text) {
        let mut entries: Vec<_> = self
            .usage_plans
            .iter()
            .map(|(h, name)| (name.clone(), *h))
            .collect();
        entries.sort();
        let mut cloud_names = BTreeSet::new();
        for (name, handle) in entries {
            if let Some(usage_plan) = self.wanted.live.usage_plans.get(handle) {
                let is_second = !cloud_names.insert(usage_plan.name.as_str());
                self.write_usage_plan(&name, handle, usage_plan, is_second, text);
            }
        }
    }

    fn write_usage_plan(
        &mut self,
        name: &str,
        handle: &'a Handle,
        live: &LiveUsagePlan,
        is_second: bool,
        text: &mut Text,
    ) {
        let place = |field| Place {
            handle: handle.clone(),
            kind: "usage plan",
            field,
        };
        let origin = self.origin(handle);
        text.entry(&format!("usage-plan.{name}"), place(Field::Whole), origin);
        let why_not = Self::why_not_managed(live);
        if why_not.is_some() || self.wanted.refers_to_usage_plans {
            text.field("manage", "false");
            text.field("adopt", &quoted(handle.as_str()));
            if live.name != name {
                text.field("name", &quoted(&live.name));
            }
            if let Some(why_not) = why_not {
                self.note("usage plan", handle, format!("only referred to: {why_not}"));
            }
            return;
        }
        if is_second {
            let note = format!(
                "another usage plan is named `{}`: renamed `{name}`",
                live.name
            );
            self.note("usage plan", handle, note);
        } else if live.name != name {
            text.field("name", &quoted(&live.name));
        }
        self.write_description(place(Field::Description), &live.description, text);
        if let Some(throttle) = live.throttle.as_ref().and_then(throttle_table) {
            text.field("throttle", &throttle);
        }
        if let Some(quota) = &live.quota {
            text.field("quota", &quota_table(quota));
        }
        self.write_stages(&live.stages, text);
        text.field("adopt", &quoted(handle.as_str()));
    }

    /// Returns why a usage plan cannot be declared as it is.
    fn why_not_managed(live: &LiveUsagePlan) -> Option<String> {
        if let Some(owner) = &live.marker {
            return Some(belongs_to(owner));
        }
        let methods = live.stages.values().flat_map(BTreeMap::values);
        methods
            .chain(&live.throttle)
            .any(|throttle| throttle_table(throttle).is_none() && *throttle != Throttle::default())
            .then(|| {
                "it limits the rate without the burst, or the burst without the rate".to_owned()
            })
    }

    fn write_stages(
        &self,
        stages: &BTreeMap<StageId, BTreeMap<String, Throttle>>,
        text: &mut Text,
    ) {
        let named: Vec<String> = stages
            .iter()
            .map(|(stage, methods)| self.stage_entry(stage, methods))
            .collect();
        match named.as_slice() {
            [] => {}
            [only] => text.field("stages", &format!("[{only}]")),
            more => {
                text.line("stages = [");
                for stage in more {
                    text.line(&format!("  {stage},"));
                }
                text.line("]");
            }
        }
    }

    fn stage_entry(&self, stage: &StageId, methods: &BTreeMap<String, Throttle>) -> String {
        let stage = quoted(&format!("{}/{}", self.api_name(&stage.api), stage.stage));
        let limits: Vec<String> = methods
            .iter()
            .filter_map(|(method, throttle)| {
                Some(format!("{} = {}", key(method), throttle_table(throttle)?))
            })
            .collect();
        if limits.is_empty() {
            stage
        } else {
            format!(
                "{{ stage = {stage}, throttle = {{ {} }} }}",
                limits.join(", ")
            )
        }
    }

    /// Returns the name of a REST API where it names only that one.
    fn api_name<'n>(&'n self, id: &'n str) -> &'n str {
        let apis = &self.wanted.live.apis;
        let Some(name) = apis.get(id) else { return id };
        let is_plain = !name.is_empty() && !name.contains(['/', '{', '}']);
        let is_unique = apis
            .iter()
            .filter(|(other, found)| *found == name || *other == name)
            .count()
            == 1;
        if is_plain && is_unique { name } else { id }
    }

    pub(super) fn write_description(&self, place: Place, description: &str, text: &mut Text) {
        let description = description.trim_end();
        if !description.is_empty() {
            self.write_optional(place, &quoted(description), text);
        }
    }

    /// Writes a field, unless the rules refuse it: then the live one stays as
    /// it is.
    pub(super) fn write_optional(&self, place: Place, value: &str, text: &mut Text) {
        if !self.refused.has(&place) {
            text.optional(place, value);
        }
    }
}

fn throttle_table(throttle: &Throttle) -> Option<String> {
    let (rate, burst) = (throttle.rate_per_second?, throttle.burst_requests?);
    Some(format!("{{ rate = {rate}, burst = {burst} }}"))
}

fn quota_table(quota: &Quota) -> String {
    let Quota { limit, offset, per } = quota;
    let offset = if *offset > 0 {
        format!(", offset = {offset}")
    } else {
        String::new()
    };
    format!(
        "{{ limit = {limit}, per = {}{offset} }}",
        quoted(per.name())
    )
}
