//! What API Gateway lists, as the core's types, without key values.
//!
//! INVARIANT: nothing that leaves this file can hold a key value. The values
//! that the service sends unasked (`GetUsagePlanKeys`) are overwritten here.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use ai_keys_core::date::Date;
use ai_keys_core::limits::{Period, Quota, Rate, Throttle};
use ai_keys_core::state::{DayOfUse, Handle, LiveKey, LiveUsagePlan, Liveness, Marker, StageId};
use aws_sdk_apigateway::types;
use zeroize::Zeroize;

use crate::output::Output;

/// A page of a list: ids and rows.
#[derive(Clone, Debug, PartialEq)]
pub struct Page<T> {
    /// The rows, each with its id, in the order of the service.
    pub rows: Vec<(String, T)>,
    /// Where the next page starts; nothing on the last one.
    pub next: Option<String>,
}

/// A key as a list shows it.
#[derive(Clone, Debug, PartialEq)]
pub struct ListedKey {
    /// The key.
    pub live: LiveKey,
    /// When it was made, in seconds since 1970.
    pub made_at: Option<i64>,
}

/// A key that was found by its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundKey {
    /// Its id.
    pub id: String,
    /// Whose it is.
    pub marker: Option<Marker>,
}

/// Hides a key id that may be a value: one of 20 characters or more may equal
/// it (`generateDistinctId` was false). Others have 10.
pub(super) fn hide_long_id(id: &str, output: &Output) {
    if id.chars().count() >= Handle::SECRET_FROM {
        output.mask(id);
    }
}

/// Takes a row of a list over. `None` if it has no id.
pub(super) fn listed_key(key: types::ApiKey, output: &Output) -> Option<(String, ListedKey)> {
    let made_at = key.created_date.map(|date| date.secs());
    let (id, live) = live_key(key, output)?;
    Some((id, ListedKey { live, made_at }))
}

/// Takes a key over, and overwrites its value. `None` if it has no id.
pub(super) fn live_key(mut key: types::ApiKey, output: &Output) -> Option<(String, LiveKey)> {
    key.value.zeroize();
    let id = key.id?;
    hide_long_id(&id, output);
    let description = key.description.unwrap_or_default();
    let (text, marker) = Marker::split(&description);
    let live = LiveKey {
        name: key.name.unwrap_or_default(),
        description: text.to_owned(),
        marker,
        liveness: if key.enabled {
            Liveness::Active
        } else {
            Liveness::Disabled
        },
        created: key
            .created_date
            .and_then(|date| Date::from_unix_seconds(date.secs())),
        customer_id: key
            .customer_id
            .filter(|customer_id| !customer_id.is_empty()),
        tags: sorted(key.tags),
        slots: 1,
        etag: None,
    };
    Some((id, live))
}

/// Takes a key of a usage plan over, and overwrites its value.
pub(super) fn member(mut key: types::UsagePlanKey, output: &Output) -> Option<(String, ())> {
    key.value.zeroize();
    let id = key.id?;
    hide_long_id(&id, output);
    Some((id, ()))
}

/// Takes a usage plan over, its keys not yet known. `None` if it has no id, or
/// a limit that this program cannot read: it must not be planned away.
pub(super) fn live_usage_plan(usage_plan: types::UsagePlan) -> Option<(String, LiveUsagePlan)> {
    let id = usage_plan.id?;
    let description = usage_plan.description.unwrap_or_default();
    let (text, marker) = Marker::split(&description);
    let stages = usage_plan
        .api_stages
        .unwrap_or_default()
        .into_iter()
        .map(stage);
    let live = LiveUsagePlan {
        name: usage_plan.name.unwrap_or_default(),
        description: text.to_owned(),
        marker,
        throttle: usage_plan.throttle.as_ref().map(throttle),
        quota: usage_plan.quota.as_ref().map(quota).transpose().ok()?,
        stages: stages.collect(),
        keys: BTreeSet::new(),
        tags: sorted(usage_plan.tags),
    };
    Some((id, live))
}

fn stage(stage: types::ApiStage) -> (StageId, BTreeMap<String, Throttle>) {
    let methods = sorted(stage.throttle);
    let id = StageId {
        api: stage.api_id.unwrap_or_default(),
        stage: stage.stage.unwrap_or_default(),
    };
    (
        id,
        methods
            .into_iter()
            .map(|(method, limits)| (method, throttle(&limits)))
            .collect(),
    )
}

fn throttle(throttle: &types::ThrottleSettings) -> Throttle {
    Throttle {
        rate_per_second: Rate::new(throttle.rate_limit),
        burst_requests: u32::try_from(throttle.burst_limit).ok(),
    }
}

/// A quota with a period or a number that this program does not know.
struct UnknownQuota;

fn quota(quota: &types::QuotaSettings) -> Result<Quota, UnknownQuota> {
    let per = match quota.period {
        Some(types::QuotaPeriodType::Day) => Period::Day,
        Some(types::QuotaPeriodType::Week) => Period::Week,
        Some(types::QuotaPeriodType::Month) => Period::Month,
        _ => return Err(UnknownQuota),
    };
    let number = |number: i32| u32::try_from(number).map_err(|_| UnknownQuota);
    Ok(Quota {
        limit: number(quota.limit)?,
        offset: number(quota.offset)?,
        per,
    })
}

/// Takes the days of a key over, under its handle: the service's model says
/// that the map is indexed by key values, its answers show ids. `None` if a
/// day is not `[used, remaining]`.
///
/// An answer of AWS with ids is in <https://github.com/floci-io/floci/pull/3561>,
/// read 2026-11-24.
pub(super) fn key_usage(
    mut key: String,
    days: Vec<Vec<i64>>,
    output: &Output,
) -> Option<(String, Vec<DayOfUse>)> {
    hide_long_id(&key, output);
    let handle = Handle::of_id(&key);
    key.zeroize();
    let number = |number: i64| u64::try_from(number).unwrap_or(0);
    let day = |day: Vec<i64>| match *day.as_slice() {
        [requests, remaining] => Some(DayOfUse {
            requests: number(requests),
            remaining: number(remaining),
        }),
        _ => None,
    };
    let days: Option<Vec<_>> = days.into_iter().map(day).collect();
    Some((handle.as_str().to_owned(), days?))
}

pub(super) fn sorted<T>(map: Option<HashMap<String, T>>) -> BTreeMap<String, T> {
    map.unwrap_or_default().into_iter().collect()
}
