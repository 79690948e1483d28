//! The core's types in the SDK's, for requests.

use std::collections::{BTreeMap, HashMap};

use ai_keys_core::limits::{Period, Quota, Rate, Throttle};
use ai_keys_core::state::StageId;
use aws_sdk_apigateway::types::{
    ApiStage, Op, PatchOperation, QuotaPeriodType, QuotaSettings, ThrottleSettings,
};

use super::writer::Patch;

pub(super) fn operations(patches: &[Patch]) -> Vec<PatchOperation> {
    let operation = |patch: &Patch| {
        let (op, path, value) = match patch {
            Patch::Replace(path, value) => (Op::Replace, path, Some(value)),
            Patch::Add(path, value) => (Op::Add, path, Some(value)),
            Patch::Remove(path, value) => (Op::Remove, path, value.as_ref()),
        };
        let operation = PatchOperation::builder().op(op).path(path);
        operation.set_value(value.cloned()).build()
    };
    patches.iter().map(operation).collect()
}

/// Returns nothing for no tags, which need no permission to tag.
pub(super) fn tags(tags: &BTreeMap<String, String>) -> Option<HashMap<String, String>> {
    let tags: HashMap<_, _> = tags.clone().into_iter().collect();
    (!tags.is_empty()).then_some(tags)
}

pub(super) fn stage((stage, methods): (&StageId, &BTreeMap<String, Throttle>)) -> ApiStage {
    let throttles: HashMap<_, _> = methods
        .iter()
        .map(|(method, limits)| (method.clone(), throttle(*limits)))
        .collect();
    ApiStage::builder()
        .api_id(&stage.api)
        .stage(&stage.stage)
        .set_throttle((!throttles.is_empty()).then_some(throttles))
        .build()
}

pub(super) fn throttle(throttle: Throttle) -> ThrottleSettings {
    ThrottleSettings::builder()
        .set_rate_limit(throttle.rate_per_second.map(Rate::requests_per_second))
        .set_burst_limit(throttle.burst_requests.map(whole))
        .build()
}

pub(super) fn quota(quota: Quota) -> QuotaSettings {
    let period = match quota.per {
        Period::Day => QuotaPeriodType::Day,
        Period::Week => QuotaPeriodType::Week,
        Period::Month => QuotaPeriodType::Month,
    };
    QuotaSettings::builder()
        .limit(whole(quota.limit))
        .offset(whole(quota.offset))
        .period(period)
        .build()
}

/// The service's numbers have a sign; a rule keeps ours below it.
fn whole(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}
