//! Keys say what the policy wants to know.

use super::{Facts, rule};
use crate::diagnostic::Diagnostics;
use crate::manifest::{KeyView, Words};
use crate::source::Spanned;

rule! {
    /// ## What it checks
    /// Every key has the fields that `policy.require` lists, its own or default ones. An empty
    /// text, list or table counts as missing.
    /// ## Why it matters
    /// A key without an owner is the one that nobody dares to disable.
    /// ## Example
    /// ```toml,fail
    /// policy.require = ["description", "owner"]
    /// key.acme.description = "Acme's chat"
    /// ```
    /// ## What to do
    /// Add the fields, to the key or to `[defaults.key]`.
    AK222 "required-field" Error absence => check
}

fn check(facts: &Facts<'_>, out: &mut Diagnostics) {
    let policy = facts.manifest.policy.as_ref();
    let required = policy.and_then(|policy| policy.require.as_deref());
    let Some(required) = required.filter(|required| !required.is_empty()) else {
        return;
    };
    for key in facts.manifest.key_views() {
        let mut missing = required
            .iter()
            .filter(|field| is_said(&key, field) == Some(false))
            .filter(|field| {
                !facts.unreadable.holds("key", key.name(), field)
                    && !facts.unreadable.holds("defaults", "key", field)
            });
        let Some(first) = missing.next() else {
            continue;
        };
        let mut fields = vec![first.value.as_str()];
        for field in missing {
            if !fields.contains(&field.value.as_str()) {
                fields.push(&field.value);
            }
        }
        let names = format!("`{}`", fields.join("`, `"));
        let message = format!("key `{}` does not say {names}", key.name());
        out.report(&AK222, key.span(), message)
            .related(first.span, "required here")
            .help(format!("add {names}, here or to [defaults.key]"));
    }
}

/// Returns whether the key says this field; `None` if no key has such a field.
pub(super) fn is_said(key: &KeyView<'_>, field: &str) -> Option<bool> {
    let is_text = |text: Option<&Spanned<String>>| text.is_some_and(|text| !text.is_empty());
    let is_list = |list: Option<&[Spanned<String>]>| list.is_some_and(|list| !list.is_empty());
    let table = key.table();
    Some(match field {
        "service" => is_text(key.service()),
        "description" => is_text(table.description.as_ref()),
        "owner" => is_text(key.owner()),
        "enabled" => key.enabled().is_some(),
        // `usage-plan` is how a policy may call it: one is enough.
        "usage-plans" | "usage-plan" => {
            is_list(key.usage_plans().map(|listed| listed.value.as_slice()))
        }
        "targets" => is_list(key.listed_targets()),
        "tags" => {
            let is_list = |tags: Option<&Words>| tags.is_some_and(|tags| !tags.is_empty());
            is_list(table.tags.as_ref()) || is_list(key.default_tags())
        }
        "expires" => key.expires().is_some(),
        "rotate" => key.rotate().is_some(),
        "protect" => key.protect().is_some(),
        "adopt" => table.adopt.is_some(),
        "deliver" => !key.deliver().is_empty(),
        "name" => is_text(table.name.as_ref()),
        "customer-id" => is_text(table.customer_id.as_ref()),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::AK222;
    use crate::manifest::code::{AK002, AK003};
    use crate::rule::testing::{check, finding};

    #[test]
    fn a_key_that_says_too_little_is_underlined() {
        let toml = "policy.require = [\"owner\", \"expires\"]\n[key.acme]\ndescription = \"x\"\n";
        let expected = finding(&AK222)
            .underlines("acme")
            .related("\"owner\"")
            .help("add `owner`, `expires`");
        check(toml, [expected]);
        let said = toml.replace("description = \"x\"", "owner = \"a\"\nexpires = 2027-06-30");
        check(&said, []);
        check(
            &format!("{toml}[defaults.key]\nowner = \"a\"\nexpires = 2027-06-30\n"),
            [],
        );
    }

    #[test]
    fn what_is_there_and_broken_is_not_missing() {
        let toml = "policy.require = [\"owner\"]\nkey.a.owner = 5\nkey.b.onwer = \"b\"\n";
        let expected = [
            finding(&AK003).underlines("5"),
            finding(&AK002).underlines("onwer"),
        ];
        check(toml, expected);
    }

    #[test]
    fn what_is_empty_is_missing() {
        let toml = "policy.require = [\"usage-plan\", \"tags\"]\nusage-plan.a = {}\n\
                    key.acme = { usage-plans = [], tags = {} }\n";
        check(toml, [finding(&AK222).help("add `usage-plan`, `tags`")]);
        check(
            &toml
                .replace("[],", "[\"a\"],")
                .replace("tags = {}", "tags = { a = \"b\" }"),
            [],
        );
    }
}
