//! The marker is written by `ai-keys`, never by hand.

use super::entry;
use super::{Facts, rule};
use crate::diagnostic::Diagnostics;
use crate::source::Span;

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
            let help = "remove `[ai-keys: …]`: the marker is added when the object is written";
            let draft = out.report(&AK105, text.span, "this description holds a marker");
            match marker_span(facts.text, text.span) {
                Some(marker) => draft.fix(help, marker, ""),
                None => draft.help(help),
            };
        }
    }
}

/// Returns where the only marker of a string stands, with the blank in front
/// of it; nothing where its text is not written as it reads.
fn marker_span(text: &str, string: Span) -> Option<Span> {
    let written = text.get(string.range())?;
    let (before, after) = written.split_once(OPEN)?;
    let (inside, rest) = after.split_once(']')?;
    let is_plain = |text: &str| !text.contains(['\\', '\n', '"', '\'']);
    if rest.contains(OPEN) || !is_plain(inside) {
        return None;
    }
    let from = string.range().start + before.trim_end_matches(' ').len();
    let to = string.range().start + before.len() + OPEN.len() + inside.len() + 1;
    Some(Span::new(from, to))
}

#[cfg(test)]
mod tests {
    use super::AK105;
    use crate::fix::apply_fixes;
    use crate::rule::testing::{check, finding, framed};

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

    #[test]
    fn the_only_marker_is_taken_out() {
        let fixed = |description: &str| {
            let toml = framed(&format!("key.acme.description = {description}"));
            let fixed = apply_fixes(&toml, None).text;
            let line = fixed.lines().find(|line| line.contains("description"));
            line.map(|line| line.replace("key.acme.description = ", ""))
        };
        for (before, after) in [
            ("\"Chat [ai-keys: other/acme#1]\"", "\"Chat\""),
            ("'[ai-keys: a/b#1] and more'", "' and more'"),
            (
                "\"[ai-keys: a/b#1][ai-keys: a/b#2]\"",
                "\"[ai-keys: a/b#1][ai-keys: a/b#2]\"",
            ),
            ("\"[ai-keys: never closed\"", "\"[ai-keys: never closed\""),
        ] {
            assert_eq!(fixed(before).as_deref(), Some(after));
        }
    }
}
