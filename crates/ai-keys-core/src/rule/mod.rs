//! The rules: one file each, its documentation inside.
//!
//! A rule reads the manifest and reports; it changes nothing and asks nobody.
//! To add one: write its file from the pattern of a neighbour, name it in
//! [`RULES`] and in [`crate::diagnostic::CODES`], run `cargo xtask codegen`.

mod asked;
mod entry;
mod hash;
pub(crate) mod placeholder;

pub(crate) mod adopt_in_many_targets;
pub(crate) mod adopted_twice;
pub(crate) mod bad_account;
pub(crate) mod bad_adopt_id;
pub(crate) mod bad_delivery_setting;
pub(crate) mod bad_method;
pub(crate) mod bad_owner;
pub(crate) mod bad_pattern;
pub(crate) mod bad_place;
pub(crate) mod bad_probe;
pub(crate) mod bad_region;
pub(crate) mod bad_role;
pub(crate) mod bad_sink_name;
pub(crate) mod bad_stage;
pub(crate) mod bad_tag;
pub(crate) mod blocks_everyone;
pub(crate) mod confusable_names;
pub(crate) mod delivered_twice;
pub(crate) mod description_too_long;
pub(crate) mod duplicate_cloud_name;
pub(crate) mod expired;
pub(crate) mod expires_soon;
pub(crate) mod expires_this_week;
pub(crate) mod incomplete_github_secret;
pub(crate) mod key_name_policy;
pub(crate) mod key_without_usage_plan;
pub(crate) mod lifetime_too_long;
pub(crate) mod limits_on_referred_plan;
pub(crate) mod listed_twice;
pub(crate) mod looks_like_a_key_value;
pub(crate) mod marker_in_text;
pub(crate) mod name_too_long;
pub(crate) mod no_removal_grace;
pub(crate) mod no_target;
pub(crate) mod overlap_too_long;
pub(crate) mod protected_and_off;
pub(crate) mod provider_cannot;
pub(crate) mod provider_differs;
pub(crate) mod provider_not_carried_out;
pub(crate) mod quota_offset;
pub(crate) mod reader_cannot_decrypt;
pub(crate) mod required_field;
pub(crate) mod retired;
pub(crate) mod rotation_too_rare;
pub(crate) mod rotation_without_delivery;
pub(crate) mod stage_claimed_twice;
pub(crate) mod stage_listed_twice;
pub(crate) mod target_declared_twice;
pub(crate) mod too_many_combinations;
pub(crate) mod too_many_keys;
pub(crate) mod too_many_usage_plans;
pub(crate) mod too_many_usage_plans_on_key;
pub(crate) mod unknown_owner;
pub(crate) mod unknown_required_field;
pub(crate) mod unknown_target;
pub(crate) mod unknown_usage_plan;
pub(crate) mod usage_plan_without_stage;

#[cfg(test)]
mod doc_test;
#[cfg(test)]
pub(crate) mod testing;

use crate::date::Date;
use crate::diagnostic::{Code, Diagnostics};
use crate::manifest::{Manifest, Unreadable};
use crate::source::Spanned;
use crate::support::{Ceilings, Provider, ceilings};

/// A check of a whole manifest.
pub struct Rule {
    /// What it reports.
    pub code: &'static Code,
    /// Whether it reports that something is missing, which says nothing while
    /// the file has syntax errors.
    pub reports_absence: bool,
    check: fn(&Facts<'_>, &mut Diagnostics),
}

/// What a rule may know.
pub(crate) struct Facts<'m> {
    /// The manifest, as far as it could be read.
    pub(crate) manifest: &'m Manifest,
    /// Its text, for what lies between the tables.
    pub(crate) text: &'m str,
    /// The day of the check, where the caller said one.
    pub(crate) today: Option<Date>,
    /// What is written in it and could not be read.
    pub(crate) unreadable: &'m Unreadable,
    /// Whether every target is of AWS, as almost always.
    pub(crate) is_of_aws: bool,
    /// Whether what the rules combine is few enough.
    pub(crate) is_checkable: bool,
}

impl<'m> Facts<'m> {
    /// Returns the providers of these targets, each once.
    pub(crate) fn providers(&self, targets: impl Iterator<Item = &'m str>) -> Vec<Provider> {
        let mut providers = Vec::new();
        for target in targets {
            let target = self.manifest.targets.get(target);
            let provider = target.and_then(|target| target.provider());
            let provider = provider.map_or(Provider::AwsApiGateway, |provider| provider.value);
            if !providers.contains(&provider) {
                providers.push(provider);
            }
        }
        providers
    }

