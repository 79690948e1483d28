//! A GitLab Code Quality report: what a merge request shows at the lines.
//!
//! <https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format> (checked 2026-11-24)

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::FileDiagnostics;
use crate::diagnostic::{Diagnostic, Severity};
use crate::digest::Digest;
use crate::source::Source;

/// Renders diagnostics as a report of GitLab's Code Quality.
#[must_use]
pub fn render_gitlab(files: &[FileDiagnostics<'_>]) -> String {
    let mut same = BTreeMap::new();
    let mut issues = Vec::new();
    for file in files {
        let source = Source::new(file.text);
        for diagnostic in file.diagnostics.iter() {
            let what = (file.path, diagnostic.code.id, diagnostic.message.as_str());
            let number = same.entry(what).or_insert(0_usize);
            issues.push(issue(file.path, diagnostic, &source, *number));
            *number += 1;
        }
    }
    format!("{:#}\n", Value::Array(issues))
}

fn issue(path: &str, diagnostic: &Diagnostic, source: &Source<'_>, number: usize) -> Value {
    let code = diagnostic.code;
    let help = diagnostic
        .help
        .as_ref()
        .map_or(String::new(), |help| format!(": {}", help.text));
    // Without the line, so that an issue that only moved is not a new one.
    let digest = Digest::of(&(path, code.id, &diagnostic.message, number)).to_string();
    let (start, end) = (
        source.position(diagnostic.primary.span.start),
        source.position(diagnostic.primary.span.end),
    );
    json!({
        "description": format!("{}{help}", diagnostic.message),
        "check_name": format!("{} {}", code.id, code.name),
        "fingerprint": digest.trim_start_matches("sha256:"),
        "severity": severity(diagnostic.severity()),
        "location": {
            "path": path.replace('\\', "/").trim_start_matches("./"),
            "lines": { "begin": start.line, "end": end.line },
        },
    })
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "critical",
        Severity::Warning => "minor",
        Severity::Note => "info",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::check_text;

    fn issues(text: &str) -> Vec<Value> {
        let checked = check_text(text, None);
        let file = FileDiagnostics {
            path: "./keys.toml",
            text,
            diagnostics: &checked.diagnostics,
        };
        serde_json::from_str(&render_gitlab(&[file])).unwrap()
    }

    #[test]
    fn an_issue_that_moves_keeps_its_fingerprint() {
        let text = "version = 1\nnamespace = \"acme\"\ncolour = 1\n";
        let (before, after) = (issues(text), issues(&format!("# new\n{text}")));
        let of = |issues: &[Value], what: &str| issues.first().unwrap()[what].clone();
        assert_eq!(of(&before, "fingerprint"), of(&after, "fingerprint"));
        assert_eq!(of(&before, "location")["path"], "keys.toml");
        assert_eq!(of(&before, "location")["lines"]["begin"], 3);
        assert_eq!(of(&after, "location")["lines"]["begin"], 4);
        assert_eq!(of(&before, "severity"), "critical");
    }

    #[test]
    fn two_issues_of_the_same_words_have_two_fingerprints() {
        let text = "version = 1\nnamespace = \"acme\"\nkey.a.colour = 1\nkey.b.colour = 1\n";
        let mut found: Vec<String> = issues(text)
            .iter()
            .map(|issue| issue["fingerprint"].to_string())
            .collect();
        let all = found.len();
        found.sort();
        found.dedup();
        assert!(all >= 2 && found.len() == all, "{found:?}");
    }
}
