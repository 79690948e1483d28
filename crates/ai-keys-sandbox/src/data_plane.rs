//! The data plane: does this key open this stage?
//!
//! `ANY /restapis/{api id or name}/{stage}/_user_request_/{path…}` with an `x-api-key` header.

use std::collections::HashMap;

use serde_json::json;

use crate::answer::Answer;
use crate::api::{period_start, remaining};
use crate::clock::date_of;
use crate::lock;
use crate::model::{ApiStage, Throttle, UsagePlan, World};
use crate::query::percent_decode;
use crate::scope::Scope;
use crate::server::Incoming;
use crate::shared::Shared;
use crate::throttle::{Bucket, Rate};

/// The token buckets of usage plan, key and method setting (empty: the usage plan's own).
pub(crate) type Gates = HashMap<(String, String, String), Bucket>;

/// What a data-plane path names.
pub(crate) struct Invocation {
    api: String,
    stage: String,
    path: String,
}

/// Reads a data-plane path.
pub(crate) fn invocation(path: &str) -> Option<Invocation> {
    let mut parts = path.strip_prefix("/restapis/")?.splitn(4, '/');
    let (api, stage) = (percent_decode(parts.next()?), percent_decode(parts.next()?));
    (parts.next()? == "_user_request_").then(|| Invocation {
        api,
        stage,
        path: format!("/{}", percent_decode(parts.next().unwrap_or(""))),
    })
}

/// Answers 200, 403 or 429, and counts the request.
pub(crate) fn invoke(shared: &Shared, invocation: &Invocation, request: &Incoming) -> Answer {
    let now_ms = shared.now_ms();
    let mut world = lock(&shared.world);
    let Some((scope, api_id)) = find_api(&world, invocation) else {
        return message(404, "no such API or stage in this sandbox");
    };
    let region = world.region(&scope);
    let key = request
        .header("x-api-key")
        .and_then(|value| region.key_with_value(value));
    let Some(key) = key.filter(|key| key.enabled) else {
        return message(403, "Forbidden");
    };
    let key_id = key.id.clone();
    let reaches = |usage_plan_id: &String| {
        let usage_plan = region.usage_plan(usage_plan_id)?;
        let stage = usage_plan
            .stages
            .iter()
            .find(|stage| stage.is(&api_id, &invocation.stage))?;
        Some((usage_plan, stage))
    };
    let through = key.usage_plans.keys().find_map(reaches);
    let Some((usage_plan, stage)) = through else {
        return message(403, "Forbidden");
    };
    let today = date_of(now_ms);
    let setting = format!("{}/{}", invocation.path, request.method);
    if let Some((name, throttle)) = throttle_for(usage_plan, stage, &setting) {
        let gate = (usage_plan.id.clone(), key_id.clone(), name);
        if !passes(&mut lock(&shared.data_gates), gate, throttle, now_ms) {
            return message(429, "Too Many Requests");
        }
    }
    let usage = usage_plan.usage.get(&key_id).cloned().unwrap_or_default();
    if usage_plan
        .quota
        .as_ref()
        .is_some_and(|quota| remaining(quota, &usage, today) <= 0)
    {
        return message(429, "Limit Exceeded");
    }
    let usage_plan_id = usage_plan.id.clone();
    let started = usage_plan
        .quota
        .as_ref()
        .map(|quota| period_start(quota, today).to_string());
    if let Some(usage_plan) = region.usage_plan_mut(&usage_plan_id) {
        *usage_plan
            .usage
            .entry(key_id.clone())
            .or_default()
            .used
            .entry(today.to_string())
            .or_default() += 1;
    }
    drop(world);
    if shared.changed().is_err() {
        return message(500, "the sandbox could not save its state");
    }
    Answer::json(
        200,
        &json!({
            "message": "ok",
            "apiKeyId": key_id,
            "usagePlanId": usage_plan_id,
            "stage": invocation.stage,
            "path": invocation.path,
            "quotaPeriodStart": started,
        }),
    )
}

/// Finds the API by id, else by name (the smallest id if several have it), with the stage.
fn find_api(world: &World, invocation: &Invocation) -> Option<(Scope, String)> {
    let by_name = || {
        world
            .apis
            .values()
            .find(|api| api.name == invocation.api && api.stages.contains_key(&invocation.stage))
    };
    let api = world.apis.get(&invocation.api).or_else(by_name)?;
    api.stages
        .contains_key(&invocation.stage)
        .then(|| (Scope::new(&api.account, &api.region), api.id.clone()))
}

/// A method's own throttle goes before the usage plan's.
fn throttle_for(
    usage_plan: &UsagePlan,
    stage: &ApiStage,
    setting: &str,
) -> Option<(String, Throttle)> {
    match stage.throttle.get(setting) {
        Some(throttle) => Some((
            format!("{}:{}{setting}", stage.api_id, stage.stage),
            *throttle,
        )),
        None => usage_plan
            .throttle
            .map(|throttle| (String::new(), throttle)),
    }
}

fn passes(
    gates: &mut Gates,
    gate: (String, String, String),
    throttle: Throttle,
    now_ms: i64,
) -> bool {
    // A limit that is not set does not limit.
    let rate = Rate::new(
        throttle.rate_limit.unwrap_or(1e9),
        throttle.burst_limit.unwrap_or(i64::MAX),
    );
    let is_blocked = throttle.rate_limit == Some(0.0);
    !is_blocked && gates.entry(gate).or_default().take(rate, now_ms)
}

fn message(status: u16, text: &str) -> Answer {
    Answer::json(status, &json!({ "message": text }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_user_request_paths_are_invocations() {
        let found = invocation("/restapis/chat-api/prod/_user_request_/v1/chat").unwrap();
        assert_eq!(
            (
                found.api.as_str(),
                found.stage.as_str(),
                found.path.as_str()
            ),
            ("chat-api", "prod", "/v1/chat")
        );
        assert_eq!(
            invocation("/restapis/a/b/_user_request_").unwrap().path,
            "/"
        );
        for path in ["/restapis/a", "/restapis/a/stages/prod", "/apikeys"] {
            assert!(invocation(path).is_none(), "{path}");
        }
    }
}
