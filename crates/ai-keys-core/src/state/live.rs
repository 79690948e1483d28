//! What the cloud reports now, without a single key value. A snapshot is this, as a file.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Deserializer, Serialize};

use super::delivery::{Delivered, Destination};
use super::marker::{Marker, MarkerDate};
use super::shared::Shared;
use crate::date::Date;
use crate::digest::Digest;
use crate::limits::{Quota, Throttle};
use crate::support::Provider;

/// The version of the snapshot format that this program writes and reads.
pub const SNAPSHOT_FORMAT: u32 = 1;

// The fields of these types stand in the order of their names, so that their
// JSON is canonical as it is written.

/// The live state of one target. It was read to its end, or it does not exist.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct LiveState {
    /// The account's 12 digits.
    pub account: String,
    /// REST APIs by id; read only if the manifest refers to one by name.
    pub apis: BTreeMap<String, ApiName>,
    /// What is seen where the manifest delivers values to.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub deliveries: BTreeMap<Destination, Delivered>,
    /// [`SNAPSHOT_FORMAT`].
    pub format: u32,
    /// API keys.
    #[cfg_attr(feature = "schema", schemars(with = "BTreeMap<Handle, LiveKey>"))]
    pub keys: Shared<BTreeMap<Handle, LiveKey>>,
    /// The service.
    pub provider: Provider,
    /// The region.
    pub region: String,
    /// Usage plans.
    #[cfg_attr(feature = "schema", schemars(with = "BTreeMap<Handle, LiveUsagePlan>"))]
    pub usage_plans: Shared<BTreeMap<Handle, LiveUsagePlan>>,
}

/// The name of a REST API; not unique.
pub type ApiName = String;

/// The id of a live object, or a stand-in for an id that may be a key value.
///
/// With the deprecated `generateDistinctId = false` an API key's id equals its
/// value, so an id of 20 characters or more is a secret: the runner replaces
/// it by `hidden-` and its SHA-256, and keeps the real one to itself.
/// <https://docs.aws.amazon.com/apigateway/latest/api/API_CreateApiKey.html>,
/// checked 2026-11-23.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(transparent)]
pub struct Handle(String);

impl Handle {
    /// The length from which an id may be a key value, in characters.
    pub const SECRET_FROM: usize = 20;

    const HIDDEN: &str = "hidden-";

    /// Returns the handle of an object with this id.
    #[must_use]
    pub fn of_id(id: &str) -> Self {
        if id.chars().count() < Self::SECRET_FROM || Self::is_stand_in(id) {
            return Self(id.to_owned());
        }
        let digest = Digest::of_bytes(id.as_bytes());
        let hex = digest.as_str().strip_prefix("sha256:").unwrap_or_default();
        Self(format!("{}{hex}", Self::HIDDEN))
    }

    /// Returns whether a text is the stand-in for a hidden id, as a snapshot
    /// shows it and `adopt` may say it.
    #[must_use]
    pub fn is_stand_in(text: &str) -> bool {
        let is_hex = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
        let digest = text.strip_prefix(Self::HIDDEN);
        digest.is_some_and(|digest| digest.len() == 64 && digest.bytes().all(is_hex))
    }

    /// Returns the handle as text; never a key value.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A file may have been written by hand: what it says goes the way of an id.
impl<'de> Deserialize<'de> for Handle {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|id| Self::of_id(&id))
    }
}

impl fmt::Display for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whether a key opens anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", tag = "is")]
pub enum Liveness {
    /// It works.
    Active,
    /// It exists and does not work.
    Disabled,
    /// It is being made.
    Pending,
    /// It was deleted and can be brought back until the day.
    Tombstoned {
        /// The last day on which it can be brought back.
        until: Date,
    },
}

/// A live API key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct LiveKey {
    /// The day on which it was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created: Option<Date>,
    /// The customer id that AWS Marketplace knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer_id: Option<String>,
    /// Its description without the marker.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// What an optimistic write must present, on a cloud that asks for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub etag: Option<String>,
    /// Whether it works.
    pub liveness: Liveness,
    /// Whose it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub marker: Option<Marker>,
    /// Its name; not unique.
    pub name: String,
    /// How many values it holds: 1, or 2 on a cloud with two slots.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub slots: u8,
    /// Its tags, where any are shown.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
}

