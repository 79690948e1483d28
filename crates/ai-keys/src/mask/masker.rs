//! The set of values to hide, and the search for them.
//!
//! Values are registered one by one between lines of output, thousands of
//! times in a large apply. So the set is a map from the first eight bytes of
//! each form, which grows in place; an automaton (aho-corasick) searches faster
//! but would be rebuilt for each new value.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

use zeroize::Zeroizing;

use super::forms::{Form, forms};

/// The fewest characters that are hidden.
///
/// Hiding `a` or `{` turns a whole log into `***`; values have 20 or more.
pub const SHORTEST: usize = 8;

/// What a hidden value is replaced by.
const MASK: &str = "***";

/// What became of a registration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Registered {
    /// The value is hidden from now on.
    New,
    /// The value was hidden already.
    Known,
    /// The value is shorter than [`SHORTEST`] and is not hidden.
    TooShort,
}

/// Hides registered values in text.
#[derive(Default)]
pub struct Masker {
    forms: HashMap<[u8; SHORTEST], Vec<Form>>,
}

impl Masker {
    /// Registers a value, and each of its lines, in all forms.
    pub fn register(&mut self, value: &str) -> Registered {
        let value = value.trim();
        if value.len() < SHORTEST {
            return Registered::TooShort;
        }
        let mut is_new = self.insert(value);
        if value.contains(['\n', '\r']) {
            for line in value.split(['\n', '\r']).map(str::trim) {
                is_new |= line.len() >= SHORTEST && self.insert(line);
            }
        }
        if is_new {
            Registered::New
        } else {
            Registered::Known
        }
    }

    /// Returns the text with every registered value replaced by `***`.
    #[must_use]
    pub fn scrub<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let hits = self.hits(text);
        if hits.is_empty() {
            return Cow::Borrowed(text);
        }
        let mut clean = String::with_capacity(text.len());
        let mut from = 0;
        for hit in hits {
            // A form is whole characters, so a hit ends at character borders.
            clean.push_str(text.get(from..hit.start).unwrap_or_default());
            clean.push_str(MASK);
            from = hit.end;
        }
        clean.push_str(text.get(from..).unwrap_or_default());
        Cow::Owned(clean)
    }

    fn insert(&mut self, value: &str) -> bool {
        let mut is_new = false;
        for form in forms(value) {
            let Some(start) = form.first_chunk().copied() else {
                continue;
            };
            let known = self.forms.entry(start).or_default();
            if !known.contains(&form) {
                known.push(form);
                is_new = true;
            }
        }
        is_new
    }

    /// Returns where values stand, in order, overlapping ones merged.
    fn hits(&self, text: &str) -> Vec<Range<usize>> {
        let mut hits: Vec<Range<usize>> = Vec::new();
        if self.forms.is_empty() {
            return hits;
        }
        let folded = Zeroizing::new(text.to_ascii_lowercase());
        let mut rest = folded.as_bytes();
        while let Some(start) = rest.first_chunk::<SHORTEST>() {
            let at = folded.len() - rest.len();
            let candidates = self.forms.get(start).into_iter().flatten();
            let longest = candidates
                .filter(|form| rest.starts_with(form))
                .map(|form| form.len())
                .max();
            if let Some(length) = longest {
                match hits.last_mut() {
                    Some(last) if at <= last.end => last.end = last.end.max(at + length),
                    _ => hits.push(at..at + length),
                }
            }
            rest = rest.get(1..).unwrap_or_default();
        }
        hits
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::{Engine, engine::general_purpose::STANDARD};

    const VALUE: &str = "Zx9QwErTy7UiOpAs3DfGhJkL1zXcVbNm5qWeRtYu";

    fn masker() -> Masker {
        let mut masker = Masker::default();
        assert_eq!(masker.register(VALUE), Registered::New);
        masker
    }

    #[test]
    fn plain_value_is_hidden_wherever_it_stands() {
        let masker = masker();
        assert_eq!(masker.scrub(VALUE), "***");
        assert_eq!(masker.scrub(&format!("ü{VALUE}ü")), "ü***ü");
        assert_eq!(
            masker.scrub(&format!("https://x/?k={VALUE}&{VALUE}")),
            "https://x/?k=***&***"
        );
        assert_eq!(masker.scrub("nothing to hide"), "nothing to hide");
    }

    #[test]
    fn other_forms_are_hidden_too() {
        let masker = masker();
        let hex = VALUE
            .bytes()
            .fold(String::new(), |hex, b| format!("{hex}{b:02X}"));
        let reversed: String = VALUE.chars().rev().collect();
        for form in [VALUE.to_uppercase(), VALUE.to_lowercase(), hex, reversed] {
            assert_eq!(masker.scrub(&form), "***");
        }
    }

    /// The masks of GitHub's runner miss the forms with something after the value.
    #[test]
    fn base64_of_a_text_around_the_value_shows_no_piece_of_it() {
        let masker = masker();
        for text in [
            VALUE.to_owned(),
            format!("user:{VALUE}"),
            format!("us:{VALUE}\n"),
            format!("{VALUE}:x"),
            format!("{{\"value\":\"{VALUE}\"}}"),
        ] {
            let clean = masker.scrub(&STANDARD.encode(&text)).into_owned();
            assert!(clean.contains("***"), "{text} → {clean}");
            assert!(clean.len() <= text.len() - VALUE.len() + 16, "{clean}");
        }
    }

    #[test]
    fn short_values_are_refused_and_lines_hidden_one_by_one() {
        let mut masker = Masker::default();
        assert_eq!(masker.register("short"), Registered::TooShort);
        assert_eq!(masker.register("  \n "), Registered::TooShort);
        assert_eq!(masker.register("{\n  \"first-line\"\n}\n"), Registered::New);
        assert_eq!(masker.scrub("{ short"), "{ short");
        assert_eq!(masker.scrub("a \"first-line\" b"), "a *** b");
    }

    #[test]
    fn a_second_registration_is_known() {
        assert_eq!(masker().register(VALUE), Registered::Known);
    }

    #[test]
    fn overlapping_hits_become_one_mask() {
        let mut masker = Masker::default();
        masker.register("abcdefghijkl");
        masker.register("ghijklmnopqr");
        assert_eq!(masker.scrub("-abcdefghijklmnopqr-"), "-***-");
    }
}
