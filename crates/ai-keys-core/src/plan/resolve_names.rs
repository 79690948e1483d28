//! Names that only the account can resolve: REST APIs, and usage plans made elsewhere.

use std::collections::BTreeMap;

use super::code::{AK404, AK405, AK406, AK407};
use super::planner::Planner;
use crate::diagnostic::list_of;
use crate::limits::Throttle;
use crate::state::{DesiredUsagePlan, Handle, LiveUsagePlan, StageId, StageName};

impl<'a> Planner<'a> {
    /// Returns the stages of a usage plan by the ids of their REST APIs, or
    /// `None` after reporting those that cannot be resolved.
    pub(super) fn resolve_stages(
        &mut self,
        usage_plan: &'a DesiredUsagePlan,
    ) -> Option<BTreeMap<StageId, BTreeMap<String, Throttle>>> {
        let mut stages = BTreeMap::new();
        let mut is_complete = true;
        for (name, methods) in &usage_plan.stages {
            match self.resolve_api(name, usage_plan) {
                Some(api) => {
                    let stage = StageId {
                        api: api.to_owned(),
                        stage: name.stage.clone(),
                    };
                    stages.insert(stage, methods.clone());
                }
                None => is_complete = false,
            }
        }
        is_complete.then_some(stages)
    }

    fn resolve_api(
        &mut self,
        name: &'a StageName,
        usage_plan: &DesiredUsagePlan,
    ) -> Option<&'a str> {
        if let Some((id, _)) = self.live.apis.get_key_value(&name.api) {
            return Some(id);
        }
        match self
            .api_ids
            .get(name.api.as_str())
            .map_or(&[][..], Vec::as_slice)
        {
            [id] => Some(id),
            [] => {
                let message = format!(
                    "there is no REST API `{}` in this account and region",
                    name.api
                );
                let meant = self.api_names.nearest(&name.api);
                self.out
                    .report(&AK404, usage_plan.span, message)
                    .help(match meant {
                        Some(meant) => format!("did you mean `{meant}`?"),
                        None => format!("make it first, or correct the stage `{name}`"),
                    });
                None
            }
            several => {
                let message = format!("{} REST APIs are named `{}`", several.len(), name.api);
                let help = format!("write the id: {}", list_of(several.iter().copied()));
                self.out.report(&AK405, usage_plan.span, message).help(help);
                None
            }
        }
    }

    /// Returns whether a live usage plan is another entry's, which may rename it.
    fn is_managed_here(&self, handle: &Handle) -> bool {
        let is_managed = |up: &&DesiredUsagePlan| up.is_managed;
        let usage_plans = &self.desired.usage_plans;
        let live = self.live.usage_plans.get(handle);
        let marker = live.and_then(|live| live.marker.as_ref());
        let is_marked = marker.is_some_and(|marker| {
            let entry = usage_plans.get(&marker.name).filter(is_managed);
            marker.namespace == self.desired.namespace && entry.is_some()
        });
        let adopts = |up: &DesiredUsagePlan| up.adopt.as_ref() == Some(handle);
        is_marked || usage_plans.values().filter(is_managed).any(adopts)
    }

    /// Returns the live usage plan that one with `manage = false` refers to,
    /// or `None` after reporting that it cannot be told.
    pub(super) fn resolve_referred(
        &mut self,
        usage_plan: &'a DesiredUsagePlan,
    ) -> Option<&'a Handle> {
        let live = &self.live.usage_plans;
        let wanted = &usage_plan.cloud_name;
        let is_meant = |(handle, found): &(&'a Handle, &LiveUsagePlan)| match &usage_plan.adopt {
            Some(adopt) => adopt == *handle,
            None => found.name == *wanted && !self.is_managed_here(handle),
        };
        let handles: Vec<&'a Handle> = live
            .iter()
            .filter(is_meant)
            .map(|(handle, _)| handle)
            .collect();
        match handles.as_slice() {
            [handle] if self.is_managed_here(handle) => {
                let message = format!("usage plan `{handle}` is managed by another entry here");
                self.out
                    .report(&AK406, usage_plan.span, message)
                    .help("name that entry instead");
                None
            }
            [handle] => Some(handle),
            [] => {
                let named = usage_plan
                    .adopt
                    .as_ref()
                    .map_or(wanted.as_str(), Handle::as_str);
                let message =
                    format!("there is no usage plan `{named}` in this account and region");
                let meant = match usage_plan.adopt {
                    None => self.live_usage_plan_names.nearest(wanted),
                    Some(_) => None,
                };
                self.out
                    .report(&AK406, usage_plan.span, message)
                    .help(match meant {
                        Some(meant) => format!("did you mean `name = \"{meant}\"`?"),
                        None => "make it first, or let this file manage it".to_owned(),
                    });
                None
            }
            several => {
                let message = format!("{} usage plans are named `{wanted}`", several.len());
                let help = format!(
                    "say which: adopt = {}",
                    list_of(several.iter().map(|h| h.as_str()))
                );
                self.out.report(&AK407, usage_plan.span, message).help(help);
                None
            }
        }
    }
}
