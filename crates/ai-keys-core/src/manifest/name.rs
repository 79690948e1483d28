//! What a name may be, and which characters no text may hide.

use super::code::{AK008, AK009};
use super::decode::{Decoder, excerpt};
use crate::source::Span;

/// The pattern of every id: valid on every cloud and in every secret store.
pub(crate) const ID_PATTERN: &str = "^[a-z]([a-z0-9-]{0,52}[a-z0-9])?$";

/// Returns whether `text` is an id: lower-case letters, digits and hyphens, a
/// letter first, no hyphen last, at most 54 characters.
#[must_use]
pub fn is_id(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() <= 54
        && bytes.first().is_some_and(u8::is_ascii_lowercase)
        && bytes.last().is_some_and(|last| *last != b'-')
        && bytes
            .iter()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || *b == b'-')
}

/// Reports a name that is not an id.
pub(crate) fn check_id(text: &str, span: Span, decoder: &mut Decoder<'_>) {
    if !is_id(text) {
        let message = format!("`{}` is not a valid name", excerpt(&visible(text)));
        decoder.out.report(&AK009, span, message).help(
            "use lower-case letters, digits and hyphens, a letter first, at most 54 characters",
        );
    }
}

/// Reports text that holds a hidden character.
pub(super) fn refuse_hidden(text: &str, span: Span, decoder: &mut Decoder<'_>) {
    if let Some(hidden) = text.chars().find(|c| is_hidden(*c)) {
        let message = format!(
            "`{}` holds the hidden character U+{:04X}",
            decoder.name(),
            u32::from(hidden)
        );
        let draft = decoder.out.report(&AK008, span, message);
        draft.help("remove it: it would hide from reviewers what the text says");
    }
}

/// Returns whether a character is a control or hides or reorders others.
#[must_use]
pub fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180e}' | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}'
            | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// Writes hidden characters as `\u{…}`.
#[must_use]
pub fn visible(text: &str) -> std::borrow::Cow<'_, str> {
    if !text.chars().any(is_hidden) {
        return text.into();
    }
    let show = |c: char| {
        if is_hidden(c) {
            format!("\\u{{{:x}}}", u32::from(c))
        } else {
            c.to_string()
        }
    };
    text.chars().map(show).collect::<String>().into()
}
