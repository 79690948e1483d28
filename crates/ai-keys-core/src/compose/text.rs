//! Lines of TOML.

use toml_writer::ToTomlValue as _;

use crate::manifest::is_hidden;
use crate::state::Handle;

/// A manifest as it is written, and which line says what of which object.
#[derive(Debug, Default)]
pub(super) struct Text {
    out: String,
    places: Vec<(usize, Option<Place>)>,
}

/// A field of a live object.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    pub(super) handle: Handle,
    pub(super) kind: &'static str,
    pub(super) field: Field,
}

/// The fields that the rules look into.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Field {
    /// What an object cannot do without: its name, its stages.
    Whole,
    Description,
    Owner,
    Tags,
    CustomerId,
}

impl Field {
    /// Returns whether the live text stays as it is where the manifest says
    /// nothing.
    pub(super) fn is_optional(self) -> bool {
        self != Self::Whole
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Whole => "name",
            Self::Description => "description",
            Self::Owner => "owner",
            Self::Tags => "tags",
            Self::CustomerId => "customer-id",
        }
    }
}

impl Text {
    pub(super) fn line(&mut self, line: &str) {
        self.out.push_str(line);
        self.out.push('\n');
    }

    /// Writes a comment; what a stranger named cannot leave its line.
    pub(super) fn comment(&mut self, text: &str) {
        let shown: String = text
            .chars()
            .map(|c| if is_hidden(c) { ' ' } else { c })
            .collect();
        self.line(format!("# {shown}").trim_end());
    }

    /// Begins a table of the manifest's own, with an empty line before it.
    pub(super) fn table(&mut self, name: &str) {
        self.places.push((self.out.len(), None));
        self.line(&format!("\n[{name}]"));
    }

    /// Begins the table of a live object, with a comment on where it is from.
    pub(super) fn entry(&mut self, name: &str, place: Place, origin: Option<&str>) {
        self.places.push((self.out.len(), Some(place)));
        self.line("");
        if let Some(origin) = origin {
            self.comment(&format!("from {origin}"));
        }
        self.line(&format!("[{name}]"));
    }

    /// Writes a field that the object cannot do without; `value` is TOML.
    pub(super) fn field(&mut self, name: &str, value: &str) {
        self.line(&format!("{name} = {value}"));
    }

    /// Writes a field of the current object that may be refused.
    pub(super) fn optional(&mut self, place: Place, value: &str) {
        let whole = self.places.last().and_then(|(_, place)| place.clone());
        let field = place.field.name();
        self.places.push((self.out.len(), Some(place)));
        self.field(field, value);
        self.places.push((
            self.out.len(),
            whole.map(|place| Place {
                field: Field::Whole,
                ..place
            }),
        ));
    }

    /// Returns what the text at a byte is about.
    pub(super) fn place_at(&self, byte: usize) -> Option<&Place> {
        let after = self.places.partition_point(|(start, _)| *start <= byte);
        let (_, place) = self.places.get(after.checked_sub(1)?)?;
        place.as_ref()
    }

    pub(super) fn as_str(&self) -> &str {
        &self.out
    }
}

/// Returns a text as TOML, on one line.
pub(super) fn quoted(text: &str) -> String {
    let mut value = toml_writer::TomlStringBuilder::new(text)
        .as_basic()
        .to_toml_value();
    // A line break is written as `\n`; nothing else would keep a field on its line.
    value.retain(|c| c != '\n');
    value
}

/// Returns names as a TOML array.
pub(super) fn list<'t>(names: impl Iterator<Item = &'t str>) -> String {
    let names: Vec<String> = names.map(quoted).collect();
    format!("[{}]", names.join(", "))
}

/// Returns words as an inline table.
pub(super) fn words<'t>(words: impl Iterator<Item = (&'t String, &'t String)>) -> String {
    let words: Vec<String> = words
        .map(|(name, value)| format!("{} = {}", key(name), quoted(value)))
        .collect();
    format!("{{ {} }}", words.join(", "))
}

/// Returns a name as a TOML key: bare where it can be.
pub(super) fn key(name: &str) -> String {
    let is_bare = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    if !name.is_empty() && name.bytes().all(is_bare) {
        name.to_owned()
    } else {
        quoted(name)
    }
}
