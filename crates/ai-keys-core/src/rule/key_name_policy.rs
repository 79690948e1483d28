//! Keys are named as the policy says.

use super::{Facts, rule};
use crate::diagnostic::Diagnostics;
use crate::manifest::KeyView;
use crate::manifest::decode::excerpt;
use crate::pattern::Pattern;

rule! {
    /// ## What it checks
    /// The name of every key's table matches `policy.key-name`. The expression may match anywhere
    /// in the name: `^` and `$` tie it to both ends.
    /// ## Why it matters
    /// Who reads a name in the cloud's console should know what kind of key it is.
    /// ## Example
    /// ```toml,fail
    /// policy.key-name = "^(web|batch)-"
    /// key.acme.description = "Acme's chat"
    /// ```
    /// ## What to do
    /// Rename the table, or change the policy. A renamed table is a new key with a new value,
    /// unless it adopts the live one.
    AK221 "key-name-policy" Error => check
}

fn check(facts: &Facts<'_>, out: &mut Diagnostics) {
    let policy = facts.manifest.policy.as_ref();
    let Some(pattern) = policy.and_then(|policy| policy.key_name.as_ref()) else {
        return;
    };
    let Ok(regex) = Pattern::parse(pattern) else {
        return; // `bad-pattern` says so.
    };
    // What is longer is no name, which `invalid-name` says.
    let is_short = |key: &KeyView<'_>| key.name().len() <= 128;
    for key in facts.manifest.key_views().filter(is_short) {
        if !regex.is_match(key.name()) {
            let message = format!(
                "key name `{}` does not match the policy",
                excerpt(key.name())
            );
            out.report(&AK221, key.span(), message)
                .related(pattern.span, "the policy")
                .help(format!("choose a name that matches `{}`", excerpt(pattern)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::AK221;
    use crate::rule::testing::{check, finding};

    #[test]
    fn a_name_outside_the_policy_is_underlined() {
        let toml = "policy.key-name = '^web-'\n[key.web-a]\n[key.batch]\n";
        let expected = finding(&AK221)
            .underlines("batch")
            .related("'^web-'")
            .help("matches `^web-`");
        check(toml, [expected]);
        check(&toml.replace("[key.batch]", "[key.web-batch]"), []);
    }

    #[test]
    fn the_expression_may_match_anywhere() {
        check("policy.key-name = 'web'\n[key.my-web-key]\n", []);
    }
}
