//! How a sandbox behaves where AWS leaves a choice or a test wants one.

use std::time::Duration;

use crate::clock::Clock;

/// The settings of a sandbox; `Options::default()` is AWS as far as it is known.
#[derive(Clone)]
pub struct Options {
    /// AWS's request rates, or none.
    pub limits: Limits,
    /// The clock behind dates, rates and delays.
    pub clock: Clock,
    /// Whether list answers show tags (unproved for `GetApiKeys` on AWS).
    pub list_tags: ListTags,
    /// How long a new key stays out of `GetApiKeys`.
    pub list_delay: Duration,
    /// How long `GetApiKey` answers 404 for a new key.
    pub get_delay: Duration,
    /// How long `CreateUsagePlanKey` takes, in real time, or less on a faster clock; another one in
    /// that time gets the 409.
    pub association_time: Duration,
    /// The region of unsigned requests.
    pub default_region: String,
    /// Makes ids and generated values repeatable.
    pub seed: Option<u64>,
}

/// The request rates of a sandbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limits {
    /// 10 calls per second with burst 40, and the rates of the three slow operations.
    Aws,
    /// No rates; hard quotas (10,000 keys, 300 usage plans) stay.
    Off,
}

impl Limits {
    /// Returns the word of the control route.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Aws => "aws",
            Self::Off => "off",
        }
    }
}

/// Whether list answers carry tags.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListTags {
    /// Tags are listed when there are any.
    Shown,
    /// `GetApiKeys` and `GetUsagePlans` leave tags out.
    Hidden,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            limits: Limits::Aws,
            clock: Clock::real(),
            list_tags: ListTags::Shown,
            list_delay: Duration::ZERO,
            get_delay: Duration::ZERO,
            association_time: Duration::from_millis(5),
            default_region: "eu-west-1".to_owned(),
            seed: None,
        }
    }
}

impl Options {
    /// Returns what most tests want: no rates, and a clock that stands at `2026-11-23`.
    #[must_use]
    pub fn for_tests() -> Self {
        let clock = Clock::at("2026-11-23").unwrap_or_default();
        Self {
            limits: Limits::Off,
            clock,
            ..Self::default()
        }
    }
}
