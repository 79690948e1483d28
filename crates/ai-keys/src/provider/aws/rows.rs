//! What API Gateway lists, without key values.
//!
//! INVARIANT: these types cannot hold a key value. The values that the service
//! sends unasked (`GetUsagePlanKeys`) are overwritten at this edge.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_apigateway::types;
use zeroize::Zeroize;

use crate::output::Output;

/// Key ids from this length on may equal the key's value (`generateDistinctId`
/// was false): they are hidden. Others have 10 characters.
const ID_MAY_BE_VALUE: usize = 20;

/// A page of a list.
#[derive(Clone, Debug, PartialEq)]
pub struct Page<T> {
    /// The rows, in the order of the service.
    pub rows: Vec<T>,
    /// Where the next page starts; nothing on the last one.
    pub next: Option<String>,
}

/// A key, as the service knows it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeyRow {
    /// Its id.
    pub id: String,
    /// Its name, which need not be unique.
    pub name: String,
    /// Its description, with the marker if it is ours.
    pub description: String,
    /// The id of the customer in AWS Marketplace.
    pub customer_id: Option<String>,
    /// Whether requests with it are let through.
    pub is_enabled: bool,
    /// When it was made, in seconds since 1970.
    pub created: Option<i64>,
    /// When it was changed last, in seconds since 1970.
    pub updated: Option<i64>,
    /// Its tags, where the list shows them.
    pub tags: BTreeMap<String, String>,
}

/// A usage plan, as the service knows it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct UsagePlanRow {
    /// Its id.
    pub id: String,
    /// Its name, which need not be unique.
    pub name: String,
    /// Its description, with the marker if it is ours.
    pub description: String,
    /// The stages it opens.
    pub stages: Vec<StageRow>,
    /// Its throttle, if it has one.
    pub throttle: Option<Throttle>,
    /// Its quota, if it has one.
    pub quota: Option<Quota>,
    /// Its product in AWS Marketplace.
    pub product_code: Option<String>,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
}

/// A stage of a usage plan.
#[derive(Clone, Debug, PartialEq)]
pub struct StageRow {
    /// The id of the REST API.
    pub api_id: String,
    /// The name of the stage.
    pub stage: String,
    /// Throttles of single methods, by `path/METHOD`.
    pub method_throttles: BTreeMap<String, Throttle>,
}

/// A throttle.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Throttle {
    /// Requests per second, on average.
    pub rate_per_second: f64,
    /// Requests at once.
    pub burst_requests: i32,
}

/// A quota.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quota {
    /// Requests per period.
    pub limit: i32,
    /// Requests taken off the first period.
    pub offset: i32,
    /// The period.
    pub period: Period,
}

/// The period of a quota.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Period {
    /// A day.
    Day,
    /// A week.
    Week,
    /// A month.
    Month,
    /// One that this program does not know.
    Unknown,
}

/// A key on a usage plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberRow {
    /// The id of the key.
    pub key_id: String,
    /// The name of the key.
    pub name: String,
}

/// Hides a key id that may be a value.
pub(super) fn hide_long_id(id: &str, output: &Output) {
    if id.len() >= ID_MAY_BE_VALUE {
        output.mask(id);
    }
}

impl KeyRow {
    /// Takes a key over, and overwrites its value.
    pub(super) fn new(mut key: types::ApiKey, output: &Output) -> Option<Self> {
        key.value.zeroize();
        let id = key.id?;
        hide_long_id(&id, output);
        Some(Self {
            id,
            name: key.name.unwrap_or_default(),
            description: key.description.unwrap_or_default(),
            customer_id: key.customer_id,
            is_enabled: key.enabled,
            created: key.created_date.map(|date| date.secs()),
            updated: key.last_updated_date.map(|date| date.secs()),
            tags: sorted(key.tags),
        })
    }
}

impl MemberRow {
    /// Takes a key of a usage plan over, and overwrites its value.
    pub(super) fn new(mut key: types::UsagePlanKey, output: &Output) -> Option<Self> {
        key.value.zeroize();
        let key_id = key.id?;
        hide_long_id(&key_id, output);
        let name = key.name.unwrap_or_default();
        Some(Self { key_id, name })
    }
}

impl UsagePlanRow {
    /// Takes a usage plan over.
    pub(super) fn new(plan: types::UsagePlan) -> Option<Self> {
        let stages = plan.api_stages.unwrap_or_default();
        Some(Self {
            id: plan.id?,
            name: plan.name.unwrap_or_default(),
            description: plan.description.unwrap_or_default(),
            stages: stages.into_iter().map(StageRow::from).collect(),
            throttle: plan.throttle.map(Throttle::from),
            quota: plan.quota.map(Quota::from),
            product_code: plan.product_code,
            tags: sorted(plan.tags),
        })
    }
}

impl From<types::ApiStage> for StageRow {
    fn from(stage: types::ApiStage) -> Self {
        let throttles = sorted(stage.throttle);
        Self {
            api_id: stage.api_id.unwrap_or_default(),
            stage: stage.stage.unwrap_or_default(),
            method_throttles: throttles
                .into_iter()
                .map(|(method, throttle)| (method, throttle.into()))
                .collect(),
        }
    }
}

impl From<types::ThrottleSettings> for Throttle {
    fn from(throttle: types::ThrottleSettings) -> Self {
        Self {
            rate_per_second: throttle.rate_limit,
            burst_requests: throttle.burst_limit,
        }
    }
}

impl From<types::QuotaSettings> for Quota {
    fn from(quota: types::QuotaSettings) -> Self {
        Self {
            limit: quota.limit,
            offset: quota.offset,
            period: match quota.period {
                Some(types::QuotaPeriodType::Day) => Period::Day,
                Some(types::QuotaPeriodType::Week) => Period::Week,
                Some(types::QuotaPeriodType::Month) => Period::Month,
                _ => Period::Unknown,
            },
        }
    }
}

fn sorted<T>(map: Option<HashMap<String, T>>) -> BTreeMap<String, T> {
    map.unwrap_or_default().into_iter().collect()
}
