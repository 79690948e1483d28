//! Which usage plans a key is on: API Gateway allows it one for each stage.

use std::collections::{BTreeMap, BTreeSet};

use super::change::{Action, Change, Differences, Risk};
use super::code::AK413;
use super::compare_key::subject;
use super::planner::Planner;
use super::step::{KeyRef, Step, UsagePlanTarget};
use crate::sorted;
use crate::source::Span;
use crate::state::{DesiredKey, Handle, StageId, UsagePlanRef};

/// What the file says about a live key.
enum Say<'a> {
    /// Nothing: it is not ours.
    NotOurs,
    /// It left the file.
    Gone,
    /// A newer value took over.
    Older,
    /// It is to be as this says.
    Wanted(&'a DesiredKey),
}

impl<'a> Planner<'a> {
    /// Puts the key on its usage plans and takes it off all others. Where the
    /// manifest names none, it stays where it is, unless a usage plan goes.
    pub(super) fn attachments(&mut self, desired: &DesiredKey, key: &KeyRef, is_active: bool) {
        let Some(wanted) = &desired.usage_plans else {
            self.leave_doomed_usage_plans(Some(desired.span), key, is_active);
            return;
        };
        self.report_shared_stages(desired, key, wanted);
        let on = self.usage_plans_of(key);
        let mut keep: Vec<&Handle> = Vec::new();
        let mut added: Vec<UsagePlanTarget> = Vec::new();
        for name in wanted {
            let handle = self.usage_plan_handle(name);
            match handle {
                Some(handle) if on.contains(&handle) => keep.push(handle),
                // Two names of one live usage plan.
                Some(_) if added.iter().any(|other| other.handle.as_ref() == handle) => {}
                // One that could not be resolved has been reported.
                _ => added.push(self.target(name)),
            }
        }
        for handle in on.iter().filter(|handle| !keep.contains(*handle)) {
            let successor = wanted
                .iter()
                .find(|name| self.shares_a_stage(handle, name))
                .map(String::as_str);
            self.detach(Some(desired.span), key, handle, is_active, successor);
        }
        for usage_plan in added {
            self.attach(desired.span, key, usage_plan);
        }
    }

    /// Returns how many of the usage plans that a live key is on it stays on.
    pub(super) fn count_kept_usage_plans(&self, key: &Handle, desired: &DesiredKey) -> usize {
        let on = self.memberships.get(key).into_iter().flatten();
        match &desired.usage_plans {
            None => on
                .filter(|handle| !self.doomed_usage_plans.contains(*handle))
                .count(),
            Some(wanted) => on
                .filter(|handle| {
                    let mut names = wanted.iter();
                    names.any(|name| self.usage_plan_handle(name) == Some(**handle))
                })
                .count(),
        }
    }

    /// Takes a key off the usage plans that this plan deletes.
    pub(super) fn leave_doomed_usage_plans(
        &mut self,
        span: Option<Span>,
        key: &KeyRef,
        is_active: bool,
    ) {
        let mut doomed = self.usage_plans_of(key);
        doomed.retain(|handle| self.doomed_usage_plans.contains(handle));
        for handle in doomed {
            self.detach(span, key, handle, is_active, None);
        }
    }

    /// Returns whether a live key would lose a usage plan that goes: it is not
    /// ours, or the manifest does not say where it belongs. Such a key would
    /// not find its way if apply stopped between leaving and joining.
    pub(super) fn is_stranded(&self, handle: &Handle) -> bool {
        match self.say_of(handle) {
            Say::NotOurs => true,
            Say::Gone | Say::Older => false,
            Say::Wanted(entry) => entry.usage_plans.is_none(),
        }
    }

    /// Returns whether a live key that is on a usage plan stays there; the
    /// same before, within and after an apply.
    pub(super) fn stays_on(&self, handle: &Handle, usage_plan: &str) -> bool {
        match self.say_of(handle) {
            Say::NotOurs => true,
            Say::Gone | Say::Older => false,
            Say::Wanted(entry) => entry
                .usage_plans
                .as_ref()
                .is_none_or(|names| names.contains(usage_plan)),
        }
    }

