//! What a secret's description says of what it holds.
//!
//! ```text
//! Chat web front end [ai-keys: acme-ai/chat-web#2 settings=5b1f0c]
//! ```
//!
//! The same note as on a live key. Where a store writes value and description
//! in one call, the note and the value cannot come apart.

use ai_keys_core::state::{DeliverySpec, Marker};

use super::token::Token;

const UNFINISHED: &str = "unfinished";

/// What a description says.
pub(super) struct Note {
    marker: Option<Marker>,
}

impl Note {
    /// Reads a description.
    pub(super) fn read(description: Option<&str>) -> Self {
        let marker = description.and_then(|text| Marker::split(text).1);
        Self { marker }
    }

    /// Returns which value of the key the secret holds; none if it is not this
    /// key's secret.
    pub(super) fn generation(&self, namespace: &str, key: &str) -> Option<u32> {
        let marker = self.marker.as_ref()?;
        let is_ours = marker.namespace == namespace && marker.name == key;
        is_ours.then_some(marker.generation)
    }

    /// Returns the settings that were carried out to their end.
    pub(super) fn settings(&self) -> Option<&str> {
        self.marker.as_ref()?.settings()
    }

    /// Returns the settings for a plan: a word that differs from all of them
    /// where they were not carried out to their end.
    pub(super) fn settings_or_unfinished(&self) -> String {
        self.settings().unwrap_or(UNFINISHED).to_owned()
    }

    /// Returns the id of the version that holds the value, where it is written.
    pub(super) fn version(&self) -> Option<&str> {
        self.marker.as_ref()?.version()
    }

    /// Returns the names of the tags that we set.
    pub(super) fn tag_names(&self) -> Vec<&str> {
        self.marker
            .as_ref()
            .map(Marker::tag_names)
            .unwrap_or_default()
    }
}

/// Which part of a delivery a description tells of.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Told {
    /// The value is there; tags, readers or copies may not be.
    Value,
    /// All of it.
    Settings,
}

/// Writes a description, at most `longest` characters. The person's text gives
/// way, never the note.
pub(super) fn write(
    token: &Token,
    spec: &DeliverySpec,
    told: Told,
    version: Option<&str>,
    longest: usize,
) -> String {
    let mut marker = Marker::new(&token.namespace, &token.key);
    marker.generation = token.generation;
    marker.set_tag_names(spec.tags.keys().map(String::as_str));
    marker.set_version(version);
    if told == Told::Settings {
        marker.set_settings(Some(&spec.fingerprint()));
    }
    let text = spec.description.as_deref().unwrap_or_default();
    let room = longest.saturating_sub(marker.to_string().chars().count() + 1);
    let fitting: String = text.chars().take(room).collect();
    marker.attach(&fitting)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn token() -> Token {
        Token {
            namespace: "acme-ai".to_owned(),
            key: "chat-web".to_owned(),
            generation: 2,
        }
    }

    #[test]
    fn a_note_is_read_as_it_is_written() {
        let spec = DeliverySpec {
            description: Some("Chat".to_owned()),
            tags: BTreeMap::from([("team".to_owned(), "chat".to_owned())]),
            ..DeliverySpec::default()
        };
        let written = write(&token(), &spec, Told::Settings, Some("v-1"), 1024);
        let note = Note::read(Some(&written));
        assert_eq!(note.generation("acme-ai", "chat-web"), Some(2));
        assert_eq!(note.settings(), Some(spec.fingerprint().as_str()));
        assert_eq!(
            (note.version(), note.tag_names()),
            (Some("v-1"), vec!["team"])
        );
        assert!(written.starts_with("Chat [ai-keys: acme-ai/chat-web#2 "));
        let half = write(&token(), &spec, Told::Value, None, 1024);
        assert_eq!(Note::read(Some(&half)).settings(), None);
    }

    #[test]
    fn the_secrets_of_others_are_not_ours() {
        for description in [None, Some("Chat"), Some("[ai-keys: other/chat-web#1]")] {
            let note = Note::read(description);
            assert_eq!(note.generation("acme-ai", "chat-web"), None);
        }
    }

    #[test]
    fn a_long_text_gives_way_to_the_note() {
        let spec = DeliverySpec {
            description: Some("é".repeat(2000)),
            ..DeliverySpec::default()
        };
        let written = write(&token(), &spec, Told::Settings, None, 1024);
        assert_eq!(written.chars().count(), 1024);
        let note = Note::read(Some(&written));
        assert_eq!(note.generation("acme-ai", "chat-web"), Some(2));
    }
}
