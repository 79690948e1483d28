//! One id belongs to one account and region.

use super::entry;
use super::{Facts, rule};
use crate::diagnostic::Diagnostics;
use crate::manifest::Adopt;

rule! {
    /// ## What it checks
    /// `adopt = "id"` stands only on something that lives in one target.
    /// ## Why it matters
    /// An id belongs to one account and region. In the other target the live object would not be
    /// found, and a new key with a new value would look like the old one.
    /// ## Example
    /// ```toml,fail
    /// key.acme.adopt = "abc123def4"
    /// [target.staging]
    /// provider = "aws-api-gateway"
    /// region = "eu-west-1"
    /// account = "210987654321"
    /// ```
    /// ## What to do
    /// Write one id for each target: `adopt = { prod = "abc123def4", staging = "…" }`; a target
    /// that is left out gets a new key.
    AK109 "adopt-in-many-targets" Error => check
}

fn check(facts: &Facts<'_>, out: &mut Diagnostics) {
    let manifest = facts.manifest;
    for entry in entry::all(manifest) {
        let Some(adopt) = entry.adopt else { continue };
        if matches!(adopt.value, Adopt::One(_)) && entry.is_in_many_targets(manifest) {
            let message = format!(
                "{} `{}` lives in more than one target, and an id in only one",
                entry.kind, entry.name
            );
            out.report(&AK109, adopt.span, message)
                .help("say which: `adopt = { prod = \"…\" }`");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::AK109;
    use crate::rule::testing::{check, finding};

    #[test]
    fn one_id_for_two_targets_is_underlined() {
        let toml = r#"
usage-plan.gold.adopt = "abc123"
[target.staging]
provider = "aws-api-gateway"
region = "eu-west-1"
account = "210987654321"
"#;
        let expected = finding(&AK109).underlines("\"abc123\"").help("say which");
        check(toml, [expected]);
        check(&toml.replace("= \"abc123\"", "= { prod = \"abc123\" }"), []);
    }

    #[test]
    fn one_id_for_one_target_is_enough() {
        check("key.acme.adopt = \"abc123\"", []);
    }
}
