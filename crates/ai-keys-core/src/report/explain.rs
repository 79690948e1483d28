//! What a code means, from the documentation inside the rule.

use std::fmt::Write as _;

use crate::diagnostic::{CODES, Code};

/// Renders the documentation of one code, as Markdown that also reads well
/// in a terminal.
#[must_use]
pub fn explain(code: &Code) -> String {
    let mut text = format!("# {code} ({})\n", code.severity.name());
    for line in code.doc.lines() {
        // The first character after `///` is a space.
        let line = line.strip_prefix(' ').unwrap_or(line);
        let gap = if line.starts_with("## ") { "\n" } else { "" };
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "{gap}{}",
            line.replace("```toml,fail", "```toml")
                .replace("```toml,pass", "```toml")
        );
    }
    text
}

/// Renders the reference of every code, with an index.
#[must_use]
pub fn rule_reference() -> String {
    let mut text = String::from("# Diagnostics\n\n| code | name | severity |\n|---|---|---|\n");
    for code in CODES {
        let anchor = format!(
            "{}-{}-{}",
            code.id.to_ascii_lowercase(),
            code.name,
            code.severity.name()
        );
        let _ = writeln!(
            text,
            "| [{}](#{anchor}) | {} | {} |",
            code.id,
            code.name,
            code.severity.name()
        );
    }
    for code in CODES {
        let sections = explain(code).replace("\n## ", "\n### ");
        let _ = write!(text, "\n#{sections}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::find_code;

    #[test]
    fn an_explanation_starts_with_its_code_and_has_its_sections() {
        let text = explain(find_code("AK112").unwrap());
        assert!(
            text.starts_with("# AK112 stage-claimed-twice (error)\n\n## What it checks\n"),
            "{text}"
        );
        assert!(!text.contains("toml,fail"));
    }

    #[test]
    fn the_reference_holds_every_code_once() {
        let text = rule_reference();
        for code in CODES {
            assert_eq!(text.matches(&format!("\n## {code} ")).count(), 1, "{code}");
        }
    }
}
