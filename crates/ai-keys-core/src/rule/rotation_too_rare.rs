//! Values get no older than the policy allows.

use super::{Facts, rule};
use crate::diagnostic::Diagnostics;

rule! {
    /// ## What it checks
    /// Where `policy.max-rotation-age` is set, every key has a `rotate`, its own or the default,
    /// whose `every` is not longer.
    /// ## Why it matters
    /// A value that is never replaced is known to everybody who ever worked with it.
    /// ## Example
    /// ```toml,fail
    /// policy.max-rotation-age = "90d"
    /// key.acme.rotate = { every = "52w" }
    /// ```
    /// ## What to do
    /// Rotate more often, or add `rotate` to the key or to `[defaults.key]`.
    AK225 "rotation-too-rare" Error absence => check
}

fn check(facts: &Facts<'_>, out: &mut Diagnostics) {
    let policy = facts.manifest.policy.as_ref();
    let Some(oldest) = policy.and_then(|policy| policy.max_rotation_age.as_ref()) else {
        return;
    };
    for key in facts.manifest.key_views() {
        let Some(rotate) = key.rotate() else {
            if facts.unreadable.holds("key", key.name(), "rotate")
                || facts.unreadable.holds("defaults", "key", "rotate")
            {
                continue;
            }
            let message = format!("key `{}` is never rotated", key.name());
            let help = format!("add `rotate = {{ every = \"{}\" }}`", oldest.value);
            out.report(&AK225, key.span(), message)
                .related(oldest.span, "every key is to be rotated")
                .help(help);
            continue;
        };
        let every = rotate.every.0.as_ref();
        if let Some(every) = every.filter(|every| every.value > oldest.value) {
            let message = format!(
                "`every` is {}, more than the {} that this file allows",
                every.value, oldest.value
            );
            out.report(&AK225, every.span, message)
                .related(oldest.span, "the oldest that a value may get")
                .help(format!("write \"{}\" or less", oldest.value));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::AK225;
    use crate::rule::testing::{check, finding};

    #[test]
    fn a_rotation_too_rare_is_underlined() {
        let toml = "policy.max-rotation-age = \"90d\"\nkey.acme.rotate.every = \"13w\"\n";
        let expected = finding(&AK225)
            .underlines("\"13w\"")
            .related("\"90d\"")
            .help("write \"90d\" or less");
        check(toml, [expected]);
        check(&toml.replace("13w", "12w"), []);
    }

    #[test]
    fn a_key_without_rotation_is_underlined() {
        let toml = "policy.max-rotation-age = \"90d\"\nkey.acme.owner = \"a\"\n";
        let expected = finding(&AK225)
            .underlines("acme")
            .help("rotate = { every = \"90d\" }");
        check(toml, [expected]);
        check(&format!("{toml}defaults.key.rotate.every = \"90d\"\n"), []);
    }
}
