//! Text that somebody else wrote, made harmless to print.

use std::borrow::Cow;
use std::fmt::{self, Display, Formatter, Write};

/// Text that prints on one line, without control over terminal or runner.
#[derive(Clone, Copy)]
pub struct Untrusted<'a>(&'a str);

/// Wraps text that others wrote, for printing inside a line of our own.
///
/// Control characters, line ends and characters that reorder or hide text are
/// printed as `\u{…}`. The two starts of a command to GitHub's runner are
/// broken with a visible `\`: `##[` anywhere in a line, `::` at its start.
/// <https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands>,
/// checked 2026-11-23.
#[must_use]
pub fn untrusted(text: &str) -> Untrusted<'_> {
    Untrusted(text)
}

impl Display for Untrusted<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if self.0.trim_start().starts_with("::") {
            f.write_char('\\')?;
        }
        let mut hashes = 0;
        for character in self.0.chars() {
            if character == '[' && hashes >= 2 {
                f.write_char('\\')?;
            }
            hashes = if character == '#' { hashes + 1 } else { 0 };
            if is_harmful(character) {
                write!(f, "\\u{{{:x}}}", u32::from(character))?;
            } else {
                f.write_char(character)?;
            }
        }
        Ok(())
    }
}

/// Returns a text for an excerpt: its line ends and tabs are kept, and every
/// other character that is harmful to print is replaced by one that can be seen
/// and takes as many bytes, so that a place in the one is the same in the other.
#[must_use]
pub fn visible_in_place(text: &str) -> Cow<'_, str> {
    let is_kept = |character| matches!(character, '\n' | '\t');
    let hidden = |character: char| is_harmful(character) && !is_kept(character);
    // A carriage return before a line feed is part of a line end.
    let text = text.strip_suffix('\r').unwrap_or(text);
    if !text.contains(hidden) {
        return text.into();
    }
    let mut characters = text.chars().peekable();
    let mut visible = String::with_capacity(text.len());
    while let Some(character) = characters.next() {
        let is_line_end = character == '\r' && characters.peek() == Some(&'\n');
        visible.push(match character.len_utf8() {
            _ if is_line_end || !hidden(character) => character,
            1 => '?',
            2 => '\u{bf}',
            3 => '\u{fffd}',
            _ => '\u{1fbc4}',
        });
    }
    visible.into()
}

/// Returns whether a character moves the cursor, or changes or hides what is
/// read: controls, line separators, bidirectional and zero-width characters.
fn is_harmful(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}'
        )
}

#[cfg(test)]
mod tests {
    use super::{untrusted, visible_in_place};

    fn check(text: &str, printed: &str) {
        assert_eq!(untrusted(text).to_string(), printed);
    }

    #[test]
    fn ordinary_text_of_any_language_is_unchanged() {
        check(
            "Chat web front end – Zürich 東京 🔑 a::b #[x]",
            "Chat web front end – Zürich 東京 🔑 a::b #[x]",
        );
    }

    #[test]
    fn controls_and_line_ends_become_visible() {
        check("a\r::error::b\n", "a\\u{d}::error::b\\u{a}");
        check("\u{1b}[2J\u{7}\u{9b}x\0", "\\u{1b}[2J\\u{7}\\u{9b}x\\u{0}");
        check("\u{2028}\u{85}", "\\u{2028}\\u{85}");
    }

    #[test]
    fn characters_that_reorder_or_hide_become_visible() {
        check("abc\u{202e}cba", "abc\\u{202e}cba");
        check(
            "\u{200b}::x\u{2066}\u{feff}",
            "\\u{200b}::x\\u{2066}\\u{feff}",
        );
    }

    #[test]
    fn an_excerpt_keeps_its_places() {
        let text = "a\tb\r\nc\rd\u{9b}\u{200b}\u{e0041}é";
        let visible = visible_in_place(text);
        assert_eq!(visible, "a\tb\r\nc?d\u{bf}\u{fffd}\u{1fbc4}é");
        assert_eq!(visible.len(), text.len());
        assert_eq!(visible_in_place("x = 1\r"), "x = 1");
    }

    #[test]
    fn commands_to_the_runner_are_broken() {
        check("::set-env name=X::y", "\\::set-env name=X::y");
        check("  ::warning::x", "\\  ::warning::x");
        check("see ##[error]x", "see ##\\[error]x");
        check("####[group]", "####\\[group]");
    }
}
