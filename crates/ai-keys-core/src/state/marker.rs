//! The ownership note at the end of a live object's description.
//!
//! ```text
//! Chat web front end [ai-keys: acme-ai/chat-web#2 owner=team-chat]
//! ```
//!
//! API Gateway's names are not unique and its tags cannot be set by a bulk
//! import, but the list call returns descriptions, so namespace, key,
//! generation and dates travel there, written atomically with every other
//! field. The text before the marker is the user's.

use std::fmt::{self, Write as _};

use serde::{Deserialize, Serialize, Serializer};

use super::delivery::Destination;
use crate::date::Date;
use crate::manifest::is_id;

const OPEN: &str = "[ai-keys: ";
const CLOSE: char = ']';

/// Whose a live object is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(with = "String")
)]
#[serde(try_from = "String")]
pub struct Marker {
    /// The namespace of the manifest that owns it.
    pub namespace: String,
    /// Its name in the manifest.
    pub name: String,
    /// Which value of the key this is, from 1.
    pub generation: u32,
    /// Everything else, by name, unescaped. Names that this version does not
    /// know are kept.
    /// In the order of the names.
    attributes: Vec<(String, String)>,
}

/// The dates of a key's life that a marker carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MarkerDate {
    /// The day on which the key left the manifest and was disabled.
    Removed,
    /// The day on which its time beside a newer value ends.
    Retiring,
    /// The day on which this value was made, where the cloud's own date may
    /// not be trusted alone.
    Made,
    /// The day on which somebody said that this value has leaked. It never
    /// works again.
    Revoked,
}

impl MarkerDate {
    /// Every date.
    pub const ALL: [Self; 4] = [Self::Removed, Self::Retiring, Self::Made, Self::Revoked];

    fn attribute(self) -> &'static str {
        match self {
            Self::Removed => "removed",
            Self::Retiring => "retiring",
            Self::Made => "made",
            Self::Revoked => "revoked",
        }
    }
}

const DELIVER: &str = "deliver";
const OWNER: &str = "owner";
const PROTECT: &str = "protect";
const SETTINGS: &str = "settings";
const TAGS: &str = "tags";
const VERSION: &str = "version";

impl Marker {
    /// Returns the marker of a first generation.
    #[must_use]
    pub fn new(namespace: &str, name: &str) -> Self {
        Self {
            namespace: namespace.to_owned(),
            name: name.to_owned(),
            generation: 1,
            attributes: Vec::new(),
        }
    }

    /// Splits a description into the user's text and the marker.
    ///
    /// Only a marker at the very end counts: text that merely mentions one is
    /// the user's.
    #[must_use]
    pub fn split(description: &str) -> (&str, Option<Self>) {
        let trimmed = description.trim_end();
        let parsed = trimmed.rfind(OPEN).and_then(|at| {
            let (text, marker) = trimmed.split_at_checked(at)?;
            Some((text.trim_end(), Self::parse(marker)?))
        });
        match parsed {
            Some((text, marker)) => (text, Some(marker)),
            None => (description, None),
        }
    }

    /// Returns the user's text with this marker behind it.
    #[must_use]
    pub fn attach(&self, text: &str) -> String {
        let text = text.trim_end();
        if text.is_empty() {
            self.to_string()
        } else {
            format!("{text} {self}")
        }
    }

    fn parse(text: &str) -> Option<Self> {
        let inner = text.strip_prefix(OPEN)?.strip_suffix(CLOSE)?;
        let mut words = inner.split(' ');
        let (namespace, rest) = words.next()?.split_once('/')?;
        let (name, generation) = rest.split_once('#')?;
        let generation: u32 = generation
            .parse()
            .ok()
            .filter(|generation| *generation > 0)?;
        let mut attributes = Vec::new();
        for word in words {
            let (attribute, value) = word.split_once('=')?;
            attributes.push((unescape(attribute)?, unescape(value)?));
        }
        let (namespace, name) = (unescape(namespace)?, unescape(name)?);
        // No manifest has other names, so we did not write this.
        if !is_id(&namespace) || !is_id(&name) {
            return None;
        }
        let mut marker = Self {
            namespace,
            name,
            generation,
            attributes: Vec::new(),
        };
        // We write them in order and once; somebody may have edited the text.
        for (attribute, value) in attributes {
            marker.set(&attribute, Some(&value));
        }
        Some(marker)
    }

