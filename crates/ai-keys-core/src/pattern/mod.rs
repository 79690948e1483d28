//! Patterns of key names: the regular expressions that a policy needs, in linear time.
//!
//! A library would be a tenth of the module that a page loads before it can
//! validate. `regex-lite` is the oracle of the tests: what is read here means
//! the same there.

mod parse;

/// A pattern that was read.
#[derive(Debug)]
pub(crate) struct Pattern {
    steps: Vec<Step>,
    classes: Vec<Class>,
}

/// What a pattern does next. It matches where it comes to its end. Ways are
/// counted from the step itself, so that a part can be moved and repeated.
#[derive(Clone, Copy, Debug)]
enum Step {
    /// Takes this character.
    One(char),
    /// Takes any character but the end of a line.
    Any,
    /// Takes a character of the class of this number.
    Class(usize),
    /// Goes on at the start of the text only.
    Start,
    /// Goes on at the end of the text only.
    End,
    /// Goes on with the next step, and there as well.
    Fork(isize),
    /// Goes on there.
    Jump(isize),
}

/// A set of characters.
#[derive(Debug, Default)]
struct Class {
    ranges: Vec<(char, char)>,
    is_negated: bool,
}

impl Class {
    fn holds(&self, c: char) -> bool {
        let is_in = |(first, last): &(char, char)| (*first..=*last).contains(&c);
        self.ranges.iter().any(is_in) != self.is_negated
    }
}

/// Why a text is not a pattern.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct BadPattern(pub(crate) &'static str);

impl Pattern {
    /// Reads a pattern.
    pub(crate) fn parse(text: &str) -> Result<Self, BadPattern> {
        parse::parse(text)
    }

    /// Returns whether the pattern matches some part of the text.
    ///
    /// Every way is followed at once, one character at a time, so the work is at
    /// most the length of the text times that of the pattern.
    pub(crate) fn is_match(&self, text: &str) -> bool {
        let mut chars = text.chars();
        let mut is_start = true;
        let mut begun: Vec<usize> = Vec::new();
        let mut waiting = Vec::new();
        loop {
            let c = chars.next();
            let mut seen = vec![false; self.steps.len()];
            waiting.clear();
            // A match may begin anywhere.
            begun.push(0);
            while let Some(at) = begun.pop() {
                let go = |way: isize| at.checked_add_signed(way);
                let Some(step) = self.steps.get(at) else {
                    return true;
                };
                match seen.get_mut(at) {
                    Some(seen) if !*seen => *seen = true,
                    _ => continue,
                }
                match step {
                    Step::Start if is_start => begun.extend(go(1)),
                    Step::End if c.is_none() => begun.extend(go(1)),
                    Step::Start | Step::End => {}
                    Step::Fork(way) => begun.extend(go(1).into_iter().chain(go(*way))),
                    Step::Jump(way) => begun.extend(go(*way)),
                    Step::One(_) | Step::Any | Step::Class(_) => waiting.push(at),
                }
            }
            let Some(c) = c else { return false };
            let taken = waiting.iter().filter(|at| self.takes(**at, c));
            begun.extend(taken.map(|at| at + 1));
            is_start = false;
        }
    }

    fn takes(&self, at: usize, c: char) -> bool {
        match self.steps.get(at) {
            Some(Step::One(one)) => *one == c,
            Some(Step::Any) => c != '\n',
            Some(Step::Class(class)) => {
                let class = self.classes.get(*class);
                class.is_some_and(|class| class.holds(c))
            }
            Some(Step::Start | Step::End | Step::Fork(_) | Step::Jump(_)) | None => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::sample::select;

    use super::Pattern;

    fn is_match(pattern: &str, text: &str) -> bool {
        Pattern::parse(pattern).unwrap().is_match(text)
    }

    #[test]
    fn the_patterns_that_people_write_for_names() {
        let pattern = "^[a-z][a-z0-9-]{2,40}$";
        for (name, expected) in [
            ("chat-web", true),
            ("abc", true),
            ("ab", false),
            ("1abc", false),
            ("Chat", false),
            ("a--", true),
        ] {
            assert_eq!(is_match(pattern, name), expected, "{name}");
        }
        assert!(!is_match(pattern, &"a".repeat(42)));
        assert!(is_match("^(?:web|batch)-\\w+$", "batch-7"));
        assert!(!is_match("^(?:web|batch)-\\w+$", "batch-"));
        assert!(is_match("eb", "chat-web"));
        assert!(is_match("", ""));
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (pattern, why) in [
            ("(web", "a group has no `)`"),
            ("web)", "a `)` closes no group"),
            ("[a-z", "a class has no `]`"),
            (
                "[z-a]",
                "the last character of a range comes before its first",
            ),
            ("a{2", "a repetition is `{2}`, `{2,}` or `{2,40}`"),
            ("a{40,2}", "a repetition has more at least than at most"),
            ("+", "there is nothing to repeat"),
            (
                "(?=a)",
                "of groups that begin with `(?`, only `(?:` is supported",
            ),
            ("((a{99}){99}){99}", "it is too large"),
        ] {
            assert_eq!(Pattern::parse(pattern).unwrap_err().0, why, "{pattern}");
        }
        assert!(Pattern::parse("a\\").is_err());
        assert!(Pattern::parse(&"(".repeat(100_000)).is_err());
    }

    #[test]
    fn nested_repetitions_take_linear_time() {
        let pattern = Pattern::parse("^((((a*)*)*)*)*b$").unwrap();
        assert!(!pattern.is_match(&"a".repeat(10_000)));
    }

    /// Pieces of patterns, right and wrong together.
    const PIECES: &[&str] = &[
        "a",
        "b",
        "é",
        "-",
        ".",
        "^",
        "$",
        "|",
        "(",
        ")",
        "(?:",
        "*",
        "+",
        "?",
        "{2}",
        "{0,1}",
        "{1,}",
        "{,2}",
        "{3,1}",
        "{",
        "}",
        "]",
        "[ab]",
        "[^a]",
        "[a-c]",
        "[]a]",
        "[^]-]",
        "[-a]",
        "[a-]",
        "[c-a]",
        "[\\d-]",
        "[\\w-a]",
        "[a-b-c]",
        "[a--b]",
        "[a&&b]",
        "[[:alpha:]]",
        "[\\-]",
        "[",
        "\\d",
        "\\D",
        "\\w",
        "\\W",
        "\\s",
        "\\S",
        "[^\\W]",
        "[\\S]",
        "\\.",
        "\\-",
        "\\]",
        "\\A",
        "\\z",
        "\\q",
        "\\1",
        "1",
        "_",
        " ",
        "\n",
    ];
    /// Classes of names, which nobody needs for names.
    const NOT_READ: &str = "[[:alpha:]]";

    proptest! {
        #![proptest_config(ProptestConfig { cases: 3_000, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn a_pattern_means_what_it_means_everywhere(
            pieces in proptest::collection::vec(select(PIECES), 0..8),
            texts in proptest::collection::vec("[abcé1_ \\n-]{0,6}", 8),
        ) {
            let pattern = pieces.concat();
            let oracle = regex_lite::Regex::new(&pattern);
            match Pattern::parse(&pattern) {
                Ok(read) => {
                    let oracle = oracle.unwrap();
                    for text in texts {
                        prop_assert_eq!(read.is_match(&text), oracle.is_match(&text), "{:?} in {:?}", pattern, text);
                    }
                }
                Err(why) => prop_assert!(
                    oracle.is_err() || pattern.contains(NOT_READ),
                    "{:?} in {:?}", why, pattern
                ),
            }
        }
    }
}
