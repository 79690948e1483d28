//! A hash that names a plan, a live state or a manifest: SHA-256 over canonical JSON.

use std::fmt::{self, Write as _};
use std::ops::Range;

use crate::sorted;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// `sha256:` and 64 hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(transparent)]
pub struct Digest(String);

impl Digest {
    /// Returns the digest of a value's canonical JSON: object members sorted
    /// by name, no white space.
    ///
    /// So the order of fields in our own types never reaches a digest.
    #[must_use]
    pub fn of<T: Serialize + ?Sized>(value: &T) -> Self {
        // Our types have string keys and finite numbers; an empty text would
        // only make two broken values share a digest, and is covered by tests.
        let text = serde_json::to_vec(value).unwrap_or_default();
        Self::of_bytes(&canonical(&text))
    }

    /// Returns the digest of a value whose JSON is canonical as it is: the
    /// fields of its types are declared in the order of their names, and its
    /// maps are sorted.
    ///
    /// Saves the sorting, a third of a large plan's time; tests of the types
    /// keep their fields in order.
    #[must_use]
    pub(crate) fn of_canonical<T: Serialize + ?Sized>(value: &T) -> Self {
        Self::of_bytes(&serde_json::to_vec(value).unwrap_or_default())
    }

    /// Returns the digest of raw bytes.
    #[must_use]
    pub fn of_bytes(bytes: &[u8]) -> Self {
        let mut text = String::from("sha256:");
        for byte in Sha256::digest(bytes) {
            // Writing to a String cannot fail.
            let _ = write!(text, "{byte:02x}");
        }
        Self(text)
    }

    /// Returns what stands for a digest that is not computed yet.
    pub(crate) fn empty() -> Self {
        Self(String::new())
    }

    /// Returns the short form that people type: the first 8 digits as
    /// `9c04-7e21`.
    #[must_use]
    pub fn short(&self) -> String {
        let hex = self.0.strip_prefix("sha256:").unwrap_or(&self.0);
        let part = |range| hex.get(range).unwrap_or_default();
        format!("{}-{}", part(0..4), part(4..8))
    }

    /// Returns the whole digest.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Returns JSON without white space with the members of its objects sorted.
///
/// As text: a tree of 10,000 keys would take ten times as long.
fn canonical(text: &[u8]) -> Vec<u8> {
    let mut sorted = Vec::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        rest = copy_value(rest, &mut sorted);
    }
    sorted
}

/// Copies one value, and returns what follows it.
fn copy_value<'t>(text: &'t [u8], out: &mut Vec<u8>) -> &'t [u8] {
    match text.first() {
        Some(b'{') => copy_object(text, out),
        Some(b'[') => {
            let mut rest = copy_bytes(text, 1, out);
            while !rest.is_empty() && rest.first() != Some(&b']') {
                rest = copy_value(rest, out);
            }
            copy_bytes(rest, 1, out)
        }
        Some(b'"') => copy_bytes(text, string_length(text), out),
        // A comma, or a number or word up to what ends it.
        Some(_) => {
            let is_end = |byte: &u8| matches!(byte, b',' | b']' | b'}');
            let length = text.iter().position(is_end).unwrap_or(text.len());
            copy_bytes(text, length.max(1), out)
        }
        None => text,
    }
}

fn copy_object<'t>(text: &'t [u8], out: &mut Vec<u8>) -> &'t [u8] {
    let mut rest = copy_bytes(text, 1, out);
    let start = out.len();
    let mut members: Vec<(&[u8], Range<usize>)> = Vec::new();
    while rest.first() == Some(&b'"') {
        if !members.is_empty() {
            out.push(b',');
        }
        let from = out.len() - start;
        let length = string_length(rest);
        let name = rest.get(1..length - 1).unwrap_or_default();
        rest = copy_bytes(rest, length + 1, out);
        rest = copy_value(rest, out);
        members.push((name, from..out.len() - start));
        rest = rest.strip_prefix(b",").unwrap_or(rest);
    }
    // Names of fields have no escapes; those of a map, such as tags, may.
    let mut is_sorted = members.is_sorted_by_key(|(name, _)| name);
    if members.iter().any(|(name, _)| name.contains(&b'\\')) {
        sorted::sort_by_key(&mut members, |(name, _)| unescaped(name));
        is_sorted = false;
    } else if !is_sorted {
        sorted::sort_by_key(&mut members, |(name, _)| *name);
    }
    if !is_sorted {
        let written = out.split_off(start);
        for (at, (_, range)) in members.into_iter().enumerate() {
            if at > 0 {
                out.push(b',');
            }
            out.extend_from_slice(written.get(range).unwrap_or_default());
        }
    }
    copy_bytes(rest, 1, out)
}

/// Returns a member's name as it reads, so that escapes do not count.
fn unescaped(name: &[u8]) -> String {
    let quoted = [b"\"", name, b"\""].concat();
    serde_json::from_slice(&quoted).unwrap_or_default()
}

/// Returns how many bytes a string takes, both quotes included.
fn string_length(text: &[u8]) -> usize {
    let mut length = 1;
    loop {
        let rest = text.get(length..).unwrap_or_default();
        match rest.iter().position(|byte| matches!(byte, b'"' | b'\\')) {
            Some(at) if rest.get(at) == Some(&b'"') => return length + at + 1,
            // A backslash and what it escapes.
            Some(at) => length += at + 2,
            None => return text.len(),
        }
    }
}

fn copy_bytes<'t>(text: &'t [u8], length: usize, out: &mut Vec<u8>) -> &'t [u8] {
    let (copied, rest) = text.split_at(length.min(text.len()));
    out.extend_from_slice(copied);
    rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_sorted_before_hashing() {
        #[derive(Serialize)]
        struct Forth {
            a: u8,
            b: u8,
        }
        #[derive(Serialize)]
        struct Back {
            b: u8,
            a: u8,
        }
        assert_eq!(
            Digest::of(&Forth { a: 1, b: 2 }),
            Digest::of(&Back { b: 2, a: 1 })
        );
        assert_ne!(
            Digest::of(&Forth { a: 1, b: 2 }),
            Digest::of(&Forth { a: 2, b: 1 })
        );
    }

    #[test]
    fn canonical_text_is_that_of_a_sorted_tree() {
        for text in [
            "",
            "null",
            "-1.5e-7",
            "\"a\\\"b\\\\\"",
            "[]",
            "{}",
            "[[],{},\"\",0,true,[1,{\"b\":[{}],\"a\":null}]]",
            r#"{"b":{"d":1,"c":"}{,"},"a":[{"z":1,"y":2},3],"":"","\"":1,"\\":2,"Z":3,"[":4,"\n":5,"é":6}"#,
        ] {
            let tree = serde_json::from_str::<serde_json::Value>(text);
            let expected = tree.map_or_else(|_| String::new(), |tree| tree.to_string());
            let sorted = String::from_utf8(canonical(text.as_bytes())).unwrap();
            assert_eq!(sorted, expected);
        }
    }

    #[test]
    fn the_hash_is_the_standard_one() {
        let digest = Digest::of_bytes(b"abc");
        assert!(
            digest.as_str().starts_with("sha256:ba7816bf8f01cfea"),
            "{digest}"
        );
        assert_eq!(digest.short(), "ba78-16bf");
    }
}
