//! The JSON report of diagnostics: versioned, and the contract of other tools.

use serde::Serialize;

use super::FileDiagnostics;
use crate::diagnostic::{Certainty, Diagnostic, Severity};
use crate::source::{Position, PositionEncoding, Source, Span};

/// The version of the report's format.
pub const REPORT_FORMAT: u32 = 1;

/// The diagnostics of one run, over all manifests.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "kebab-case")]
pub struct Report {
    /// [`REPORT_FORMAT`].
    pub format: u32,
    /// How many there are.
    pub summary: Summary,
    /// The diagnostics, file by file, in the order of the file.
    pub diagnostics: Vec<DiagnosticReport>,
}

/// How many diagnostics there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "kebab-case")]
pub struct Summary {
    /// Errors: nothing is planned.
    pub errors: usize,
    /// Warnings.
    pub warnings: usize,
    /// Notes.
    pub notes: usize,
}

/// One diagnostic.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "kebab-case")]
pub struct DiagnosticReport {
    /// `AK112`.
    pub code: &'static str,
    /// `stage-claimed-twice`.
    pub name: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong.
    pub message: String,
    /// Where.
    pub primary: LabelReport,
    /// Other places that matter.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "ts", tsify(optional))]
    pub related: Vec<LabelReport>,
    /// What to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    /// The edit that does it; `certainty` says whether it may be made unseen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fix: Option<FixReport>,
}

/// A place and what sits there.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "kebab-case")]
pub struct LabelReport {
    /// Where.
    #[serde(flatten)]
    pub place: PlaceReport,
    /// What sits there.
    #[serde(skip_serializing_if = "String::is_empty")]
    #[cfg_attr(feature = "ts", tsify(optional))]
    pub text: String,
}

/// A place in a manifest: lines and columns from 1, the end exclusive. Columns
/// count characters on the command line and UTF-16 units in JavaScript.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "kebab-case")]
pub struct PlaceReport {
    /// The manifest.
    pub path: String,
    /// First character.
    pub start: Position,
    /// One past the last character.
    pub end: Position,
}

/// An edit: replace the place by the text.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "kebab-case")]
pub struct FixReport {
    /// What is replaced.
    #[serde(flatten)]
    pub place: PlaceReport,
    /// By what.
    pub replacement: String,
    /// `certain`: `ai-keys validate --fix` makes it. `guess`: look at it first.
    pub certainty: Certainty,
}

/// Reports the diagnostics of several manifests, columns in the unit of
/// `encoding`.
#[must_use]
pub fn report_diagnostics(files: &[FileDiagnostics<'_>], encoding: PositionEncoding) -> Report {
    let mut summary = Summary::default();
    let mut diagnostics = Vec::new();
    for file in files {
        let source = Source::new(file.text);
        for diagnostic in file.diagnostics.iter() {
            match diagnostic.severity() {
                Severity::Error => summary.errors += 1,
                Severity::Warning => summary.warnings += 1,
                Severity::Note => summary.notes += 1,
            }
            diagnostics.push(report_one(diagnostic, file.path, &source, encoding));
        }
    }
    Report {
        format: REPORT_FORMAT,
        summary,
        diagnostics,
    }
}

fn report_one(
    diagnostic: &Diagnostic,
    path: &str,
    source: &Source<'_>,
    encoding: PositionEncoding,
) -> DiagnosticReport {
    let place = |span: Span| PlaceReport {
        path: path.to_owned(),
        start: source.position_as(span.start, encoding),
        end: source.position_as(span.end, encoding),
    };
    let label = |label: &crate::diagnostic::Label| LabelReport {
        place: place(label.span),
        text: label.text.clone(),
    };
    let edit = diagnostic.help.as_ref().and_then(|help| help.edit.as_ref());
    DiagnosticReport {
        code: diagnostic.code.id,
        name: diagnostic.code.name,
        severity: diagnostic.severity(),
        message: diagnostic.message.clone(),
        primary: label(&diagnostic.primary),
        related: diagnostic.related.iter().map(label).collect(),
        help: diagnostic.help.as_ref().map(|help| help.text.clone()),
        fix: edit.map(|edit| FixReport {
            place: place(edit.span),
            replacement: edit.replacement.clone(),
            certainty: edit.certainty,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::check_text;

    #[test]
    fn a_fix_names_its_place_and_its_text() {
        let text = "versionn = 1\n";
        let checked = check_text(text, None);
        let file = FileDiagnostics {
            path: "keys.toml",
            text,
            diagnostics: &checked.diagnostics,
        };
        let report = report_diagnostics(&[file], PositionEncoding::Characters);
        let unknown = report
            .diagnostics
            .iter()
            .find(|d| d.code == "AK002")
            .unwrap();
        let fix = unknown.fix.as_ref().unwrap();
        assert_eq!(fix.replacement, "version");
        assert_eq!(fix.certainty, Certainty::Guess);
        assert_eq!(fix.place.start, Position { line: 1, column: 1 });
        assert_eq!(fix.place.end, Position { line: 1, column: 9 });
        assert_eq!(report.summary.errors, report.diagnostics.len());
    }
}
