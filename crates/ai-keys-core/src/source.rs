//! Where something stands in the manifest: byte spans inside, lines and columns at the edges.

use std::ops::Deref;

use serde::Serialize;

/// A half-open range of bytes in the manifest's text.
///
/// Four bytes a side keep ten thousand keys small; a manifest is refused long
/// before it reaches 4 GiB.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// Returns the span of a byte range, saturating at 4 GiB.
    #[must_use]
    pub fn new(start: usize, end: usize) -> Self {
        let clamp = |offset| u32::try_from(offset).unwrap_or(u32::MAX);
        Self {
            start: clamp(start),
            end: clamp(end.max(start)),
        }
    }

    /// Returns the span as a range of `usize`, for slicing and for renderers.
    #[must_use]
    pub fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }
}

impl From<std::ops::Range<usize>> for Span {
    fn from(range: std::ops::Range<usize>) -> Self {
        Self::new(range.start, range.end)
    }
}

/// A value and where it was written.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Spanned<T> {
    /// What was written.
    pub value: T,
    /// Where it was written.
    pub span: Span,
}

impl<T> Spanned<T> {
    /// Pairs a value with its span.
    pub fn new(value: T, span: impl Into<Span>) -> Self {
        Self {
            value,
            span: span.into(),
        }
    }
}

impl<T> Deref for Spanned<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

/// A line and a column as an editor shows them, both counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
pub struct Position {
    /// Line, from 1.
    pub line: u32,
    /// Column, from 1, in the unit that was asked for.
    pub column: u32,
}

/// The unit in which a reader of positions counts columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PositionEncoding {
    /// Characters, as people count.
    Characters,
    /// UTF-16 units, as browsers and the Language Server Protocol count.
    Utf16,
}

/// The text of a manifest with its line starts, for turning bytes into lines.
#[derive(Clone, Debug)]
pub struct Source<'t> {
    text: &'t str,
    line_starts: Vec<u32>,
}

impl<'t> Source<'t> {
    /// Indexes the lines of `text`.
    #[must_use]
    pub fn new(text: &'t str) -> Self {
        let after_newline = |(at, byte): (usize, u8)| {
            (byte == b'\n').then(|| u32::try_from(at + 1).unwrap_or(u32::MAX))
        };
        let line_starts = std::iter::once(0)
            .chain(text.bytes().enumerate().filter_map(after_newline))
            .collect();
        Self { text, line_starts }
    }

    /// Returns the whole text.
    #[must_use]
    pub fn text(&self) -> &'t str {
        self.text
    }

    /// Returns the text under `span`; empty where the span lies outside or
    /// inside a character.
    #[must_use]
    pub fn slice(&self, span: Span) -> &'t str {
        self.text.get(span.range()).unwrap_or_default()
    }

    /// Returns the line, from 1, that holds byte `offset`.
    #[must_use]
    pub fn line(&self, offset: u32) -> u32 {
        let line = self.line_starts.partition_point(|start| *start <= offset);
        u32::try_from(line).unwrap_or(u32::MAX)
    }

    /// Returns line and column of byte `offset`, columns in characters.
    #[must_use]
    pub fn position(&self, offset: u32) -> Position {
        self.position_as(offset, PositionEncoding::Characters)
    }

    /// Returns line and column of byte `offset`, columns in the unit of
    /// `encoding`.
    #[must_use]
    pub fn position_as(&self, offset: u32, encoding: PositionEncoding) -> Position {
        self.position_in(offset, |before| match encoding {
            PositionEncoding::Characters => before.chars().count(),
            PositionEncoding::Utf16 => before.encode_utf16().count(),
        })
    }

    fn position_in(&self, offset: u32, width: impl Fn(&str) -> usize) -> Position {
        let line = self.line(offset);
        let start = self
            .line_starts
            .get(line as usize - 1)
            .copied()
            .unwrap_or(0) as usize;
        let mut end = (offset as usize).min(self.text.len());
        while !self.text.is_char_boundary(end) {
            end -= 1;
        }
        let before = self.text.get(start..end).unwrap_or_default();
        Position {
            line,
            column: u32::try_from(width(before))
                .unwrap_or(u32::MAX)
                .saturating_add(1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_and_utf16_units_not_bytes() {
        let source = Source::new("a\nß🔑x\n");
        let x = u32::try_from("a\nß🔑".len()).unwrap();
        assert_eq!(source.position(x), Position { line: 2, column: 3 });
        assert_eq!(
            source.position_as(x, PositionEncoding::Utf16),
            Position { line: 2, column: 4 }
        );
    }

    #[test]
    fn a_span_outside_the_text_has_a_position_and_an_empty_slice() {
        let source = Source::new("a");
        assert_eq!(source.position(99), Position { line: 1, column: 2 });
        assert_eq!(source.slice(Span::new(5, 9)), "");
    }

    #[test]
    fn the_last_line_needs_no_newline() {
        let source = Source::new("one\ntwo");
        assert_eq!(source.position(6), Position { line: 2, column: 3 });
    }
}
