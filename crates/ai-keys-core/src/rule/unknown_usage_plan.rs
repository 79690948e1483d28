//! A key refers only to usage plans that the manifest declares.

use super::{Facts, rule};
use crate::diagnostic::{Certainty, Diagnostics, Suggestions};
use crate::manifest::KeyView;
use crate::manifest::decode::excerpt;
use crate::source::Spanned;

rule! {
    /// ## What it checks
    /// Every name in `usage-plans` has a `[usage-plan.NAME]` table, in every target that has the
    /// key.
    /// ## Why it matters
    /// A key on no usage plan is answered 403 by every stage that asks for a key.
    /// ## Example
    /// ```toml,fail
    /// usage-plan.standard.stages = ["orders/prod"]
    /// key.acme.usage-plans = ["standrad"]
    /// ```
    /// ## What to do
    /// Correct the name, declare the usage plan, or declare it with `manage = false` if it is
    /// made elsewhere.
    AK103 "unknown-usage-plan" Error absence => check
}

fn check(facts: &Facts<'_>, out: &mut Diagnostics) {
    let mut suggestions = Suggestions::among(facts.manifest.usage_plans.names());
    for key in facts.manifest.key_views() {
        for name in key.usage_plans().into_iter().flat_map(|names| names.iter()) {
            check_name(facts, &key, name, &mut suggestions, out);
        }
    }
}

fn check_name<'m>(
    facts: &Facts<'m>,
    key: &KeyView<'m>,
    name: &'m Spanned<String>,
    suggestions: &mut Suggestions<'m>,
    out: &mut Diagnostics,
) {
    let declared = &facts.manifest.usage_plans;
    let Some(usage_plan) = declared.get(name) else {
        if facts.unreadable.holds_table("usage-plan", name) {
            return;
        }
        let message = format!("there is no usage plan `{}`", excerpt(name));
        let draft = out.report(&AK103, name.span, message);
        match suggestions.nearest(name) {
            Some(meant) => draft.offer(
                Certainty::Guess,
                format!("did you mean `{meant}`?"),
                name.span,
                format!("\"{meant}\""),
            ),
            None => draft.help(format!("declare it: [usage-plan.{}]", excerpt(name))),
        };
        return;
    };
    let known = |target: &&str| facts.manifest.targets.get(target).is_some();
    if let Some(target) = key
        .targets()
        .into_iter()
        .filter(known)
        .find(|target| !usage_plan.is_in(target))
    {
        let message = format!(
            "usage plan `{}` is not in target `{target}`, where key `{}` is",
            name.value,
            key.name()
        );
        out.report(&AK103, name.span, message)
            .related(usage_plan.span, "declared here, for other targets")
            .help("add the target to the usage plan, or take it from the key");
    }
}

#[cfg(test)]
mod tests {
    use super::AK103;
    use crate::rule::testing::{check, finding};

    #[test]
    fn a_slip_in_the_name_is_underlined_and_corrected() {
        let toml = r#"
usage-plan.standard.stages = ["orders/prod"]
key.acme.usage-plans = ["standrad"]
"#;
        let expected = finding(&AK103)
            .underlines("\"standrad\"")
            .help("did you mean `standard`?");
        check(toml, [expected]);
        check(&toml.replace("standrad", "standard"), []);
    }

    #[test]
    fn a_usage_plan_of_another_target_does_not_count() {
        let toml = r#"
usage-plan.standard = { stages = ["orders/prod"], targets = ["staging"] }
key.acme.usage-plans = ["standard"]
[target.staging]
provider = "aws-api-gateway"
region = "eu-west-1"
account = "210987654321"
"#;
        check(
            toml,
            [finding(&AK103)
                .underlines("\"standard\"")
                .related("standard")],
        );
    }
}
