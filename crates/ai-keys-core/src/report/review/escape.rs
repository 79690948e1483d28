//! Text that stays text on GitHub, whatever a manifest or a cloud wrote in it.
//!
//! GitHub finds mentions, issue numbers, commits and addresses in the rendered
//! page, so no backslash and no entity keeps `@team` from being told. A code
//! span does. Untrusted text therefore stands in code spans and fences only.

use std::borrow::Cow;

use crate::manifest::{hide_values, visible};

/// The longest untrusted text that is shown whole, in characters.
const LONGEST: usize = 200;

/// Returns text on one line, without hidden characters and without what may be
/// a key value.
pub(super) fn uncut(text: &str) -> Cow<'_, str> {
    match hide_values(text) {
        Cow::Borrowed(text) => visible(text),
        Cow::Owned(text) => Cow::Owned(visible(&text).into_owned()),
    }
}

/// Returns text on one line, without hidden characters and without what may be
/// a key value, cut where it is very long.
pub(super) fn plain(text: &str) -> Cow<'_, str> {
    let shown = uncut(text);
    match shown.char_indices().nth(LONGEST) {
        Some((end, _)) => {
            let more = shown.chars().count() - LONGEST;
            let kept = shown.get(..end).unwrap_or_default();
            format!("{kept}… ({more} characters more)").into()
        }
        None if shown.is_empty() => "\"\"".into(),
        None => shown,
    }
}

/// Writes text as a code span that it cannot leave.
pub(in crate::report) fn code(text: &str) -> String {
    let shown = plain(text);
    let fence = "`".repeat(longest_run(&shown) + 1);
    // A span's outermost spaces are taken away where it has both.
    let is_padded = shown.starts_with(['`', ' ']) || shown.ends_with(['`', ' ']);
    let pad = if is_padded { " " } else { "" };
    [&fence, pad, &shown, pad, &fence].concat()
}

/// The same inside a table, where a bar would end the cell even in code.
pub(in crate::report) fn cell(text: &str) -> String {
    let code = code(text);
    if !code.contains('|') {
        return code;
    }
    // Parsers disagree about a bar after a backslash of the text's own.
    code.replace("\\|", "\\\\u{7c}").replace('|', "\\|")
}

/// Writes a sentence of ours that may quote untrusted words in backticks: the
/// quoted words become code spans, and if what is left is more than plain
/// words, the whole sentence becomes one.
pub(in crate::report) fn prose(text: &str) -> String {
    let shown = plain(text);
    let mut written = String::new();
    for (at, part) in shown.split('`').enumerate() {
        if at % 2 == 1 {
            written.push_str(&code(part));
        } else if part.split(' ').all(is_plain_word) {
            written.push_str(part);
        } else {
            return code(text);
        }
    }
    if shown.matches('`').count() % 2 == 1 {
        return code(text);
    }
    written
}

/// The same inside a table.
pub(super) fn prose_cell(text: &str) -> String {
    let written = prose(text);
    if written.contains('|') {
        cell(text)
    } else {
        written
    }
}

/// Returns whether GitHub makes nothing of a word: letters with hyphens and
/// apostrophes between them, or a number, a day or a length of time. No part of
/// it is of hexadecimal digits alone, which may be a commit.
fn is_plain_word(word: &str) -> bool {
    let word = word.strip_prefix('(').unwrap_or(word);
    let word = word.trim_end_matches([',', ';', ':', '.', ')']);
    let mut parts = word.split(|c: char| !c.is_ascii_alphanumeric());
    let is_hex = parts.any(|part| part.len() >= 7 && part.bytes().all(|b| b.is_ascii_hexdigit()));
    let is_letters = |word: &str| {
        word.bytes()
            .all(|b| b.is_ascii_alphabetic() || matches!(b, b'-' | b'\''))
    };
    let number = word.strip_suffix(['d', 'w', 's']).unwrap_or(word);
    let is_number = number
        .bytes()
        .all(|b| b.is_ascii_digit() || matches!(b, b',' | b'.' | b'-'))
        && number.bytes().next().is_some_and(|b| b.is_ascii_digit());
    // The name of a table: `[target.prod]`. Without an address behind it, it
    // is no link.
    let table = word
        .strip_prefix('[')
        .and_then(|word| word.strip_suffix(']'));
    let is_table = table.is_some_and(|table| table.split('.').all(is_letters));
    let is_word = is_letters(word) || is_number || is_table || word == "=";
    is_word && !is_hex && !word.starts_with('-')
}

