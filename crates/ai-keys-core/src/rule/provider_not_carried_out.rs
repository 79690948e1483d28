//! This version checks the manifests of some providers and goes no further.

use super::{Facts, rule};
use crate::diagnostic::Diagnostics;

rule! {
    /// ## What it checks
    /// Whether a target is one that this version carries out. Google API Keys and Azure API
    /// Management are validated: names, limits, and what each of them cannot express. They are
    /// neither read nor changed.
    /// ## Why it matters
    /// A green check must not be taken for a key that exists.
    /// ## Example
    /// ```toml,fail
    /// [target.prod]
    /// provider = "google-api-keys"
    /// project = "acme-ai-prod"
    /// ```
    /// ## What to do
    /// Name the other targets with `--target` when you plan and apply. A later version carries
    /// out these too.
    AK392 "provider-not-carried-out" Warning => check
}

fn check(facts: &Facts<'_>, out: &mut Diagnostics) {
    for (name, target) in facts.manifest.targets.iter() {
        let Some(provider) = target.provider().filter(|p| !p.value.is_carried_out()) else {
            continue;
        };
        let message = format!(
            "target `{name}` is validated only: planning and applying {} is not supported yet",
            provider.value.name()
        );
        out.report(&AK392, provider.span, message)
            .help("plan and apply the other targets with `--target`");
    }
}

#[cfg(test)]
mod tests {
    use super::AK392;
    use crate::rule::testing::{check, finding};

    #[test]
    fn the_provider_is_underlined() {
        let toml = "[target.prod]\nprovider = \"google-api-keys\"\nproject = \"acme-ai\"\n";
        let expected = finding(&AK392)
            .underlines("\"google-api-keys\"")
            .help("--target");
        check(toml, [expected]);
    }
}
