//! The manifest reference, from the doc comments of the tables.

use std::fmt::Write as _;

use super::decode::Decode as _;
use super::model::Manifest;
use super::schema::prose;
use super::shape::{Record, Shape};

/// Renders the reference of every table and field, as Markdown.
#[must_use]
pub fn manifest_reference() -> String {
    let mut text = String::from("# keys.toml\n");
    let mut done = Vec::new();
    let mut waiting = vec![("the manifest".to_owned(), Manifest::shape())];
    while let Some((path, shape)) = waiting.pop() {
        for record in records(&shape) {
            if done.contains(&record.name) {
                continue;
            }
            done.push(record.name);
            render(&mut text, &path, &record);
            // The stack is popped from its end: the first field comes next.
            for field in record.fields.iter().rev() {
                waiting.push((inside(&path, field.name, &field.shape), field.shape.clone()));
            }
        }
    }
    text
}

fn render(text: &mut String, path: &str, record: &Record) {
    let title = if path == "the manifest" {
        "The top".to_owned()
    } else {
        format!("`{path}`")
    };
    // Writing to a String cannot fail.
    let _ = writeln!(text, "\n## {title}\n\n{}\n", prose(record.doc));
    text.push_str("| field | takes | |\n|---|---|---|\n");
    for field in &record.fields {
        let takes = field.shape.in_words().replace('|', "\\|");
        let needed = if field.is_required {
            " **Needed.**"
        } else {
            ""
        };
        let doc = prose(field.doc).replace('|', "\\|");
        let _ = writeln!(text, "| `{}` | {takes} | {doc}{needed} |", field.name);
    }
}

/// Returns the tables that a field can hold.
fn records(shape: &Shape) -> Vec<Record> {
    match shape {
        Shape::Record(record) => vec![record.clone()],
        Shape::List(item) | Shape::Names(item) => records(item),
        Shape::Either(shapes) => shapes.iter().flat_map(records).collect(),
        Shape::Text { .. }
        | Shape::Choice(_)
        | Shape::Integer
        | Shape::Number
        | Shape::Flag
        | Shape::Date => Vec::new(),
    }
}

fn inside(path: &str, field: &str, shape: &Shape) -> String {
    let name = if matches!(shape, Shape::Names(_)) {
        format!("{field}.NAME")
    } else {
        field.to_owned()
    };
    if path == "the manifest" {
        name
    } else {
        format!("{path}.{name}")
    }
}

#[cfg(test)]
mod tests {
    use super::manifest_reference;

    #[test]
    fn every_table_is_described_once() {
        let text = manifest_reference();
        for (heading, count) in [
            ("## The top", 1),
            // One for each cloud.
            ("## `target.NAME`", 3),
            ("## `key.NAME`", 1),
            ("## `usage-plan.NAME.quota`", 1),
        ] {
            let found = text.matches(&format!("\n{heading}\n")).count();
            assert_eq!(found, count, "{heading} in\n{text}");
        }
        assert!(text.contains("| `namespace` | a string |"), "{text}");
        assert!(text.contains("**Needed.**"), "{text}");
    }
}
