//! Whatever names a target names one that the manifest declares.

use super::entry::{self, Entry};
use super::{Facts, rule};
use crate::diagnostic::{Certainty, Diagnostics, did_you_mean};
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
    let default = manifest.key_defaults().and_then(|key| key.targets.as_ref());
    check_list(facts, default, out);
    for (_, usage_plan) in manifest.usage_plans.iter() {
        check_list(facts, usage_plan.targets.as_ref(), out);
    }
    for (_, key) in manifest.keys.iter() {
        check_list(facts, key.targets.as_ref(), out);
    }
    let default = manifest.key_defaults();
    let default = default.and_then(|key| key.deliver.as_deref());
    let own = manifest.keys.iter();
    let own = own.filter_map(|(_, key)| key.deliver.as_deref());
    let deliveries = own.chain(default).flatten();
    check_names(facts, deliveries.filter_map(|d| d.target()), out);
    for entry in entry::all(manifest).filter(|entry| entry.adopt.is_some()) {
        check_adopt(manifest, &entry, out);
    }
}

fn check_list(
    facts: &Facts<'_>,
    listed: Option<&Spanned<Vec<Spanned<String>>>>,
    out: &mut Diagnostics,
) {
    let listed = listed.into_iter().flat_map(|listed| listed.iter());
    check_names(facts, listed, out);
}

fn check_names<'m>(
    facts: &Facts<'_>,
    names: impl Iterator<Item = &'m Spanned<String>>,
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
        match did_you_mean(name, manifest.targets.names()) {
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

fn check_adopt(manifest: &Manifest, entry: &Entry<'_>, out: &mut Diagnostics) {
    for (target, _, span) in entry.adopted() {
        let Some(target) = target else { continue };
        if manifest.targets.get(target).is_none() {
            let message = format!("there is no target `{}`", excerpt(target));
            let meant = did_you_mean(target, manifest.targets.names());
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