    /// Returns who answers for the key.
    #[must_use]
    pub fn owner(&self) -> Option<&str> {
        self.attribute(OWNER)
    }

    /// Returns whether no plan may take the key away.
    #[must_use]
    pub fn is_protected(&self) -> bool {
        self.attribute(PROTECT).is_some()
    }

    /// Returns the names of the tags that the manifest set.
    #[must_use]
    pub fn tag_names(&self) -> Vec<&str> {
        self.list(TAGS).collect()
    }

    /// Returns where its value goes, or went, as texts of destinations.
    pub fn destinations(&self) -> impl Iterator<Item = &str> {
        self.list(DELIVER)
    }

    fn list(&self, attribute: &str) -> impl Iterator<Item = &str> {
        let items = self.attribute(attribute).unwrap_or_default();
        items.split('\n').filter(|item| !item.is_empty())
    }

    /// Returns a date of the key's life.
    #[must_use]
    pub fn date(&self, date: MarkerDate) -> Option<Date> {
        self.attribute(date.attribute())?.parse().ok()
    }

    /// Sets or clears the owner.
    pub fn set_owner(&mut self, owner: Option<&str>) {
        self.set(OWNER, owner);
    }

    /// Sets or clears the protection.
    pub fn set_protected(&mut self, is_protected: bool) {
        self.set(PROTECT, is_protected.then_some("yes"));
    }

    /// Sets the names of the tags that the manifest sets.
    pub fn set_tag_names<'n>(&mut self, names: impl IntoIterator<Item = &'n str>) {
        let joined = names.into_iter().collect::<Vec<_>>().join("\n");
        self.set(
            TAGS,
            Some(joined.as_str()).filter(|names| !names.is_empty()),
        );
    }

    /// Sets where its value goes, so that a later run knows what is left
    /// behind when a delivery or the key leaves the manifest.
    pub fn set_destinations<'d>(&mut self, all: impl IntoIterator<Item = &'d Destination>) {
        let mut joined = String::new();
        for destination in all {
            if !joined.is_empty() {
                joined.push('\n');
            }
            // Writing to a String cannot fail.
            let _ = write!(joined, "{destination}");
        }
        let joined = Some(joined.as_str()).filter(|all| !all.is_empty());
        self.set(DELIVER, joined);
    }

    /// Sets or clears a date of the key's life.
    pub fn set_date(&mut self, date: MarkerDate, day: Option<Date>) {
        self.set(date.attribute(), day.map(|day| day.to_string()).as_deref());
    }

    /// Returns what a secret store remembers of a delivery's settings.
    #[must_use]
    pub fn settings(&self) -> Option<&str> {
        self.attribute(SETTINGS)
    }

    /// Sets or clears what a secret store remembers of a delivery's settings.
    pub fn set_settings(&mut self, settings: Option<&str>) {
        self.set(SETTINGS, settings);
    }

    /// Returns the id of the secret's version that holds the value, where it
    /// does not follow from namespace, name and generation.
    #[must_use]
    pub fn version(&self) -> Option<&str> {
        self.attribute(VERSION)
    }

    /// Sets or clears the id of the secret's version that holds the value.
    pub fn set_version(&mut self, version: Option<&str>) {
        self.set(VERSION, version);
    }

    fn place(&self, attribute: &str) -> Result<usize, usize> {
        let name = |(name, _): &(String, String)| name.as_str().cmp(attribute);
        self.attributes.binary_search_by(name)
    }

    fn attribute(&self, attribute: &str) -> Option<&str> {
        let (_, value) = self.attributes.get(self.place(attribute).ok()?)?;
        Some(value)
    }

    fn set(&mut self, attribute: &str, value: Option<&str>) {
        match (self.place(attribute), value) {
            (Ok(at), None) => _ = self.attributes.remove(at),
            (Ok(at), Some(value)) => {
                if let Some((_, there)) = self.attributes.get_mut(at) {
                    value.clone_into(there);
                }
            }
            (Err(at), Some(value)) => {
                let pair = (attribute.to_owned(), value.to_owned());
                self.attributes.insert(at, pair);
            }
            (Err(_), None) => {}
        }
    }
}

impl fmt::Display for Marker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (namespace, name) = (Escaped(&self.namespace), Escaped(&self.name));
        write!(f, "{OPEN}{namespace}/{name}#{}", self.generation)?;
        for (attribute, value) in &self.attributes {
            write!(f, " {}={}", Escaped(attribute), Escaped(value))?;
        }
        write!(f, "{CLOSE}")
    }
}

