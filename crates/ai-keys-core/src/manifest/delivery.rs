//! Where the value of a key goes: one secret store, told by `to`.

use serde::{Deserialize, Serialize};
use toml::de::DeValue;

use super::decode::{Decode, Decoder, Value, record};
use super::scalar::decode_choice;
use super::shape::Shape;
use super::wrapper::{Needed, Words};
use crate::source::Spanned;

/// The kinds of secret store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum SinkKind {
    /// AWS Secrets Manager.
    SecretsManager,
    /// AWS Systems Manager Parameter Store.
    Ssm,
    /// GitHub Actions secrets of a repository, an environment or an organisation.
    GithubSecret,
}

impl SinkKind {
    /// Every kind, as the manifest writes it.
    pub const NAMES: &'static [&'static str] = &["secrets-manager", "ssm", "github-secret"];

    /// Returns the kind written `name`.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "secrets-manager" => Some(Self::SecretsManager),
            "ssm" => Some(Self::Ssm),
            "github-secret" => Some(Self::GithubSecret),
            _ => None,
        }
    }

    /// Returns the word that the manifest uses.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::SecretsManager => "secrets-manager",
            Self::Ssm => "ssm",
            Self::GithubSecret => "github-secret",
        }
    }
}

impl Decode for SinkKind {
    fn decode<'v>(value: &'v Value<'_>, decoder: &mut Decoder<'v>) -> Option<Self> {
        decode_choice(value, decoder, Self::NAMES, Self::from_name)
    }

    fn shape() -> Shape {
        Shape::Choice(Self::NAMES)
    }
}

/// The tiers of a parameter in SSM.
///
/// A standard parameter holds 4 KB and costs nothing; an advanced one holds
/// 8 KB and is paid for. Checked 2026-11-23.
/// <https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html>
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "kebab-case")]
pub enum Tier {
    /// Up to 4 KB.
    Standard,
    /// Up to 8 KB.
    Advanced,
    /// AWS chooses the cheaper one that fits.
    IntelligentTiering,
}

impl Tier {
    /// Every tier, as the manifest writes it.
    pub const NAMES: &'static [&'static str] = &["standard", "advanced", "intelligent-tiering"];

    /// Returns the tier written `name`.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "standard" => Some(Self::Standard),
            "advanced" => Some(Self::Advanced),
            "intelligent-tiering" => Some(Self::IntelligentTiering),
            _ => None,
        }
    }
}

impl Decode for Tier {
    fn decode<'v>(value: &'v Value<'_>, decoder: &mut Decoder<'v>) -> Option<Self> {
        decode_choice(value, decoder, Self::NAMES, Self::from_name)
    }

    fn shape() -> Shape {
        Shape::Choice(Self::NAMES)
    }
}

record! {
    /// A secret in AWS Secrets Manager.
    pub struct SecretsManagerDelivery {
        /// The kind of secret store.
        "to" => to: Needed<Spanned<SinkKind>>,
        /// Its name there. `{namespace}`, `{target}` and `{key}` stand for those names.
        "name" => name: Needed<Spanned<String>>,
        /// The target in whose account and region the secret is; the key's own if not said.
        "target" => target: Option<Spanned<String>>,
        /// Write a JSON object with the value in this field; the plain value if not said.
        "field" => field: Option<Spanned<String>>,
        /// The KMS key that encrypts the secret: an id, an ARN or an alias such as
        /// `alias/ai-keys`; `aws/secretsmanager` if not said.
        "kms-key" => kms_key: Option<Spanned<String>>,
        /// Other regions that get a copy of the secret.
        "replicas" => replicas: Option<Vec<Spanned<String>>>,
        /// ARNs of the IAM roles that may read the secret: its resource policy names just them.
        "readers" => readers: Option<Vec<Spanned<String>>>,
        /// Tags of the secret.
        "tags" => tags: Option<Words>,
        /// Overwrite a secret of this name that is not ours; it is an error if not said.
        "replace" => replace: Option<Spanned<bool>>,
    }
}

record! {
    /// A parameter, encrypted, in the Parameter Store of AWS Systems Manager.
    pub struct SsmDelivery {
        /// The kind of secret store.
        "to" => to: Needed<Spanned<SinkKind>>,
        /// Its name there. `{namespace}`, `{target}` and `{key}` stand for those names.
        "name" => name: Needed<Spanned<String>>,
        /// The target in whose account and region the parameter is; the key's own if not said.
        "target" => target: Option<Spanned<String>>,
        /// The KMS key that encrypts the parameter: an id, an ARN or an alias; `alias/aws/ssm` if
        /// not said.
        "kms-key" => kms_key: Option<Spanned<String>>,
        /// The tier; the account's default if not said.
        "tier" => tier: Option<Spanned<Tier>>,
        /// Tags of the parameter.
        "tags" => tags: Option<Words>,
        /// Overwrite a parameter of this name that is not ours; it is an error if not said.
        "replace" => replace: Option<Spanned<bool>>,
    }
}

