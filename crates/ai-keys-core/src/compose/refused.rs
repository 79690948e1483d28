//! What the rules of the manifest refuse of a live object.

use std::collections::BTreeMap;

use super::Note;
use super::text::{Place, Text};
use crate::check::check_text;
use crate::diagnostic::Severity;
use crate::state::Handle;

/// The fields and the objects that a manifest cannot have, and why.
#[derive(Debug, Default)]
pub(super) struct Refused {
    places: BTreeMap<Place, String>,
    /// Whether nothing is said once for all keys, so that it is refused key by
    /// key.
    pub(super) forbids_defaults: bool,
}

impl Refused {
    /// Checks a draft; returns whether there is something new to leave out.
    pub(super) fn learn(&mut self, draft: &Text) -> bool {
        let checked = check_text(draft.as_str(), None);
        let known = (self.places.len(), self.forbids_defaults);
        let errors = checked
            .diagnostics
            .iter()
            .filter(|d| d.code.severity == Severity::Error);
        for error in errors {
            let Some(place) = draft.place_at(error.primary.span.start as usize) else {
                self.forbids_defaults = true;
                continue;
            };
            self.places
                .entry(place.clone())
                .or_insert_with(|| error.message.clone());
        }
        (self.places.len(), self.forbids_defaults) != known
    }

    /// Returns whether an object as a whole cannot be in a manifest: then a
    /// field was refused that it cannot do without.
    pub(super) fn is_left_out(&self, handle: &Handle) -> bool {
        self.places
            .keys()
            .any(|place| place.handle == *handle && !place.field.is_optional())
    }

    /// Returns whether a field cannot be written.
    pub(super) fn has(&self, place: &Place) -> bool {
        self.places.contains_key(place)
    }

    pub(super) fn notes(&self) -> Vec<Note> {
        let note = |(place, why): (&Place, &String)| Note {
            handle: place.handle.clone(),
            kind: place.kind,
            text: if place.field.is_optional() {
                format!(
                    "`{}` is not written here, and stays as it is: {why}",
                    place.field.name()
                )
            } else {
                format!("left out: {why}")
            },
        };
        self.places.iter().map(note).collect()
    }
}
