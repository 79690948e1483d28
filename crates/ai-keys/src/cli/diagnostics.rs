//! Draws diagnostics for a person: an excerpt of the manifest, the mistake underlined.

use ai_keys_core::diagnostic::{Diagnostic, Severity};
use ai_keys_core::report::FileDiagnostics;
use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use crate::output::Terminal;

/// A line longer than this is a hostile or generated one: it is not drawn.
const LONGEST_LINE: usize = 2_000;

/// Draws every diagnostic of a file.
pub(crate) fn draw(file: &FileDiagnostics<'_>, terminal: Terminal) -> String {
    let renderer = if terminal.has_colour {
        Renderer::styled()
    } else {
        Renderer::plain()
    };
    let columns = terminal.columns.map_or(100, usize::from).max(40);
    let renderer = renderer.decor_style(DecorStyle::Ascii).term_width(columns);
    let mut text = String::new();
    for diagnostic in file.diagnostics.iter() {
        text.push_str(&renderer.render(&report(diagnostic, file)));
        text.push_str("\n\n");
    }
    text
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
        let primary = AnnotationKind::Primary
            .span(diagnostic.primary.span.range())
            .label(diagnostic.primary.text.as_str());
        let related = diagnostic.related.iter().map(|label| {
            AnnotationKind::Context
                .span(label.span.range())
                .label(label.text.as_str())
        });
        let snippet = Snippet::source(file.text)
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
