//! Text that may be the value of a key: it is reported, and never printed.

use std::borrow::Cow;
use std::ops::Range;

/// Shorter runs of letters and digits are words and ids.
const SHORTEST_VALUE: usize = 30;
/// `AKIA` or `ASIA` and sixteen more.
const ACCESS_KEY_ID: usize = 20;

/// Returns where `text` holds something that may be a key value: a long run of
/// letters and digits as a generator writes them, or an AWS access key id.
///
/// A digest in hexadecimal, a UUID and a word in any spelling are not.
pub fn value_like_spans(text: &str) -> impl Iterator<Item = Range<usize>> {
    let bytes = text.as_bytes();
    let mut at = 0;
    std::iter::from_fn(move || {
        while at < bytes.len() {
            let rest = bytes.get(at..).unwrap_or_default();
            // Most runs are short: look where a long one would have to end.
            if let Some(window) = rest.get(..ACCESS_KEY_ID) {
                let gap = window.iter().rposition(|b| !b.is_ascii_alphanumeric());
                if let Some(gap) = gap {
                    at += gap + 1;
                    continue;
                }
            } else {
                at = bytes.len();
                return None;
            }
            let length = rest
                .iter()
                .position(|b| !b.is_ascii_alphanumeric())
                .unwrap_or(rest.len());
            let span = at..at + length;
            at = span.end;
            if is_value_like(rest.get(..length).unwrap_or_default()) {
                return Some(span);
            }
        }
        None
    })
}

/// Returns the text with everything that may be a key value replaced by `***`.
#[must_use]
pub fn hide_values(text: &str) -> Cow<'_, str> {
    let mut shown = String::new();
    let mut from = 0;
    for span in value_like_spans(text) {
        shown.push_str(text.get(from..span.start).unwrap_or_default());
        shown.push_str("***");
        from = span.end;
    }
    if from == 0 {
        return text.into();
    }
    shown.push_str(text.get(from..).unwrap_or_default());
    shown.into()
}

const DIGIT: usize = 0;
const UPPER: usize = 1;
const LOWER: usize = 2;

fn is_value_like(run: &[u8]) -> bool {
    let is_upper_or_digit = |b: &u8| b.is_ascii_uppercase() || b.is_ascii_digit();
    if run.len() == ACCESS_KEY_ID && (run.starts_with(b"AKIA") || run.starts_with(b"ASIA")) {
        return run.iter().all(is_upper_or_digit);
    }
    let class = |b: &u8| match b {
        b'0'..=b'9' => DIGIT,
        b'A'..=b'Z' => UPPER,
        _ => LOWER,
    };
    let mut members = [0_usize; 3];
    let mut odd_uppers = 0;
    let mut turns = 0;
    let mut last = None;
    for class in run.iter().map(class) {
        if let Some(count) = members.get_mut(class) {
            *count += 1;
        }
        turns += usize::from(last.is_some_and(|last| last != class));
        odd_uppers += usize::from(last == Some(UPPER) && class != LOWER);
        last = Some(class);
    }
    let [digits, _, lowers] = members;
    // Random text changes between the three kinds at 3 letters in 5, and a
    // capital is mostly not followed by a small letter, as it is in words
    // joined like `ThisWordAndThat`.
    run.len() >= SHORTEST_VALUE
        && digits >= 2
        && lowers >= 3
        && odd_uppers >= 3
        && turns * 3 >= run.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    // Made for this test; opens nothing.
    const VALUE: &str = "Zq7LmP2xR9tVb4KcN8wYd3HsJ6gFe1UaQ5oTi0Xk";

    #[test]
    fn a_generated_value_is_found_wherever_it_stands() {
        for text in [
            VALUE.to_owned(),
            format!("# é value: {VALUE}."),
            format!("x-{VALUE}-y"),
        ] {
            let found: Vec<&str> = value_like_spans(&text)
                .filter_map(|span| text.get(span))
                .collect();
            assert_eq!(found, [VALUE], "{text}");
            assert!(!hide_values(&text).contains("Zq7LmP2x"));
        }
        assert_eq!(hide_values("id AKIAIOSFODNN7EXAMPLE"), "id ***");
        let twice = format!("{VALUE} and {VALUE}!");
        assert_eq!(hide_values(&twice), "*** and ***!");
    }

    #[test]
    fn words_digests_and_ids_are_not_values() {
        for text in [
            "",
            "é",
            "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            "6ba7b810-9dad-11d1-80b4-00c04fd430c8",
            "ThisIsTheNameOfAVeryLongServiceForTheTeamNumber1",
            "AKIAIOSFODNN7EXAMPL",
            "arn:aws:secretsmanager:eu-west-1:123456789012:secret:ai",
            "000000000000000000000000000000000000000000",
        ] {
            assert_eq!(hide_values(text), text);
        }
    }
}
