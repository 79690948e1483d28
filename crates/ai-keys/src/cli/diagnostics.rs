//! Draws diagnostics for a person: an excerpt of the manifest, the mistake underlined.

use std::fmt::Write as _;

use ai_keys_core::diagnostic::{Diagnostic, Label, Severity};
use ai_keys_core::manifest::value_like_spans;
use ai_keys_core::report::FileDiagnostics;
use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use crate::output::{Terminal, visible_in_place};

/// A line longer than this is a hostile or generated one: it is not drawn.
const LONGEST_LINE: usize = 2_000;
/// More than a person reads. A generator's one mistake may come ten thousand
/// times, and `--format json` has them all.
const MOST_DRAWN: usize = 100;

/// Draws the diagnostics of a file: all of them, or the first ones and how many
/// more there are. Errors are not left out for warnings.
pub(crate) fn draw(file: &FileDiagnostics<'_>, terminal: Terminal) -> String {
    let renderer = if terminal.has_colour {
        Renderer::styled()
    } else {
        Renderer::plain()
    };
    let columns = terminal.columns.map_or(100, usize::from).max(40);
    let renderer = renderer.decor_style(DecorStyle::Ascii).term_width(columns);
    let mut text = String::new();
    let drawn = drawn(file);
    for diagnostic in &drawn {
        text.push_str(&renderer.render(&report(diagnostic, file)));
        text.push_str("\n\n");
    }
    let left_out = file.diagnostics.iter().count() - drawn.len();
    if left_out > 0 {
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "... and {left_out} more, which `ai-keys validate --format json` lists\n"
        );
    }
    text
}

/// Returns what is drawn, in the order of the file.
fn drawn<'a>(file: &FileDiagnostics<'a>) -> Vec<&'a Diagnostic> {
    let is_error = |diagnostic: &&Diagnostic| diagnostic.severity() == Severity::Error;
    let errors = file.diagnostics.iter().filter(is_error).count();
    let mut others_left = MOST_DRAWN.saturating_sub(errors);
    let wanted = file.diagnostics.iter().filter(|diagnostic| {
        let fits = is_error(diagnostic) || others_left > 0;
        if !is_error(diagnostic) {
            others_left = others_left.saturating_sub(1);
        }
        fits
    });
    wanted.take(MOST_DRAWN).collect()
}

fn report<'a>(diagnostic: &'a Diagnostic, file: &FileDiagnostics<'a>) -> Vec<Group<'a>> {
    let level = match diagnostic.severity() {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let title = level
        .primary_title(diagnostic.message.as_str())
        .id(diagnostic.code.id);
    let mut group = Group::with_title(title);
    if is_drawable(diagnostic, file.text) {
        let excerpt = excerpt(diagnostic, file.text);
        let inside = |label: &Label| {
            let span = label.span.range();
            span.start - excerpt.start..span.end - excerpt.start
        };
        let primary = AnnotationKind::Primary
            .span(inside(&diagnostic.primary))
            .label(diagnostic.primary.text.as_str());
        let related = diagnostic.related.iter().map(|label| {
            AnnotationKind::Context
                .span(inside(label))
                .label(label.text.as_str())
        });
        let snippet = Snippet::source(harmless(&excerpt, file))
            .line_start(excerpt.line)
            .path(file.path)
            .annotation(primary);
        group = group.element(snippet.annotations(related));
    } else {
        let position =
            ai_keys_core::source::Source::new(file.text).position(diagnostic.primary.span.start);
        let origin = annotate_snippets::Origin::path(file.path).line(position.line as usize);
        group = group.element(origin.char_column(position.column as usize));
    }
    if let Some(help) = &diagnostic.help {
        group = group.element(Level::HELP.message(help.text.as_str()));
    }
    vec![group]
}

/// The lines of a file that a diagnostic is about. The renderer looks through
/// all the text that it is given, for each diagnostic again.
struct Excerpt<'a> {
    text: &'a str,
    start: usize,
    line: usize,
}

/// Returns an excerpt as it may be seen: in the same places, without hidden
/// characters and without what may be a key value, which are reported there.
fn harmless(excerpt: &Excerpt<'_>, file: &FileDiagnostics<'_>) -> String {
    let mut shown = visible_in_place(excerpt.text).into_owned();
    let reported = file.diagnostics.secret_spans().filter_map(|span| {
        let (start, end) = (span.start as usize, span.end as usize);
        let inside = start.checked_sub(excerpt.start)?..end.checked_sub(excerpt.start)?;
        (inside.end <= excerpt.text.len()).then_some(inside)
    });
    for span in value_like_spans(excerpt.text).chain(reported) {
        let is_whole = shown.is_char_boundary(span.start) && shown.is_char_boundary(span.end);
        if is_whole {
            let stars = "*".repeat(span.len());
            shown.replace_range(span, &stars);
        }
    }
    shown
}

fn excerpt<'a>(diagnostic: &Diagnostic, text: &'a str) -> Excerpt<'a> {
    let labels = || std::iter::once(&diagnostic.primary).chain(&diagnostic.related);
    let first = labels()
        .map(|label| label.span.range().start)
        .min()
        .unwrap_or(0);
    let last = labels()
        .map(|label| label.span.range().end)
        .max()
        .unwrap_or(0);
    let before = text.get(..first).unwrap_or_default();
    let start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let after = text.get(last..).unwrap_or_default();
    let end = after
        .find('\n')
        .map_or(text.len(), |newline| last + newline);
    Excerpt {
        text: text.get(start..end).unwrap_or_default(),
        start,
        line: before.bytes().filter(|byte| *byte == b'\n').count() + 1,
    }
}

/// Returns whether every place of a diagnostic is on a line that can be drawn.
fn is_drawable(diagnostic: &Diagnostic, text: &str) -> bool {
    let labels = std::iter::once(&diagnostic.primary).chain(&diagnostic.related);
    labels.map(|label| label.span.range()).all(|span| {
        let Some((before, after)) = text.split_at_checked(span.start) else {
            return false;
        };
        let start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let rest = after.find('\n').unwrap_or(after.len());
        span.end <= text.len()
            && text.is_char_boundary(span.end)
            && span.start - start + rest < LONGEST_LINE
    })
}
