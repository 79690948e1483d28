//! Where values of keys go, and what is seen there. Never a value.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::date::Date;
use crate::digest::Digest;
use crate::manifest::Tier;

/// One place in one secret store, with every placeholder filled in.
///
/// Written as one text, such as
/// `secrets-manager:eu-west-1:123456789012:ai/prod/chat-web`; no part but the
/// name of a GitHub environment holds a colon.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(with = "String")
)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify), tsify(type = "string"))]
#[serde(try_from = "String", into = "String")]
pub enum Destination {
    /// A secret in AWS Secrets Manager.
    SecretsManager {
        /// The region.
        region: String,
        /// The account's 12 digits; empty where the manifest does not say
        /// them: the account of the credentials.
        account: String,
        /// The secret's name.
        name: String,
    },
    /// A parameter in the Parameter Store of AWS Systems Manager.
    Ssm {
        /// The region.
        region: String,
        /// The account's 12 digits, or empty as above.
        account: String,
        /// The parameter's name.
        name: String,
    },
    /// A GitHub Actions secret of a repository.
    GithubRepository {
        /// The repository, `owner/name`.
        repository: String,
        /// The secret's name.
        name: String,
    },
    /// A GitHub Actions secret of an environment.
    GithubEnvironment {
        /// The repository, `owner/name`.
        repository: String,
        /// The environment.
        environment: String,
        /// The secret's name.
        name: String,
    },
    /// A GitHub Actions secret of an organisation.
    GithubOrganization {
        /// The organisation.
        organization: String,
        /// The secret's name.
        name: String,
    },
}

impl Destination {
    /// Returns the secret's name in its store.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::SecretsManager { name, .. }
            | Self::Ssm { name, .. }
            | Self::GithubRepository { name, .. }
            | Self::GithubEnvironment { name, .. }
            | Self::GithubOrganization { name, .. } => name,
        }
    }

    /// Returns the name of the store, for a sentence.
    #[must_use]
    pub fn store(&self) -> &'static str {
        match self {
            Self::SecretsManager { .. } => "Secrets Manager",
            Self::Ssm { .. } => "SSM",
            Self::GithubRepository { .. }
            | Self::GithubEnvironment { .. }
            | Self::GithubOrganization { .. } => "GitHub",
        }
    }

    /// Returns whether the store shows of a secret no more than the moment of
    /// its last change, from which the generation there follows.
    #[must_use]
    pub fn is_dated(&self) -> bool {
        match self {
            Self::SecretsManager { .. } | Self::Ssm { .. } => false,
            Self::GithubRepository { .. }
            | Self::GithubEnvironment { .. }
            | Self::GithubOrganization { .. } => true,
        }
    }

    fn parts(&self) -> [&str; 4] {
        match self {
            Self::SecretsManager {
                region,
                account,
                name,
            } => ["secrets-manager", region, account, name],
            Self::Ssm {
                region,
                account,
                name,
            } => ["ssm", region, account, name],
            Self::GithubRepository { repository, name } => {
                ["github-repository", repository, name, ""]
            }
            Self::GithubEnvironment {
                repository,
                environment,
                name,
            } => ["github-environment", repository, environment, name],
            Self::GithubOrganization { organization, name } => {
                ["github-organization", organization, name, ""]
            }
        }
    }

    /// Returns the bytes of the text, without making it.
    fn bytes(&self) -> impl Iterator<Item = u8> {
        let parts = self.parts();
        let count = 3 + usize::from(!parts[3].is_empty());
        let joined = parts.into_iter().take(count).enumerate();
        joined.flat_map(|(at, part)| {
            let colon = (at > 0).then_some(b':');
            colon.into_iter().chain(part.bytes())
        })
    }
}

/// In the order of their texts, so that a map of them is sorted in JSON too.
impl Ord for Destination {
    fn cmp(&self, other: &Self) -> Ordering {
        self.bytes().cmp(other.bytes())
    }
}

impl PartialOrd for Destination {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [kind, first, second, third] = self.parts();
        write!(f, "{kind}:{first}:{second}")?;
        if third.is_empty() {
            Ok(())
        } else {
            write!(f, ":{third}")
        }
    }
}

impl FromStr for Destination {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parsed = || {
            let (kind, rest) = text.split_once(':')?;
            let (first, rest) = rest.split_once(':')?;
            let (first, two) = (first.to_owned(), |split: Option<(&str, &str)>| {
                split.map(|(second, third)| (second.to_owned(), third.to_owned()))
            });
            Some(match kind {
                "secrets-manager" => {
                    let (account, name) = two(rest.split_once(':'))?;
                    Self::SecretsManager {
                        region: first,
                        account,
                        name,
                    }
                }
                "ssm" => {
                    let (account, name) = two(rest.split_once(':'))?;
                    Self::Ssm {
                        region: first,
                        account,
                        name,
                    }
                }
                "github-repository" => Self::GithubRepository {
                    repository: first,
                    name: rest.to_owned(),
                },
                "github-environment" => {
                    let (environment, name) = two(rest.rsplit_once(':'))?;
                    Self::GithubEnvironment {
                        repository: first,
                        environment,
                        name,
                    }
                }
                "github-organization" => Self::GithubOrganization {
                    organization: first,
                    name: rest.to_owned(),
                },
                _ => return None,
            })
        };
        parsed().ok_or("not a place in a secret store, such as ssm:eu-west-1:123456789012:/ai/chat")
    }
}