    /// Returns the strictest of the hard limits where something with this
    /// `targets` field lives.
    pub(crate) fn ceilings(&self, listed: Option<&'m [Spanned<String>]>) -> Ceilings {
        if self.is_of_aws {
            return ceilings(Provider::AwsApiGateway);
        }
        let providers = self.providers(self.manifest.target_names(listed));
        let each = providers.into_iter().map(ceilings);
        each.reduce(Ceilings::strictest).unwrap_or(Ceilings::NONE)
    }

    /// Returns whether something with this `targets` field lives on AWS.
    pub(crate) fn is_on_aws(&self, listed: Option<&'m [Spanned<String>]>) -> bool {
        let providers = || self.providers(self.manifest.target_names(listed));
        self.is_of_aws || providers().contains(&Provider::AwsApiGateway)
    }
}

/// Every rule, in order of its code.
pub static RULES: &[&Rule] = &[
    &unknown_target::RULE,
    &no_target::RULE,
    &unknown_usage_plan::RULE,
    &bad_stage::RULE,
    &marker_in_text::RULE,
    &duplicate_cloud_name::RULE,
    &confusable_names::RULE,
    &listed_twice::RULE,
    &adopt_in_many_targets::RULE,
    &adopted_twice::RULE,
    &stage_claimed_twice::RULE,
    &bad_account::RULE,
    &bad_region::RULE,
    &target_declared_twice::RULE,
    &bad_owner::RULE,
    &bad_adopt_id::RULE,
    &looks_like_a_key_value::RULE,
    &bad_probe::RULE,
    &bad_place::RULE,
    &provider_cannot::RULE,
    &provider_differs::RULE,
    &bad_role::RULE,
    &name_too_long::RULE,
    &description_too_long::RULE,
    &too_many_usage_plans_on_key::RULE,
    &too_many_keys::RULE,
    &too_many_usage_plans::RULE,
    &quota_offset::RULE,
    &bad_tag::RULE,
    &usage_plan_without_stage::RULE,
    &key_without_usage_plan::RULE,
    &blocks_everyone::RULE,
    &bad_method::RULE,
    &stage_listed_twice::RULE,
    &limits_on_referred_plan::RULE,
    &too_many_combinations::RULE,
    &bad_pattern::RULE,
    &key_name_policy::RULE,
    &required_field::RULE,
    &unknown_required_field::RULE,
    &lifetime_too_long::RULE,
    &rotation_too_rare::RULE,
    &unknown_owner::RULE,
    &protected_and_off::RULE,
    &expired::RULE,
    &expires_soon::RULE,
    &overlap_too_long::RULE,
    &expires_this_week::RULE,
    &no_removal_grace::RULE,
    &bad_sink_name::RULE,
    &delivered_twice::RULE,
    &incomplete_github_secret::RULE,
    &bad_delivery_setting::RULE,
    &rotation_without_delivery::RULE,
    &reader_cannot_decrypt::RULE,
    &provider_not_carried_out::RULE,
];

/// Runs every rule; only the one that says so where there is more to check than
/// anybody would wait for.
pub(crate) fn check_all(facts: &Facts<'_>, is_whole: bool, out: &mut Diagnostics) {
    for rule in RULES {
        let is_cheap = facts.is_checkable || rule.code == &too_many_combinations::AK214;
        if is_cheap && (is_whole || !rule.reports_absence) {
            (rule.check)(facts, out);
        }
    }
}

/// Declares a rule: its documentation, code, name, severity and check. A rule
/// that reports something missing says `absence` before the arrow.
macro_rules! rule {
    ($(#[doc = $doc:literal])* $id:ident $name:literal $severity:ident => $check:ident) => {
        $crate::rule::rule!(@ $(#[doc = $doc])* $id $name $severity false $check);
    };
    ($(#[doc = $doc:literal])* $id:ident $name:literal $severity:ident absence => $check:ident) => {
        $crate::rule::rule!(@ $(#[doc = $doc])* $id $name $severity true $check);
    };
    (@ $(#[doc = $doc:literal])* $id:ident $name:literal $severity:ident $absence:literal $check:ident) => {
        $crate::diagnostic::code! { $(#[doc = $doc])* $id $name $severity }
        pub(crate) static RULE: $crate::rule::Rule =
            $crate::rule::Rule { code: &$id, reports_absence: $absence, check: $check };
    };
}
pub(crate) use rule;
