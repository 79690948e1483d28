//! A model of API Gateway: what is live after a plan was carried out, step by step.
//!
//! It refuses, by a panic, what API Gateway would refuse: objects that are not
//! there, a second attachment, a usage plan deleted before its stages, a key
//! on two usage plans of one stage. So a plan in a wrong order fails here.

use std::collections::BTreeMap;

use crate::date::Date;
use crate::plan::{
    Change, KeyPatch, KeyRef, NewKey, NewUsagePlan, Plan, Step, UsagePlanEdit, UsagePlanTarget,
};
use crate::state::{Delivered, Handle, LiveKey, LiveState, LiveUsagePlan, Liveness, Marker};

/// Returns what is live after the whole plan.
#[track_caller]
pub(crate) fn after(live: &LiveState, plan: &Plan) -> LiveState {
    carry_out(live, &plan.changes, plan)
}

/// Returns what is live after some changes of a plan.
#[track_caller]
pub(in crate::plan) fn carry_out<'c>(
    live: &LiveState,
    changes: impl IntoIterator<Item = &'c Change>,
    plan: &Plan,
) -> LiveState {
    let mut world = World {
        live: live.clone(),
        namespace: &plan.namespace,
        today: plan.today,
    };
    for change in changes {
        world.step(&change.step);
    }
    world.live
}

struct World<'p> {
    live: LiveState,
    namespace: &'p str,
    today: Date,
}

impl World<'_> {
    fn step(&mut self, step: &Step) {
        match step {
            Step::CreateUsagePlan { name, spec } => self.create_usage_plan(name, spec),
            Step::UpdateUsagePlan { usage_plan, edits } => {
                let handle = self.usage_plan(usage_plan);
                let live = self.live.usage_plans.get_mut(&handle).unwrap();
                for edit in edits {
                    edit_usage_plan(live, edit);
                }
            }
            Step::DeleteUsagePlan { usage_plan, stages } => {
                let handle = self.usage_plan(usage_plan);
                let live = self.live.usage_plans.remove(&handle).unwrap();
                let left: Vec<_> = live.stages.into_keys().collect();
                assert_eq!(&left, stages, "400: its stages are not removed first");
            }
            Step::CreateKey { key, spec } => self.create_key(key, spec),
            Step::UpdateKey { key, patch, .. } => {
                let handle = self.key(key);
                patch_key(self.live.keys.get_mut(&handle).unwrap(), patch);
            }
            Step::TagKey { key, set, remove } => {
                let handle = self.key(key);
                let tags = &mut self.live.keys.get_mut(&handle).unwrap().tags;
                tags.extend(set.clone());
                tags.retain(|tag, _| !remove.contains(tag));
            }
            Step::Attach { key, usage_plan } => {
                let (key, usage_plan) = (self.key(key), self.usage_plan(usage_plan));
                self.refuse_two_of_a_stage(&key, &usage_plan);
                let members = &mut self.live.usage_plans.get_mut(&usage_plan).unwrap().keys;
                assert!(members.insert(key), "409: attached twice");
            }
            Step::Detach { key, usage_plan } => {
                let (key, usage_plan) = (self.key(key), self.usage_plan(usage_plan));
                let members = &mut self.live.usage_plans.get_mut(&usage_plan).unwrap().keys;
                assert!(members.remove(&key), "404: not attached");
            }
            Step::Deliver {
                key,
                destination,
                spec,
                ..
            } => {
                let before = self.live.deliveries.get(destination);
                let is_foreign = before == Some(&Delivered::Foreign);
                assert!(!is_foreign || spec.takes_over, "{destination} is not ours");
                let handle = self.key(key);
                assert_eq!(self.live.keys[&handle].liveness, Liveness::Active);
                let delivered = Delivered::Generation {
                    number: key.generation,
                    settings: Some(spec.fingerprint()),
                };
                self.live.deliveries.insert(destination.clone(), delivered);
            }
            Step::DeleteKey { key } => {
                let handle = self.key(key);
                self.live.keys.remove(&handle);
                for usage_plan in self.live.usage_plans.values_mut() {
                    usage_plan.keys.remove(&handle);
                }
            }
        }
    }

    fn create_usage_plan(&mut self, name: &str, spec: &NewUsagePlan) {
        let (text, marker) = Marker::split(&spec.description);
        let handle = self.fresh(&format!("u-{name}"));
        let live = LiveUsagePlan {
            name: spec.name.clone(),
            description: text.to_owned(),
            marker,
            throttle: spec.throttle,
            quota: spec.quota,
            stages: spec.stages.clone(),
            keys: std::collections::BTreeSet::new(),
            tags: BTreeMap::new(),
        };
        self.live.usage_plans.insert(handle, live);
    }

    fn create_key(&mut self, key: &KeyRef, spec: &NewKey) {
        let (text, marker) = Marker::split(&spec.description);
        let handle = self.fresh(&format!("k-{}", key.name));
        let live = LiveKey {
            name: spec.name.clone(),
            description: text.to_owned(),
            marker,
            liveness: liveness(spec.is_enabled),
            created: Some(self.today),
            customer_id: spec.customer_id.clone(),
            tags: spec.tags.clone(),
            slots: 1,
            etag: None,
        };
        self.live.keys.insert(handle, live);
    }

    fn fresh(&self, stem: &str) -> Handle {
        let is_free = |handle: &Handle| {
            !self.live.keys.contains_key(handle) && !self.live.usage_plans.contains_key(handle)
        };
        (1..100)
            .map(|number| Handle::of_id(&format!("{stem}-{number}")))
            .find(is_free)
            .unwrap()
    }

    /// Returns the key that a step means: by its id, or the one that an
    /// earlier step made.
    fn key(&self, key: &KeyRef) -> Handle {
        if let Some(handle) = &key.handle {
            assert!(self.live.keys.contains_key(handle), "404: no key {handle}");
            return handle.clone();
        }
        let is_it = |live: &LiveKey| {
            let marker = live.marker.as_ref();
            marker.is_some_and(|marker| {
                marker.namespace == self.namespace
                    && marker.name == key.name
                    && marker.generation == key.generation
            })
        };
        let made = self.live.keys.iter().find(|(_, live)| is_it(live));
        made.unwrap().0.clone()
    }

    fn usage_plan(&self, target: &UsagePlanTarget) -> Handle {
        if let Some(handle) = &target.handle {
            let is_there = self.live.usage_plans.contains_key(handle);
            assert!(is_there, "404: no usage plan {handle}");
            return handle.clone();
        }
        let is_it = |live: &LiveUsagePlan| {
            let marker = live.marker.as_ref();
            marker.is_some_and(|m| m.namespace == self.namespace && m.name == target.name)
        };
        let made = self.live.usage_plans.iter().find(|(_, live)| is_it(live));
        made.unwrap().0.clone()
    }

    fn refuse_two_of_a_stage(&self, key: &Handle, joined: &Handle) {
        let wanted = &self.live.usage_plans[joined];
        for (handle, other) in &self.live.usage_plans {
            if handle != joined && other.keys.contains(key) {
                let shared = wanted.stages.keys().find(|s| other.stages.contains_key(s));
                assert_eq!(shared, None, "409: {key} is on {handle}, joins {joined}");
            }
        }
    }
}

