//! Annotations: workflow commands that GitHub's runner puts at the lines of a pull request.

use std::fmt::Write as _;

use super::escape::{plain, uncut};
use crate::diagnostic::{Diagnostic, Severity};
use crate::plan::{Plan, Risk};
use crate::report::FileDiagnostics;
use crate::source::Source;

/// The most annotations of one level that the runner keeps of a step.
///
/// Source: actions/runner, `_maxCountPerIssueType`, checked 2026-11-23.
/// <https://github.com/actions/runner/blob/main/src/Runner.Worker/ExecutionContext.cs>
const MOST: usize = 10;

/// Where the runner cuts a message, in UTF-16 units.
///
/// Source: as [`MOST`].
const LONGEST_MESSAGE: usize = 4096;

/// The rest of a message that is too long, in words.
const CUT: &str = "… (the rest is in the summary)";

/// One annotation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Annotation<'a> {
    /// An error, a warning or a notice.
    pub level: Severity,
    /// The file, from the root of the repository; `None` for what is about the
    /// step itself.
    pub path: Option<&'a str>,
    /// Where in the file; `None` for what has left it.
    pub place: Option<Place>,
    /// A few words above the message.
    pub title: String,
    /// What is said, in lines.
    pub lines: Vec<String>,
}

/// Where an annotation stands, counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// First line.
    pub line: u32,
    /// Last line.
    pub end_line: u32,
    /// First column, in characters.
    pub column: u32,
    /// The column after the last.
    pub end_column: u32,
}

/// Renders annotations as workflow commands, one on a line and ten at most of
/// each level: nine and one that says how many more are in the summary.
///
/// The runner counts over a whole step: pass everything that the step says.
#[must_use]
pub fn annotations<'a>(all: impl IntoIterator<Item = Annotation<'a>>) -> String {
    commands(all, "see the job summary")
}

/// Renders annotations; `rest` says where those are that are not shown.
pub(in crate::report) fn commands<'a>(
    all: impl IntoIterator<Item = Annotation<'a>>,
    rest: &str,
) -> String {
    let mut pages = [const { Level::new() }; 3];
    for annotation in all {
        let [errors, warnings, notices] = &mut pages;
        match annotation.level {
            Severity::Error => errors,
            Severity::Warning => warnings,
            Severity::Note => notices,
        }
        .add(&annotation);
    }
    let mut text = String::new();
    for (page, severity) in pages
        .iter()
        .zip([Severity::Error, Severity::Warning, Severity::Note])
    {
        text.push_str(&page.text);
        if page.total > MOST {
            // Writing to a String cannot fail.
            let more = page.total - (MOST - 1);
            let _ = writeln!(text, "::{}::{more} more: {rest}", command(severity));
        } else {
            text.push_str(&page.last);
        }
    }
    text
}

/// What is kept of one level: the first nine, and the tenth in case it is the last.
struct Level {
    text: String,
    last: String,
    total: usize,
}

impl Level {
    const fn new() -> Self {
        Self {
            text: String::new(),
            last: String::new(),
            total: 0,
        }
    }

    fn add(&mut self, annotation: &Annotation<'_>) {
        self.total += 1;
        if self.total < MOST {
            write(&mut self.text, annotation);
        } else if self.total == MOST {
            write(&mut self.last, annotation);
        }
    }
}

/// Returns an annotation for each diagnostic of a file.
pub fn diagnostic_annotations<'a>(
    file: &FileDiagnostics<'a>,
) -> impl Iterator<Item = Annotation<'a>> {
    let source = Source::new(file.text);
    let path = file.path;
    let annotate = move |diagnostic: &'a Diagnostic| {
        let help = diagnostic.help.as_ref().map(|help| help.text.clone());
        Annotation {
            level: diagnostic.severity(),
            path: Some(path),
            place: Some(place(&source, diagnostic)),
            title: diagnostic.code.to_string(),
            lines: std::iter::once(diagnostic.message.clone())
                .chain(help)
                .collect(),
        }
    };
    file.diagnostics.iter().map(annotate)
}

