//! Limits and stages of a usage plan: what differs, in words and in edits, and how much it hurts.

use std::collections::BTreeMap;

use super::change::{Differences, Risk};
use super::step::UsagePlanEdit;
use crate::limits::{Quota, Rate, Throttle, in_words};
use crate::state::{ApiName, StageId};

pub(super) type Stages = BTreeMap<StageId, BTreeMap<String, Throttle>>;
/// The names of REST APIs by their ids.
pub(super) type Apis = BTreeMap<String, ApiName>;

/// Writes a stage as the manifest would: by the REST API's name, or by its id
/// where others have that name too.
fn stage_in_words(stage: &StageId, apis: &Apis) -> String {
    let is_only = |name: &&ApiName| apis.values().filter(|other| other == name).count() == 1;
    match apis.get(&stage.api).filter(is_only) {
        Some(name) => format!("{name}/{}", stage.stage),
        None => stage.to_string(),
    }
}

/// Writes the stages of a usage plan; nothing if there are none.
pub(super) fn stages_in_words<'s>(
    stages: impl Iterator<Item = &'s StageId>,
    apis: &Apis,
) -> Option<String> {
    let words: Vec<String> = stages.map(|stage| stage_in_words(stage, apis)).collect();
    (!words.is_empty()).then(|| words.join(", "))
}

/// Notes throttle and quota in words; a new usage plan had none before.
pub(super) fn note_limits(
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

/// Returns the edits that take stages away, then those that add stages.
pub(super) fn stage_edits(
    differences: &mut Differences,
    before: &Stages,
    after: &Stages,
    apis: &Apis,
) -> Vec<UsagePlanEdit> {
    if before.keys().eq(after.keys()) {
        return Vec::new();
    }
    let words = |stages: &Stages| stages_in_words(stages.keys(), apis);
    differences.note("stages", words(before), words(after));
    let missing = |from: &Stages, stage: &&StageId| !from.contains_key(*stage);
    let removed = before.keys().filter(|stage| missing(after, stage)).cloned();
    let added = after.keys().filter(|stage| missing(before, stage)).cloned();
    removed
        .map(|stage| UsagePlanEdit::RemoveStage { stage })
        .chain(added.map(|stage| UsagePlanEdit::AddStage { stage }))
        .collect()
}

/// Returns the edits of the limits of single methods, and how much they hurt.
pub(super) fn method_edits(
    differences: &mut Differences,
    before: &Stages,
    after: &Stages,
    apis: &Apis,
) -> (Vec<UsagePlanEdit>, Risk) {
    let none = BTreeMap::new();
    let mut edits = Vec::new();
    let mut risk = Risk::None;
    for (stage, methods) in after {
        let live = before.get(stage).unwrap_or(&none);
        for (method, throttle) in methods {
            let found = live.get(method);
            let field = format!("throttle of {method} in {}", stage_in_words(stage, apis));
            if differences.note(
                &field,
                found.map(ToString::to_string),
                Some(throttle.to_string()),
            ) {
                risk = risk.max(throttle_risk(found.copied(), Some(*throttle)));
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
            let field = format!("throttle of {method} in {}", stage_in_words(stage, apis));
            differences.note(&field, Some(throttle.to_string()), None);
            let (stage, method) = (stage.clone(), method.clone());
            edits.push(UsagePlanEdit::RemoveMethodThrottle { stage, method });
        }
    }
    (edits, risk)
}

/// Returns whether callers can be turned away who were not before.
pub(super) fn update_risk(
    before: (Option<Throttle>, Option<Quota>),
    after: (Option<Throttle>, Option<Quota>),
    edits: &[UsagePlanEdit],
) -> Risk {
    let takes_a_stage = |edit: &UsagePlanEdit| matches!(edit, UsagePlanEdit::RemoveStage { .. });
    if edits.iter().any(takes_a_stage) {
        return Risk::Blocks;
    }
    throttle_risk(before.0, after.0).max(quota_risk(before.1, after.1))
}

fn throttle_risk(before: Option<Throttle>, after: Option<Throttle>) -> Risk {
    if before == after {
        return Risk::None;
    }
    let rate = |side: Option<Throttle>| side.and_then(|throttle| throttle.rate_per_second);
    let burst = |side: Option<Throttle>| side.and_then(|throttle| throttle.burst_requests);
    if rate(after).is_some_and(Rate::is_zero) || burst(after) == Some(0) {
        Risk::Blocks
    } else if is_tighter(rate(before), rate(after)) || is_tighter(burst(before), burst(after)) {
        Risk::Limits
    } else {
        Risk::None
    }
}

fn quota_risk(before: Option<Quota>, after: Option<Quota>) -> Risk {
    let limit = |side: Option<Quota>| side.map(|quota| quota.limit);
    let is_another_period = before
        .zip(after)
        .is_some_and(|(before, after)| before.per != after.per);
    if before == after {
        Risk::None
    } else if limit(after) == Some(0) {
        Risk::Blocks
    } else if is_another_period || is_tighter(limit(before), limit(after)) {
        Risk::Limits
    } else {
        Risk::None
    }
}

/// Returns whether a limit lets less through; a missing one lets all through.
fn is_tighter<T: PartialOrd>(before: Option<T>, after: Option<T>) -> bool {
    match (before, after) {
        (_, None) => false,
        (None, Some(_)) => true,
        (Some(before), Some(after)) => after < before,
    }
}
