//! Text to manifest: all syntax errors, then all mistakes of shape, in one run.

use toml::de::DeTable;

use super::code::{AK001, AK004, AK010, AK011};
use super::decode::{Decode as _, Decoder, Head, Unreadable, excerpt};
use super::model::Manifest;
use super::name::check_id;
use crate::date::Days;
use crate::diagnostic::{Certainty, Diagnostic, Diagnostics};
use crate::sorted;
use crate::source::{Source, Span};

/// The largest manifest that is read: 8 MiB, seven times the largest fleet
/// that API Gateway holds in a region.
pub const MAX_BYTES: usize = 8 << 20;

/// A manifest as far as it could be read, and what is wrong with it.
#[derive(Clone, Debug)]
pub struct Parsed {
    /// What could be read; `None` if the text is too large.
    pub manifest: Option<Manifest>,
    /// Mistakes of syntax and shape.
    pub diagnostics: Diagnostics,
    /// Whether the text is whole, so that what is missing is really missing.
    pub is_whole: bool,
    /// What was written and could not be read.
    pub unreadable: Unreadable,
}

/// Reads the text of a manifest.
#[must_use]
pub fn parse(text: &str) -> Parsed {
    let mut decoder = Decoder::default();
    decoder.head = Head::of(text);
    if text.len() > MAX_BYTES {
        let message = format!(
            "the manifest has {} bytes, more than the {MAX_BYTES} that a manifest may have",
            text.len()
        );
        decoder
            .out
            .report(&AK011, Span::default(), message)
            .help("is this the right file?");
        return Parsed {
            manifest: None,
            diagnostics: decoder.out,
            is_whole: false,
            unreadable: Unreadable::default(),
        };
    }
    let (tree, errors) = DeTable::parse_recoverable(text);
    let root = toml::Spanned::new(
        // A byte order mark is one character of three bytes.
        visible_span(text, 0..0).range(),
        toml::de::DeValue::Table(tree.into_inner()),
    );
    let manifest = Manifest::decode(&root, &mut decoder);
    if let Some(manifest) = &manifest {
        check_head(manifest, &mut decoder);
    }
    let is_whole = errors.is_empty();
    let mut unreadable = decoder.unreadable;
    unreadable.sort();
    let mut diagnostics = decoder.out;
    if !is_whole {
        // What recovery left out is not missing.
        diagnostics.retain(|diagnostic| diagnostic.code != &AK004);
    }
    for error in errors {
        report_syntax(&error, text, &mut diagnostics);
    }
    if !is_whole {
        keep_clear_of_syntax(text, &mut diagnostics);
    }
    Parsed {
        manifest,
        diagnostics,
        is_whole,
        unreadable,
    }
}

fn report_syntax(error: &toml::de::Error, text: &str, diagnostics: &mut Diagnostics) {
    let span = error
        .span()
        .map_or(Span::default(), |span| visible_span(text, span));
    let raw = text.get(span.range()).unwrap_or_default();
    let written = excerpt(raw);
    let said = error.message();
    let is_word = [
        "string values must be quoted",
        "invalid boolean",
        "invalid float",
    ]
    .iter()
    .any(|start| said.starts_with(start));
    // The parser speaks of TOML; these two slips are everybody's first.
    if said == "duplicate key" {
        let message = format!("`{written}` is written twice");
        diagnostics
            .report(&AK001, span, message)
            .help("keep one of them");
    } else if is_word && !raw.is_empty() {
        let message = format!("`{written}` is not a value");
        let lower = raw.to_ascii_lowercase();
        let draft = diagnostics.report(&AK001, span, message);
        if matches!(lower.as_str(), "true" | "false") {
            draft.fix("write it in lower case", span, lower);
        } else if is_unquoted_text(raw) {
            draft.fix("put text in quotes", span, format!("\"{raw}\""));
        } else {
            draft.help("put text in quotes");
        }
    } else {
        diagnostics.report(&AK001, span, lowercase_first(said));
    }
}

/// Returns whether a word can only be text, or a length of time, without its
/// quotes. Other languages' words for true, false and nothing may mean those.
fn is_unquoted_text(word: &str) -> bool {
    let is_other = |known: &&str| known.eq_ignore_ascii_case(word);
    let other = [
        "yes",
        "no",
        "on",
        "off",
        "none",
        "null",
        "nil",
        "undefined",
        "inf",
        "nan",
    ];
    let is_plain = |c: char| c.is_ascii_alphanumeric() || " -_./:@{}".contains(c);
    word.chars().all(is_plain)
        && !word.ends_with(' ')
        && (word.starts_with(|first: char| first.is_ascii_alphabetic())
            || word.parse::<Days>().is_ok())
        && !other.iter().any(is_other)
}

/// A value that recovery made up must not be reported a second time, so nothing
/// else is said on a line with a syntax error.
pub(crate) fn keep_clear_of_syntax(text: &str, diagnostics: &mut Diagnostics) {
    let source = Source::new(text);
    let line_of = |diagnostic: &Diagnostic| source.line(diagnostic.primary.span.start);
    let is_syntax = |diagnostic: &Diagnostic| diagnostic.code == &AK001;
    let syntax = diagnostics.iter().filter(|found| is_syntax(found));
    let mut broken: Vec<u32> = syntax.map(line_of).collect();
    sorted::sort(&mut broken);
    diagnostics.retain(|diagnostic| {
        is_syntax(diagnostic) || broken.binary_search(&line_of(diagnostic)).is_err()
    });
}

fn check_head(manifest: &Manifest, decoder: &mut Decoder<'_>) {
    if let Some(version) = &manifest.version.0
        && version.value != 1
    {
        let message = format!(
            "this program cannot read version {} of the manifest",
            version.value
        );
        decoder
            .out
            .report(&AK010, version.span, message)
            // A newer file may mean more than this program would read in it.
            .offer(Certainty::Guess, "write version 1", version.span, "1");
    }
    if let Some(namespace) = &manifest.namespace.0 {
        check_id(namespace, namespace.span, decoder);
    }
}

/// An empty span (the end of the file, a line break) is widened to something
/// that can be underlined, on character boundaries.
fn visible_span(text: &str, span: std::ops::Range<usize>) -> Span {
    let floor = |mut at: usize| {
        at = at.min(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    let (start, end) = (floor(span.start), floor(span.end));
    if start < end {
        return Span::new(start, end);
    }
    let width = text
        .get(start..)
        .and_then(|rest| rest.chars().next())
        .map_or(0, char::len_utf8);
    Span::new(start, start + width)
}

fn lowercase_first(message: &str) -> String {
    let mut message = message.replace('\n', " ");
    if let Some(first) = message.get_mut(..1) {
        first.make_ascii_lowercase();
    }
    message
}