/// Returns the length of the longest run of backticks.
pub(super) fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

/// Returns an address if it may stand in a link as it is.
pub(super) fn address(text: &str) -> Option<&str> {
    let is_web = text.starts_with("https://") || text.starts_with("http://");
    let is_safe =
        |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'/' | b':' | b'~');
    (is_web && text.bytes().all(is_safe)).then(|| text.trim_end_matches('/'))
}

/// Writes a path so that it may stand in an address.
pub(super) fn path_in_address(path: &str) -> String {
    let mut written = String::new();
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'/' | b'~') {
            written.push(char::from(byte));
        } else {
            const HEX: &[u8; 16] = b"0123456789ABCDEF";
            written.push('%');
            for digit in [byte >> 4, byte & 15] {
                let digit = HEX.get(usize::from(digit)).copied().unwrap_or_default();
                written.push(char::from(digit));
            }
        }
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_span_cannot_be_left() {
        assert_eq!(code("plain"), "`plain`");
        assert_eq!(code("a`b``c"), "```a`b``c```");
        assert_eq!(code("`@org/team`"), "`` `@org/team` ``");
        assert_eq!(
            code("a\n<!-- x -->\u{202e}"),
            "`a\\u{a}<!-- x -->\\u{202e}`"
        );
        assert_eq!(code(""), "`\"\"`");
    }

    #[test]
    fn a_bar_does_not_end_a_cell() {
        assert_eq!(cell("a|b"), "`a\\|b`");
        assert_eq!(cell("a\\|b"), "`a\\\\u{7c}b`");
    }

    #[test]
    fn what_may_be_a_key_value_is_hidden() {
        // Made for this test; opens nothing.
        let value = "Zq7LmP2xR9tVb4KcN8wYd3HsJ6gFe1UaQ5oTi0Xk";
        assert_eq!(code(&format!("key {value}")), "`key ***`");
    }

    #[test]
    fn a_sentence_keeps_its_words_and_quotes_the_rest() {
        for (said, written) in [
            ("removed from the file; deleted after 2026-12-07", None),
            ("the grace of 14d is over", None),
            ("of deadbeef--- gone", Some("`of deadbeef--- gone`")),
            ("of x-deadbee", Some("`of x-deadbee`")),
            ("declare one: [target.prod] with protect = true", None),
            (
                "[x](https://example.org)",
                Some("`[x](https://example.org)`"),
            ),
            (
                "a [x]: https://example.org",
                Some("`a [x]: https://example.org`"),
            ),
            ("key `a|b` is `c`", Some("key `a|b` is `c`")),
            ("key `a` @team `b`", Some("```key `a` @team `b` ```")),
            ("see www.example.org", Some("`see www.example.org`")),
            ("fixed by GH-1", Some("`fixed by GH-1`")),
            ("fixed by #1", Some("`fixed by #1`")),
            ("as in 3f9c2e1", Some("`as in 3f9c2e1`")),
            ("an odd ` one", Some("``an odd ` one``")),
        ] {
            let written = written.unwrap_or(said);
            assert_eq!(
                prose(said).trim_matches(' '),
                written
                    .replace("```key", "`` key")
                    .replace(" ```", " ``")
                    .as_str()
            );
        }
    }

    #[test]
    fn only_a_web_address_is_linked() {
        assert_eq!(
            address("https://github.com/a/b/"),
            Some("https://github.com/a/b")
        );
        assert_eq!(address("javascript:x"), None);
        assert_eq!(address("https://x/) [y](z"), None);
        assert_eq!(path_in_address("a b/é.toml"), "a%20b/%C3%A9.toml");
    }
}
