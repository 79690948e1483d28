//! The marker is written by `ai-keys`, never by hand.

use super::entry;
use super::{Facts, rule};
use crate::diagnostic::Diagnostics;

const OPEN: &str = "[ai-keys:";

rule! {
    /// ## What it checks
    /// No description contains `[ai-keys:`.
    /// ## Why it matters
    /// The end of a live description says whose the object is. A description that looks like such
    /// a marker could hand a key to another namespace, which would then delete it.
    /// ## Example
    /// ```toml,fail
    /// key.acme.description = "Acme's chat [ai-keys: other/acme#1]"
    /// ```
    /// ## What to do
    /// Remove it from the text: `ai-keys` adds the marker itself, and strips it when it compares.
    AK105 "marker-in-text" Error => check
}

fn check(facts: &Facts<'_>, out: &mut Diagnostics) {
    for text in entry::all(facts.manifest).filter_map(|entry| entry.description) {
        if text.contains(OPEN) {
            out.report(&AK105, text.span, "this description holds a marker")
                .help("remove `[ai-keys: …]`: the marker is added when the object is written");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::AK105;
    use crate::rule::testing::{check, finding};

    #[test]
    fn a_marker_in_a_description_is_underlined() {
        for table in ["key.acme", "usage-plan.standard"] {
            let toml = format!("{table}.description = \"Chat [ai-keys: other/acme#1]\"");
            let expected = finding(&AK105)
                .underlines("\"Chat [ai-keys: other/acme#1]\"")
                .help("remove");
            check(&toml, [expected]);
            check(&toml.replace("[ai-keys: other/acme#1]", "[ai keys]"), []);
        }
    }
}
