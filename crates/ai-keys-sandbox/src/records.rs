//! What tests put into a sandbox and look at in it, past the HTTP interface.

use std::collections::BTreeMap;
use std::fmt;

/// An API key in the sandbox. Its `Debug` leaves the value out.
#[derive(Clone, PartialEq, Eq)]
pub struct KeyRecord {
    /// Ten characters.
    pub id: String,
    /// The key value, for canary tests and data-plane calls.
    pub value: String,
    /// The name; not unique.
    pub name: Option<String>,
    /// The description, marker included.
    pub description: Option<String>,
    /// Whether the key opens anything.
    pub enabled: bool,
    /// The tags.
    pub tags: BTreeMap<String, String>,
    /// The ids of its usage plans, sorted.
    pub usage_plans: Vec<String>,
}

impl fmt::Debug for KeyRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyRecord")
            .field("id", &self.id)
            .field("name", &self.name)
            .field("description", &self.description)
            .field("enabled", &self.enabled)
            .field("tags", &self.tags)
            .field("usage_plans", &self.usage_plans)
            .finish_non_exhaustive()
    }
}

/// A usage plan in the sandbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsagePlanRecord {
    /// Six characters.
    pub id: String,
    /// The name; not unique.
    pub name: String,
    /// The description, marker included.
    pub description: Option<String>,
    /// Its stages, written `api-id/stage`.
    pub stages: Vec<String>,
    /// How many keys are on it.
    pub keys: usize,
}

/// A key to seed.
#[derive(Clone)]
pub struct SeedKey {
    /// The name.
    pub name: String,
    /// The description; empty for none.
    pub description: String,
    /// Whether the key is enabled.
    pub enabled: bool,
    /// The value; generated if absent.
    pub value: Option<String>,
    /// The *names* of seeded usage plans that the key is put on.
    pub usage_plans: Vec<String>,
}

/// A usage plan to seed; its stages are made if they do not exist.
#[derive(Clone, Debug, Default)]
pub struct SeedUsagePlan {
    /// The name.
    pub name: String,
    /// The description; empty for none.
    pub description: String,
    /// Stages, written `api-name/stage`.
    pub stages: Vec<String>,
    /// Requests per second and bucket size.
    pub throttle: Option<(f64, i64)>,
    /// Requests and their period: `DAY`, `WEEK` or `MONTH`.
    pub quota: Option<(i64, String)>,
}

/// A stage of a REST API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StageRef {
    /// The REST API's id.
    pub api_id: String,
    /// The stage's name.
    pub stage: String,
}
