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
}

impl Provider {
    /// Every provider, as the manifest writes it.
    pub const NAMES: &'static [&'static str] = &["aws-api-gateway"];

    /// Returns the provider written `name`.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "aws-api-gateway" => Some(Self::AwsApiGateway),
            _ => None,
        }
    }

    /// Returns the word that the manifest uses.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::AwsApiGateway => "aws-api-gateway",
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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Feature {
    /// A description in the cloud.
    Description,
    /// `enabled = false` without losing the value.
    Disable,
    /// Usage plans; the number is how many one key may be on.
    UsagePlans,
    /// Limits of usage plans.
    Limits,
    /// Tags.
    Tags,
    /// An owner recorded in the cloud.
    Owner,
    /// An expiry date that the cloud itself keeps.
    Expiry,
    /// A value chosen by us.
    OwnValue,
    /// A second value slot on one key.
    SecondSlot,
    /// Bringing a deleted key back.
    Restore,
    /// A customer id.
    CustomerId,
}

/// How a provider meets a feature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Support {
    /// The service does it.
    Native,
    /// We do it; the difference is visible.
    Emulated(&'static str),
    /// Written down there, acted on by us.
    Recorded(&'static str),
    /// It cannot be said.
    No(&'static str),
}

/// Returns how `provider` meets `feature`.
///
/// Source: API Gateway developer guide, checked 2026-11-23.
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html>
#[must_use]
pub fn support(provider: Provider, feature: Feature) -> Support {
    use Support::{Emulated, Native, No, Recorded};
    match provider {
        Provider::AwsApiGateway => match feature {
            Feature::Description
            | Feature::Disable
            | Feature::UsagePlans
            | Feature::Limits
            | Feature::Tags
            | Feature::OwnValue
            | Feature::CustomerId => Native,
            Feature::Owner => Recorded("in the marker at the end of the description"),
            Feature::Expiry => Emulated("the first apply on or after the day disables the key"),
            Feature::SecondSlot => No("a key has one value, which never changes"),
            Feature::Restore => No("a deleted key and its value are gone"),
        },
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

/// Returns the hard limits of `provider`.
///
/// Source: API Gateway quotas, checked 2026-11-23.
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html>
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
    }
}
