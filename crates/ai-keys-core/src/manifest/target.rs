//! Where keys live: one place of one cloud, told by `provider`.

use toml::de::DeValue;

use super::decode::{Decode, Decoder, Value, record};
use super::shape::Shape;
use super::wrapper::Needed;
use crate::source::Spanned;
use crate::support::Provider;

record! {
    /// One account and region of Amazon API Gateway.
    pub struct AwsTarget {
        /// The cloud and the service that hold the keys.
        "provider" => provider: Needed<Spanned<Provider>>,
        /// The region, such as `eu-west-1`.
        "region" => region: Needed<Spanned<String>>,
        /// The account's 12 digits. Any other account is refused before the first write.
        "account" => account: Option<Spanned<String>>,
        /// The ARN of an IAM role of the account, assumed for everything that is done in this
        /// target, deliveries to it included. Without it, the credentials of the environment are
        /// those of the account.
        "role" => role: Option<Spanned<String>>,
        /// An `https` address behind the target's API that asks for a key and does nothing else. A
        /// new value is tried there until it is not answered 403, and only then delivered. Without
        /// it, a new value is delivered 15 seconds after it was made.
        "probe" => probe: Option<Spanned<String>>,
    }
}

record! {
    /// One project of Google Cloud. Its keys are checked; this version does not plan or apply them.
    pub struct GoogleTarget {
        /// The cloud and the service that hold the keys.
        "provider" => provider: Needed<Spanned<Provider>>,
        /// The project's id, such as `acme-ai-prod`; not its number.
        "project" => project: Needed<Spanned<String>>,
    }
}

record! {
    /// One service of Azure API Management. Its keys are subscriptions, its usage plans products.
    /// They are checked; this version does not plan or apply them.
    pub struct AzureTarget {
        /// The cloud and the service that hold the keys.
        "provider" => provider: Needed<Spanned<Provider>>,
        /// The id of the Azure subscription that pays for the service: a UUID.
        "subscription" => subscription: Needed<Spanned<String>>,
        /// The resource group of the service.
        "resource-group" => resource_group: Needed<Spanned<String>>,
        /// The name of the API Management service.
        "service" => service: Needed<Spanned<String>>,
    }
}

/// One place of one cloud.
#[derive(Clone, Debug, PartialEq)]
pub enum Target {
    /// Of Amazon API Gateway.
    Aws(AwsTarget),
    /// Of Google API Keys.
    Google(GoogleTarget),
    /// Of Azure API Management.
    Azure(AzureTarget),
}

/// What tells one place from another, on every cloud.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The service.
    pub provider: Provider,
    /// Whose it is: an account, a project, or a service with what holds it.
    /// Without one, credentials decide.
    pub account: Option<String>,
    /// The region; `global` where there are none.
    pub region: String,
}

impl Target {
    /// Returns the written provider, unless the manifest has errors.
    #[must_use]
    pub fn provider(&self) -> Option<&Spanned<Provider>> {
        match self {
            Self::Aws(target) => target.provider.0.as_ref(),
            Self::Google(target) => target.provider.0.as_ref(),
            Self::Azure(target) => target.provider.0.as_ref(),
        }
    }

    /// Returns the account and region, if it is of API Gateway.
    #[must_use]
    pub fn aws(&self) -> Option<&AwsTarget> {
        match self {
            Self::Aws(target) => Some(target),
            Self::Google(_) | Self::Azure(_) => None,
        }
    }

    /// Returns the role that is assumed to work there, if the manifest says one.
    #[must_use]
    pub fn role(&self) -> Option<&Spanned<String>> {
        self.aws()?.role.as_ref()
    }

    /// Returns what tells it from other places, unless the manifest has
    /// errors.
    #[must_use]
    pub fn place(&self) -> Option<Place> {
        const GLOBAL: &str = "global";
        let written = |field: &Needed<Spanned<String>>| Some(field.0.as_ref()?.value.clone());
        let (account, region) = match self {
            Self::Aws(target) => {
                let written_account = target.account.as_ref().map(|text| text.value.as_str());
                let role = target.role.as_ref();
                let account = written_account.or_else(|| account_of_role(&role?.value));
                (account.map(str::to_owned), written(&target.region)?)
            }
            Self::Google(target) => (Some(written(&target.project)?), GLOBAL.to_owned()),
            Self::Azure(target) => {
                let parts = [
                    &target.subscription,
                    &target.resource_group,
                    &target.service,
                ];
                let parts: Option<Vec<String>> = parts.into_iter().map(written).collect();
                (Some(parts?.join("/")), GLOBAL.to_owned())
            }
        };
        Some(Place {
            provider: self.provider()?.value,
            account,
            region,
        })
    }
}

/// Returns the account of an IAM role's ARN, or none if it is no such ARN.
///
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html>,
/// checked 2026-11-23.
pub(crate) fn account_of_role(arn: &str) -> Option<&str> {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    let ["arn", partition, "iam", "", account, role] = parts.as_slice() else {
        return None;
    };
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/_+=,.@-".contains(c);
    let name = role.strip_prefix("role/")?;
    let is_role = partition.starts_with("aws")
        && account.len() == 12
        && account.bytes().all(|b| b.is_ascii_digit())
        && !name.is_empty()
        && !name.ends_with('/')
        && name.chars().all(is_plain);
    is_role.then_some(account)
}

impl Decode for Target {
    fn decode<'v>(value: &'v Value<'_>, decoder: &mut Decoder<'v>) -> Option<Self> {
        let table = decoder.table(value)?;
        let provider = table
            .get("provider")
            .and_then(|provider| match provider.get_ref() {
                DeValue::String(name) => Provider::from_name(name),
                _ => None,
            });
        // A missing or unknown provider is reported by the record that reads it.
        match provider {
            Some(Provider::GoogleApiKeys) => GoogleTarget::decode(value, decoder).map(Self::Google),
            Some(Provider::AzureApiManagement) => {
                AzureTarget::decode(value, decoder).map(Self::Azure)
            }
            Some(Provider::AwsApiGateway) | None => {
                AwsTarget::decode(value, decoder).map(Self::Aws)
            }
        }
    }

    fn shape() -> Shape {
        Shape::Either(vec![
            AwsTarget::shape(),
            GoogleTarget::shape(),
            AzureTarget::shape(),
        ])
    }
}
