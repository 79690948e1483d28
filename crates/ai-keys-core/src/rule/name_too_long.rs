//! The name that the cloud shows fits into the cloud.

use super::entry;
use super::{Facts, rule};
use crate::diagnostic::Diagnostics;

rule! {
    /// ## What it checks
    /// The `name` of a key or usage plan has 1 to 1,024 characters; a key's on Google API Keys at
    /// most 63, and on Azure API Management at most 100.
    /// ## Why it matters
    /// API Gateway answers `Invalid API Key name, can be at most 1024 characters.`, halfway
    /// through an apply.
    /// <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-key-file-format.html>,
    /// checked 2026-11-23.
    /// ## Example
    /// ```toml,fail
    /// key.acme.name = ""
    /// ```
    /// ## What to do
    /// Shorten the name, or leave `name` out: the table's name is taken.
    AK201 "name-too-long" Error => check
}

fn check(facts: &Facts<'_>, out: &mut Diagnostics) {
    for entry in entry::all(facts.manifest) {
        let most = facts.ceilings(entry.listed).name_chars;
        let name = entry.cloud_name();
        if name.is_empty() && !entry.name.is_empty() {
            out.report(&AK201, entry.cloud_name_span(), "the name is empty")
                .help("write a name, or remove the line: the table's name is taken");
        } else if name.len() > most && name.chars().count() > most {
            let count = name.chars().count();
            let message = format!("the name has {count} characters, more than {most}");
            out.report(&AK201, entry.cloud_name_span(), message)
                .help("shorten it");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::AK201;
    use crate::rule::testing::{check, finding};

    #[test]
    fn a_name_that_the_cloud_refuses_is_underlined() {
        let toml = "usage-plan.a.name = \"\"";
        check(toml, [finding(&AK201).underlines("\"\"").help("remove")]);
        let long = |count| format!("key.acme.name = \"{}\"", "é".repeat(count));
        check(&long(1025), [finding(&AK201).help("shorten")]);
        check(&long(1024), []);
    }

    #[test]
    fn the_strictest_of_the_targets_counts() {
        let target = "[target.prod]\nprovider = \"google-api-keys\"\nproject = \"acme-ai\"\n";
        let long = |count| format!("[key.acme]\nname = \"{}\"\n{target}", "é".repeat(count));
        check(&long(64), [finding(&AK201).help("shorten")]);
        check(&long(63), []);
    }
}
