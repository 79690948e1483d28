//! What keys and usage plans ask of their providers, feature by feature.

use std::collections::BTreeSet;

use super::Facts;
use crate::manifest::{Delivery, KeyView, Words};
use crate::source::{Span, Spanned};
use crate::support::{Feature, Provider};

/// One feature that one target's provider is asked for.
pub(super) struct Asked<'m> {
    pub(super) feature: Feature,
    /// The field that asks for it, as the manifest writes it.
    pub(super) field: &'static str,
    /// Where it stands.
    pub(super) span: Span,
    /// The first target of this provider.
    pub(super) target: &'m str,
    pub(super) provider: Provider,
}

type Listed<'m> = Option<&'m [Spanned<String>]>;

/// Lists what is asked of other clouds than AWS, where everything that the
/// manifest can say was meant for, in the order of the file. What
/// `[defaults.key]` says is asked once.
pub(super) fn asked_elsewhere<'m>(facts: &Facts<'m>) -> Vec<Asked<'m>> {
    let manifest = facts.manifest;
    if facts.is_of_aws {
        return Vec::new();
    }
    let mut asked = Vec::new();
    let mut seen = BTreeSet::new();
    let mut ask = |listed: Listed<'m>, feature: Feature, field: &'static str, span: Span| {
        for target in manifest.target_names(listed) {
            let found = manifest.targets.get(target);
            let provider = found.and_then(|target| Some(target.provider()?.value));
            let Some(provider) = provider.filter(|provider| *provider != Provider::AwsApiGateway)
            else {
                continue;
            };
            if seen.insert((span, feature, provider)) {
                asked.push(Asked {
                    feature,
                    field,
                    span,
                    target,
                    provider,
                });
            }
        }
    };
    for (_, usage_plan) in manifest.usage_plans.iter() {
        if usage_plan.is_managed() {
            let listed = usage_plan.listed_targets();
            ask(
                listed,
                Feature::ManagedUsagePlans,
                "usage-plan",
                usage_plan.span,
            );
        }
    }
    for key in manifest.key_views() {
        ask_key(facts, &key, &mut |feature, field, span| {
            ask(key.listed_targets(), feature, field, span);
        });
    }
    crate::sorted::sort_by_key(&mut asked, |one| (one.span, one.feature, one.provider));
    asked
}

fn ask_key(facts: &Facts<'_>, key: &KeyView<'_>, ask: &mut dyn FnMut(Feature, &'static str, Span)) {
    let table = key.table();
    if let Some(description) = &table.description {
        ask(Feature::Description, "description", description.span);
    }
    if let Some(enabled) = key.enabled().filter(|enabled| !enabled.value) {
        ask(Feature::Disable, "enabled", enabled.span);
    }
    if let Some(expires) = key.expires() {
        ask(Feature::Expiry, "expires", expires.span);
    }
    if let Some(owner) = key.owner() {
        ask(Feature::Owner, "owner", owner.span);
    }
    if let Some(listed) = key.usage_plans().filter(|listed| !listed.is_empty()) {
        ask(Feature::UsagePlans, "usage-plans", listed.span);
        if let Some(second) = listed.get(1) {
            ask(Feature::ManyUsagePlans, "usage-plans", second.span);
        }
    }
    let defaults = facts.manifest.key_defaults();
    let defaults = defaults.and_then(|defaults| defaults.tags.as_ref());
    let first = |tags: &Words| tags.iter().map(|(_, tag)| tag.span).min();
    for tag in defaults.into_iter().chain(&table.tags).filter_map(first) {
        ask(Feature::Tags, "tags", tag);
    }
    if let Some(id) = &table.customer_id {
        ask(Feature::CustomerId, "customer-id", id.span);
    }
    if let Some(adopt) = &table.adopt {
        ask(Feature::Adopt, "adopt", adopt.span);
    }
    for delivery in key.deliver() {
        let is_aws = matches!(
            delivery.value,
            Delivery::SecretsManager(_) | Delivery::Ssm(_)
        );
        let there = delivery.target();
        let there = there.and_then(|there| facts.manifest.targets.get(&there.value));
        if is_aws && there.is_none_or(|there| there.aws().is_none()) {
            ask(Feature::AwsSecretStore, "deliver", delivery.span);
        }
    }
}
