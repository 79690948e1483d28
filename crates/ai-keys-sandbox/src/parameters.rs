//! The parameters of SSM's Parameter Store in one account and region.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

/// Versions that are kept of a parameter.
/// <https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-versions.html>, checked 2026-11-23.
const KEPT_VERSIONS: usize = 100;

/// A parameter with its versions.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Parameter {
    pub(crate) name: String,
    pub(crate) kind: Kind,
    pub(crate) tier: Tier,
    pub(crate) tags: BTreeMap<String, String>,
    /// By number, from 1; never empty.
    pub(crate) versions: BTreeMap<u64, ParameterVersion>,
}

#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct ParameterVersion {
    pub(crate) value: String,
    pub(crate) description: Option<String>,
    pub(crate) kms_key: Option<String>,
    pub(crate) labels: BTreeSet<String>,
    pub(crate) modified_ms: i64,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Kind {
    String,
    StringList,
    SecureString,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Tier {
    Standard,
    Advanced,
}

impl Kind {
    pub(crate) fn read(text: &str) -> Option<Self> {
        match text {
            "String" => Some(Self::String),
            "StringList" => Some(Self::StringList),
            "SecureString" => Some(Self::SecureString),
            _ => None,
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::String => "String",
            Self::StringList => "StringList",
            Self::SecureString => "SecureString",
        }
    }
}

impl Tier {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Standard => "Standard",
            Self::Advanced => "Advanced",
        }
    }
}

impl Parameter {
    /// Returns the newest version and its number.
    pub(crate) fn newest(&self) -> Option<(u64, &ParameterVersion)> {
        self.versions
            .last_key_value()
            .map(|(number, version)| (*number, version))
    }

    /// Returns the version that a selector names: a number, a label, or none for the newest.
    pub(crate) fn select(&self, selector: Option<&str>) -> Option<(u64, &ParameterVersion)> {
        let Some(selector) = selector else {
            return self.newest();
        };
        let number = match selector.parse() {
            Ok(number) => number,
            Err(_) => self.labelled(selector)?,
        };
        self.versions.get(&number).map(|version| (number, version))
    }

    /// Returns the number of the version that has a label.
    pub(crate) fn labelled(&self, label: &str) -> Option<u64> {
        self.versions
            .iter()
            .find(|(_, version)| version.labels.contains(label))
            .map(|(number, _)| *number)
    }

    /// Adds a version and drops the oldest beyond those that are kept; returns its number, or the
    /// number of the oldest if that has a label and so cannot go.
    pub(crate) fn put(&mut self, version: ParameterVersion) -> Result<u64, u64> {
        if self.versions.len() >= KEPT_VERSIONS
            && let Some((oldest, kept)) = self.versions.first_key_value()
        {
            let oldest = *oldest;
            if !kept.labels.is_empty() {
                return Err(oldest);
            }
            self.versions.remove(&oldest);
        }
        let number = self.newest().map_or(1, |(newest, _)| newest + 1);
        self.versions.insert(number, version);
        Ok(number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(label: Option<&str>) -> ParameterVersion {
        ParameterVersion {
            value: "v".to_owned(),
            description: None,
            kms_key: None,
            labels: label.into_iter().map(str::to_owned).collect(),
            modified_ms: 0,
        }
    }

    #[test]
    fn the_oldest_version_goes_unless_it_has_a_label() {
        let mut parameter = Parameter {
            name: "/a".to_owned(),
            kind: Kind::SecureString,
            tier: Tier::Standard,
            tags: BTreeMap::new(),
            versions: BTreeMap::new(),
        };
        for n in 1..=100 {
            assert_eq!(parameter.put(version((n == 2).then_some("gen-2"))), Ok(n));
        }
        assert_eq!(parameter.put(version(None)), Ok(101));
        assert_eq!(parameter.put(version(None)), Err(2));
        assert_eq!(parameter.select(Some("gen-2")).unwrap().0, 2);
        assert_eq!(parameter.select(Some("101")).unwrap().0, 101);
        assert!(parameter.select(Some("1")).is_none());
    }
}