fn liveness(is_enabled: bool) -> Liveness {
    if is_enabled {
        Liveness::Active
    } else {
        Liveness::Disabled
    }
}

fn patch_key(live: &mut LiveKey, patch: &KeyPatch) {
    if let Some(name) = &patch.name {
        live.name.clone_from(name);
    }
    if let Some(description) = &patch.description {
        let (text, marker) = Marker::split(description);
        (live.description, live.marker) = (text.to_owned(), marker);
    }
    if let Some(is_enabled) = patch.is_enabled {
        live.liveness = liveness(is_enabled);
    }
    if let Some(customer_id) = &patch.customer_id {
        live.customer_id = Some(customer_id.clone());
    }
}

fn edit_usage_plan(live: &mut LiveUsagePlan, edit: &UsagePlanEdit) {
    match edit {
        UsagePlanEdit::Name { name } => live.name.clone_from(name),
        UsagePlanEdit::Description { description } => {
            let (text, marker) = Marker::split(description);
            (live.description, live.marker) = (text.to_owned(), marker);
        }
        UsagePlanEdit::RemoveStage { stage } => {
            let removed = live.stages.remove(stage);
            assert!(removed.is_some(), "404: no stage {stage}");
        }
        UsagePlanEdit::AddStage { stage } => {
            let before = live.stages.insert(stage.clone(), BTreeMap::new());
            assert_eq!(before, None, "409: stage {stage} added twice");
        }
        UsagePlanEdit::Throttle { throttle } => live.throttle = Some(*throttle),
        UsagePlanEdit::RemoveThrottle => {
            assert!(live.throttle.take().is_some(), "404: no throttle");
        }
        UsagePlanEdit::Quota { quota } => live.quota = Some(*quota),
        UsagePlanEdit::RemoveQuota => assert!(live.quota.take().is_some(), "404: no quota"),
        UsagePlanEdit::MethodThrottle {
            stage,
            method,
            throttle,
        } => {
            let methods = live.stages.get_mut(stage).unwrap();
            methods.insert(method.clone(), *throttle);
        }
        UsagePlanEdit::RemoveMethodThrottle { stage, method } => {
            let removed = live.stages.get_mut(stage).unwrap().remove(method);
            assert!(removed.is_some(), "404: no throttle of {method}");
        }
    }
}
