//! The secrets of Secrets Manager in one account and region.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

pub(crate) const CURRENT: &str = "AWSCURRENT";
pub(crate) const PREVIOUS: &str = "AWSPREVIOUS";

/// Versions without a label that are kept, and the age below which none is removed.
/// <https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html>, checked 2026-11-23.
const KEPT_VERSIONS: usize = 100;
const KEPT_MS: i64 = 86_400_000;

/// A secret with its versions.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct StoredSecret {
    /// The order of creation in its region.
    pub(crate) number: u64,
    pub(crate) name: String,
    /// Six characters and the ARN's end, so that a new secret of an old name has another ARN.
    pub(crate) suffix: String,
    pub(crate) description: Option<String>,
    pub(crate) kms_key: Option<String>,
    pub(crate) tags: BTreeMap<String, String>,
    pub(crate) created_ms: i64,
    pub(crate) changed_ms: i64,
    /// When a secret that is scheduled for deletion goes.
    pub(crate) gone_ms: Option<i64>,
    /// By version id.
    pub(crate) versions: BTreeMap<String, Version>,
    pub(crate) policy: Option<String>,
    pub(crate) replicas: Vec<Replica>,
    /// On a replica: the region of the secret that it copies.
    pub(crate) primary_region: Option<String>,
}

#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Version {
    pub(crate) value: Payload,
    pub(crate) stages: BTreeSet<String>,
    pub(crate) created_ms: i64,
}

/// What a version holds; binary values stay in the base64 of the wire.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Payload {
    String(String),
    Binary(String),
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Replica {
    pub(crate) region: String,
    pub(crate) kms_key: Option<String>,
    /// Why there is none, if so.
    pub(crate) problem: Option<String>,
}

impl StoredSecret {
    /// Returns the id of the version that has a label.
    pub(crate) fn version_at(&self, stage: &str) -> Option<&str> {
        self.versions
            .iter()
            .find(|(_, version)| version.stages.contains(stage))
            .map(|(id, _)| id.as_str())
    }

    /// Adds a version and moves its labels to it. The first version is always the current one.
    pub(crate) fn put(&mut self, id: &str, value: Payload, stages: &[String], now_ms: i64) {
        let version = Version {
            value,
            stages: BTreeSet::new(),
            created_ms: now_ms,
        };
        self.versions.insert(id.to_owned(), version);
        for stage in stages {
            self.move_stage(stage, Some(id));
        }
        if self.version_at(CURRENT).is_none() {
            self.move_stage(CURRENT, Some(id));
        }
        self.changed_ms = now_ms;
        self.prune(now_ms);
    }

    /// Moves a label, or takes it away. The version that was current becomes the previous one.
    pub(crate) fn move_stage(&mut self, stage: &str, to: Option<&str>) {
        let from = self.version_at(stage).map(str::to_owned);
        if from.as_deref() == to {
            return;
        }
        if let Some(version) = from.as_ref().and_then(|id| self.versions.get_mut(id)) {
            version.stages.remove(stage);
        }
        if let Some(version) = to.and_then(|id| self.versions.get_mut(id)) {
            version.stages.insert(stage.to_owned());
        }
        if stage == CURRENT && from.is_some() {
            self.move_stage(PREVIOUS, from.as_deref());
        }
    }

    /// Removes the oldest versions without a label beyond those that are kept.
    fn prune(&mut self, now_ms: i64) {
        let mut unlabelled: Vec<(i64, String)> = self
            .versions
            .iter()
            .filter(|(_, version)| version.stages.is_empty())
            .map(|(id, version)| (version.created_ms, id.clone()))
            .collect();
        unlabelled.sort();
        let surplus = unlabelled.len().saturating_sub(KEPT_VERSIONS);
        for (created_ms, id) in unlabelled.into_iter().take(surplus) {
            if now_ms - created_ms >= KEPT_MS {
                self.versions.remove(&id);
            }
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn secret(name: &str) -> StoredSecret {
        StoredSecret {
            number: 1,
            name: name.to_owned(),
            suffix: "AbCdEf".to_owned(),
            description: None,
            kms_key: None,
            tags: BTreeMap::new(),
            created_ms: 0,
            changed_ms: 0,
            gone_ms: None,
            versions: BTreeMap::new(),
            policy: None,
            replicas: Vec::new(),
            primary_region: None,
        }
    }

    fn put(secret: &mut StoredSecret, id: &str, stage: &str, now_ms: i64) {
        let value = Payload::String(id.to_owned());
        secret.put(id, value, &[stage.to_owned()], now_ms);
    }

    fn stages(secret: &StoredSecret, id: &str) -> Vec<String> {
        secret.versions[id].stages.iter().cloned().collect()
    }

    #[test]
    fn current_becomes_previous_and_the_first_is_always_current() {
        let mut secret = secret("a");
        put(&mut secret, "v1", "AWSPENDING", 0);
        assert_eq!(stages(&secret, "v1"), ["AWSCURRENT", "AWSPENDING"]);
        put(&mut secret, "v2", CURRENT, 0);
        assert_eq!(stages(&secret, "v1"), ["AWSPENDING", "AWSPREVIOUS"]);
        put(&mut secret, "v3", CURRENT, 0);
        assert_eq!(stages(&secret, "v1"), ["AWSPENDING"]);
        assert_eq!(stages(&secret, "v2"), ["AWSPREVIOUS"]);
    }

    #[test]
    fn a_hundred_versions_without_a_label_are_kept_and_the_young() {
        let mut secret = secret("a");
        for n in 0..130 {
            put(&mut secret, &format!("v{n:03}"), CURRENT, 0);
        }
        assert_eq!(secret.versions.len(), 130);
        put(&mut secret, "v130", CURRENT, KEPT_MS);
        assert_eq!(secret.versions.len(), 102);
        assert!(!secret.versions.contains_key("v000"));
    }
}
