//! The patch paths of `UpdateUsagePlan`.
//!
//! Source: <https://docs.aws.amazon.com/apigateway/latest/api/patch-operations.html>, checked 2026-11-23.

use std::collections::BTreeMap;

use super::keys::filled;
use super::patch::{PatchOperation, elements};
use crate::answer::ApiError;
use crate::model::{ApiStage, Quota, Throttle, UsagePlan};
use crate::rules::{self, INVALID_STAGE};

const ADD_PATHS: [&str; 10] = [
    "/productCode",
    "/apiStages",
    "/apiStages/{apiId:stage}/throttle",
    "/apiStages/{apiId:stage}/throttle/{resourcePath}/{httpMethod}/rateLimit",
    "/apiStages/{apiId:stage}/throttle/{resourcePath}/{httpMethod}/burstLimit",
    "/throttle/burstLimit",
    "/throttle/rateLimit",
    "/quota/limit",
    "/quota/offset",
    "/quota/period",
];
const REPLACE_PATHS: [&str; 11] = [
    "/name",
    "/description",
    "/productCode",
    "/apiStages/{apiId:stage}/throttle",
    "/apiStages/{apiId:stage}/throttle/{resourcePath}/{httpMethod}/rateLimit",
    "/apiStages/{apiId:stage}/throttle/{resourcePath}/{httpMethod}/burstLimit",
    "/throttle/burstLimit",
    "/throttle/rateLimit",
    "/quota/limit",
    "/quota/offset",
    "/quota/period",
];
const REMOVE_PATHS: [&str; 6] = [
    "/productCode",
    "/apiStages",
    "/apiStages/{apiId:stage}/throttle",
    "/apiStages/{apiId:stage}/throttle/{resourcePath}/{httpMethod}",
    "/throttle",
    "/quota",
];

type Patched = Result<(), ApiError>;

/// Applies one patch operation; the usage plan is checked as a whole after the last one.
pub(super) fn apply(operation: &PatchOperation, usage_plan: &mut UsagePlan) -> Patched {
    let path = elements(&operation.path);
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    match operation.op.as_str() {
        "add" | "replace" => set(operation, &path, usage_plan),
        "remove" => remove(operation, &path, usage_plan),
        _ => Err(operation.refuse(&REPLACE_PATHS)),
    }
}

fn set(operation: &PatchOperation, path: &[&str], usage_plan: &mut UsagePlan) -> Patched {
    let is_add = operation.op == "add";
    match path {
        ["name"] if !is_add => {
            let name = filled(operation.value.clone());
            usage_plan.name =
                name.ok_or_else(|| ApiError::bad_request("Usage Plan name must be specified"))?;
        }
        ["description"] if !is_add => usage_plan.description = filled(operation.value.clone()),
        ["productCode"] => usage_plan.product_code = filled(operation.value.clone()),
        ["apiStages"] if is_add => {
            let (api_id, stage) = stage_in(operation.text())?;
            usage_plan.stages.push(ApiStage {
                api_id,
                stage,
                throttle: BTreeMap::new(),
            });
        }
        ["apiStages", stage, "throttle"] => {
            // Text inferred: the whole map, as JSON.
            let map = serde_json::from_str(operation.text())
                .map_err(|_| ApiError::bad_request("Invalid throttle settings specified"))?;
            stage_of(usage_plan, stage)?.throttle = map;
        }
        [
            "apiStages",
            stage,
            "throttle",
            resource,
            method,
            limit @ ("rateLimit" | "burstLimit"),
        ] => {
            let throttles = &mut stage_of(usage_plan, stage)?.throttle;
            set_limit(
                operation,
                limit,
                throttles
                    .entry(format!("{resource}/{method}"))
                    .or_insert(ZERO),
            )?;
        }
        ["throttle", limit @ ("rateLimit" | "burstLimit")] => {
            set_limit(operation, limit, usage_plan.throttle.get_or_insert(ZERO))?;
        }
        ["quota", member] => set_quota(operation, member, usage_plan)?,
        _ => return Err(operation.refuse(if is_add { &ADD_PATHS } else { &REPLACE_PATHS })),
    }
    Ok(())
}

/// A patch that sets one of the two limits leaves the other at 0: nothing passes until it is set too.
const ZERO: Throttle = Throttle {
    burst_limit: Some(0),
    rate_limit: Some(0.0),
};

fn set_limit(operation: &PatchOperation, limit: &str, throttle: &mut Throttle) -> Patched {
    if limit == "rateLimit" {
        throttle.rate_limit = Some(operation.number()?);
    } else {
        throttle.burst_limit = Some(operation.number()?);
    }
    Ok(())
}

fn set_quota(operation: &PatchOperation, member: &str, usage_plan: &mut UsagePlan) -> Patched {
    let quota = usage_plan.quota.get_or_insert_with(Quota::default);
    match member {
        "limit" => quota.limit = operation.number()?,
        "offset" => quota.offset = operation.number()?,
        "period" => operation.text().clone_into(&mut quota.period),
        _ => {
            return Err(operation.refuse(if operation.op == "add" {
                &ADD_PATHS
            } else {
                &REPLACE_PATHS
            }));
        }
    }
    Ok(())
}

fn remove(operation: &PatchOperation, path: &[&str], usage_plan: &mut UsagePlan) -> Patched {
    match path {
        ["productCode"] => usage_plan.product_code = None,
        ["throttle"] => usage_plan.throttle = None,
        ["quota"] => usage_plan.quota = None,
        ["apiStages"] => {
            let (api_id, stage) = stage_in(operation.text())?;
            let before = usage_plan.stages.len();
            usage_plan.stages.retain(|known| !known.is(&api_id, &stage));
            if usage_plan.stages.len() == before {
                return Err(rules::unknown_stage(&api_id, &stage, &usage_plan.id));
            }
        }
        ["apiStages", stage, "throttle"] => stage_of(usage_plan, stage)?.throttle.clear(),
        ["apiStages", stage, "throttle", resource, method] => {
            stage_of(usage_plan, stage)?
                .throttle
                .remove(&format!("{resource}/{method}"));
        }
        _ => return Err(operation.refuse(&REMOVE_PATHS)),
    }
    Ok(())
}

fn stage_in(text: &str) -> Result<(String, String), ApiError> {
    match text.split_once(':') {
        Some((api_id, stage)) if !api_id.is_empty() && !stage.is_empty() => {
            Ok((api_id.to_owned(), stage.to_owned()))
        }
        _ => Err(ApiError::bad_request(INVALID_STAGE)),
    }
}

fn stage_of<'a>(usage_plan: &'a mut UsagePlan, text: &str) -> Result<&'a mut ApiStage, ApiError> {
    let (api_id, stage) = stage_in(text)?;
    let unknown = rules::unknown_stage(&api_id, &stage, &usage_plan.id);
    usage_plan
        .stages
        .iter_mut()
        .find(|known| known.is(&api_id, &stage))
        .ok_or(unknown)
}
