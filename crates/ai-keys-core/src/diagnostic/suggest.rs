//! "Did you mean": the nearest name among those that would have been right.

use std::fmt::Write as _;

use super::Certainty;
use super::distance::Ruler;
use crate::firsts::Firsts;

/// Returns the candidate nearest to `written`, if one is near enough to be
/// meant: about one slip in three characters.
pub(crate) fn did_you_mean<'c>(
    written: &str,
    candidates: impl IntoIterator<Item = &'c str>,
) -> Option<&'c str> {
    nearest(written, &mut candidates.into_iter(), &mut Ruler::default())
}

/// "Did you mean" for many words among many names: a word that is asked for
/// again costs nothing, and the work of all together is bounded.
pub(crate) struct Suggestions<'n> {
    names: Vec<&'n str>,
    answers: Firsts<'n, Option<&'n str>>,
    ruler: Ruler,
}

/// What the words of one rule may cost: some hundred slips among as many names
/// as an account can hold, a tenth of a second in a browser.
const MOST_STEPS: usize = 20_000_000;

impl<'n> Suggestions<'n> {
    /// Suggests one of these names.
    pub(crate) fn among(names: impl IntoIterator<Item = &'n str>) -> Self {
        Self {
            names: names.into_iter().collect(),
            answers: Firsts::default(),
            ruler: Ruler::default(),
        }
    }

    /// Returns the name nearest to `written` as [`did_you_mean`] does; none once
    /// a file has had so many slips that another guess helps nobody.
    pub(crate) fn nearest(&mut self, written: &'n str) -> Option<&'n str> {
        if let Some(answer) = self.answers.get(written) {
            return *answer;
        }
        if self.ruler.steps > MOST_STEPS {
            return None;
        }
        let answer = nearest(written, &mut self.names.iter().copied(), &mut self.ruler);
        self.answers.enter(written, answer)
    }
}

fn nearest<'c>(
    written: &str,
    candidates: &mut dyn Iterator<Item = &'c str>,
    ruler: &mut Ruler,
) -> Option<&'c str> {
    // The distance is quadratic, and a hostile name may be a megabyte long.
    const LONGEST: usize = 128;
    if written.len() > LONGEST {
        return None;
    }
    let fold = |c: char| {
        if c == '_' {
            '-'
        } else {
            c.to_ascii_lowercase()
        }
    };
    ruler.hold(written.chars().map(fold));
    let allowed = (written.chars().count() / 3).max(1);
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates.filter(|candidate| candidate.len() <= LONGEST) {
        let most = best.map_or(allowed, |(distance, _)| distance);
        if let Some(distance) = ruler.distance(candidate, most) {
            let found = (distance, candidate);
            best = Some(best.map_or(found, |best| best.min(found)));
        }
    }
    best.map(|(_, candidate)| candidate)
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
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_slip_is_recognised_and_a_different_word_is_not() {
        let names = ["usage-plans", "enabled", "expires"];
        assert_eq!(did_you_mean("usage_plan", names), Some("usage-plans"));
        assert_eq!(did_you_mean("Enabeld", names), Some("enabled"));
        assert_eq!(did_you_mean("colour", names), None);
        assert_eq!(did_you_mean(&"x".repeat(1_000_000), names), None);
    }

    proptest! {
        #[test]
        fn the_nearest_is_meant_and_among_equals_the_first_by_name(
            names in proptest::collection::vec("[abA-]{1,7}", 0..8),
            words in proptest::collection::vec("[abB_-]{1,8}", 1..6),
        ) {
            let mut suggestions = Suggestions::among(names.iter().map(String::as_str));
            for word in words.iter().chain(&words) {
                let folded = word.to_ascii_lowercase().replace('_', "-");
                let far = |name: &str| strsim::osa_distance(&folded, &name.to_ascii_lowercase());
                let by_distance = names.iter().map(|name| (far(name), name.as_str()));
                let near = by_distance.filter(|(far, _)| *far <= (word.len() / 3).max(1));
                let expected = near.min().map(|(_, name)| name);
                prop_assert_eq!(did_you_mean(word, names.iter().map(String::as_str)), expected);
                prop_assert_eq!(suggestions.nearest(word), expected);
            }
        }
    }

    #[test]
    fn ten_thousand_slips_among_ten_thousand_names_end_early() {
        let name = |n: u32| format!("team-{:05}", n.wrapping_mul(7919) % 100_000);
        let names: Vec<String> = (0..10_000).map(name).collect();
        let words: Vec<String> = (0..10_000).map(|n| format!("tema-{n:05}x")).collect();
        let mut suggestions = Suggestions::among(names.iter().map(String::as_str));
        let found = words.iter().filter_map(|word| suggestions.nearest(word));
        assert!(found.count() >= 10, "the first ones are still helped");
        // One word may be in hand when the bound is reached.
        let one_word = names.len() * 11 * 12;
        let steps = suggestions.ruler.steps;
        assert!(steps <= MOST_STEPS + one_word, "{steps}");
    }

    #[test]
    fn a_word_that_is_asked_for_again_is_not_compared_again() {
        let mut suggestions = Suggestions::among(["team-chat", "team-search"]);
        assert_eq!(suggestions.nearest("team-caht"), Some("team-chat"));
        let steps = suggestions.ruler.steps;
        assert_eq!(suggestions.nearest("team-caht"), Some("team-chat"));
        assert_eq!(suggestions.ruler.steps, steps);
    }

    #[test]
    fn names_are_listed_as_a_sentence_does() {
        assert_eq!(list_of(["a"]), "`a`");
        assert_eq!(list_of(["a", "b", "c"]), "`a`, `b` or `c`");
        let many: Vec<String> = (0..11).map(|n| n.to_string()).collect();
        assert!(list_of(many.iter().map(String::as_str)).ends_with("`7` or 3 more"));
    }
}
