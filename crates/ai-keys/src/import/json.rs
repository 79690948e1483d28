//! JSON of other tools: parsed whole, and relieved of every key value.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use ai_keys_core::digest::Digest;
use serde_json::Value;
use zeroize::Zeroize as _;

use super::Unreadable;
use crate::output::Output;
use crate::secret::Secret;

/// Parses a document. Errors say where, and nothing of what is there.
pub(super) fn parse(text: &str) -> Result<Value, Unreadable> {
    serde_json::from_str(text).map_err(|error| Unreadable::NotJson {
        line: error.line(),
        column: error.column(),
        hint: hint(text),
    })
}

/// Says what to do with the files that people have at hand.
fn hint(text: &str) -> Option<&'static str> {
    let looks_like = |starts: &[&str]| {
        let mut lines = text.lines().map(str::trim_start);
        lines.any(|line| starts.iter().any(|start| line.starts_with(start)))
    };
    if looks_like(&["AWSTemplateFormatVersion:", "Resources:"]) {
        Some(
            "a template in YAML: give the output of `aws cloudformation list-stack-resources`, which also holds the ids",
        )
    } else if looks_like(&["service:", "provider:"]) {
        Some("give the output of `serverless print --format json`")
    } else if looks_like(&["resource \""]) {
        Some("that is Terraform's source: give the output of `terraform show -json`")
    } else {
        None
    }
}

/// The lengths of key values, in characters.
///
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-key-file-format.html>,
/// checked 2026-11-23.
const VALUE_LENGTHS: RangeInclusive<usize> = 20..=128;

/// Takes everything out of a document that may be a key value, and returns how
/// many key values there were in clear text.
///
/// Terraform and Pulumi keep them as `value` of a key, and again of its
/// membership in a usage plan and of outputs; a template has `Value`.
pub(super) fn take_values(document: &mut Value, output: &Output) -> usize {
    let mut taken = Taken {
        values: BTreeSet::new(),
        output,
    };
    let mut left = vec![document];
    while let Some(next) = left.pop() {
        match next {
            Value::Object(fields) => {
                for (name, field) in fields {
                    match (name.as_str(), field) {
                        ("value" | "Value", Value::String(text)) => taken.take(text),
                        ("plaintext", Value::String(text)) => taken.take_secret(text),
                        // A tag may have any name, and what it holds is no key.
                        ("tags" | "tags_all" | "tagsAll", Value::Object(_)) => {}
                        (_, field) => left.push(field),
                    }
                }
            }
            Value::Array(items) => left.extend(items),
            _ => {}
        }
    }
    taken.values.len()
}

/// The key values that were taken so far, each known by its digest.
struct Taken<'o> {
    values: BTreeSet<Digest>,
    output: &'o Output,
}

impl Taken<'_> {
    /// Empties a text, and hides it from now on if it is as long as a value.
    fn take(&mut self, text: &mut String) {
        if VALUE_LENGTHS.contains(&text.len()) {
            self.values.insert(Digest::of_bytes(text.as_bytes()));
            drop(Secret::received(std::mem::take(text), self.output));
        }
        text.zeroize();
    }

    /// Empties the plain text of a Pulumi secret, which is JSON once more:
    /// `"\"abc…\""` for a text, or a whole object of which all is secret.
    fn take_secret(&mut self, text: &mut String) {
        let secret: Option<Value> = serde_json::from_str(text).ok();
        let Some(mut secret @ (Value::String(_) | Value::Array(_) | Value::Object(_))) = secret
        else {
            return self.take(text);
        };
        text.zeroize();
        let mut left = vec![&mut secret];
        while let Some(next) = left.pop() {
            match next {
                Value::String(text) => self.take(text),
                Value::Array(items) => left.extend(items),
                Value::Object(fields) => left.extend(fields.values_mut()),
                _ => {}
            }
        }
    }
}
