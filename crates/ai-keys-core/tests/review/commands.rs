//! The runner's rules for commands in a log, as an oracle for what we print.
//!
//! Source: actions/runner 2.336.0, `ActionCommand.cs` and `ActionCommandManager.cs`, checked 2026-11-23.
//! <https://github.com/actions/runner/blob/main/src/Runner.Common/ActionCommand.cs>

use ai_keys_core::diagnostic::Severity;
use ai_keys_core::report::review::{Annotation, Place, annotations};
use proptest::prelude::*;

use crate::hostile::hostile_text;

/// The commands that a runner knows.
const REGISTERED: [&str; 15] = [
    "add-mask",
    "add-matcher",
    "add-path",
    "debug",
    "echo",
    "endgroup",
    "error",
    "group",
    "notice",
    "remove-matcher",
    "save-state",
    "set-env",
    "set-output",
    "stop-commands",
    "warning",
];

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Command {
    pub(crate) name: String,
    pub(crate) properties: Vec<(String, String)>,
    pub(crate) data: String,
}

impl Command {
    pub(crate) fn property(&self, name: &str) -> Option<&str> {
        let found = self.properties.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str())
    }
}

/// Cuts output as .NET's `ReadLine` does: at LF, CRLF and a lone CR.
pub(crate) fn lines(output: &str) -> Vec<&str> {
    let mut lines: Vec<&str> = output
        .split('\n')
        .flat_map(|line| line.strip_suffix('\r').unwrap_or(line).split('\r'))
        .collect();
    if lines.last() == Some(&"") {
        lines.pop();
    }
    lines
}

/// Reads a line as the runner does: `::name k=v::data`, else `##[name k=v]data`.
pub(crate) fn parse(line: &str) -> Option<Command> {
    parse_v2(line).or_else(|| parse_v1(line))
}

fn is_registered(name: &str) -> bool {
    REGISTERED
        .iter()
        .any(|known| known.eq_ignore_ascii_case(name))
}

/// What comes between two decoded characters may be ignored by a comparison
/// that knows a language, so zero-width characters are taken out first.
fn without_zero_width(line: &str) -> String {
    let is_zero_width = |c: char| {
        matches!(
            c,
            '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}'
        )
    };
    line.chars().filter(|c| !is_zero_width(*c)).collect()
}

fn parse_v2(line: &str) -> Option<Command> {
    let line = without_zero_width(line);
    let rest = line.trim_start().strip_prefix("::")?;
    let (head, data) = rest.split_once("::")?;
    let (name, properties) = head.split_once(' ').unwrap_or((head, ""));
    let unescape = |text: &str| {
        text.replace("%0D", "\r")
            .replace("%0A", "\n")
            .replace("%3A", ":")
            .replace("%2C", ",")
            .replace("%25", "%")
    };
    is_registered(name).then(|| Command {
        name: name.to_ascii_lowercase(),
        properties: properties
            .trim()
            .split(',')
            .filter_map(|pair| pair.split_once('='))
            .filter(|(_, value)| !value.is_empty())
            .map(|(key, value)| (key.trim().to_owned(), unescape(value)))
            .collect(),
        data: data
            .replace("%0D", "\r")
            .replace("%0A", "\n")
            .replace("%25", "%"),
    })
}

fn parse_v1(line: &str) -> Option<Command> {
    let line = without_zero_width(line);
    let (_, rest) = line.split_once("##[")?;
    let (head, data) = rest.split_once(']')?;
    let name = head.split(' ').next().unwrap_or_default();
    is_registered(name).then(|| Command {
        name: name.to_ascii_lowercase(),
        properties: Vec::new(),
        data: data.to_owned(),
    })
}

#[test]
fn the_oracle_reads_what_a_runner_reads() {
    assert_eq!(lines("a\rb\r\nc\n"), ["a", "b", "c"]);
    let command = parse("  ::Error file=a%2Cb,line=1::x%250A%0Ay").unwrap();
    assert_eq!(
        (command.name.as_str(), command.data.as_str()),
        ("error", "x%0A\ny")
    );
    assert_eq!(command.property("file"), Some("a,b"));
    assert!(parse("text ##[add-mask]x").is_some());
    assert!(parse("\u{200b}::set-env name=A::b").is_some());
    assert!(parse("text ::error::x").is_none());
    assert!(parse("::unknown::x").is_none());
}

proptest! {
    #[test]
    fn every_line_is_the_annotation_that_was_meant(
        path in hostile_text(), title in hostile_text(), message in hostile_text(),
        more in hostile_text(), end in 1_u32..4,
    ) {
        let place = Place { line: 2, end_line: end, column: 3, end_column: 1 };
        let annotation = Annotation {
            level: Severity::Warning,
            path: Some(&path),
            place: Some(place),
            title,
            lines: vec![message, more],
        };
        let said = annotations(vec![annotation; 12]);
        let lines = lines(&said);
        prop_assert_eq!(lines.len(), 10);
        for line in &lines[..9] {
            let command = parse(line).unwrap();
            prop_assert_eq!(command.name.as_str(), "warning");
            prop_assert_eq!(command.property("line"), Some("2"));
            prop_assert_eq!(command.property("endLine").is_some(), end > 2);
            prop_assert_eq!(command.property("col").is_some(), end <= 2);
            prop_assert!(command.data.encode_utf16().count() <= 4096);
            // Nothing in the message is a command of its own, nor hides.
            for line in command.data.lines() {
                prop_assert!(parse_v1(line).is_none(), "{}", line);
                prop_assert!(!line.chars().any(ai_keys_core::manifest::is_hidden), "{}", line);
            }
        }
        prop_assert_eq!(lines[9], "::warning::3 more: see the job summary");
    }
}

#[test]
fn what_is_about_the_step_names_no_file() {
    let said = annotations([Annotation {
        level: Severity::Error,
        path: None,
        place: None,
        title: "ai-keys".to_owned(),
        lines: vec!["GitHub is down".to_owned()],
    }]);
    assert_eq!(said, "::error title=ai-keys::GitHub is down\n");
}

#[test]
fn a_message_is_cut_between_characters_and_says_so() {
    let annotation = |message: String| Annotation {
        level: Severity::Error,
        path: Some("keys.toml"),
        place: None,
        title: "t".to_owned(),
        lines: vec![message],
    };
    for message in ["x".repeat(5_000), "🔑".repeat(2_100), "%".repeat(4_097)] {
        let said = annotations([annotation(message)]);
        let command = parse(said.trim_end_matches('\n')).unwrap();
        assert!(command.data.ends_with("… (the rest is in the summary)"));
        let units = command.data.encode_utf16().count();
        assert!((4_090..=4_096).contains(&units), "{units}");
    }
    let whole = annotations([annotation("%".repeat(4_096))]);
    assert!(!whole.contains('…'));
}
