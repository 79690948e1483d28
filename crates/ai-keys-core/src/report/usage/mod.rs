//! Who uses the keys, how often, and who is near a quota: gathered once, shown in every form.

mod find;
mod gather;
mod markdown;
mod mermaid;
mod spark;
mod svg;
mod table;
#[cfg(test)]
mod tests;

pub use gather::{UsageQuestion, usage_of_target};
pub use markdown::render_usage_markdown;
pub use spark::Signs;
pub use svg::render_usage_svg;
pub use table::render_usage;

use serde::Serialize;

use crate::date::Date;
use crate::limits::Period;
use crate::state::Handle;

/// The version of the JSON of `ai-keys usage`.
pub const USAGE_FORMAT: u32 = 1;

/// The usage of all targets: the JSON contract of `ai-keys usage`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub struct UsageReport {
    /// [`USAGE_FORMAT`].
    pub format: u32,
    /// One entry for each target.
    pub targets: Vec<TargetUsage>,
}

/// The usage of the keys of one target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub struct TargetUsage {
    /// The account's 12 digits.
    pub account: String,
    /// What somebody should look at.
    pub findings: Vec<UsageFinding>,
    /// The first day.
    pub from: Date,
    /// Keys, those with the most requests first.
    pub keys: Vec<KeyUsage>,
    /// The region.
    pub region: String,
    /// The target's name in the manifest.
    pub target: String,
    /// The last day, which is included. The count of today is not complete.
    pub to: Date,
    /// Usage plans by name.
    pub usage_plans: Vec<UsagePlanUsage>,
}

impl TargetUsage {
    /// Returns the requests of each day, over all keys.
    fn daily_requests(&self) -> Vec<u64> {
        let mut days = self.keys.iter().map(|key| key.daily_requests.as_slice());
        let mut sums = days.next().unwrap_or_default().to_vec();
        for key in days {
            for (sum, day) in sums.iter_mut().zip(key) {
                *sum = sum.saturating_add(*day);
            }
        }
        sums
    }
}

/// The usage of one key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub struct KeyUsage {
    /// The day on which it was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created: Option<Date>,
    /// Requests of each day, over all usage plans.
    pub daily_requests: Vec<u64>,
    /// Whether it works.
    pub enabled: bool,
    /// Which value of its entry it is, if it is of this manifest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub generation: Option<u32>,
    /// Its id, or a stand-in where the id may be a value.
    pub id: Handle,
    /// Its entry in the manifest, if it is of this one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// The last day with a request, if there was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_use: Option<Date>,
    /// Its name in the account; not unique.
    pub name: String,
    /// Who answers for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// Requests in the whole period.
    pub requests: u64,
    /// The usage plans that it is on, by name.
    pub usage_plans: Vec<ThroughUsagePlan>,
}

/// The usage of one key through one usage plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub struct ThroughUsagePlan {
    /// What was left of the quota at the end of each day; empty without a quota.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub daily_remaining: Vec<u64>,
    /// Requests of each day.
    pub daily_requests: Vec<u64>,
    /// The usage plan's id.
    pub id: Handle,
    /// Its name.
    pub name: String,
    /// How far the quota is used on the last day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quota: Option<QuotaUsage>,
    /// Requests in the whole period.
    pub requests: u64,
}

/// How far a key's quota is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub struct QuotaUsage {
    /// Requests per period of the quota.
    pub limit: u32,
    /// The quota's period.
    pub per: Period,
    /// What is left.
    pub remaining: u64,
    /// How much is used, in whole percent, rounded down.
    pub used_percent: u8,
}

/// The usage of one usage plan, over all its keys.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub struct UsagePlanUsage {
    /// Requests of each day.
    pub daily_requests: Vec<u64>,
    /// Its id.
    pub id: Handle,
    /// How many keys are on it.
    pub keys: usize,
    /// Its name; not unique.
    pub name: String,
    /// Requests in the whole period, those of keys that are gone too.
    pub requests: u64,
    /// How many stages its keys reach.
    pub stages: usize,
}

/// Something that somebody should look at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub struct UsageFinding {
    /// The id of the key or the usage plan.
    pub id: Handle,
    /// What it is.
    pub is: FindingKind,
    /// The entry or the name of the key or the usage plan.
    pub name: String,
    /// What is known of it, in words.
    pub text: String,
}

/// What is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum FindingKind {
    /// A key whose quota is used up: its callers are turned away.
    QuotaReached,
    /// A key whose quota is nearly used up.
    QuotaNear,
    /// A usage plan with keys and without a stage: they open nothing.
    NoStage,
    /// A key that works and is on no usage plan: it opens nothing.
    NoUsagePlan,
    /// A key that works and that nobody used.
    Unused,
}

impl FindingKind {
    /// Returns a heading.
    #[must_use]
    pub fn in_words(self) -> &'static str {
        match self {
            Self::QuotaReached => "quota reached",
            Self::QuotaNear => "near the quota",
            Self::NoStage => "no stage",
            Self::NoUsagePlan => "no usage plan",
            Self::Unused => "not used",
        }
    }
}

impl KeyUsage {
    /// Returns how far its fullest quota is used, in percent.
    #[must_use]
    pub fn quota_percent(&self) -> Option<u8> {
        let quotas = self.usage_plans.iter().filter_map(|through| through.quota);
        quotas.map(|quota| quota.used_percent).max()
    }

    /// Returns what a person calls it: its entry, else its name, else its id.
    #[must_use]
    pub fn title(&self) -> String {
        let named = Some(self.name.as_str()).filter(|name| !name.is_empty());
        let title = self.key.as_deref().or(named).unwrap_or(self.id.as_str());
        match self.generation {
            Some(generation) if generation > 1 => format!("{title}#{generation}"),
            _ => title.to_owned(),
        }
    }
}
