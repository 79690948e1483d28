//! The manifest holds no key values.

use super::{Facts, rule};
use crate::diagnostic::Diagnostics;
use crate::manifest::value_like_spans;

rule! {
    /// ## What it checks
    /// Nothing in the file, comments included, looks like the value of a key: 30 or more letters
    /// and digits mixed as a generator mixes them, or an AWS access key id (`AKIA…`, `ASIA…`).
    /// Digests in hexadecimal and UUIDs are not taken for values.
    /// ## Why it matters
    /// The manifest is read by everybody who can read the repository, for ever. A value belongs
    /// into a secret store. What was found is never printed.
    /// ## Example
    /// ```toml,fail
    /// key.acme.description = "was AKIAIOSFODNN7EXAMPLE"
    /// ```
    /// ## What to do
    /// Remove it. If it was ever pushed, it is known: replace the key.
    AK118 "looks-like-a-key-value" Error => check
}

fn check(facts: &Facts<'_>, out: &mut Diagnostics) {
    for span in value_like_spans(facts.text) {
        out.report(&AK118, span.into(), "this looks like the value of a key")
            .help("remove it; if it was ever pushed, replace the key");
    }
}

#[cfg(test)]
mod tests {
    use super::AK118;
    use crate::check::check_text;
    use crate::rule::testing::{check, finding, framed};

    // Made for this test; opens nothing.
    const VALUE: &str = "Zq7LmP2xR9tVb4KcN8wYd3HsJ6gFe1UaQ5oTi0Xk";

    #[test]
    fn a_value_in_a_field_is_underlined() {
        let toml = format!("key.acme.description = \"value {VALUE}\"");
        check(&toml, [finding(&AK118).underlines(VALUE).help("remove it")]);
        check(&toml.replace(VALUE, "of the brand"), []);
    }

    #[test]
    fn a_value_in_a_comment_counts() {
        let toml = format!("key.acme.owner = \"a\" # {VALUE}");
        check(&toml, [finding(&AK118).underlines(VALUE)]);
    }

    #[test]
    fn no_message_says_a_value_wherever_it_was_pasted() {
        for fragment in [
            "key.acme.usage-plans = [\"VALUE\"]",
            "key.VALUE.enabled = true",
            "key.acme.VALUE = true",
            "key.acme.deliver = [{ to = \"VALUE\", name = \"a b\" }]",
            "key.acme.deliver = [{ to = \"ssm\", name = \"VALUE b{VALUE}\" }]",
            "key.acme.rotate.every = \"VALUE\"",
            "key.acme.adopt = { VALUE = \"VALUE\" }",
            "key.acme.tags = { VALUE = \"VALUE!\" }",
            "key.acme.owner = \"VALUE VALUE\"",
            "key.acme = { name = \"VALUE\" }\nkey.b = { name = \"VALUE\" }",
            "usage-plan.a.stages = [\"VALUE\", \"VALUE/a b\", \"VALUE/{VALUE}\", \"x/VALUE!\"]",
            "usage-plan.a.stages = [{ stage = \"a/b\", throttle = { VALUE = { rate = 1, burst = 1 } } }]",
            "policy.require = [\"VALUE\"]",
            "policy.key-name = \"(VALUE\"",
            "policy.owners = [\"a\"]\nkey.acme.owner = \"VALUE\"",
            "defaults.key.targets = [\"VALUE\"]",
            "VALUE = VALUE",
            "key.acme.owner = VALUE\n[key.VALUE]\n[key.VALUE]",
        ] {
            let text = framed(&fragment.replace("VALUE", VALUE));
            let checked = check_text(&text, None);
            assert!(checked.diagnostics.has_errors(), "{fragment}");
            for found in checked.diagnostics.iter() {
                let said = format!("{:?}", (&found.message, &found.related, &found.help));
                assert!(!said.contains("Zq7LmP2xR9tV"), "{fragment}: {said}");
            }
        }
    }
}
