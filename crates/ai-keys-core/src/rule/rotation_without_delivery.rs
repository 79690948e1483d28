//! A value that is replaced by dates goes to whoever uses it.

use super::{Facts, rule};
use crate::diagnostic::Diagnostics;

rule! {
    /// ## What it checks
    /// A key with `rotate` has a `deliver`, its own or the default.
    /// ## Why it matters
    /// The new value arrives nowhere, and nobody is told of it: when the overlap is over, whoever
    /// uses the key is answered 403.
    /// ## Example
    /// ```toml,fail
    /// key.acme.rotate = { every = "90d" }
    /// ```
    /// ```toml,pass
    /// usage-plan.gold.manage = false
    ///
    /// [key.acme]
    /// usage-plans = ["gold"]
    /// rotate = { every = "90d" }
    /// deliver = [{ to = "secrets-manager", name = "ai/{key}" }]
    /// ```
    /// ## What to do
    /// Add `deliver`. Where a person hands the value over, leave `rotate` out and run
    /// `ai-keys rotate` when it suits both.
    AK305 "rotation-without-delivery" Warning absence => check
}

fn check(facts: &Facts<'_>, out: &mut Diagnostics) {
    for key in facts.manifest.key_views() {
        let Some(rotate) = key.rotate().filter(|_| key.deliver().is_empty()) else {
            continue;
        };
        let is_unreadable = facts.unreadable.holds("key", key.name(), "deliver")
            || facts.unreadable.holds("defaults", "key", "deliver");
        if is_unreadable || !facts.is_on_aws(key.listed_targets()) {
            continue;
        }
        let message = format!("key `{}` gets new values, and nobody gets them", key.name());
        out.report(&AK305, key.span(), message)
            .related(rotate.span, "they are made by this")
            .help("add `deliver`, or leave `rotate` out and rotate it by hand");
    }
}

#[cfg(test)]
mod tests {
    use super::AK305;
    use crate::rule::testing::{check, finding, silent};

    const DELIVER: &str = "deliver = [{ to = \"ssm\", name = \"/{key}\" }]";

    #[test]
    fn a_key_whose_new_values_go_nowhere_is_underlined() {
        let toml = "key.acme.rotate = { every = \"90d\" }\n";
        let expected = finding(&AK305)
            .underlines("acme")
            .related("{ every = \"90d\" }")
            .help("add `deliver`");
        check(toml, [expected]);
        silent(&AK305, &format!("{toml}key.acme.{DELIVER}"));
        silent(&AK305, &format!("{toml}defaults.key.{DELIVER}"));
    }

    #[test]
    fn a_key_that_takes_back_the_default_delivery_is_underlined() {
        let toml = format!(
            "defaults.key.{DELIVER}\ndefaults.key.rotate = {{ every = \"90d\" }}\n\
             key.acme.deliver = []\nkey.chat.owner = \"a\"\n"
        );
        check(&toml, [finding(&AK305).underlines("acme")]);
    }
}
