//! A policy requires only fields that there are.

use super::{Facts, rule};
use crate::diagnostic::{Diagnostics, did_you_mean, is_same_word, list_of};
use crate::manifest::decode::excerpt;

/// Every field that a policy can require.
const FIELDS: [&str; 14] = [
    "owner",
    "description",
    "service",
    "expires",
    "usage-plans",
    "rotate",
    "deliver",
    "tags",
    "targets",
    "enabled",
    "protect",
    "adopt",
    "name",
    "customer-id",
];

rule! {
    /// ## What it checks
    /// Every name in `policy.require` is a field of a key.
    /// ## Why it matters
    /// A misspelt requirement would be met by nobody, or be ignored and protect nothing.
    /// ## Example
    /// ```toml,fail
    /// policy.require = ["ownre"]
    /// ```
    /// ## What to do
    /// Correct the name.
    AK223 "unknown-required-field" Error => check
}

fn check(facts: &Facts<'_>, out: &mut Diagnostics) {
    let policy = facts.manifest.policy.as_ref();
    let required = policy.and_then(|policy| policy.require.as_deref());
    for field in required.unwrap_or_default() {
        if field.value == "usage-plan" || FIELDS.contains(&field.value.as_str()) {
            continue;
        }
        let message = format!("a key has no field `{}`", excerpt(field));
        let draft = out.report(&AK223, field.span, message);
        match did_you_mean(field, FIELDS) {
            Some(meant) => draft.offer(
                is_same_word(field, meant),
                format!("did you mean `{meant}`?"),
                field.span,
                format!("\"{meant}\""),
            ),
            None => draft.help(format!("write {}", list_of(FIELDS))),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::{AK223, FIELDS};
    use crate::check::check_text;
    use crate::rule::required_field::is_said;
    use crate::rule::testing::{check, finding, framed};

    #[test]
    fn a_slip_is_underlined_and_corrected() {
        let toml = "policy.require = [\"usage_plans\", \"expires\"]";
        let expected = finding(&AK223)
            .underlines("\"usage_plans\"")
            .help("did you mean `usage-plans`?");
        check(toml, [expected]);
        check(&toml.replace('_', "-"), []);
        check(
            "policy.require = [\"colour\"]",
            [finding(&AK223).help("write `owner`")],
        );
    }

    #[test]
    fn what_can_be_required_can_be_looked_up() {
        let checked = check_text(&framed("key.acme = {}"), None);
        let manifest = checked.manifest.unwrap();
        let key = manifest.key_views().next().unwrap();
        for field in FIELDS {
            assert_eq!(is_said(&key, field), Some(false), "{field}");
        }
        assert_eq!(is_said(&key, "colour"), None);
    }
}
