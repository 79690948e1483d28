//! What a list or a description tells of a secret.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::{SystemTime, UNIX_EPOCH};

use ai_keys_core::date::Date;
use ai_keys_core::state::Delivered;
use aws_sdk_secretsmanager::operation::describe_secret::DescribeSecretOutput;
use aws_sdk_secretsmanager::types::SecretListEntry;
use aws_smithy_types::DateTime;

use super::super::Wanted;
use super::super::note::Note;
use super::super::token::Token;
use super::copies::Copies;

const CURRENT: &str = "AWSCURRENT";

/// A secret, without its value.
pub(super) struct Seen {
    pub(super) arn: String,
    pub(super) description: String,
    pub(super) note: Note,
    /// The id of the version that readers get.
    pub(super) current: Option<String>,
    /// The versions that have a label.
    pub(super) versions: BTreeSet<String>,
    pub(super) deleted: Option<DateTime>,
    /// The region of the secret that this one copies, if it is a copy.
    pub(super) primary: Option<String>,
    pub(super) copies: Copies,
    pub(super) tags: BTreeMap<String, String>,
}

type Stages = HashMap<String, Vec<String>>;

impl Seen {
    pub(super) fn of_list(secret: &SecretListEntry) -> Self {
        let stages = secret.secret_versions_to_stages.as_ref();
        Self::new(
            secret.arn.clone(),
            secret.description.clone(),
            stages,
            secret.deleted_date,
        )
    }

    pub(super) fn of_description(secret: DescribeSecretOutput) -> Self {
        let stages = secret.version_ids_to_stages.as_ref();
        let arn = secret.arn.unwrap_or_default();
        // An ARN is `arn:aws:secretsmanager:REGION:…`.
        let region = arn.split(':').nth(3).unwrap_or_default().to_owned();
        let primary = secret.primary_region.filter(|primary| *primary != region);
        let tags = secret.tags.unwrap_or_default();
        Self {
            primary,
            copies: Copies::of(secret.replication_status),
            tags: tags
                .into_iter()
                .filter_map(|tag| Some((tag.key?, tag.value.unwrap_or_default())))
                .collect(),
            ..Self::new(Some(arn), secret.description, stages, secret.deleted_date)
        }
    }

    fn new(
        arn: Option<String>,
        description: Option<String>,
        stages: Option<&Stages>,
        deleted: Option<DateTime>,
    ) -> Self {
        let versions = stages.into_iter().flatten();
        let is_current = |stages: &[String]| stages.iter().any(|stage| stage == CURRENT);
        let current = versions.clone().find(|(_, stages)| is_current(stages));
        Self {
            arn: arn.unwrap_or_default(),
            note: Note::read(description.as_deref()),
            description: description.unwrap_or_default(),
            current: current.map(|(id, _)| id.clone()),
            versions: versions.map(|(id, _)| id.clone()).collect(),
            deleted,
            primary: None,
            copies: Copies::default(),
            tags: BTreeMap::new(),
        }
    }

    /// Returns whether the current version holds this value, as far as can be
    /// told without reading it: its id is the one that the value was given.
    pub(super) fn holds(&self, token: &Token) -> bool {
        let is_ours = self.note.generation(&token.namespace, &token.key) == Some(token.generation);
        is_ours && self.is_untouched(token)
    }

    /// Returns whether the current version is the one that the note tells of.
    fn is_untouched(&self, token: &Token) -> bool {
        let own = || token.version_id();
        let version = self.note.version().map_or_else(own, ToOwned::to_owned);
        self.current.as_deref() == Some(version.as_str())
    }

    /// Says what is there.
    pub(super) fn delivered(&self, wanted: &Wanted) -> Delivered {
        if let Some(deleted) = &self.deleted {
            return Delivered::Deleted {
                until: until(deleted, SystemTime::now()),
            };
        }
        if let Some(primary) = &self.primary {
            let why = format!("it is a copy of the secret in {primary}");
            return Delivered::Unknown { why };
        }
        let Some(generation) = self.note.generation(&wanted.namespace, &wanted.key) else {
            return Delivered::Foreign;
        };
        let token = Token {
            namespace: wanted.namespace.clone(),
            key: wanted.key.clone(),
            generation,
        };
        if self.is_untouched(&token) {
            Delivered::Generation {
                number: generation,
                settings: Some(self.note.settings_or_unfinished()),
            }
        } else {
            // Somebody else wrote a value: none of ours is current.
            Delivered::Generation {
                number: 0,
                settings: None,
            }
        }
    }
}

/// Returns the day until which a deleted secret can be restored. Some answers
/// hold the moment of the deletion instead: a day that is over says nothing.
fn until(deleted: &DateTime, now: SystemTime) -> Option<Date> {
    let now = now.duration_since(UNIX_EPOCH).ok()?.as_secs();
    let is_ahead = u64::try_from(deleted.secs()).is_ok_and(|seconds| seconds > now);
    is_ahead.then(|| Date::from_unix_seconds(deleted.secs()))?
}
