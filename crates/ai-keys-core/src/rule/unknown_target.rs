//! Whatever names a target names one that the manifest declares.

use super::entry::{self, Entry};
use super::{Facts, rule};
use crate::diagnostic::{Certainty, Diagnostics, Suggestions};
use crate::manifest::Manifest;
use crate::manifest::decode::excerpt;
use crate::source::Spanned;

rule! {
    /// ## What it checks
    /// Every name in `targets`, and every target that a delivery or `adopt` names, has a `[target.NAME]` table;
    /// and what `adopt` takes over in a target is meant to be in that target.
    /// ## Why it matters
    /// A key in a target that does not exist is in no account, and nobody would miss it before
    /// its users do.
    /// ## Example
    /// ```toml,fail
    /// key.acme.targets = ["prdo"]
    /// ```
    /// ## What to do
    /// Correct the name, or declare the target.
    AK101 "unknown-target" Error absence => check
}

fn check(facts: &Facts<'_>, out: &mut Diagnostics) {
    let manifest = facts.manifest;
    if manifest.targets.is_empty() {
        return; // `no-target` says it once.
    }
    let mut suggestions = Suggestions::among(manifest.targets.names());
    let default = manifest.key_defaults().and_then(|key| key.targets.as_ref());
    let usage_plans = manifest.usage_plans.iter();
    let usage_plans = usage_plans.filter_map(|(_, usage_plan)| usage_plan.targets.as_ref());
    let keys = manifest.keys.iter();
    let keys = keys.filter_map(|(_, key)| key.targets.as_ref());
    for listed in usage_plans.chain(keys).chain(default) {
        check_names(facts, listed.iter(), &mut suggestions, out);
    }
    let default = manifest.key_defaults();
    let default = default.and_then(|key| key.deliver.as_deref());
    let own = manifest.keys.iter();
    let own = own.filter_map(|(_, key)| key.deliver.as_deref());
    let deliveries = own.chain(default).flatten();
    let named = deliveries.filter_map(|delivery| delivery.target());
    check_names(facts, named, &mut suggestions, out);
    for entry in entry::all(manifest).filter(|entry| entry.adopt.is_some()) {
        check_adopt(manifest, &entry, &mut suggestions, out);
    }
}

fn check_names<'m>(
    facts: &Facts<'m>,
    names: impl Iterator<Item = &'m Spanned<String>>,
    suggestions: &mut Suggestions<'m>,
    out: &mut Diagnostics,
) {
    let manifest = facts.manifest;
    for name in names {
        let is_declared = manifest.targets.get(name).is_some();
        if is_declared || facts.unreadable.holds_table("target", name) {
            continue;
        }
        let message = format!("there is no target `{}`", excerpt(name));
        let draft = out.report(&AK101, name.span, message);
        match suggestions.nearest(name) {
            Some(meant) => draft.offer(
                Certainty::Guess,
                format!("did you mean `{meant}`?"),
                name.span,
                format!("\"{meant}\""),
            ),
            None => draft.help(format!("declare it: [target.{}]", excerpt(name))),
        };
    }
}

fn check_adopt<'m>(
    manifest: &'m Manifest,
    entry: &Entry<'m>,
    suggestions: &mut Suggestions<'m>,
    out: &mut Diagnostics,
) {
    for (target, _, span) in entry.adopted() {
        let Some(target) = target else { continue };
        if manifest.targets.get(target).is_none() {
            let message = format!("there is no target `{}`", excerpt(target));
            let meant = suggestions.nearest(target);
            out.report(&AK101, span, message)
                .maybe_help(meant.map(|meant| format!("did you mean `{meant}`?")));
        } else if entry.targets(manifest).all(|lives| lives != target) {
            let message = format!(
                "{} `{}` is not in target `{target}`",
                entry.kind, entry.name
            );
            out.report(&AK101, span, message)
                .help("add the target to its `targets`, or take the id from `adopt`");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::AK101;
    use crate::rule::testing::{check, finding};

    #[test]
    fn a_slip_in_the_name_is_underlined_and_corrected() {
        let toml = "defaults.key.targets = [\"prod\", \"pord\"]\n";
        let expected = finding(&AK101)
            .underlines("\"pord\"")
            .help("did you mean `prod`?");
        check(toml, [expected]);
        check(&toml.replace("pord", "prod"), []);
    }

    #[test]
    fn every_list_of_targets_is_read() {
        let toml = "usage-plan.a.targets = [\"elsewhere\"]\nkey.a.targets = [\"elsewhere\"]\n";
        let expected = || {
            finding(&AK101)
                .underlines("\"elsewhere\"")
                .help("[target.elsewhere]")
        };
        check(toml, [expected(), expected()]);
    }

    #[test]
    fn the_target_of_a_delivery_is_declared() {
        let toml = "key.a.deliver = [{ to = \"ssm\", name = \"x\", target = \"prdo\" }]";
        let expected = finding(&AK101).underlines("\"prdo\"").help("`prod`");
        check(toml, [expected]);
        check(&toml.replace("prdo", "prod"), []);
    }

    #[test]
    fn what_is_adopted_lives_in_the_target() {
        let toml = r#"
key.acme = { targets = ["prod"], adopt = { prdo = "abc123def4", staging = "abc123def5" } }
[target.staging]
provider = "aws-api-gateway"
region = "eu-west-1"
account = "210987654321"
"#;
        let slip = finding(&AK101)
            .underlines("prdo = \"abc123def4\"")
            .help("did you mean `prod`?");
        let elsewhere = finding(&AK101)
            .underlines("staging = \"abc123def5\"")
            .help("add the target");
        check(toml, [slip, elsewhere]);
        check(
            &toml
                .replace("prdo", "prod")
                .replace("targets = [\"prod\"], ", ""),
            [],
        );
    }
}
