//! A protected key is not disabled.

use super::{Facts, rule};
use crate::diagnostic::Diagnostics;

rule! {
    /// ## What it checks
    /// A key with `protect = true` is not also `enabled = false`.
    /// ## Why it matters
    /// No plan disables a protected key, so the file would ask for what is never done.
    /// ## Example
    /// ```toml,fail
    /// [key.acme]
    /// protect = true
    /// enabled = false
    /// ```
    /// ## What to do
    /// To disable it, take `protect` away first: two lines that a reviewer sees.
    AK227 "protected-and-off" Error => check
}

fn check(facts: &Facts<'_>, out: &mut Diagnostics) {
    for key in facts.manifest.key_views() {
        let enabled = key.enabled().filter(|enabled| !enabled.value);
        let protect = key.protect().filter(|protect| protect.value);
        if let (Some(enabled), Some(protect)) = (enabled, protect) {
            // What the key says itself is what is to be changed.
            let own = key.table().enabled.is_some() || key.table().protect.is_none();
            let (at, other) = if own {
                (enabled.span, protect.span)
            } else {
                (protect.span, enabled.span)
            };
            let message = format!("key `{}` is protected and disabled at once", key.name());
            out.report(&AK227, at, message)
                .related(other, "contradicts this")
                .help("take one of them away");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::AK227;
    use crate::rule::testing::{check, finding};

    #[test]
    fn a_contradiction_is_underlined() {
        let toml = "key.acme = { protect = true, enabled = false }";
        let expected = finding(&AK227)
            .underlines("false")
            .related("true")
            .help("take one");
        check(toml, [expected]);
        check(&toml.replace("false", "true"), []);
    }

    #[test]
    fn defaults_count() {
        let toml = "defaults.key.enabled = false\nkey.acme.protect = true\n";
        check(toml, [finding(&AK227).underlines("true").related("false")]);
        check(&format!("{toml}key.acme.enabled = true\n"), []);
    }
}