impl LiveKey {
    /// Returns the day on which its value was made.
    ///
    /// The cloud's date and our own may differ, when a clock was wrong on the day.
    /// The later one counts, so that a wrong clock rotates once and not every
    /// night; but not one that lies ahead, or a clock that once was years ahead
    /// would end all rotations. With none but such dates, it is as if made today.
    #[must_use]
    pub fn made_on(&self, today: Date) -> Option<Date> {
        let ours = self.marker.as_ref();
        let ours = ours.and_then(|marker| marker.date(MarkerDate::Made));
        let known = || [ours, self.created].into_iter().flatten();
        let past = known().filter(|day| *day <= today).max();
        past.or_else(|| known().next().map(|_| today))
    }
}

fn one() -> u8 {
    1
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde calls it with a reference"
)]
fn is_one(slots: &u8) -> bool {
    *slots == 1
}

/// A stage of a REST API, by the API's id.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(with = "String")
)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify), tsify(type = "string"))]
#[serde(try_from = "String", into = "String")]
pub struct StageId {
    /// The REST API's id.
    pub api: String,
    /// The stage's name.
    pub stage: String,
}

impl fmt::Display for StageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.api, self.stage)
    }
}

impl From<StageId> for String {
    fn from(stage: StageId) -> Self {
        stage.to_string()
    }
}

impl TryFrom<String> for StageId {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let (api, stage) = text.split_once('/').ok_or("a stage is written api/stage")?;
        Ok(Self {
            api: api.to_owned(),
            stage: stage.to_owned(),
        })
    }
}

/// A live usage plan.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct LiveUsagePlan {
    /// Its description without the marker.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// The keys that are on it.
    #[serde(default)]
    pub keys: BTreeSet<Handle>,
    /// Whose it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub marker: Option<Marker>,
    /// Its name; not unique.
    pub name: String,
    /// Its quota.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quota: Option<Quota>,
    /// The stages that its keys reach, with the limits of single methods by
    /// `/path/METHOD`.
    #[serde(default)]
    pub stages: BTreeMap<StageId, BTreeMap<String, Throttle>>,
    /// Its tags, where any are shown.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
    /// Its steady rate and bucket size.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub throttle: Option<Throttle>,
}

/// Why a file is not a snapshot that this program reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SnapshotError {
    /// Not JSON, or not of this form; the text says where.
    Malformed(String),
    /// Written by another version.
    Format(u32),
}

impl fmt::Display for SnapshotError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed(why) => write!(f, "not a snapshot: {why}"),
            Self::Format(format) => write!(
                f,
                "a snapshot of format {format}; this program reads format {SNAPSHOT_FORMAT}: \
                 take a new one with `ai-keys snapshot`"
            ),
        }
    }
}

impl std::error::Error for SnapshotError {}

impl LiveState {
    /// Returns an account and region in which nothing exists.
    #[must_use]
    pub fn empty(provider: Provider, account: &str, region: &str) -> Self {
        Self {
            format: SNAPSHOT_FORMAT,
            provider,
            account: account.to_owned(),
            region: region.to_owned(),
            apis: BTreeMap::new(),
            deliveries: BTreeMap::new(),
            usage_plans: Shared::default(),
            keys: Shared::default(),
        }
    }

    /// Reads a snapshot.
    ///
    /// # Errors
    /// If the text is not JSON of this form, or of another format version.
    pub fn from_json(text: &str) -> Result<Self, SnapshotError> {
        #[derive(Deserialize)]
        struct Head {
            format: u32,
        }
        let malformed = |error: serde_json::Error| SnapshotError::Malformed(error.to_string());
        let head: Head = serde_json::from_str(text).map_err(malformed)?;
        if head.format != SNAPSHOT_FORMAT {
            return Err(SnapshotError::Format(head.format));
        }
        serde_json::from_str(text).map_err(malformed)
    }

    /// Writes the snapshot, in the same bytes for the same state.
    #[must_use]
    pub fn to_json(&self) -> String {
        // Our own types: string keys, no floats but finite ones.
        let mut text = serde_json::to_string_pretty(self).unwrap_or_default();
        text.push('\n');
        text
    }

