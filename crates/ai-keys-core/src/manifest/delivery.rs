//! Where the value of a key goes: one secret store, told by `to`.

use serde::Serialize;
use toml::de::DeValue;

use super::decode::{Decode, Decoder, Value, record};
use super::scalar::decode_choice;
use super::shape::Shape;
use super::wrapper::Needed;
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

record! {
    /// A secret in AWS Secrets Manager, or a parameter in SSM.
    pub struct AwsDelivery {
        /// The kind of secret store.
        "to" => to: Needed<Spanned<SinkKind>>,
        /// Its name there. `{namespace}`, `{target}` and `{key}` stand for those names.
        "name" => name: Needed<Spanned<String>>,
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
    }
}

/// One place that a key's value is delivered to.
#[derive(Clone, Debug, PartialEq)]
pub enum Delivery {
    /// To AWS Secrets Manager or SSM.
    Aws(AwsDelivery),
    /// To GitHub.
    Github(GithubDelivery),
}

impl Delivery {
    /// Returns the kind of secret store, unless the manifest has errors.
    #[must_use]
    pub fn kind(&self) -> Option<SinkKind> {
        let to = match self {
            Self::Aws(delivery) => &delivery.to,
            Self::Github(delivery) => &delivery.to,
        };
        to.0.as_ref().map(|kind| kind.value)
    }

    /// Returns the name in the secret store, unless the manifest has errors.
    #[must_use]
    pub fn name(&self) -> Option<&Spanned<String>> {
        match self {
            Self::Aws(delivery) => delivery.name.0.as_ref(),
            Self::Github(delivery) => delivery.name.0.as_ref(),
        }
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
            Some(SinkKind::SecretsManager | SinkKind::Ssm) => {
                AwsDelivery::decode(value, decoder).map(Self::Aws)
            }
            None => {
                let unknown = GithubDelivery::decode(value, decoder)?;
                Some(Self::Github(unknown))
            }
        }
    }

    fn shape() -> Shape {
        Shape::Either(vec![AwsDelivery::shape(), GithubDelivery::shape()])
    }
}