impl Serialize for Marker {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl TryFrom<String> for Marker {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or("not a marker")
    }
}

/// Writes every byte that could end a word or the marker as `%XX`; a newline
/// separates the names in a list and becomes a comma.
struct Escaped<'t>(&'t str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_plain = |byte: u8| {
            byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b':' | b'@' | b'+' | b'-')
        };
        if self.0.bytes().all(is_plain) {
            return f.write_str(self.0);
        }
        for byte in self.0.bytes() {
            match byte {
                plain if is_plain(plain) => f.write_char(char::from(plain))?,
                b'\n' => f.write_char(',')?,
                other => write!(f, "%{other:02x}")?,
            }
        }
        Ok(())
    }
}

fn unescape(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        let byte = match byte {
            b'%' => {
                let mut digit = || char::from(rest.next()?).to_digit(16);
                u8::try_from(digit()? * 16 + digit()?).ok()?
            }
            b',' => b'\n',
            plain => plain,
        };
        bytes.push(byte);
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_marker_come_apart_and_together() {
        let written = "Chat web front end [ai-keys: acme-ai/chat-web#2 owner=team-chat]";
        let (text, marker) = Marker::split(written);
        let marker = marker.unwrap();
        assert_eq!(text, "Chat web front end");
        assert_eq!((marker.generation, marker.owner()), (2, Some("team-chat")));
        assert_eq!(marker.attach(text), written);
        assert_eq!(Marker::new("ns", "k").attach(""), "[ai-keys: ns/k#1]");
    }

    #[test]
    fn a_secret_store_remembers_settings_and_version() {
        let mut marker = Marker::new("ns", "k");
        marker.set_settings(Some("1a2b3c"));
        marker.set_version(Some("v-1"));
        assert_eq!(
            marker.to_string(),
            "[ai-keys: ns/k#1 settings=1a2b3c version=v-1]"
        );
        assert_eq!(
            (marker.settings(), marker.version()),
            (Some("1a2b3c"), Some("v-1"))
        );
        marker.set_settings(None);
        marker.set_version(None);
        assert_eq!(marker, Marker::new("ns", "k"));
    }

    #[test]
    fn what_a_newer_version_wrote_is_kept() {
        let written = "[ai-keys: ns/k#1 colour=blue owner=a]";
        let mut marker = Marker::split(written).1.unwrap();
        marker.set_owner(None);
        assert_eq!(marker.to_string(), "[ai-keys: ns/k#1 colour=blue]");
    }

    #[test]
    fn hostile_words_cannot_end_the_marker() {
        let mut marker = Marker::new("ns", "k");
        marker.set_owner(Some("a] [ai-keys: other/x#9 b=c,d%\u{1f511}"));
        marker.set_tag_names(["cost center", "a,b"]);
        let written = marker.attach("text");
        assert_eq!(Marker::split(&written), ("text", Some(marker.clone())));
        assert_eq!(
            Marker::split(&written).1.unwrap().tag_names(),
            ["cost center", "a,b"]
        );
    }

    #[test]
    fn what_only_looks_like_a_marker_is_text() {
        for text in [
            "",
            "[ai-keys: ns/k#1] and more",
            "[ai-keys: ns/k#0]",
            "[ai-keys: ns/k#-1]",
            "[ai-keys: ns/k#99999999999]",
            "[ai-keys: ns#1]",
            "[ai-keys: /k#1]",
            "[ai-keys: ns/k#1 owner]",
            "[ai-keys: ns/k#1 owner=%f]",
            "[ai-keys: ",
            "é[ai-keys: é",
        ] {
            assert_eq!(Marker::split(text), (text, None));
        }
    }

    #[test]
    fn dates_are_read_back() {
        let mut marker = Marker::new("ns", "k");
        let day = Date::from_ymd(2026, 11, 23);
        marker.set_date(MarkerDate::Removed, day);
        assert_eq!(marker.to_string(), "[ai-keys: ns/k#1 removed=2026-11-23]");
        assert_eq!(marker.date(MarkerDate::Removed), day);
        marker.set_date(MarkerDate::Removed, None);
        assert_eq!(marker, Marker::new("ns", "k"));
    }
}
