//! What a rule's tests say: which code, the text under the line, the help.

use crate::check::check_text;
use crate::date::Date;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Source;

/// The day of every rule's test.
pub(crate) const TODAY: &str = "2026-11-23";

/// One expected diagnostic.
pub(crate) struct Finding {
    code: &'static Code,
    underlined: Option<&'static str>,
    related: Option<&'static str>,
    help: Option<&'static str>,
}

/// Expects a diagnostic of this code.
pub(crate) fn finding(code: &'static Code) -> Finding {
    Finding {
        code,
        underlined: None,
        related: None,
        help: None,
    }
}

impl Finding {
    /// Expects this text under the line.
    pub(crate) fn underlines(self, text: &'static str) -> Self {
        Self {
            underlined: Some(text),
            ..self
        }
    }

    /// Expects the first other place to be this text.
    pub(crate) fn related(self, text: &'static str) -> Self {
        Self {
            related: Some(text),
            ..self
        }
    }

    /// Expects this in the help.
    pub(crate) fn help(self, text: &'static str) -> Self {
        Self {
            help: Some(text),
            ..self
        }
    }

    fn matches(&self, found: &Diagnostic, source: &Source<'_>) -> bool {
        let related = || found.related.first().map(|label| source.slice(label.span));
        let help = || found.help.as_ref().map_or("", |help| help.text.as_str());
        found.code == self.code
            && self
                .underlined
                .is_none_or(|text| source.slice(found.primary.span) == text)
            && self.related.is_none_or(|text| related() == Some(text))
            && self.help.is_none_or(|text| help().contains(text))
    }
}

/// Adds to a fragment what every manifest needs and no rule's test is about.
pub(crate) fn framed(fragment: &str) -> String {
    let mut head = String::new();
    if !fragment.contains("version =") {
        head.push_str("version = 1\n");
    }
    if !fragment.contains("namespace =") {
        head.push_str("namespace = \"acme\"\n");
    }
    let target = "[target.prod]\nprovider = \"aws-api-gateway\"\nregion = \"eu-west-1\"\naccount = \"123456789012\"\n";
    let tail = if fragment.contains("target.prod") {
        ""
    } else {
        target
    };
    format!("{head}{fragment}\n{tail}")
}

/// Checks that a manifest's errors and warnings are the expected ones, in the
/// order of the file. Warnings of other rules are set aside, so that a test's
/// manifest can stay minimal.
#[track_caller]
#[expect(
    clippy::needless_pass_by_value,
    reason = "an array literal reads better than a reference to one"
)]
pub(crate) fn check<const N: usize>(fragment: &str, expected: [Finding; N]) {
    let text = framed(fragment);
    let checked = check_text(&text, TODAY.parse::<Date>().ok());
    let source = Source::new(&text);
    let own = |found: &&Diagnostic| {
        found.severity() == crate::diagnostic::Severity::Error
            || expected.iter().any(|finding| finding.code == found.code)
    };
    let found: Vec<&Diagnostic> = checked.diagnostics.iter().filter(own).collect();
    let said: Vec<String> = found
        .iter()
        .map(|d| {
            format!(
                "{} under {:?}: {} | help: {:?}",
                d.code,
                source.slice(d.primary.span),
                d.message,
                d.help
            )
        })
        .collect();
    assert_eq!(found.len(), N, "in\n{text}\nfound\n{}", said.join("\n"));
    for (finding, found) in expected.iter().zip(&found) {
        assert!(
            finding.matches(found, &source),
            "in\n{text}\nexpected {} but found\n{}",
            finding.code,
            said.join("\n")
        );
    }
}

/// Checks that a rule of its own stays silent: no diagnostic of `code`.
#[track_caller]
pub(crate) fn silent(code: &'static Code, fragment: &str) {
    let text = framed(fragment);
    let checked = check_text(&text, TODAY.parse::<Date>().ok());
    let found: Vec<&str> = checked
        .diagnostics
        .iter()
        .filter(|d| d.code == code)
        .map(|d| d.message.as_str())
        .collect();
    assert!(found.is_empty(), "in\n{text}\n{code} said {found:?}");
}
