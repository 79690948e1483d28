//! The edits of a plan as API Gateway's patch operations.
//!
//! Source: API Gateway patch operations, checked 2026-11-23.
//! <https://docs.aws.amazon.com/apigateway/latest/api/patch-operations.html>

use ai_keys_core::limits::{Quota, Throttle};
use ai_keys_core::plan::{KeyPatch, UsagePlanEdit};
use ai_keys_core::state::{LiveUsagePlan, StageId};

use super::writer::Patch;

/// Returns the patches of a key: all of them are replacements.
pub(super) fn of_key(patch: &KeyPatch) -> Vec<Patch> {
    let replace = |path: &str, value: &Option<String>| {
        value
            .as_ref()
            .map(|value| Patch::Replace(path.to_owned(), value.clone()))
    };
    let enabled = patch.is_enabled.map(|is_enabled| is_enabled.to_string());
    [
        replace("/name", &patch.name),
        replace("/description", &patch.description),
        replace("/enabled", &enabled),
        replace("/customerId", &patch.customer_id),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Returns the patches of a usage plan, for one call. What it has is replaced,
/// what it has not is added.
pub(super) fn of_usage_plan(edits: &[UsagePlanEdit], live: Option<&LiveUsagePlan>) -> Vec<Patch> {
    let mut patches = Vec::new();
    for edit in edits {
        match edit {
            UsagePlanEdit::Name { name } => {
                patches.push(Patch::Replace("/name".to_owned(), name.clone()));
            }
            UsagePlanEdit::Description { description } => {
                patches.push(Patch::Replace(
                    "/description".to_owned(),
                    description.clone(),
                ));
            }
            UsagePlanEdit::RemoveStage { stage } => {
                patches.push(Patch::Remove("/apiStages".to_owned(), Some(pair(stage))));
            }
            UsagePlanEdit::AddStage { stage } => {
                patches.push(Patch::Add("/apiStages".to_owned(), pair(stage)));
            }
            UsagePlanEdit::Throttle { throttle } => {
                let is_there = live.is_some_and(|live| live.throttle.is_some());
                push_throttle(&mut patches, "/throttle", *throttle, is_there);
            }
            UsagePlanEdit::RemoveThrottle => {
                patches.push(Patch::Remove("/throttle".to_owned(), None));
            }
            UsagePlanEdit::Quota { quota } => {
                push_quota(
                    &mut patches,
                    *quota,
                    live.is_some_and(|live| live.quota.is_some()),
                );
            }
            UsagePlanEdit::RemoveQuota => patches.push(Patch::Remove("/quota".to_owned(), None)),
            UsagePlanEdit::MethodThrottle {
                stage,
                method,
                throttle,
            } => {
                let methods = live.and_then(|live| live.stages.get(stage));
                let is_there = methods.is_some_and(|methods| methods.contains_key(method));
                push_throttle(
                    &mut patches,
                    &method_path(stage, method),
                    *throttle,
                    is_there,
                );
            }
            UsagePlanEdit::RemoveMethodThrottle { stage, method } => {
                patches.push(Patch::Remove(method_path(stage, method), None));
            }
        }
    }
    patches
}

fn put(patches: &mut Vec<Patch>, path: String, value: String, is_there: bool) {
    patches.push(if is_there {
        Patch::Replace(path, value)
    } else {
        Patch::Add(path, value)
    });
}

fn push_throttle(patches: &mut Vec<Patch>, path: &str, throttle: Throttle, is_there: bool) {
    if let Some(burst) = throttle.burst_requests {
        put(
            patches,
            format!("{path}/burstLimit"),
            burst.to_string(),
            is_there,
        );
    }
    if let Some(rate) = throttle.rate_per_second {
        put(
            patches,
            format!("{path}/rateLimit"),
            rate.to_string(),
            is_there,
        );
    }
}

fn push_quota(patches: &mut Vec<Patch>, quota: Quota, is_there: bool) {
    let period = quota.per.name().to_uppercase();
    put(
        patches,
        "/quota/limit".to_owned(),
        quota.limit.to_string(),
        is_there,
    );
    put(
        patches,
        "/quota/offset".to_owned(),
        quota.offset.to_string(),
        is_there,
    );
    put(patches, "/quota/period".to_owned(), period, is_there);
}

fn pair(stage: &StageId) -> String {
    format!("{}:{}", stage.api, stage.stage)
}

/// `/chat/POST` of `a1/prod` is `/apiStages/a1:prod/throttle/~1chat/POST`.
fn method_path(stage: &StageId, method: &str) -> String {
    let (path, verb) = method.rsplit_once('/').unwrap_or(("", method));
    let path = if path.is_empty() { "/" } else { path };
    let escaped = path.replace('~', "~0").replace('/', "~1");
    format!("/apiStages/{}/throttle/{escaped}/{verb}", pair(stage))
}

#[cfg(test)]
mod tests {
    use ai_keys_core::limits::Rate;

    use super::*;

    #[test]
    fn a_method_is_one_element_of_the_path() {
        let stage = StageId {
            api: "a1".to_owned(),
            stage: "prod".to_owned(),
        };
        let throttle = Throttle {
            rate_per_second: Rate::new(2.5),
            burst_requests: Some(5),
        };
        let edit = UsagePlanEdit::MethodThrottle {
            stage: stage.clone(),
            method: "/v1/chat/POST".to_owned(),
            throttle,
        };
        let path = "/apiStages/a1:prod/throttle/~1v1~1chat/POST";
        assert_eq!(
            of_usage_plan(&[edit], None),
            [
                Patch::Add(format!("{path}/burstLimit"), "5".to_owned()),
                Patch::Add(format!("{path}/rateLimit"), "2.5".to_owned()),
            ]
        );
        assert_eq!(
            method_path(&stage, "/GET"),
            "/apiStages/a1:prod/throttle/~1/GET"
        );
    }

    #[test]
    fn a_key_is_patched_by_replacement() {
        let patch = KeyPatch {
            is_enabled: Some(false),
            ..KeyPatch::default()
        };
        let expected = Patch::Replace("/enabled".to_owned(), "false".to_owned());
        assert_eq!(of_key(&patch), [expected]);
    }
}
