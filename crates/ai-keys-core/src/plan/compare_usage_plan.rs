//! Usage plans: which to make, take over, change or delete.

use std::collections::BTreeMap;

use super::change::{Action, Change, Differences, Kind, Risk, Subject};
use super::code::{AK401, AK402, AK403, AK409, AK411, AK412};
use super::guard::{Guard, GuardReason};
use super::planner::{OwnedObject, Planner, is_owned_by_stack};
use super::step::{NewUsagePlan, Step, UsagePlanEdit, UsagePlanTarget};
use super::usage_plan_edits::{
    Stages, method_edits, note_limits, stage_edits, stages_in_words, update_risk,
};
use crate::diagnostic::list_of;
use crate::sorted;
use crate::state::{DesiredUsagePlan, Handle, LiveUsagePlan, Marker, StageId};

impl<'a> Planner<'a> {
    /// Plans every usage plan of the manifest, and those that left it.
    pub(super) fn usage_plans(&mut self) {
        let desired = self.desired;
        for (name, usage_plan) in &desired.usage_plans {
            let handle = if usage_plan.is_managed {
                self.managed_usage_plan(name, usage_plan)
            } else {
                self.resolve_referred(usage_plan)
            };
            self.usage_plan_handles.insert(name, handle);
            if let Some(handle) = handle {
                self.usage_plan_names.entry(handle).or_insert(name);
            }
            if !usage_plan.is_managed {
                let live = handle.and_then(|handle| self.live.usage_plans.get(handle));
                let stages = live.map(|live| sorted::set(live.stages.keys().cloned()));
                self.stages_of.insert(name, stages.unwrap_or_default());
            }
        }
        let gone: Vec<_> = self
            .owned_usage_plans
            .iter()
            .filter(|(name, _)| !desired.usage_plans.contains_key(**name))
            .flat_map(|(_, objects)| objects.iter().copied())
            .collect();
        for object in gone {
            self.remove_usage_plan(object, "removed from the file");
        }
    }

