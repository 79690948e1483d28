//! What the usage plans of a manifest allow, in words.

use serde::Serialize;

use crate::limits::in_words;
use crate::manifest::{Manifest, UsagePlan};

/// What one usage plan allows each of its keys, in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "kebab-case")]
pub struct UsagePlanLimits {
    /// Its name in the manifest.
    pub usage_plan: String,
    /// `10 requests/s, bursts of 20`.
    pub throttle: String,
    /// `100,000 requests/month`.
    pub quota: String,
    /// Methods with limits of their own.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "ts", tsify(optional))]
    pub methods: Vec<MethodLimits>,
    /// The keys that are on it, in the order of their names.
    pub keys: Vec<String>,
}

/// What one method allows, in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "kebab-case")]
pub struct MethodLimits {
    /// The stage, as the manifest writes it.
    pub stage: String,
    /// `/path/METHOD`.
    pub method: String,
    /// `10 requests/s, bursts of 20`.
    pub throttle: String,
}

/// What is said of a usage plan that this manifest only refers to.
const SET_ELSEWHERE: &str = "set elsewhere";

/// Says what each usage plan of a manifest without errors allows, in the order
/// of their names.
#[must_use]
pub fn describe_limits(manifest: &Manifest) -> Vec<UsagePlanLimits> {
    let describe = |(name, entry): (&str, &UsagePlan)| UsagePlanLimits {
        usage_plan: name.to_owned(),
        throttle: managed_words(entry, throttle_words),
        quota: managed_words(entry, quota_words),
        methods: methods(entry),
        keys: keys_on(manifest, name),
    };
    let usage_plans = manifest.usage_plans.iter();
    usage_plans
        .map(|(name, entry)| describe((name, &entry.value)))
        .collect()
}

fn managed_words(usage_plan: &UsagePlan, words: impl Fn(&UsagePlan) -> String) -> String {
    if usage_plan.is_managed() {
        words(usage_plan)
    } else {
        SET_ELSEWHERE.to_owned()
    }
}

fn throttle_words(usage_plan: &UsagePlan) -> String {
    let throttle = usage_plan.throttle.as_ref();
    in_words(throttle.map(|table| table.value.limits()).as_ref())
}

fn quota_words(usage_plan: &UsagePlan) -> String {
    let quota = usage_plan.quota.as_ref();
    in_words(quota.and_then(|table| table.value.quota()).as_ref())
}

fn methods(usage_plan: &UsagePlan) -> Vec<MethodLimits> {
    let stages = usage_plan.stages.as_deref().unwrap_or_default();
    let of_stage = stages.iter().flat_map(|entry| {
        let stage = entry.stage.0.as_ref().map(|stage| stage.value.as_str());
        let methods = entry.methods.iter();
        methods.map(move |(method, throttle)| MethodLimits {
            stage: stage.unwrap_or_default().to_owned(),
            method: method.to_owned(),
            throttle: throttle.limits().to_string(),
        })
    });
    of_stage.collect()
}

fn keys_on(manifest: &Manifest, usage_plan: &str) -> Vec<String> {
    let is_on = |names: Option<&[crate::source::Spanned<String>]>| {
        let names = names.unwrap_or_default();
        names.iter().any(|name| name.value == usage_plan)
    };
    manifest
        .key_views()
        .filter(|key| is_on(key.usage_plans().map(|listed| listed.value.as_slice())))
        .map(|key| key.name().to_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::parse;

    fn described(text: &str) -> Vec<UsagePlanLimits> {
        describe_limits(&parse(text).manifest.unwrap())
    }

    #[test]
    fn limits_are_said_per_usage_plan_and_method() {
        let limits = described(
            r#"
[defaults.key]
usage-plans = ["free"]
[usage-plan.free]
throttle = { rate = 10, burst = 20 }
quota = { limit = 100_000, per = "month" }
stages = [{ stage = "chat/prod", throttle = { "/ask/POST" = { rate = 0.5, burst = 1 } } }]
[usage-plan.open]
[usage-plan.partner]
manage = false
[key.chat]
[key.batch]
usage-plans = ["partner"]
"#,
        );
        let said: Vec<_> = limits
            .iter()
            .map(|of| {
                (
                    of.usage_plan.as_str(),
                    of.throttle.as_str(),
                    of.quota.as_str(),
                    of.keys.join(" "),
                )
            })
            .collect();
        assert_eq!(
            said,
            [
                (
                    "free",
                    "10 requests/s, bursts of 20",
                    "100,000 requests/month",
                    "chat".to_owned()
                ),
                ("open", "unlimited", "unlimited", String::new()),
                (
                    "partner",
                    "set elsewhere",
                    "set elsewhere",
                    "batch".to_owned()
                ),
            ]
        );
        assert_eq!(limits[0].methods[0].throttle, "0.5 requests/s, bursts of 1");
    }
}
