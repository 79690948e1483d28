//! The manifest after keys were switched off by hand: `enabled = false` in
//! their tables, every other byte as it was.

use std::collections::BTreeSet;

use ai_keys_core::check::check_text;
use ai_keys_core::plan::Step;

use super::apply::Carried;
use crate::apply::Outcome;

/// A manifest that follows.
pub(super) struct SwitchedOff {
    /// The text; the one given if no entry could be changed.
    pub(super) text: String,
    /// Entries that somebody has to change by hand: inline tables, dotted keys.
    pub(super) left: BTreeSet<String>,
}

/// Returns the names of the keys that a run disabled.
pub(super) fn disabled(done: &[Carried]) -> BTreeSet<String> {
    let changes = done
        .iter()
        .flat_map(|carried| carried.plan.changes.iter().zip(&carried.outcomes));
    changes
        .filter_map(|(change, outcome)| match (&change.step, outcome) {
            (Step::UpdateKey { key, .. }, Outcome::Done) => Some(key.name.clone()),
            _ => None,
        })
        .collect()
}

/// Writes `enabled = false` into the tables of these keys. Entries that left
/// the file, or say so already, need nothing.
pub(super) fn follow(text: &str, keys: &BTreeSet<String>) -> SwitchedOff {
    let checked = check_text(text, None);
    let mut edits: Vec<(std::ops::Range<usize>, &str)> = Vec::new();
    let mut wanted = BTreeSet::new();
    if let Some(manifest) = checked.valid() {
        for key in manifest.key_views() {
            let is_off = key.enabled().is_some_and(|enabled| !enabled.value);
            if !keys.contains(key.name()) || is_off {
                continue;
            }
            match &key.table().enabled {
                Some(enabled) => edits.push((enabled.span.range(), "false")),
                None => {
                    if let Some(end) = end_of_header(text, key.span().range().start) {
                        let is_windows = text.get(end..).is_some_and(|at| at.starts_with('\r'));
                        let line = if is_windows {
                            "\r\nenabled = false"
                        } else {
                            "\nenabled = false"
                        };
                        edits.push((end..end, line));
                    }
                }
            }
            wanted.insert(key.name().to_owned());
        }
    }
    edits.sort_by_key(|(range, _)| range.start);
    let mut out = String::with_capacity(text.len() + edits.len() * 20);
    let mut from = 0;
    for (range, replacement) in edits {
        out.push_str(text.get(from..range.start).unwrap_or_default());
        out.push_str(replacement);
        from = range.end;
    }
    out.push_str(text.get(from..).unwrap_or_default());
    // What counts is what the new text says, not that an edit was made.
    let after = check_text(&out, None);
    let is_off = |name: &String| {
        let view = after.valid().and_then(|manifest| manifest.key_view(name));
        let enabled = view.and_then(|key| key.enabled());
        enabled.is_some_and(|enabled| !enabled.value)
    };
    let left: BTreeSet<String> = wanted
        .iter()
        .filter(|name| !is_off(name))
        .cloned()
        .collect();
    if after.valid().is_some() {
        SwitchedOff { text: out, left }
    } else {
        SwitchedOff {
            text: text.to_owned(),
            left: wanted,
        }
    }
}

/// Returns where the line of a table's header ends, if the entry has one:
/// `[key.name]`, alone or before a comment.
fn end_of_header(text: &str, at: usize) -> Option<usize> {
    let start = text.get(..at)?.rfind('\n').map_or(0, |before| before + 1);
    let rest = text.get(start..)?;
    let line = rest.lines().next()?;
    line.trim_start().starts_with("[key.").then_some(())?;
    Some(start + line.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "version = 1\nnamespace = \"acme\"\n[target.prod]\n\
                        provider = \"aws-api-gateway\"\nregion = \"eu-west-1\"\n";

    fn followed(entries: &str, keys: &[&str]) -> (String, Vec<String>) {
        let keys = keys.iter().map(|name| (*name).to_owned()).collect();
        let after = follow(&format!("{HEAD}{entries}"), &keys);
        let text = after.text.strip_prefix(HEAD).unwrap().to_owned();
        (text, after.left.into_iter().collect())
    }

    #[test]
    fn a_table_says_it_in_its_first_line_and_keeps_its_comments() {
        let entries = "[key.a] # one\n# two\nowner = \"o\"\n\n[key.b]\n";
        let after = "[key.a] # one\nenabled = false\n# two\nowner = \"o\"\n\n[key.b]\n";
        assert_eq!(followed(entries, &["a"]), (after.to_owned(), vec![]));
    }

    #[test]
    fn true_becomes_false_and_false_stays() {
        let entries = "[key.a]\nenabled = true # on\n[key.b]\nenabled = false\n";
        let after = entries.replace("true", "false");
        assert_eq!(followed(entries, &["a", "b"]), (after, vec![]));
    }

    #[test]
    fn lines_that_end_as_on_windows_are_kept() {
        let (text, left) = followed("[key.a]\r\nowner = \"o\"\r\n", &["a"]);
        assert_eq!(text, "[key.a]\r\nenabled = false\r\nowner = \"o\"\r\n");
        assert!(left.is_empty());
    }

    #[test]
    fn what_has_no_header_of_its_own_is_left_to_a_person() {
        let entries = "[key]\na = { owner = \"o\" }\nb.owner = \"o\"\n";
        let (text, left) = followed(entries, &["a", "b"]);
        assert_eq!((text.as_str(), left.len()), (entries, 2));
    }

    #[test]
    fn a_key_that_left_the_file_needs_nothing() {
        let entries = "[key.a]\n";
        assert_eq!(followed(entries, &["gone"]), (entries.to_owned(), vec![]));
    }
}
