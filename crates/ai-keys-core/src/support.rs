//! What each provider can express. A total table: every new feature must be answered for all.

use serde::{Deserialize, Serialize};

use crate::manifest::decode::{Decode, Decoder, Value};
use crate::manifest::scalar::decode_choice;
use crate::manifest::shape::Shape;

/// A service that holds API keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "kebab-case")]
pub enum Provider {
    /// Amazon API Gateway: API keys of REST and WebSocket APIs.
    AwsApiGateway,
    /// Google Cloud's API Keys.
    GoogleApiKeys,
    /// Azure API Management: subscriptions.
    AzureApiManagement,
}

impl Provider {
    /// Every provider.
    pub const ALL: [Self; 3] = [
        Self::AwsApiGateway,
        Self::GoogleApiKeys,
        Self::AzureApiManagement,
    ];

    /// Every provider, as the manifest writes it.
    pub const NAMES: &'static [&'static str] =
        &["aws-api-gateway", "google-api-keys", "azure-api-management"];

    /// Returns the provider written `name`.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|provider| provider.name() == name)
    }

    /// Returns the word that the manifest uses.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::AwsApiGateway => "aws-api-gateway",
            Self::GoogleApiKeys => "google-api-keys",
            Self::AzureApiManagement => "azure-api-management",
        }
    }

    /// Returns whether this version reads and changes what is there; the
    /// manifests of all are checked.
    #[must_use]
    pub fn is_carried_out(self) -> bool {
        match self {
            Self::AwsApiGateway => true,
            Self::GoogleApiKeys | Self::AzureApiManagement => false,
        }
    }
}

impl Decode for Provider {
    fn decode<'v>(value: &'v Value<'_>, decoder: &mut Decoder<'v>) -> Option<Self> {
        decode_choice(value, decoder, Self::NAMES, Self::from_name)
    }

    fn shape() -> Shape {
        Shape::Choice(Self::NAMES)
    }
}

/// Something that a manifest can ask of a provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Feature {
    /// A description in the cloud.
    Description,
    /// `enabled = false` without losing the value.
    Disable,
    /// Keys on usage plans.
    UsagePlans,
    /// A key on more than one usage plan.
    ManyUsagePlans,
    /// Usage plans that the manifest makes and changes, with their limits.
    ManagedUsagePlans,
    /// Tags.
    Tags,
    /// An owner recorded in the cloud.
    Owner,
    /// An expiry date.
    Expiry,
    /// A customer id.
    CustomerId,
    /// Taking over a live object.
    Adopt,
    /// A value in a secret store of AWS, in the target's own account.
    AwsSecretStore,
    /// A value chosen by us.
    OwnValue,
    /// A second value slot on one key.
    SecondSlot,
    /// Bringing a deleted key back.
    Restore,
}