impl TryFrom<String> for Destination {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Destination> for String {
    fn from(destination: Destination) -> Self {
        destination.to_string()
    }
}

/// What is seen at a destination, without reading a value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", tag = "is")]
pub enum Delivered {
    /// Nothing is there.
    Absent,
    /// A value of this entry of this namespace.
    Generation {
        /// Which value.
        number: u32,
        /// [`DeliverySpec::fingerprint`] as the store remembers it; `None`
        /// for a store that cannot.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        settings: Option<String>,
    },
    /// Something is there that is not this entry's.
    Foreign,
    /// It was deleted, or is scheduled for deletion.
    Deleted {
        /// The day after which it cannot be brought back, where that is known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<Date>,
    },
    /// It could not be looked at.
    Unknown {
        /// Why, for a person; never a value.
        why: String,
    },
}

/// How a value is put at its destination.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct DeliverySpec {
    /// What the secret says that it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The field of a JSON object that holds the value; without it the value
    /// stands there alone, as text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// The KMS key that encrypts it; the store's own if not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kms_key: Option<String>,
    /// The IAM roles that may read it through the secret's own policy.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    #[cfg_attr(feature = "ts", tsify(optional, type = "string[]"))]
    pub readers: BTreeSet<String>,
    /// Other regions that get a copy.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    #[cfg_attr(feature = "ts", tsify(optional, type = "string[]"))]
    pub replicas: BTreeSet<String>,
    /// The role that is assumed to get there: of the target that holds it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// Tags.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[cfg_attr(feature = "ts", tsify(optional))]
    pub tags: BTreeMap<String, String>,
    /// Whether something that is there and is not this entry's is overwritten.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[cfg_attr(feature = "ts", tsify(optional))]
    pub takes_over: bool,
    /// The tier of a parameter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tier: Option<Tier>,
}

impl DeliverySpec {
    /// Returns a short text that differs when the settings differ, for the
    /// store to remember beside the value. It says nothing about any value. Who
    /// puts it there is no setting.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let lasting = Self {
            role: None,
            takes_over: false,
            ..self.clone()
        };
        Digest::of_canonical(&lasting).short()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WRITTEN: [&str; 6] = [
        "github-environment:acme/search:prod: 1:AI_KEY",
        "github-organization:acme:AI_KEY",
        "github-repository:acme/search:AI_KEY",
        "secrets-manager:eu-west-1::ai/prod/chat-web",
        "secrets-manager:eu-west-1:123456789012:ai/prod/chat-web",
        "ssm:eu-west-1:123456789012:/ai/chat",
    ];

    #[test]
    fn a_destination_is_read_as_it_is_written() {
        for written in WRITTEN {
            let read: Destination = written.parse().unwrap();
            assert_eq!(read.to_string(), written);
        }
        for text in ["", "ssm", "ssm:eu-west-1", "ssm:a:b", "vault:a:b:c"] {
            assert!(text.parse::<Destination>().is_err(), "{text}");
        }
    }

    #[test]
    fn destinations_stand_in_the_order_of_their_texts() {
        let mut longer = WRITTEN.map(str::to_owned).to_vec();
        longer.extend(WRITTEN.iter().map(|text| text.replace("west-1", "west-10")));
        longer.extend(WRITTEN.iter().map(|text| text.replace("acme", "acme-x")));
        for one in &longer {
            for two in &longer {
                let read = |text: &String| text.parse::<Destination>().unwrap();
                assert_eq!(read(one).cmp(&read(two)), one.cmp(two), "{one} {two}");
            }
        }
    }

    #[test]
    fn settings_have_a_fingerprint_and_taking_over_and_the_role_are_none_of_them() {
        let plain = DeliverySpec::default();
        let by_role = DeliverySpec {
            role: Some("arn:aws:iam::123456789012:role/ai-keys".to_owned()),
            ..plain.clone()
        };
        let replacing = DeliverySpec {
            takes_over: true,
            ..plain.clone()
        };
        let tagged = DeliverySpec {
            tags: BTreeMap::from([("team".to_owned(), "chat".to_owned())]),
            ..plain.clone()
        };
        assert_eq!(plain.fingerprint(), replacing.fingerprint());
        assert_eq!(plain.fingerprint(), by_role.fingerprint());
        assert_ne!(plain.fingerprint(), tagged.fingerprint());
    }
}
