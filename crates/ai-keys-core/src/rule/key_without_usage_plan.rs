//! A key opens what its usage plans open.

use super::{Facts, rule};
use crate::diagnostic::Diagnostics;
use crate::support::{Feature, Provider, Support, support};

rule! {
    /// ## What it checks
    /// Every key is on a usage plan, its own or a default one. A key that is taken over (`adopt`)
    /// and says nothing keeps the usage plans that it has.
    /// ## Why it matters
    /// A key on no usage plan is answered 403 by every stage that asks for a key.
    /// <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-usage-plans.html>,
    /// checked 2026-11-23.
    /// ## Example
    /// ```toml,fail
    /// key.acme.description = "Acme's chat"
    /// ```
    /// ## What to do
    /// Add `usage-plans`, here or to `[defaults.key]`.
    AK209 "key-without-usage-plan" Warning absence => check
}

fn check(facts: &Facts<'_>, out: &mut Diagnostics) {
    for key in facts.manifest.key_views() {
        let targets = facts.manifest.target_names(key.listed_targets());
        let has_none =
            |provider: &Provider| matches!(support(*provider, Feature::UsagePlans), Support::No(_));
        if !facts.is_of_aws && facts.providers(targets).iter().all(has_none) {
            continue;
        }
        let is_without = match key.usage_plans() {
            Some(listed) => listed.is_empty(),
            None => key.table().adopt.is_none(),
        };
        let may_have = |field| {
            facts.unreadable.holds("key", key.name(), field)
                || facts.unreadable.holds("defaults", "key", field)
        };
        if is_without && !may_have("usage-plans") {
            let own = key.table().usage_plans.as_ref();
            let span = own.map_or(key.span(), |listed| listed.span);
            let message = format!(
                "key `{}` is on no usage plan: it is answered 403",
                key.name()
            );
            out.report(&AK209, span, message)
                .help("add `usage-plans`, here or to [defaults.key]");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::AK209;
    use crate::rule::testing::{check, finding, silent};

    #[test]
    fn a_key_on_no_usage_plan_is_underlined() {
        let toml = "usage-plan.gold.manage = false\ndefaults.key.owner = \"a\"\nkey.acme = {}\n";
        check(toml, [finding(&AK209).underlines("acme").help("defaults")]);
        silent(
            &AK209,
            &toml.replace("owner = \"a\"", "usage-plans = [\"gold\"]"),
        );
        silent(&AK209, &toml.replace("{}", "{ adopt = \"abc123\" }"));
    }

    #[test]
    fn an_empty_list_is_underlined_where_it_stands() {
        check(
            "key.acme.usage-plans = []",
            [finding(&AK209).underlines("[]")],
        );
    }
}