    fn say_of(&self, handle: &Handle) -> Say<'a> {
        let live = self.live.keys.get(handle);
        let Some(marker) = live.and_then(|live| live.marker.as_ref()) else {
            let mut entries = self.desired.keys.values();
            let adopting = entries.find(|entry| entry.adopt.as_ref() == Some(handle));
            return adopting.map_or(Say::NotOurs, Say::Wanted);
        };
        if marker.namespace != self.desired.namespace {
            return Say::NotOurs;
        }
        let objects = self.owned_keys.get(marker.name.as_str());
        let newest = objects
            .into_iter()
            .flatten()
            .map(|o| o.marker.generation)
            .max();
        match self.desired.keys.get(&marker.name) {
            None => Say::Gone,
            Some(_) if newest > Some(marker.generation) => Say::Older,
            Some(entry) => Say::Wanted(entry),
        }
    }

    fn usage_plans_of(&self, key: &KeyRef) -> Vec<&'a Handle> {
        let handle = key.handle.as_ref();
        handle
            .and_then(|handle| self.memberships.get(handle))
            .cloned()
            .unwrap_or_default()
    }

    fn usage_plan_handle(&self, name: &str) -> Option<&'a Handle> {
        self.usage_plan_handles.get(name).copied().flatten()
    }

    fn target(&self, name: &str) -> UsagePlanTarget {
        UsagePlanTarget {
            name: name.to_owned(),
            handle: self.usage_plan_handle(name).cloned(),
        }
    }

    /// Returns whether a key cannot be on two usage plans at once, a live one
    /// and one of the manifest, since both open one stage now or after the
    /// changes of this plan.
    fn shares_a_stage(&self, left: &Handle, joined: &str) -> bool {
        let left_name = self.usage_plan_names.get(left).copied();
        let left: BTreeSet<_> = sorted::set(self.stages_around(Some(left), left_name));
        self.stages_around(self.usage_plan_handle(joined), Some(joined))
            .any(|stage| left.contains(stage))
    }

    /// Returns the stages of a usage plan before and after this plan.
    fn stages_around(
        &self,
        live: Option<&Handle>,
        name: Option<&str>,
    ) -> impl Iterator<Item = &StageId> {
        let live = live.and_then(|handle| self.live.usage_plans.get(handle));
        let after = name.and_then(|name| self.stages_of.get(name));
        live.into_iter()
            .flat_map(|live| live.stages.keys())
            .chain(after.into_iter().flatten())
    }

    /// Reports two usage plans of one key that open one stage. The file alone
    /// shows it only where both are in the file and say the REST API alike.
    fn report_shared_stages(
        &mut self,
        desired: &DesiredKey,
        key: &KeyRef,
        wanted: &BTreeSet<UsagePlanRef>,
    ) {
        if wanted.len() < 2 {
            return;
        }
        let mut seen = BTreeMap::new();
        for name in wanted {
            for stage in self.stages_of.get(name.as_str()).into_iter().flatten() {
                let first = *seen.entry(stage).or_insert(name);
                if first != name {
                    let message = format!(
                        "key `{}` reaches `{stage}` through `{first}` and through `{name}`",
                        key.name
                    );
                    self.out
                        .report(&AK413, desired.span, message)
                        .help("keep one usage plan for each key and stage");
                }
            }
        }
    }

    fn attach(&mut self, span: Span, key: &KeyRef, usage_plan: UsagePlanTarget) {
        let mut differences = Differences::default();
        differences.note("usage-plan", None, Some(usage_plan.name.clone()));
        self.changes.push(Change {
            action: Action::Attach,
            subject: subject(&key.name, key.generation),
            fields: differences.fields,
            reason: None,
            risk: Risk::None,
            line: Some(self.line(span)),
            import: None,
            step: Step::Attach {
                key: key.clone(),
                usage_plan,
            },
        });
    }

    fn detach(
        &mut self,
        span: Option<Span>,
        key: &KeyRef,
        usage_plan: &Handle,
        is_active: bool,
        successor: Option<&str>,
    ) {
        let name = self.name_of_usage_plan(usage_plan);
        let mut differences = Differences::default();
        differences.note("usage-plan", Some(name.clone()), None);
        self.changes.push(Change {
            action: Action::Detach,
            subject: subject(&key.name, key.generation),
            fields: differences.fields,
            reason: successor.map(|to| {
                format!("moves to {to}: for a moment the key is on neither, and answered 403")
            }),
            risk: match (is_active, successor) {
                (false, _) => Risk::None,
                (true, Some(_)) => Risk::Limits,
                (true, None) => Risk::Blocks,
            },
            line: span.map(|span| self.line(span)),
            import: None,
            step: Step::Detach {
                key: key.clone(),
                usage_plan: UsagePlanTarget {
                    name,
                    handle: Some(usage_plan.clone()),
                },
            },
        });
    }

    /// Returns the name of a live usage plan: in the manifest, in our marker,
    /// or in the cloud.
    fn name_of_usage_plan(&self, handle: &Handle) -> String {
        let declared = self.usage_plan_names.get(handle);
        let declared = declared.map(|name| (*name).to_owned());
        let live = self.live.usage_plans.get(handle);
        let marked = || {
            let marker = live?.marker.as_ref()?;
            (marker.namespace == self.desired.namespace).then(|| marker.name.clone())
        };
        declared
            .or_else(marked)
            .or_else(|| Some(live?.name.clone()))
            .unwrap_or_default()
    }
}
