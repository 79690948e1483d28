//! Our types in the SDK's, for requests.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_apigateway::types::{
    ApiStage, Op, PatchOperation, QuotaPeriodType, QuotaSettings, ThrottleSettings,
};

use super::rows::{Period, Quota, StageRow, Throttle};
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

pub(super) fn stage(stage: &StageRow) -> ApiStage {
    let throttles = stage.method_throttles.iter();
    let throttles: HashMap<_, _> = throttles
        .map(|(method, limits)| (method.clone(), throttle(*limits)))
        .collect();
    ApiStage::builder()
        .api_id(&stage.api_id)
        .stage(&stage.stage)
        .set_throttle((!throttles.is_empty()).then_some(throttles))
        .build()
}

pub(super) fn throttle(throttle: Throttle) -> ThrottleSettings {
    ThrottleSettings::builder()
        .rate_limit(throttle.rate_per_second)
        .burst_limit(throttle.burst_requests)
        .build()
}

pub(super) fn quota(quota: Quota) -> QuotaSettings {
    let period = match quota.period {
        Period::Day => Some(QuotaPeriodType::Day),
        Period::Week => Some(QuotaPeriodType::Week),
        Period::Month => Some(QuotaPeriodType::Month),
        Period::Unknown => None,
    };
    QuotaSettings::builder()
        .limit(quota.limit)
        .offset(quota.offset)
        .set_period(period)
        .build()
}
