//! The pattern of key names is a regular expression.

use super::{Facts, rule};
use crate::diagnostic::Diagnostics;
use crate::pattern::{BadPattern, Pattern};

rule! {
    /// ## What it checks
    /// `policy.key-name` is a regular expression of what names need, and not a huge one: literals,
    /// `.`, classes such as `[a-z0-9-]`, `\d`, `\w`, `\s` and their opposites, groups, `|`, `*`, `+`,
    /// `?`, `{2,40}`, `^` and `$`.
    /// ## Why it matters
    /// A pattern that cannot be read would let every name pass.
    /// ## Example
    /// ```toml,fail
    /// policy.key-name = "^(web|batch-[a-z]+$"
    /// ```
    /// ```toml,pass
    /// policy.key-name = "^(web|batch)-[a-z]+$"
    /// ```
    /// ## What to do
    /// Repair the expression. A single-quoted string spares the double backslashes: `'^\w+$'`.
    AK220 "bad-pattern" Error => check
}

fn check(facts: &Facts<'_>, out: &mut Diagnostics) {
    let policy = facts.manifest.policy.as_ref();
    let Some(pattern) = policy.and_then(|policy| policy.key_name.as_ref()) else {
        return;
    };
    if let Err(BadPattern(why)) = Pattern::parse(pattern) {
        let message = format!("`key-name` is not a regular expression: {why}");
        out.report(&AK220, pattern.span, message)
            .help("write one such as \"^[a-z][a-z0-9-]{2,40}$\"");
    }
}

#[cfg(test)]
mod tests {
    use super::AK220;
    use crate::rule::testing::{check, finding};

    #[test]
    fn a_broken_pattern_is_underlined() {
        let toml = "policy.key-name = '(web'\nkey.acme = {}\n";
        let expected = finding(&AK220)
            .underlines("'(web'")
            .help("write one such as");
        check(toml, [expected]);
        check(&toml.replace("(web", "acme"), []);
    }

    #[test]
    fn a_huge_pattern_is_refused() {
        check("policy.key-name = '((a{99}){99}){99}'", [finding(&AK220)]);
    }
}
