//! Whether the live state already is as a step would make it.

use super::step::{KeyPatch, KeyRef, Step, UsagePlanEdit, UsagePlanTarget};
use crate::state::{
    Delivered, Handle, LiveKey, LiveState, LiveUsagePlan, Liveness, Marker, MarkerDate,
};

/// Returns whether the live state already is as the step would make it.
///
/// What a step makes anew is only looked for: the fresh plan compares every
/// field of what exists, and a difference is a change that nobody reviewed.
pub(super) fn is_satisfied(step: &Step, live: &LiveState, namespace: &str) -> bool {
    let found = Found { live, namespace };
    match step {
        Step::CreateUsagePlan { name, .. } => found.usage_plan_named(name).is_some(),
        Step::UpdateUsagePlan { usage_plan, edits } => found
            .usage_plan(usage_plan)
            .is_some_and(|(_, live)| edits.iter().all(|edit| is_edited(live, edit))),
        Step::DeleteUsagePlan { usage_plan, .. } => found.usage_plan(usage_plan).is_none(),
        Step::CreateKey { key, .. } => found.key(key).is_some(),
        Step::UpdateKey { key, patch, .. } => found
            .key(key)
            .is_some_and(|(_, live)| is_patched(live, patch)),
        Step::TagKey { key, set, remove } => found.key(key).is_some_and(|(_, live)| {
            set.iter()
                .all(|(tag, value)| live.tags.get(tag) == Some(value))
                && !remove.iter().any(|tag| live.tags.contains_key(tag))
        }),
        Step::Attach { key, usage_plan } => found.is_on(key, usage_plan),
        Step::Detach { key, usage_plan } => !found.is_on(key, usage_plan),
        Step::Deliver {
            key, destination, ..
        } => matches!(
            live.deliveries.get(destination),
            Some(Delivered::Generation { number, .. }) if *number >= key.generation
        ),
        Step::DeleteKey { key } => found.key(key).is_none(),
    }
}

/// Finds what a step means: by its id, or by our marker if the plan makes it.
struct Found<'l> {
    live: &'l LiveState,
    namespace: &'l str,
}

impl<'l> Found<'l> {
    fn key(&self, key: &KeyRef) -> Option<(&'l Handle, &'l LiveKey)> {
        if let Some(handle) = &key.handle {
            return self.live.keys.get_key_value(handle);
        }
        self.live.keys.iter().find(|(_, live)| {
            live.marker.as_ref().is_some_and(|marker| {
                marker.namespace == self.namespace
                    && marker.name == key.name
                    && marker.generation == key.generation
            })
        })
    }

    fn usage_plan(&self, target: &UsagePlanTarget) -> Option<(&'l Handle, &'l LiveUsagePlan)> {
        match &target.handle {
            Some(handle) => self.live.usage_plans.get_key_value(handle),
            None => self.usage_plan_named(&target.name),
        }
    }

    fn usage_plan_named(&self, name: &str) -> Option<(&'l Handle, &'l LiveUsagePlan)> {
        self.live.usage_plans.iter().find(|(_, live)| {
            live.marker
                .as_ref()
                .is_some_and(|marker| marker.namespace == self.namespace && marker.name == name)
        })
    }

    fn is_on(&self, key: &KeyRef, usage_plan: &UsagePlanTarget) -> bool {
        let (key, usage_plan) = (self.key(key), self.usage_plan(usage_plan));
        key.zip(usage_plan)
            .is_some_and(|((handle, _), (_, live))| live.keys.contains(handle))
    }
}

fn is_patched(live: &LiveKey, patch: &KeyPatch) -> bool {
    let KeyPatch {
        name,
        description,
        is_enabled,
        customer_id,
    } = patch;
    let is_active = live.liveness == Liveness::Active;
    name.as_ref().is_none_or(|name| *name == live.name)
        && description
            .as_ref()
            .is_none_or(|text| is_described(&live.description, live.marker.as_ref(), text))
        && is_enabled.is_none_or(|is_enabled| is_enabled == is_active)
        && (customer_id.is_none() || *customer_id == live.customer_id)
}

/// Compares texts and markers; dates of a key's life only by whether they are
/// there, since a scheduled run may have done the same on another day.
fn is_described(text: &str, marker: Option<&Marker>, wanted: &str) -> bool {
    let (wanted_text, wanted_marker) = Marker::split(wanted);
    let undated = |marker: &Marker| {
        let mut rest = marker.clone();
        let dates = MarkerDate::ALL.map(|date| {
            rest.set_date(date, None);
            marker.date(date).is_some()
        });
        (rest, dates)
    };
    text == wanted_text && marker.map(undated) == wanted_marker.as_ref().map(undated)
}

fn is_edited(live: &LiveUsagePlan, edit: &UsagePlanEdit) -> bool {
    match edit {
        UsagePlanEdit::Name { name } => *name == live.name,
        UsagePlanEdit::Description { description } => {
            is_described(&live.description, live.marker.as_ref(), description)
        }
        UsagePlanEdit::RemoveStage { stage } => !live.stages.contains_key(stage),
        UsagePlanEdit::AddStage { stage } => live.stages.contains_key(stage),
        UsagePlanEdit::Throttle { throttle } => live.throttle == Some(*throttle),
        UsagePlanEdit::RemoveThrottle => live.throttle.is_none(),
        UsagePlanEdit::Quota { quota } => live.quota == Some(*quota),
        UsagePlanEdit::RemoveQuota => live.quota.is_none(),
        UsagePlanEdit::MethodThrottle {
            stage,
            method,
            throttle,
        } => {
            live.stages
                .get(stage)
                .and_then(|methods| methods.get(method))
                == Some(throttle)
        }
        UsagePlanEdit::RemoveMethodThrottle { stage, method } => live
            .stages
            .get(stage)
            .is_none_or(|methods| !methods.contains_key(method)),
    }
}
