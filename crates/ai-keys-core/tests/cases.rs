//! Stories on bad input: `tests/cases/<story>/keys.toml` and what is said about it.
//!
//! `UPDATE=1 cargo test -p ai-keys-core --test cases` rewrites the expectations.
#![expect(
    clippy::disallowed_methods,
    reason = "this driver reads the stories and writes their expectations"
)]

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use ai_keys_core::check::check_text;
use ai_keys_core::diagnostic::Diagnostic;
use ai_keys_core::manifest::visible;
use ai_keys_core::source::Source;

const TODAY: &str = "2026-11-23";

/// Writes one diagnostic as `code line:column "underlined" message | help`.
fn line_of(diagnostic: &Diagnostic, source: &Source<'_>) -> String {
    let span = diagnostic.primary.span;
    let place = source.position(span.start);
    let underlined: String = source.slice(span).chars().take(60).collect();
    let mut line = format!(
        "{} {}:{} \"{}\" {}",
        diagnostic.code.id,
        place.line,
        place.column,
        visible(&underlined),
        diagnostic.message
    );
    if let Some(help) = &diagnostic.help {
        let _ = write!(line, " | {}", help.text);
    }
    assert!(!line.contains('\n'), "more than one line: {line}");
    line
}

fn report(text: &str) -> String {
    let checked = check_text(text, TODAY.parse().ok());
    let source = Source::new(text);
    let mut report = String::new();
    for diagnostic in checked.diagnostics.iter() {
        report.push_str(&line_of(diagnostic, &source));
        report.push('\n');
    }
    report
}

#[test]
fn every_story_is_told_as_expected() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut wrong = Vec::new();
    let mut stories: Vec<_> = fs::read_dir(&root)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    stories.sort();
    assert!(stories.len() >= 12, "stories are missing");
    for story in stories {
        // Not as text: a story may begin with a byte order mark or end in CRLF.
        let text = String::from_utf8(fs::read(story.join("keys.toml")).unwrap()).unwrap();
        let said = report(&text);
        let expected_path = story.join("expected.txt");
        if std::env::var_os("UPDATE").is_some() {
            fs::write(&expected_path, &said).unwrap();
        }
        let expected = fs::read_to_string(&expected_path).unwrap_or_default();
        if said != expected {
            let name = story.file_name().unwrap_or_default().to_string_lossy();
            wrong.push(format!("{name}\nexpected\n{expected}\nsaid\n{said}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}
