//! Annotations: workflow commands that GitHub's runner puts at the lines of a pull request.

use std::fmt::Write as _;

use super::FileDiagnostics;
use crate::diagnostic::{Diagnostic, Severity};
use crate::source::Source;

/// The most annotations of one level that the runner keeps of a step.
///
/// Source: actions/runner, `_maxCountPerIssueType`, checked 2026-11-23.
/// <https://github.com/actions/runner/blob/main/src/Runner.Worker/ExecutionContext.cs>
const MOST: usize = 10;

/// Renders diagnostics as workflow commands, ten at most of each level: nine
/// and one that says how many more there are.
#[must_use]
pub fn render_github(files: &[FileDiagnostics<'_>]) -> String {
    let mut text = String::new();
    for severity in [Severity::Error, Severity::Warning, Severity::Note] {
        let of_level = |diagnostic: &&Diagnostic| diagnostic.severity() == severity;
        let total: usize = files
            .iter()
            .map(|file| file.diagnostics.count(severity))
            .sum();
        let shown = if total > MOST { MOST - 1 } else { total };
        let mut left = shown;
        for file in files {
            let source = Source::new(file.text);
            for diagnostic in file.diagnostics.iter().filter(of_level).take(left) {
                annotate(&mut text, file.path, &source, diagnostic);
                left -= 1;
            }
        }
        if total > shown {
            // Writing to a String cannot fail.
            let _ = writeln!(
                text,
                "::{}::{} more: see the log",
                level(severity),
                total - shown
            );
        }
    }
    text
}

fn annotate(text: &mut String, path: &str, source: &Source<'_>, diagnostic: &Diagnostic) {
    let start = source.position(diagnostic.primary.span.start);
    let end = source.position(diagnostic.primary.span.end);
    let mut message = diagnostic.message.clone();
    if let Some(help) = &diagnostic.help {
        let _ = write!(message, "\n{}", help.text);
    }
    let _ = write!(
        text,
        "::{} file={},line={}",
        level(diagnostic.severity()),
        escape_property(path),
        start.line
    );
    // The runner drops columns of annotations over several lines.
    if start.line == end.line {
        let _ = write!(
            text,
            ",col={},endColumn={}",
            start.column,
            end.column.max(start.column)
        );
    }
    let title = escape_property(&format!("{}", diagnostic.code));
    let _ = writeln!(text, ",title={title}::{}", escape_data(&message));
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    }
}

/// Escapes the data of a workflow command, `%` first.
///
/// Source: actions/toolkit, `core/src/command.ts`, checked 2026-11-23.
/// <https://github.com/actions/toolkit/blob/main/packages/core/src/command.ts>
fn escape_data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

fn escape_property(text: &str) -> String {
    escape_data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::check_text;

    fn rendered(path: &str, text: &str) -> String {
        let checked = check_text(text, None);
        render_github(&[FileDiagnostics {
            path,
            text,
            diagnostics: &checked.diagnostics,
        }])
    }

    #[test]
    fn a_mistake_is_annotated_at_its_place() {
        let text = rendered(
            "a,b:c.toml",
            "version = 1\nnamespace = \"acme\"\ncolour = 1\n",
        );
        assert!(
            text.starts_with("::error file=a%2Cb%3Ac.toml,line=3,col=1,endColumn=7,title=AK002"),
            "{text}"
        );
    }

    #[test]
    fn hostile_names_stay_inside_their_command() {
        let manifest = "version = 1\nnamespace = \"a\"\n\"x\\n::set-env name=A::b%0A\" = 1\n";
        let text = rendered("keys.toml", manifest);
        assert!(
            text.lines()
                .all(|line| line.starts_with("::error file=keys.toml")),
            "{text}"
        );
    }

    #[test]
    fn more_than_ten_are_counted_not_dropped() {
        let fields: Vec<String> = (0..30).map(|n| format!("x{n} = 1\n")).collect();
        let fields = fields.concat();
        let text = rendered(
            "keys.toml",
            &format!("version = 1\nnamespace = \"acme\"\n{fields}"),
        );
        assert_eq!(text.lines().count(), 10, "{text}");
        assert!(text.ends_with("::error::21 more: see the log\n"), "{text}");
    }
}
