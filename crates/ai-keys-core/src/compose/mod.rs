//! Writes the `keys.toml` that a person would have written for what is live:
//! usage plans first, what most keys share as defaults, each entry with the id
//! of the live object that it takes over.
//!
//! Planned against the same live state, the text comes to adoptions and to
//! nothing else, save for what [`Note`] says. What the rules of the manifest
//! refuse is left out: the text is written, checked, and written again without
//! it.

mod key;
mod name;
mod refused;
mod text;
mod usage_plan;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::state::{Handle, LiveKey, LiveState, Marker};
use name::Names;
use refused::Refused;
use text::{Text, quoted};

/// What is to be written, and how.
#[derive(Clone, Debug)]
pub struct Composition<'a> {
    /// What is live.
    pub live: &'a LiveState,
    /// The namespace that will own it; a valid id.
    pub namespace: &'a str,
    /// The name of the only target; a valid id.
    pub target: &'a str,
    /// The live keys that are wanted.
    pub keys: BTreeSet<Handle>,
    /// The live usage plans that are wanted, besides those that the keys are on.
    pub usage_plans: BTreeSet<Handle>,
    /// Whether `live` tells every usage plan of a key. If not, a key of which it
    /// tells none says nothing of them, and stays where it is.
    pub knows_memberships: bool,
    /// Whether usage plans stay in other hands: they are referred to with
    /// `manage = false`.
    pub refers_to_usage_plans: bool,
    /// What an object is called where it came from, for a comment: a resource
    /// address, a logical id.
    pub origins: BTreeMap<Handle, String>,
}

/// A manifest, and what a person should know of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Composed {
    /// The text of the manifest.
    pub text: String,
    /// The entry that takes each live key over, by the key's handle.
    pub keys: BTreeMap<Handle, String>,
    /// The entry of each live usage plan, by its handle.
    pub usage_plans: BTreeMap<Handle, String>,
    /// What was left out or written in another way, in the order of the file.
    pub notes: Vec<Note>,
}

/// What was left out of the manifest, or written in another way.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Note {
    /// The live object.
    pub handle: Handle,
    /// What it is.
    pub kind: &'static str,
    /// What happened to it, and what to do.
    pub text: String,
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {}", self.kind, self.handle, self.text)
    }
}

/// Writes the manifest.
#[must_use]
pub fn compose(wanted: &Composition<'_>) -> Composed {
    let mut refused = Refused::default();
    loop {
        let (text, composed) = Composer::new(wanted, &refused).write();
        if !refused.learn(&text) {
            return composed;
        }
    }
}

/// The manifest so far.
struct Composer<'a> {
    wanted: &'a Composition<'a>,
    refused: &'a Refused,
    /// The keys that will be written, in order of their entries.
    keys: Vec<(String, &'a Handle, &'a LiveKey)>,
    usage_plans: BTreeMap<&'a Handle, String>,
    memberships: BTreeMap<&'a Handle, Vec<&'a Handle>>,
    notes: Vec<Note>,
}

impl<'a> Composer<'a> {
    fn new(wanted: &'a Composition<'a>, refused: &'a Refused) -> Self {
        let mut memberships: BTreeMap<&Handle, Vec<&Handle>> = BTreeMap::new();
        for (handle, usage_plan) in &wanted.live.usage_plans {
            for key in usage_plan.keys.intersection(&wanted.keys) {
                memberships.entry(key).or_default().push(handle);
            }
        }
        Self {
            wanted,
            refused,
            keys: Vec::new(),
            usage_plans: BTreeMap::new(),
            memberships,
            notes: Vec::new(),
        }
    }

    fn write(mut self) -> (Text, Composed) {
        self.name_keys();
        self.name_usage_plans();
        let mut text = Text::default();
        self.write_head(&mut text);
        let defaults = self.defaults();
        defaults.write(&mut text);
        self.write_usage_plans(&mut text);
        self.write_keys(&defaults, &mut text);
        let refused = self.refused.notes();
        let keys = self.keys.into_iter();
        let usage_plans = self.usage_plans.into_iter();
        let composed = Composed {
            text: text.as_str().to_owned(),
            keys: keys
                .map(|(name, handle, _)| (handle.clone(), name))
                .collect(),
            usage_plans: usage_plans
                .map(|(handle, name)| (handle.clone(), name))
                .collect(),
            notes: self.notes.into_iter().chain(refused).collect(),
        };
        (text, composed)
    }

    fn write_head(&self, text: &mut Text) {
        let live = self.wanted.live;
        text.line(
            "#:schema https://raw.githubusercontent.com/org/ai-keys-action/v1/keys.schema.json",
        );
        text.field("version", "1");
        text.field("namespace", &quoted(self.wanted.namespace));
        text.table(&format!("target.{}", self.wanted.target));
        text.field("provider", &quoted(live.provider.name()));
        text.field("region", &quoted(&live.region));
        text.field("account", &quoted(&live.account));
    }

    fn note(&mut self, kind: &'static str, handle: &Handle, text: impl Into<String>) {
        self.notes.push(Note {
            handle: handle.clone(),
            kind,
            text: text.into(),
        });
    }

    /// Gives every key that can be taken over the name of its entry.
    fn name_keys(&mut self) {
        let mut names = Names::default();
        let live = &self.wanted.live.keys;
        let mut found: Vec<_> = self
            .wanted
            .keys
            .iter()
            .filter_map(|h| live.get_key_value(h))
            .collect();
        found.sort_by_key(|(handle, key)| (key.name.as_str(), *handle));
        for (handle, key) in found {
            if let Some(owner) = &key.marker {
                self.note("key", handle, format!("left out: {}", belongs_to(owner)));
            } else if !self.refused.is_left_out(handle) {
                self.keys.push((names.give(&key.name, "key"), handle, key));
            }
        }
        self.keys.sort_by(|(a, ..), (b, ..)| a.cmp(b));
    }

    fn origin(&self, handle: &Handle) -> Option<&'a str> {
        self.wanted.origins.get(handle).map(String::as_str)
    }
}

fn belongs_to(owner: &Marker) -> String {
    let Marker {
        namespace, name, ..
    } = owner;
    format!("`{namespace}/{name}` owns it already")
}

#[cfg(test)]
mod tests;