record! {
    /// A GitHub Actions secret of a repository, of one of its environments, or of an organisation.
    pub struct GithubDelivery {
        /// The kind of secret store.
        "to" => to: Needed<Spanned<SinkKind>>,
        /// Its name there. `{namespace}`, `{target}` and `{key}` stand for those names.
        "name" => name: Needed<Spanned<String>>,
        /// The repository, `owner/name`.
        "repository" => repository: Option<Spanned<String>>,
        /// The environment of the repository.
        "environment" => environment: Option<Spanned<String>>,
        /// The organisation, for a secret of its own.
        "organization" => organization: Option<Spanned<String>>,
        /// Overwrite a secret of this name that is not ours; it is an error if not said.
        "replace" => replace: Option<Spanned<bool>>,
    }
}

/// One place that a key's value is delivered to.
#[derive(Clone, Debug, PartialEq)]
pub enum Delivery {
    /// To AWS Secrets Manager.
    SecretsManager(SecretsManagerDelivery),
    /// To SSM.
    Ssm(SsmDelivery),
    /// To GitHub.
    Github(GithubDelivery),
}

impl Delivery {
    /// Returns the kind of secret store, unless the manifest has errors.
    #[must_use]
    pub fn kind(&self) -> Option<SinkKind> {
        let to = match self {
            Self::SecretsManager(delivery) => &delivery.to,
            Self::Ssm(delivery) => &delivery.to,
            Self::Github(delivery) => &delivery.to,
        };
        to.0.as_ref().map(|kind| kind.value)
    }

    /// Returns the name in the secret store, unless the manifest has errors.
    #[must_use]
    pub fn name(&self) -> Option<&Spanned<String>> {
        match self {
            Self::SecretsManager(delivery) => delivery.name.0.as_ref(),
            Self::Ssm(delivery) => delivery.name.0.as_ref(),
            Self::Github(delivery) => delivery.name.0.as_ref(),
        }
    }

    /// Returns the written target, whose account and region hold the secret.
    #[must_use]
    pub fn target(&self) -> Option<&Spanned<String>> {
        match self {
            Self::SecretsManager(delivery) => delivery.target.as_ref(),
            Self::Ssm(delivery) => delivery.target.as_ref(),
            Self::Github(_) => None,
        }
    }

    /// Returns the written KMS key.
    #[must_use]
    pub fn kms_key(&self) -> Option<&Spanned<String>> {
        match self {
            Self::SecretsManager(delivery) => delivery.kms_key.as_ref(),
            Self::Ssm(delivery) => delivery.kms_key.as_ref(),
            Self::Github(_) => None,
        }
    }

    /// Returns the written tags.
    #[must_use]
    pub fn tags(&self) -> Option<&Words> {
        match self {
            Self::SecretsManager(delivery) => delivery.tags.as_ref(),
            Self::Ssm(delivery) => delivery.tags.as_ref(),
            Self::Github(_) => None,
        }
    }

    /// Returns the written readers.
    pub(crate) fn readers(&self) -> Option<&Vec<Spanned<String>>> {
        match self {
            Self::SecretsManager(delivery) => delivery.readers.as_ref(),
            Self::Ssm(_) | Self::Github(_) => None,
        }
    }

    /// Returns whether something that is not ours is overwritten.
    #[must_use]
    pub fn takes_over(&self) -> bool {
        let replace = match self {
            Self::SecretsManager(delivery) => &delivery.replace,
            Self::Ssm(delivery) => &delivery.replace,
            Self::Github(delivery) => &delivery.replace,
        };
        replace.as_ref().is_some_and(|replace| replace.value)
    }
}

impl Decode for Delivery {
    fn decode<'v>(value: &'v Value<'_>, decoder: &mut Decoder<'v>) -> Option<Self> {
        let table = decoder.table(value)?;
        let to = table.get("to").and_then(|to| match to.get_ref() {
            DeValue::String(name) => SinkKind::from_name(name),
            _ => None,
        });
        // A missing or unknown `to` is reported by the record that reads it.
        match to {
            Some(SinkKind::GithubSecret) => {
                GithubDelivery::decode(value, decoder).map(Self::Github)
            }
            Some(SinkKind::Ssm) => SsmDelivery::decode(value, decoder).map(Self::Ssm),
            Some(SinkKind::SecretsManager) => {
                SecretsManagerDelivery::decode(value, decoder).map(Self::SecretsManager)
            }
            None => {
                let unknown = GithubDelivery::decode(value, decoder)?;
                Some(Self::Github(unknown))
            }
        }
    }

    fn shape() -> Shape {
        Shape::Either(vec![
            SecretsManagerDelivery::shape(),
            SsmDelivery::shape(),
            GithubDelivery::shape(),
        ])
    }
}
