//! Keys need somewhere to live.

use super::entry;
use super::{Facts, rule};
use crate::diagnostic::Diagnostics;

rule! {
    /// ## What it checks
    /// A manifest with keys or usage plans declares at least one target.
    /// ## Why it matters
    /// Without an account and a region the file asks for nothing, and its plan would always be
    /// empty.
    /// ## Example
    /// ```toml,fail
    /// # There is no [target.prod].
    /// key.acme.description = "Acme's chat"
    /// ```
    /// ## What to do
    /// Declare a target with its provider, region and account.
    AK102 "no-target" Error absence => check
}

fn check(facts: &Facts<'_>, out: &mut Diagnostics) {
    if !facts.manifest.targets.is_empty() || facts.unreadable.holds_any("target") {
        return;
    }
    if let Some(first) = entry::all(facts.manifest).min_by_key(|entry| entry.span) {
        let message = format!(
            "there is no target for {} `{}` to live in",
            first.kind, first.name
        );
        out.report(&AK102, first.span, message)
            .help("declare one: [target.prod] with `provider`, `region` and `account`");
    }
}

#[cfg(test)]
mod tests {
    use super::AK102;
    use crate::rule::testing::{check, finding};

    #[test]
    fn the_first_homeless_entry_is_underlined() {
        let toml = "# no target.prod\n[usage-plan.standard]\n[key.acme]\ntargets = [\"prod\"]\n";
        let expected = finding(&AK102).underlines("standard").help("[target.prod]");
        check(toml, [expected]);
        check(&toml.replace("# no target.prod\n", ""), []);
    }

    #[test]
    fn a_manifest_without_keys_needs_no_target() {
        check("# no target.prod\n", []);
    }
}
