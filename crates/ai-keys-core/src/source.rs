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
    marks: Vec<Mark>,
}

/// A place in a long line, and the width of the line up to there. Without them,
/// each of a hundred thousand mistakes on one line would count it from its start.
#[derive(Clone, Copy, Debug)]
struct Mark {
    at: u32,
    characters: u32,
    units: u32,
}

/// How far the marks of a line are from each other, in bytes.
const STRIDE: usize = 1024;

impl<'t> Source<'t> {
    /// Indexes the lines of `text`.
    #[must_use]
    pub fn new(text: &'t str) -> Self {
        let after_newline = |(at, byte): (usize, u8)| {
            (byte == b'\n').then(|| u32::try_from(at + 1).unwrap_or(u32::MAX))
        };
        let line_starts: Vec<u32> = std::iter::once(0)
            .chain(text.bytes().enumerate().filter_map(after_newline))
            .collect();
        let ends = line_starts.iter().skip(1).map(|start| *start as usize);
        let ends = ends.chain([text.len()]);
        let mut marks = Vec::new();
        for (start, end) in line_starts.iter().zip(ends) {
            mark_line(text, *start as usize, end, &mut marks);
        }
        Self {
            text,
            line_starts,
            marks,
        }
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
        let line = self.line(offset);
        let start = self.line_starts.get(line as usize - 1).copied();
        let start = start.unwrap_or(0);
        let end = floor(self.text, offset as usize);
        let past = self.marks.partition_point(|mark| mark.at as usize <= end);
        let mark = past.checked_sub(1).and_then(|at| self.marks.get(at));
        let mark = mark.filter(|mark| mark.at > start).copied();
        let mark = mark.unwrap_or(Mark {
            at: start,
            characters: 0,
            units: 0,
        });
        let before = self.text.get(mark.at as usize..end).unwrap_or_default();
        let mark = mark.after(before);
        let width = match encoding {
            PositionEncoding::Characters => mark.characters,
            PositionEncoding::Utf16 => mark.units,
        };
        Position {
            line,
            column: width.saturating_add(1),
        }
    }
}

impl Mark {
    /// Returns the mark behind some more text.
    fn after(self, text: &str) -> Self {
        let clamp = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        let add = |count: u32, more: usize| count.saturating_add(clamp(more));
        Self {
            at: add(self.at, text.len()),
            characters: add(self.characters, text.chars().count()),
            units: add(self.units, text.encode_utf16().count()),
        }
    }
}

/// Marks a line that is longer than a stride.
fn mark_line(text: &str, start: usize, end: usize, marks: &mut Vec<Mark>) {
    let mut mark = Mark {
        at: u32::try_from(start).unwrap_or(u32::MAX),
        characters: 0,
        units: 0,
    };
    let mut from = start;
    while end.saturating_sub(from) > STRIDE {
        let to = floor(text, from + STRIDE);
        mark = mark.after(text.get(from..to).unwrap_or_default());
        marks.push(mark);
        from = to;
    }
}

/// Returns the last boundary of a character up to `at`.
fn floor(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
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

    #[test]
    fn columns_of_a_long_line_are_counted_from_the_nearest_mark() {
        let text = format!("{}\n{}\nend", "aß🔑".repeat(1_000), "xé".repeat(3_000));
        let source = Source::new(&text);
        assert_eq!(source.marks.len(), 6 + 8);
        for (offset, _) in text.char_indices().step_by(7) {
            let before = text.get(..offset).unwrap();
            let line = before.rsplit('\n').next().unwrap();
            let at = |encoding| source.position_as(u32::try_from(offset).unwrap(), encoding);
            let columns = [PositionEncoding::Characters, PositionEncoding::Utf16]
                .map(|encoding| at(encoding).column as usize - 1);
            assert_eq!(columns, [line.chars().count(), line.encode_utf16().count()]);
        }
    }

    #[test]
    fn a_line_with_many_mistakes_is_not_counted_for_each() {
        let text = format!("policy = {{ {} }}", "slip = 1, ".repeat(50_000));
        let source = Source::new(&text);
        // A mark follows within a stride, so no position counts more than that.
        let gaps = source.marks.windows(2).map(|pair| pair[1].at - pair[0].at);
        assert!(gaps.max().unwrap() as usize <= STRIDE);
        assert!(source.marks.len() * STRIDE + 2 * STRIDE > text.len());
    }
}
