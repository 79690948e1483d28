//! "Did you mean": the nearest name among those that would have been right.

use std::fmt::Write as _;

use super::Certainty;

/// Returns the candidate nearest to `written`, if one is near enough to be
/// meant: about one slip in three characters.
pub(crate) fn did_you_mean<'c>(
    written: &str,
    candidates: impl IntoIterator<Item = &'c str>,
) -> Option<&'c str> {
    // The distance is quadratic, and a hostile name may be a megabyte long.
    const LONGEST: usize = 128;
    if written.len() > LONGEST {
        return None;
    }
    let folded = written.to_lowercase().replace('_', "-");
    let allowed = (written.chars().count() / 3).max(1);
    candidates
        .into_iter()
        .filter(|candidate| candidate.len() <= LONGEST)
        .map(|candidate| {
            (
                strsim::osa_distance(&folded, &candidate.to_lowercase()),
                candidate,
            )
        })
        .filter(|(distance, _)| *distance <= allowed)
        .min()
        .map(|(_, candidate)| candidate)
}

/// Returns how sure it is that `written` means `known`: certain where it is the
/// same word in other letters, a guess where letters are missing or swapped.
pub(crate) fn is_same_word(written: &str, known: &str) -> Certainty {
    if written.trim().replace('_', "-").eq_ignore_ascii_case(known) {
        Certainty::Certain
    } else {
        Certainty::Guess
    }
}

/// Writes names as "`a`, `b` or `c`", at most eight of them.
pub(crate) fn list_of<'n>(names: impl IntoIterator<Item = &'n str>) -> String {
    const MOST: usize = 8;
    let names: Vec<&str> = names.into_iter().collect();
    let shown = names.len().min(MOST);
    let mut text = String::new();
    for (at, name) in names.iter().take(shown).enumerate() {
        let joint = match at {
            0 => "",
            _ if at + 1 == names.len() => " or ",
            _ => ", ",
        };
        // Writing to a String cannot fail.
        let _ = write!(text, "{joint}`{name}`");
    }
    if names.len() > shown {
        let _ = write!(text, " or {} more", names.len() - shown);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_recognised_and_a_different_word_is_not() {
        let names = ["usage-plans", "enabled", "expires"];
        assert_eq!(did_you_mean("usage_plan", names), Some("usage-plans"));
        assert_eq!(did_you_mean("Enabeld", names), Some("enabled"));
        assert_eq!(did_you_mean("colour", names), None);
        assert_eq!(did_you_mean(&"x".repeat(1_000_000), names), None);
    }

    #[test]
    fn names_are_listed_as_a_sentence_does() {
        assert_eq!(list_of(["a"]), "`a`");
        assert_eq!(list_of(["a", "b", "c"]), "`a`, `b` or `c`");
        let many: Vec<String> = (0..11).map(|n| n.to_string()).collect();
        assert!(list_of(many.iter().map(String::as_str)).ends_with("`7` or 3 more"));
    }
}
