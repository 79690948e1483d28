//! Usage plans: which to make, take over, change or delete.

use std::collections::BTreeMap;

use super::change::{Action, Change, Differences, Kind, Risk, Subject, set_in_words};
use super::code::{AK401, AK402, AK403, AK409, AK411};
use super::guard::{Guard, GuardReason};
use super::planner::{OwnedObject, Planner};
use super::step::{NewUsagePlan, Step, UsagePlanEdit, UsagePlanTarget};
use crate::limits::{Quota, Throttle, in_words};
use crate::state::{DesiredUsagePlan, Handle, LiveUsagePlan, Marker, StageId};

type Stages = BTreeMap<StageId, BTreeMap<String, Throttle>>;

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
        if let Some(owned) = self.keep_one_usage_plan(name, desired) {
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
        let is_taken = |live: &LiveUsagePlan| live.name == desired.cloud_name;
        if let Some((handle, _)) = self
            .live
            .usage_plans
            .iter()
            .find(|(_, live)| is_taken(live))
        {
            let message = format!(
                "there is a usage plan `{}` already (id {handle}), and it is not ours",
                desired.cloud_name
            );
            let help = format!(
                "take it over with adopt = \"{handle}\", refer to it with manage = false, or rename this one"
            );
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
        // The one that keys are on stays; then the first by id.
        objects.sort_by_key(|object| (std::cmp::Reverse(object.live.keys.len()), object.handle));
        let (keep, others) = objects.split_first()?;
        for other in others {
            let message = format!(
                "usage plan `{name}` exists twice: {} and {}",
                keep.handle, other.handle
            );
            self.out
                .report(&AK411, desired.span, message)
                .help("the plan removes the second one");
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
            set_in_words(&stages.keys().cloned().collect()),
        );
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
            line: self.line(desired.span),
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
        let mut edits = stage_edits(&mut differences, &live.stages, stages);
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
        edits.extend(method_edits(&mut differences, &live.stages, stages));
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
            risk: update_risk(before, after, &edits),
            line: self.line(desired.span),
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
        self.doomed_usage_plans.insert(object.handle);
        self.guards
            .push(Guard::new(GuardReason::Threshold, &subject(name)));
        let stages: Vec<StageId> = object.live.stages.keys().cloned().collect();
        let mut differences = Differences::default();
        differences.note(
            "stages",
            set_in_words(&stages.iter().cloned().collect()),
            None,
        );
        self.changes.push(Change {
            action: Action::Delete,
            subject: subject(name),
            fields: differences.fields,
            reason: Some(why.to_owned()),
            risk: Risk::Destroys,
            line: None,
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

/// Notes throttle and quota in words. Where nothing was, "unlimited" is not
/// worth a line in a new usage plan that says no limits.
fn note_limits(
    differences: &mut Differences,
    before: (Option<Throttle>, Option<Quota>),
    after: (Option<Throttle>, Option<Quota>),
    is_new: bool,
) {
    let side = |words: String| (!is_new).then_some(words);
    differences.note(
        "throttle",
        side(in_words(before.0.as_ref())),
        Some(in_words(after.0.as_ref())),
    );
    differences.note(
        "quota",
        side(in_words(before.1.as_ref())),
        Some(in_words(after.1.as_ref())),
    );
}

fn stage_edits(
    differences: &mut Differences,
    before: &Stages,
    after: &Stages,
) -> Vec<UsagePlanEdit> {
    let names = |stages: &Stages| set_in_words(&stages.keys().cloned().collect());
    if !differences.note("stages", names(before), names(after)) {
        return Vec::new();
    }
    let missing = |from: &Stages, stage: &&StageId| !from.contains_key(*stage);
    let removed = before.keys().filter(|stage| missing(after, stage)).cloned();
    let added = after.keys().filter(|stage| missing(before, stage)).cloned();
    removed
        .map(|stage| UsagePlanEdit::RemoveStage { stage })
        .chain(added.map(|stage| UsagePlanEdit::AddStage { stage }))
        .collect()
}

fn method_edits(
    differences: &mut Differences,
    before: &Stages,
    after: &Stages,
) -> Vec<UsagePlanEdit> {
    let none = BTreeMap::new();
    let mut edits = Vec::new();
    for (stage, methods) in after {
        let live = before.get(stage).unwrap_or(&none);
        for (method, throttle) in methods {
            let found = live.get(method);
            let field = format!("throttle of {method} in {stage}");
            if differences.note(&field, Some(in_words(found)), Some(throttle.to_string())) {
                let (stage, method) = (stage.clone(), method.clone());
                edits.push(UsagePlanEdit::MethodThrottle {
                    stage,
                    method,
                    throttle: *throttle,
                });
            }
        }
        for (method, throttle) in live
            .iter()
            .filter(|(method, _)| !methods.contains_key(*method))
        {
            let field = format!("throttle of {method} in {stage}");
            differences.note(
                &field,
                Some(throttle.to_string()),
                Some(in_words::<Throttle>(None)),
            );
            let (stage, method) = (stage.clone(), method.clone());
            edits.push(UsagePlanEdit::RemoveMethodThrottle { stage, method });
        }
    }
    edits
}

/// Returns whether callers can be turned away who were not before.
fn update_risk(
    before: (Option<Throttle>, Option<Quota>),
    after: (Option<Throttle>, Option<Quota>),
    edits: &[UsagePlanEdit],
) -> Risk {
    let rate = |throttle: Option<Throttle>| throttle.map(|t| (t.rate_per_second, t.burst_requests));
    let blocks = |throttle: Throttle| throttle.to_string().ends_with("blocks everyone");
    let limit = |quota: Option<Quota>| quota.map(|quota| (quota.limit, quota.per));
    let is_blocked = after.0.is_some_and(blocks) || after.1.is_some_and(|quota| quota.limit == 0);
    let changed = before != after;
    if edits
        .iter()
        .any(|edit| matches!(edit, UsagePlanEdit::RemoveStage { .. }))
        || (changed && is_blocked)
    {
        return Risk::Blocks;
    }
    let is_tighter = match (rate(before.0), rate(after.0)) {
        (None, Some(_)) => true,
        (Some((rate, burst)), Some((new_rate, new_burst))) => new_rate < rate || new_burst < burst,
        (_, None) => false,
    } || match (limit(before.1), limit(after.1)) {
        (None, Some(_)) => true,
        (Some((limit, per)), Some((new_limit, new_per))) => new_limit < limit || new_per != per,
        (_, None) => false,
    };
    if is_tighter { Risk::Limits } else { Risk::None }
}