/// How a provider meets a feature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Support {
    /// The service does it.
    Native,
    /// We do it; the result is the same.
    Emulated(&'static str),
    /// Written down there, acted on by us.
    Recorded(&'static str),
    /// It is done otherwise than the manifest reads, or stays in the manifest:
    /// a warning.
    Differs(&'static str),
    /// It cannot be said: an error.
    No(&'static str),
}

/// Returns how `provider` meets `feature`.
///
/// Sources, checked 2026-11-23: API Gateway developer guide; Google's
/// discovery document of API Keys v2, revision 20260818; Azure's REST
/// specification of API Management, 2024-05-01.
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html>
/// <https://cloud.google.com/api-keys/docs/reference/rest/v2/projects.locations.keys>
/// <https://learn.microsoft.com/rest/api/apimanagement/subscription>
#[must_use]
pub fn support(provider: Provider, feature: Feature) -> Support {
    match provider {
        Provider::AwsApiGateway => aws(feature),
        Provider::GoogleApiKeys => google(feature),
        Provider::AzureApiManagement => azure(feature),
    }
}

fn aws(feature: Feature) -> Support {
    use Support::{Emulated, Native, No, Recorded};
    match feature {
        Feature::Description
        | Feature::Disable
        | Feature::UsagePlans
        | Feature::ManyUsagePlans
        | Feature::ManagedUsagePlans
        | Feature::Tags
        | Feature::OwnValue
        | Feature::Adopt
        | Feature::AwsSecretStore
        | Feature::CustomerId => Native,
        Feature::Owner => Recorded("in the marker at the end of the description"),
        Feature::Expiry => Emulated("the first apply on or after the day disables the key"),
        Feature::SecondSlot => No("a key has one value, which never changes"),
        Feature::Restore => No("a deleted key and its value are gone"),
    }
}

fn google(feature: Feature) -> Support {
    use Support::{Differs, Emulated, Native, No, Recorded};
    match feature {
        Feature::Restore => Native,
        Feature::Description | Feature::Tags | Feature::Owner => Recorded("in its annotations"),
        Feature::Expiry => Emulated("the first apply on or after the day deletes the key"),
        Feature::Disable => {
            Differs("a key is switched off by deleting it, and it is lost for good after 30 days")
        }
        Feature::UsagePlans | Feature::ManyUsagePlans | Feature::ManagedUsagePlans => {
            No("it has no usage plans: its limits count for the whole project")
        }
        Feature::CustomerId => No("it has no customer ids"),
        Feature::Adopt => No("taking over its keys is not supported yet"),
        Feature::AwsSecretStore => No("it is in no account of AWS"),
        Feature::OwnValue => No("it makes every value itself"),
        Feature::SecondSlot => No("a key has one value, which never changes"),
    }
}

fn azure(feature: Feature) -> Support {
    use Support::{Differs, Emulated, Native, No};
    match feature {
        Feature::Disable | Feature::UsagePlans | Feature::OwnValue | Feature::SecondSlot => Native,
        Feature::Description => Differs("a subscription has no description"),
        Feature::Tags => Differs("a subscription has no tags"),
        Feature::Owner => Differs("only a user of the service can own a subscription"),
        Feature::Expiry => Emulated("the first apply on or after the day suspends the key"),
        Feature::ManyUsagePlans => No("a subscription opens one product"),
        Feature::ManagedUsagePlans => No("its products are made elsewhere"),
        Feature::CustomerId => No("it has no customer ids"),
        Feature::Adopt => No("taking over its subscriptions is not supported yet"),
        Feature::AwsSecretStore => No("it is in no account of AWS"),
        Feature::Restore => No("a deleted subscription and its values are gone"),
    }
}

/// The hard limits of a provider, for rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ceilings {
    /// API keys for each account and region.
    pub keys: usize,
    /// Usage plans for each account and region.
    pub usage_plans: usize,
    /// Usage plans that one key may be on.
    pub usage_plans_per_key: usize,
    /// Methods of one stage with a throttle of their own.
    pub methods_per_stage: usize,
    /// Characters of a name.
    pub name_chars: usize,
    /// Characters of a description, marker included.
    pub description_chars: usize,
    /// Tags of one object.
    pub tags: usize,
    /// Characters of a tag's name.
    pub tag_name_chars: usize,
    /// Characters of a tag's value.
    pub tag_value_chars: usize,
}

impl Ceilings {
    /// No limits at all.
    pub const NONE: Self = Self {
        keys: usize::MAX,
        usage_plans: usize::MAX,
        usage_plans_per_key: usize::MAX,
        methods_per_stage: usize::MAX,
        name_chars: usize::MAX,
        description_chars: usize::MAX,
        tags: usize::MAX,
        tag_name_chars: usize::MAX,
        tag_value_chars: usize::MAX,
    };

    /// Returns what both allow.
    #[must_use]
    pub fn strictest(self, other: Self) -> Self {
        Self {
            keys: self.keys.min(other.keys),
            usage_plans: self.usage_plans.min(other.usage_plans),
            usage_plans_per_key: self.usage_plans_per_key.min(other.usage_plans_per_key),
            methods_per_stage: self.methods_per_stage.min(other.methods_per_stage),
            name_chars: self.name_chars.min(other.name_chars),
            description_chars: self.description_chars.min(other.description_chars),
            tags: self.tags.min(other.tags),
            tag_name_chars: self.tag_name_chars.min(other.tag_name_chars),
            tag_value_chars: self.tag_value_chars.min(other.tag_value_chars),
        }
    }
}

/// Returns the hard limits of `provider`; `usize::MAX` where it sets none.
///
/// Sources, checked 2026-11-23: as [`support`], and the quotas of each. Google
/// holds 300 keys a project unless it grants more, and Azure 75,000
/// subscriptions in its largest tier.
#[must_use]
pub fn ceilings(provider: Provider) -> Ceilings {
    match provider {
        Provider::AwsApiGateway => Ceilings {
            keys: 10_000,
            usage_plans: 300,
            usage_plans_per_key: 10,
            methods_per_stage: 20,
            name_chars: 1024,
            description_chars: 125_000,
            tags: 50,
            tag_name_chars: 128,
            tag_value_chars: 256,
        },
        Provider::GoogleApiKeys => Ceilings {
            keys: 300,
            name_chars: 63,
            ..Ceilings::NONE
        },
        Provider::AzureApiManagement => Ceilings {
            keys: 75_000,
            usage_plans: 2_000,
            name_chars: 100,
            ..Ceilings::NONE
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_provider_is_found_by_its_name() {
        let names = Provider::ALL.map(Provider::name);
        assert_eq!(names, Provider::NAMES);
        for provider in Provider::ALL {
            assert_eq!(Provider::from_name(provider.name()), Some(provider));
        }
    }
}