fn place(source: &Source<'_>, diagnostic: &Diagnostic) -> Place {
    let span = diagnostic.primary.span;
    let (start, end) = (source.position(span.start), source.position(span.end));
    Place {
        line: start.line,
        end_line: end.line,
        column: start.column,
        end_column: end.column,
    }
}

/// Returns a warning for each change of a plan that can hurt somebody, at the
/// line that asks for it.
pub fn plan_annotations<'a>(plan: &'a Plan, path: &'a str) -> impl Iterator<Item = Annotation<'a>> {
    let risky = plan
        .changes
        .iter()
        .filter(|change| change.risk != Risk::None);
    risky.map(move |change| {
        let mut lines = vec![format!(
            "{} {}: {}",
            change.action.name(),
            plain(&change.subject.to_string()),
            change.risk.name()
        )];
        for field in &change.fields {
            let side = |side: &Option<String>| {
                side.as_deref()
                    .map_or("nothing".into(), |text| plain(text).into_owned())
            };
            lines.push(format!(
                "{}: {} → {}",
                field.field,
                side(&field.before),
                side(&field.after)
            ));
        }
        lines.extend(change.reason.clone());
        Annotation {
            level: Severity::Warning,
            path: Some(path),
            place: change.line.map(|line| Place {
                line,
                end_line: line,
                column: 1,
                end_column: 1,
            }),
            title: format!("ai-keys plan for {}", plan.target),
            lines,
        }
    })
}

fn write(text: &mut String, annotation: &Annotation<'_>) {
    // Writing to a String cannot fail, here and below.
    let _ = write!(text, "::{} ", command(annotation.level));
    if let Some(path) = annotation.path {
        let _ = write!(text, "file={},", property(path));
    }
    if let Some(place) = annotation.place {
        let _ = write!(text, "line={},", place.line);
        // The runner drops columns of annotations over several lines.
        if place.end_line > place.line {
            let _ = write!(text, "endLine={},", place.end_line);
        } else {
            let end = place.end_column.max(place.column);
            let _ = write!(text, "col={},endColumn={end},", place.column);
        }
    }
    let title = property(&uncut(&annotation.title));
    let _ = writeln!(text, "title={title}::{}", data(&message(&annotation.lines)));
}

/// Joins lines, each without hidden characters and without what an older
/// syntax of commands would be, and cuts them where the runner would.
fn message(lines: &[String]) -> String {
    let shown: Vec<String> = lines
        .iter()
        .map(|line| uncut(line).replace("##[", "##\\["))
        .collect();
    let mut message = shown.join("\n");
    if message.encode_utf16().count() > LONGEST_MESSAGE {
        let room = LONGEST_MESSAGE - CUT.encode_utf16().count();
        let mut units = 0;
        let end = message.char_indices().find(|(_, c)| {
            units += c.len_utf16();
            units > room
        });
        message.truncate(end.map_or(message.len(), |(at, _)| at));
        message.push_str(CUT);
    }
    message
}

fn command(severity: Severity) -> &'static str {
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
fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::check_text;
    use crate::report::render_github;

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
        for (extra, lines) in [(9, 9), (10, 10), (11, 10), (30, 10)] {
            let fields: Vec<String> = (0..extra).map(|n| format!("x{n} = 1\n")).collect();
            let fields = fields.concat();
            let text = rendered(
                "keys.toml",
                &format!("version = 1\nnamespace = \"acme\"\n{fields}"),
            );
            assert_eq!(text.lines().count(), lines, "{text}");
            let ends = text.ends_with(&format!(
                "::error::{} more: `ai-keys validate` lists them\n",
                extra - 9
            ));
            assert_eq!(ends, extra > 10, "{text}");
        }
    }
}
