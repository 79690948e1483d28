//! The id of the version that holds one generation of one key.

use std::fmt::Write as _;

use sha2::{Digest, Sha256};

/// Which value is delivered: the n-th of one key of one manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// The namespace of the manifest.
    pub namespace: String,
    /// The key's name there.
    pub key: String,
    /// Which of its values, from 1.
    pub generation: u32,
}

impl Token {
    /// Returns the version id of the value where it stands alone.
    ///
    /// The same value has the same id in every run, so Secrets Manager itself
    /// refuses a second one after a lost answer, and its lists tell which
    /// generation is current without showing a value. The id says nothing about
    /// the value.
    #[must_use]
    pub fn version_id(&self) -> String {
        self.hashed(&[])
    }

    /// Returns the version id of a JSON object that is `base` with the value in
    /// one of its fields: another one for each base, whose other fields it holds.
    #[must_use]
    pub fn version_id_on(&self, base: Option<&str>, field: &str) -> String {
        self.hashed(&["field", field, base.unwrap_or_default()])
    }

    /// Hashes into the shape of a UUID: Secrets Manager takes 32 to 64
    /// characters and recommends one.
    /// <https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html>,
    /// checked 2026-11-23.
    fn hashed(&self, more: &[&str]) -> String {
        let generation = self.generation.to_string();
        let parts = ["ai-keys", &self.namespace, &self.key, &generation];
        let mut hash = Sha256::new();
        for part in parts.iter().chain(more) {
            hash.update(part.as_bytes());
            // No part can hold it, so no two lists of parts hash alike.
            hash.update([0]);
        }
        let mut hex = String::new();
        for byte in hash.finalize() {
            // Writing to a String cannot fail.
            let _ = write!(hex, "{byte:02x}");
        }
        let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default();
        // Version 8: of our own making. <https://www.rfc-editor.org/rfc/rfc9562#name-uuid-version-8>
        format!(
            "{}-{}-8{}-a{}-{}",
            part(0, 8),
            part(8, 12),
            part(13, 16),
            part(17, 20),
            part(20, 32)
        )
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn token(namespace: &str, key: &str, generation: u32) -> Token {
        Token {
            namespace: namespace.to_owned(),
            key: key.to_owned(),
            generation,
        }
    }

    #[test]
    fn the_same_value_has_the_same_id_and_no_other_has() {
        let id = token("acme-ai", "chat-web", 1).version_id();
        assert_eq!(id, token("acme-ai", "chat-web", 1).version_id());
        assert_eq!(id, "7c63b434-e885-8dc4-a2ef-47fd4c839849");
        let ids: BTreeSet<String> = [
            id,
            token("acme-ai", "chat-web", 2).version_id(),
            token("acme-ai", "chat", 1).version_id(),
            token("acme", "ai-chat-web", 1).version_id(),
            token("acme-ai", "chat-web", 1).version_id_on(None, "key"),
            token("acme-ai", "chat-web", 1).version_id_on(Some("v"), "key"),
            token("acme-ai", "chat-web", 1).version_id_on(Some("v"), "other"),
        ]
        .into();
        assert_eq!(ids.len(), 7);
        assert!(ids.iter().all(|id| id.len() == 36));
    }
}
