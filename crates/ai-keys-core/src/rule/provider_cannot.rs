//! What a provider cannot express is an error, never silently left out.

use super::asked::asked_elsewhere;
use super::bad_place::is_uuid;
use super::{Facts, rule};
use crate::diagnostic::Diagnostics;
use crate::support::{Feature, Provider, Support, support};

rule! {
    /// ## What it checks
    /// Nothing is asked of a provider that it has no way to express. Google API Keys has no usage
    /// plans, customer ids or stores of AWS, and no id that looks like a UUID; on Azure API
    /// Management a key opens one product, which is made elsewhere (`manage = false`).
    /// ## Why it matters
    /// An apply that left it out would say "done" about a key without the limits that the file
    /// promises.
    /// <https://cloud.google.com/api-keys/docs/reference/rest/v2/projects.locations.keys>,
    /// <https://learn.microsoft.com/rest/api/apimanagement/subscription>, checked 2026-11-23.
    /// ## Example
    /// ```toml,fail
    /// [target.prod]
    /// provider = "google-api-keys"
    /// project = "acme-ai-prod"
    /// [usage-plan.standard]
    /// throttle = { rate = 10, burst = 20 }
    /// [key.acme]
    /// usage-plans = ["standard"]
    /// ```
    /// ```toml,fail
    /// [target.prod]
    /// provider = "azure-api-management"
    /// subscription = "00000000-0000-0000-0000-000000000001"
    /// resource-group = "ai"
    /// service = "acme-ai"
    /// [usage-plan]
    /// free = { manage = false }
    /// paid = { manage = false }
    /// [key.acme]
    /// usage-plans = ["free", "paid"]
    /// ```
    /// ```toml,pass
    /// [target.prod]
    /// provider = "azure-api-management"
    /// subscription = "00000000-0000-0000-0000-000000000001"
    /// resource-group = "ai"
    /// service = "acme-ai"
    /// [usage-plan.free]
    /// manage = false
    /// [key.acme]
    /// usage-plans = ["free"]
    /// ```
    /// ## What to do
    /// Remove the field, or give the table `targets` that can take it.
    AK121 "provider-cannot" Error => check
}

fn check(facts: &Facts<'_>, out: &mut Diagnostics) {
    for asked in asked_elsewhere(facts) {
        let Support::No(why) = support(asked.provider, asked.feature) else {
            continue;
        };
        let (provider, field) = (asked.provider.name(), asked.field);
        let message = format!("{provider} cannot take `{field}`: {why}");
        let help = match asked.feature {
            Feature::ManagedUsagePlans if asked.provider == Provider::AzureApiManagement => {
                "write `manage = false`, or give it `targets` that can take it"
            }
            Feature::ManyUsagePlans => "declare a second key",
            Feature::AwsSecretStore => "name a target of AWS with `target`, or deliver to GitHub",
            _ => "remove it, or give the table `targets` that can take it",
        };
        let target = facts.manifest.targets.get(asked.target);
        let draft = out.report(&AK121, asked.span, message);
        match target.and_then(|target| target.provider()) {
            Some(provider) => draft.related(provider.span, "this target").help(help),
            None => draft.help(help),
        };
    }
    if facts.is_of_aws {
        return;
    }
    for key in facts.manifest.key_views().filter(|key| is_uuid(key.name())) {
        let targets = facts.manifest.target_names(key.listed_targets());
        if facts.providers(targets).contains(&Provider::GoogleApiKeys) {
            let message = "google-api-keys takes no id that looks like a UUID";
            out.report(&AK121, key.span(), message)
                .help("give the key another name");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::AK121;
    use crate::rule::testing::{check, finding, silent};

    const GOOGLE: &str = "[target.prod]\nprovider = \"google-api-keys\"\nproject = \"acme-ai\"\n";
    const AZURE: &str = "[target.prod]\nprovider = \"azure-api-management\"\n\
        subscription = \"00000000-0000-0000-0000-000000000001\"\n\
        resource-group = \"ai\"\nservice = \"acme-ai\"\n";

    #[test]
    fn every_field_that_google_lacks_is_underlined() {
        let toml = format!(
            r#"{GOOGLE}
[usage-plan.standard]
manage = false
[key.acme]
usage-plans = ["standard"]
customer-id = "c1"
adopt = "abc123"
deliver = [{{ to = "ssm", name = "/acme" }}]
"#
        );
        check(
            &toml,
            [
                finding(&AK121)
                    .underlines("[\"standard\"]")
                    .related("\"google-api-keys\""),
                finding(&AK121).underlines("\"c1\"").help("remove it"),
                finding(&AK121).underlines("\"abc123\""),
                finding(&AK121)
                    .underlines("{ to = \"ssm\", name = \"/acme\" }")
                    .help("a target of AWS"),
            ],
        );
    }

    #[test]
    fn what_another_target_takes_is_no_mistake() {
        let aws = "[target.aws]\nprovider = \"aws-api-gateway\"\nregion = \"eu-west-1\"\n";
        let toml = format!(
            r#"{GOOGLE}{aws}
[usage-plan.standard]
targets = ["aws"]
[key.acme]
targets = ["aws"]
usage-plans = ["standard"]
customer-id = "c1"
[key.other]
targets = ["prod"]
deliver = [{{ to = "ssm", name = "/acme", target = "aws" }}]
"#
        );
        silent(&AK121, &toml);
        check(
            &toml.replace(
                "[usage-plan.standard]\ntargets = [\"aws\"]",
                "[usage-plan.standard]",
            ),
            [finding(&AK121).underlines("standard")],
        );
    }

    #[test]
    fn a_subscription_opens_one_product_that_is_made_elsewhere() {
        let toml = format!(
            "{AZURE}[usage-plan]\nfree = {{ manage = false }}\npaid = {{ }}\n\
             [key.acme]\nusage-plans = [\"free\", \"paid\"]\n"
        );
        check(
            &toml,
            [
                finding(&AK121).underlines("paid").help("manage = false"),
                finding(&AK121).underlines("\"paid\"").help("a second key"),
            ],
        );
        let right = toml.replace("{ }", "{ manage = false }");
        check(&right.replace(", \"paid\"", ""), []);
    }

    #[test]
    fn what_defaults_say_is_reported_once() {
        let toml = format!(
            "{GOOGLE}[usage-plan.a]\nmanage = false\n[defaults.key]\nusage-plans = [\"a\"]\n\
             [key.one]\n[key.two]\n"
        );
        check(&toml, [finding(&AK121).underlines("[\"a\"]")]);
    }

    #[test]
    fn a_name_like_a_uuid_is_refused_by_google_alone() {
        let key = "[key.a1b2c3d4-a1b2-a1b2-a1b2-a1b2c3d4e5f6]\n";
        check(
            &format!("{GOOGLE}{key}"),
            [finding(&AK121).help("another name")],
        );
        check(&format!("{AZURE}{key}"), []);
    }
}