    fn managed_usage_plan(
        &mut self,
        name: &'a str,
        desired: &'a DesiredUsagePlan,
    ) -> Option<&'a Handle> {
        let stages = self.resolve_stages(desired);
        let resolved = sorted::set(stages.iter().flat_map(BTreeMap::keys).cloned());
        self.stages_of.insert(name, resolved);
        if let Some(owned) = self.keep_one_usage_plan(name, desired) {
            let adopt = (desired.adopt.as_ref(), desired.span);
            self.warn_of_ignored_usage_plan(name, adopt, owned);
            if let Some(stages) = stages {
                self.update_usage_plan(name, desired, owned.handle, owned.live, &stages);
            }
            return Some(owned.handle);
        }
        if let Some(adopt) = &desired.adopt {
            let (handle, live) = self.usage_plan_to_adopt(name, desired, adopt)?;
            self.update_usage_plan(name, desired, handle, live, &stages?);
            return Some(handle);
        }
        if let Some(handles) = self.unmarked_usage_plans.get(desired.cloud_name.as_str()) {
            let ids = list_of(handles.iter().map(|handle| handle.as_str()));
            let message = format!(
                "there is a usage plan `{}` already (id {ids}), and it is not ours",
                desired.cloud_name
            );
            let help = "take it over with `adopt` and its id, refer to it with manage = false, or rename this one";
            self.out.report(&AK401, desired.span, message).help(help);
            return None;
        }
        self.create_usage_plan(name, desired, stages?);
        None
    }

    /// Returns the live usage plan of this name; several are a lost answer's.
    fn keep_one_usage_plan(
        &mut self,
        name: &'a str,
        desired: &DesiredUsagePlan,
    ) -> Option<OwnedObject<'a, LiveUsagePlan>> {
        let mut objects = self.owned_usage_plans.get(name)?.clone();
        // The one that most keys stay on; then the first by id.
        sorted::sort_by_key(&mut objects, |object| {
            let keys = object.live.keys.iter();
            let staying = keys.filter(|key| self.stays_on(key, name)).count();
            (std::cmp::Reverse(staying), object.handle)
        });
        let (keep, others) = objects.split_first()?;
        for other in others {
            let message = format!(
                "usage plan `{name}` exists twice: {} and {}",
                keep.handle, other.handle
            );
            let stranded = other.live.keys.iter().filter(|key| self.is_stranded(key));
            if stranded.count() > 0 {
                self.out.report(&AK411, desired.span, message).help(format!(
                    "keys are on {} that do not say `usage-plans`, or are not ours: once they leave it, the plan removes it",
                    other.handle
                ));
                continue;
            }
            self.out
                .report(&AK411, desired.span, message)
                .help(format!("the plan removes {}", other.handle));
            self.remove_usage_plan(*other, "a second one that a lost answer left");
        }
        Some(*keep)
    }

    fn usage_plan_to_adopt(
        &mut self,
        name: &str,
        desired: &DesiredUsagePlan,
        adopt: &Handle,
    ) -> Option<(&'a Handle, &'a LiveUsagePlan)> {
        let Some((handle, live)) = self.live.usage_plans.get_key_value(adopt) else {
            let message =
                format!("usage plan `{name}` takes over `{adopt}`, which does not exist here");
            let help = "correct the id, or remove `adopt` to make a new usage plan";
            self.out.report(&AK402, desired.span, message).help(help);
            return None;
        };
        if let Some(owner) = &live.marker {
            let message = format!(
                "usage plan `{name}` takes over `{adopt}`, which belongs to `{}/{}`",
                owner.namespace, owner.name
            );
            self.out
                .report(&AK403, desired.span, message)
                .help("remove the other entry first");
            return None;
        }
        if is_owned_by_stack(&live.tags) {
            let message =
                format!("usage plan `{name}` takes over `{adopt}`, which CloudFormation owns");
            let help = "retain and remove it in the stack first, or acknowledge the adoption";
            self.out.report(&AK412, desired.span, message).help(help);
            self.guards
                .push(Guard::new(GuardReason::OwnedByStack, &subject(name)));
        }
        Some((handle, live))
    }

    fn create_usage_plan(&mut self, name: &str, desired: &DesiredUsagePlan, stages: Stages) {
        let text = desired.description.as_deref().unwrap_or_default();
        let mut differences = Differences::default();
        if desired.cloud_name != name {
            differences.note("name", None, Some(desired.cloud_name.clone()));
        }
        differences.note_text("description", "", text);
        note_limits(
            &mut differences,
            (None, None),
            (desired.throttle, desired.quota),
            true,
        );
        differences.note(
            "stages",
            None,
            stages_in_words(stages.keys(), &self.live.apis),
        );
        method_edits(&mut differences, &BTreeMap::new(), &stages, &self.live.apis);
        let spec = NewUsagePlan {
            name: desired.cloud_name.clone(),
            description: Marker::new(&self.desired.namespace, name).attach(text),
            throttle: desired.throttle,
            quota: desired.quota,
            stages,
        };
        self.changes.push(Change {
            action: Action::Create,
            subject: subject(name),
            fields: differences.fields,
            reason: None,
            risk: Risk::None,
            line: Some(self.line(desired.span)),
            import: None,
            step: Step::CreateUsagePlan {
                name: name.to_owned(),
                spec,
            },
        });
    }

    fn update_usage_plan(
        &mut self,
        name: &str,
        desired: &DesiredUsagePlan,
        handle: &Handle,
        live: &LiveUsagePlan,
        stages: &Stages,
    ) {
        let mut differences = Differences::default();
        let mut edits = stage_edits(&mut differences, &live.stages, stages, &self.live.apis);
        if differences.note_text("name", &live.name, &desired.cloud_name) {
            edits.push(UsagePlanEdit::Name {
                name: desired.cloud_name.clone(),
            });
        }
        let text = desired.description.as_deref().unwrap_or(&live.description);
        let is_reworded = differences.note_text("description", &live.description, text);
        if is_reworded || live.marker.is_none() {
            let marker = live
                .marker
                .clone()
                .unwrap_or_else(|| Marker::new(&self.desired.namespace, name));
            edits.push(UsagePlanEdit::Description {
                description: marker.attach(text),
            });
        }
        let before = (live.throttle, live.quota);
        let after = (desired.throttle, desired.quota);
        note_limits(&mut differences, before, after, false);
        if live.throttle != desired.throttle {
            edits.push(
                desired
                    .throttle
                    .map_or(UsagePlanEdit::RemoveThrottle, |throttle| {
                        UsagePlanEdit::Throttle { throttle }
                    }),
            );
        }
        if live.quota != desired.quota {
            edits.push(desired.quota.map_or(UsagePlanEdit::RemoveQuota, |quota| {
                UsagePlanEdit::Quota { quota }
            }));
        }
        let (methods, method_risk) =
            method_edits(&mut differences, &live.stages, stages, &self.live.apis);
        edits.extend(methods);
        if edits.is_empty() {
            return;
        }
        let is_ours = live.marker.is_some();
        self.changes.push(Change {
            action: if is_ours {
                Action::Update
            } else {
                Action::Adopt
            },
            subject: subject(name),
            fields: differences.fields,
            reason: (!is_ours).then(|| format!("takes over the live usage plan {handle}")),
            risk: update_risk(before, after, &edits).max(method_risk),
            line: Some(self.line(desired.span)),
            import: None,
            step: Step::UpdateUsagePlan {
                usage_plan: UsagePlanTarget {
                    name: name.to_owned(),
                    handle: Some(handle.clone()),
                },
                edits,
            },
        });
    }

    fn remove_usage_plan(&mut self, object: OwnedObject<'a, LiveUsagePlan>, why: &str) {
        let name = &object.marker.name;
        let is_foreign = |key: &&Handle| {
            let marker = self
                .live
                .keys
                .get(*key)
                .and_then(|live| live.marker.as_ref());
            marker.is_none_or(|marker| marker.namespace != self.desired.namespace)
        };
        let foreign = object.live.keys.iter().filter(is_foreign).count();
        if foreign > 0 {
            let message = format!(
                "usage plan `{name}` was removed, but {foreign} keys that are not ours are on it"
            );
            let help = "move those keys first, or put the usage plan back";
            self.out
                .report(&AK409, self.desired.span, message)
                .help(help);
            return;
        }
        let referring = self.usage_plan_names.get(object.handle);
        if let Some(other) = referring.filter(|other| **other != name.as_str()) {
            let message = format!("usage plan `{name}` was removed, but `{other}` refers to it");
            let help = "put the usage plan back, or let the other refer to another one";
            self.out
                .report(&AK409, self.desired.span, message)
                .help(help);
            return;
        }
        self.doomed_usage_plans.insert(object.handle);
        self.guards
            .push(Guard::new(GuardReason::Threshold, &subject(name)));
        let stages: Vec<StageId> = object.live.stages.keys().cloned().collect();
        let mut differences = Differences::default();
        differences.note(
            "stages",
            stages_in_words(stages.iter(), &self.live.apis),
            None,
        );
        self.changes.push(Change {
            action: Action::Delete,
            subject: subject(name),
            fields: differences.fields,
            reason: Some(why.to_owned()),
            risk: Risk::Destroys,
            line: None,
            import: None,
            step: Step::DeleteUsagePlan {
                usage_plan: UsagePlanTarget {
                    name: name.clone(),
                    handle: Some(object.handle.clone()),
                },
                stages,
            },
        });
    }
}

fn subject(name: &str) -> Subject {
    Subject {
        kind: Kind::UsagePlan,
        name: name.to_owned(),
        generation: 1,
    }
}
