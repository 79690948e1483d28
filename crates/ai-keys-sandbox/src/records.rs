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

/// A secret of Secrets Manager in the sandbox. Its `Debug` leaves the value out.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretRecord {
    /// The name.
    pub name: String,
    /// What is current: the value of the version with the label `AWSCURRENT`.
    pub value: Option<String>,
    /// The description.
    pub description: Option<String>,
    /// The tags.
    pub tags: BTreeMap<String, String>,
    /// The labels of each version, by version id.
    pub versions: BTreeMap<String, Vec<String>>,
    /// The KMS key, if one was named.
    pub kms_key: Option<String>,
    /// The resource policy.
    pub policy: Option<String>,
    /// The regions that have a copy.
    pub replicas: Vec<String>,
    /// Whether it is scheduled for deletion.
    pub is_deleted: bool,
}

/// A parameter of SSM in the sandbox. Its `Debug` leaves the value out.
#[derive(Clone, PartialEq, Eq)]
pub struct ParameterRecord {
    /// The name.
    pub name: String,
    /// The newest value.
    pub value: String,
    /// The newest description.
    pub description: Option<String>,
    /// `String`, `StringList` or `SecureString`.
    pub kind: String,
    /// `Standard` or `Advanced`.
    pub tier: String,
    /// The number of the newest version.
    pub version: u64,
    /// The labels of the newest version.
    pub labels: Vec<String>,
    /// The tags.
    pub tags: BTreeMap<String, String>,
}

/// A secret of GitHub in the sandbox. Its `Debug` leaves the value out.
#[derive(Clone, PartialEq, Eq)]
pub struct GithubSecretRecord {
    /// Whose it is: `repos/acme/chat`, `repos/acme/chat/environments/prod`, `orgs/acme`.
    pub holder: String,
    /// The name, in capitals.
    pub name: String,
    /// The value, for canary tests and data-plane calls.
    pub value: String,
}

impl fmt::Debug for GithubSecretRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GithubSecretRecord")
            .field("holder", &self.holder)
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for SecretRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SecretRecord")
            .field("name", &self.name)
            .field("description", &self.description)
            .field("tags", &self.tags)
            .field("versions", &self.versions)
            .field("is_deleted", &self.is_deleted)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for ParameterRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ParameterRecord")
            .field("name", &self.name)
            .field("description", &self.description)
            .field("tier", &self.tier)
            .field("version", &self.version)
            .field("labels", &self.labels)
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