    /// Returns the digest that names this state.
    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest::of_canonical(self)
    }

    /// Returns the handles of the usage plans that a key is on.
    pub fn usage_plans_of<'l>(&'l self, key: &'l Handle) -> impl Iterator<Item = &'l Handle> {
        self.usage_plans
            .iter()
            .filter(move |(_, usage_plan)| usage_plan.keys.contains(key))
            .map(|(handle, _)| handle)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_that_may_be_a_value_is_never_kept() {
        let id = "a".repeat(20);
        let handle = Handle::of_id(&id);
        assert!(handle.as_str().starts_with("hidden-") && !handle.as_str().contains(&id));
        assert_eq!(Handle::of_id("x5k3eopvub").as_str(), "x5k3eopvub");
        assert_eq!(
            Handle::of_id(handle.as_str()),
            handle,
            "a stand-in names itself"
        );
    }

    #[test]
    fn an_id_that_may_be_a_value_is_hidden_when_a_file_says_it() {
        let id = "a".repeat(40);
        let read: Handle = serde_json::from_str(&format!("\"{id}\"")).unwrap();
        assert_eq!(read, Handle::of_id(&id));
    }

    #[test]
    fn a_snapshot_survives_its_file() {
        let mut live = LiveState::empty(Provider::AwsApiGateway, "123456789012", "eu-west-1");
        let handle = Handle::of_id("abc");
        let stage = StageId {
            api: "a1".to_owned(),
            stage: "prod".to_owned(),
        };
        live.usage_plans.insert(
            Handle::of_id("up1"),
            LiveUsagePlan {
                name: "standard".to_owned(),
                description: String::new(),
                marker: Some(Marker::new("ns", "standard")),
                throttle: Some(Throttle::default()),
                quota: None,
                stages: BTreeMap::from([(stage, BTreeMap::new())]),
                keys: BTreeSet::from([handle]),
                tags: BTreeMap::new(),
            },
        );
        assert_eq!(LiveState::from_json(&live.to_json()), Ok(live));
    }

    #[test]
    fn the_json_of_a_live_state_is_canonical_as_it_is() {
        let text = r#"{"format": 1, "provider": "aws-api-gateway", "account": "1", "region": "r",
            "apis": {"a1": "chat"},
            "deliveries": {"ssm:r:1:/a": {"is": "generation", "number": 2, "settings": "9c04-7e21"},
                "github-repository:a/b:C": {"is": "unknown", "why": "w"}, "ssm:r:1:/b": {"is": "absent"},
                "ssm:r:1:/c": {"is": "foreign"}, "ssm:r:1:/d": {"is": "deleted", "until": "2027-01-01"}},
            "usage-plans": {"u1": {"name": "n", "description": "d", "marker": "[ai-keys: a/b#1]",
                "throttle": {"rate-per-second": 1.0, "burst-requests": 2},
                "quota": {"limit": 1, "offset": 1, "per": "day"},
                "stages": {"a1/prod": {"/GET": {"rate-per-second": 1.0}}},
                "keys": ["k1"], "tags": {"t": "v"}}},
            "keys": {"k1": {"name": "n", "description": "d", "marker": "[ai-keys: a/c#1]",
                "liveness": {"is": "tombstoned", "until": "2027-01-01"}, "created": "2026-01-01",
                "customer-id": "c", "tags": {"t": "v"}, "slots": 2, "etag": "e"}}}"#;
        let live = LiveState::from_json(text).unwrap();
        assert_eq!(live.digest(), Digest::of(&live));
    }

    #[test]
    fn a_file_that_is_no_snapshot_says_why() {
        let error = LiveState::from_json("{\"format\": 2}").unwrap_err();
        assert_eq!(error, SnapshotError::Format(2));
        for text in [
            "",
            "[]",
            "{}",
            "{\"format\": 1}",
            "{\"format\": 1, \"value\": \"x\"}",
        ] {
            let error = LiveState::from_json(text).unwrap_err().to_string();
            assert!(error.starts_with("not a snapshot: "), "{error}");
        }
    }
}
