//! SARIF 2.1.0: what code scanning services read.
//!
//! <https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::FileDiagnostics;
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::source::{Source, Span};

/// Renders diagnostics as a SARIF log.
#[must_use]
pub fn render_sarif(files: &[FileDiagnostics<'_>]) -> String {
    let mut rules: BTreeMap<&str, &Code> = BTreeMap::new();
    for diagnostic in files.iter().flat_map(|file| file.diagnostics.iter()) {
        rules.insert(diagnostic.code.id, diagnostic.code);
    }
    let index = |code: &Code| rules.keys().position(|id| *id == code.id);
    let results: Vec<Value> = files
        .iter()
        .flat_map(|file| {
            let source = Source::new(file.text);
            let one = |diagnostic: &Diagnostic| {
                result(diagnostic, file.path, &source, index(diagnostic.code))
            };
            file.diagnostics.iter().map(one).collect::<Vec<_>>()
        })
        .collect();
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "ai-keys",
                "version": env!("CARGO_PKG_VERSION"),
                "informationUri": env!("CARGO_PKG_REPOSITORY"),
                "rules": rules.values().map(|code| rule(code)).collect::<Vec<_>>(),
            } },
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    });
    format!("{log:#}\n")
}

fn rule(code: &Code) -> Value {
    json!({
        "id": code.id,
        "name": code.name,
        "fullDescription": { "text": code.doc },
        "help": { "text": code.doc, "markdown": code.doc },
        "defaultConfiguration": { "level": level(code.severity) },
    })
}

fn result(
    diagnostic: &Diagnostic,
    path: &str,
    source: &Source<'_>,
    rule_index: Option<usize>,
) -> Value {
    let help = diagnostic
        .help
        .as_ref()
        .map_or(String::new(), |help| format!(": {}", help.text));
    let related = diagnostic.related.iter().enumerate().map(|(id, label)| {
        let mut location = location(path, source, label.span);
        if let Some(members) = location.as_object_mut() {
            members.insert("id".to_owned(), id.into());
            members.insert("message".to_owned(), json!({ "text": label.text }));
        }
        location
    });
    json!({
        "ruleId": diagnostic.code.id,
        "ruleIndex": rule_index,
        "level": level(diagnostic.severity()),
        "message": { "text": format!("{}{help}", diagnostic.message) },
        "locations": [location(path, source, diagnostic.primary.span)],
        "relatedLocations": related.collect::<Vec<_>>(),
    })
}

fn location(path: &str, source: &Source<'_>, span: Span) -> Value {
    let (start, end) = (source.position(span.start), source.position(span.end));
    json!({ "physicalLocation": {
        "artifactLocation": { "uri": as_uri(path) },
        "region": {
            "startLine": start.line,
            "startColumn": start.column,
            "endLine": end.line,
            "endColumn": end.column,
        },
    } })
}

/// Writes a relative path as a URI reference: every byte but letters, digits
/// and `-._~/` as `%XX`.
fn as_uri(path: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-._~/".contains(&b);
    path.replace('\\', "/")
        .bytes()
        .map(|b| {
            if plain(b) {
                char::from(b).to_string()
            } else {
                format!("%{b:02X}")
            }
        })
        .collect()
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::check_text;

    #[test]
    fn results_point_to_their_rule_and_place() {
        let text = "version = 1\nnamespace = \"acme\"\ncolour = 1\n";
        let checked = check_text(text, None);
        let file = FileDiagnostics {
            path: "my keys.toml",
            text,
            diagnostics: &checked.diagnostics,
        };
        let log: Value = serde_json::from_str(&render_sarif(&[file])).unwrap();
        let run = &log["runs"][0];
        let first = &run["results"][0];
        let index = usize::try_from(first["ruleIndex"].as_u64().unwrap()).unwrap();
        let rule = &run["tool"]["driver"]["rules"][index];
        assert_eq!(rule["id"], first["ruleId"]);
        let place = &first["locations"][0]["physicalLocation"];
        assert_eq!(place["artifactLocation"]["uri"], "my%20keys.toml");
        assert_eq!(place["region"]["startLine"], 3);
    }
}
