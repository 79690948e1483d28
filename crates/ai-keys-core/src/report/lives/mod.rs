//! When what happens to each key, as dates: for a terminal's chart, a Mermaid chart and a page's picture.
//!
//! A life is what the manifest, the live state and the day say together: what
//! was, by the dates that live keys and their markers carry, and what will be
//! if the manifest stays as it is and an apply runs every day.

mod kept;
mod removed;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde::Serialize;

use crate::date::{Date, Days};
use crate::manifest::Manifest;
use crate::sorted;
use crate::state::{Handle, LiveKey, LiveState, Marker};

/// How far ahead rotations are told.
pub const LIFE_HORIZON: Days = Days(731);

/// How many rotations of one key are told.
pub const MOST_ROTATIONS: usize = 12;

/// One key's life.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "kebab-case")]
pub struct Life {
    /// Its name in the manifest, or the one in its marker.
    pub key: String,
    /// Who answers for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ts", tsify(optional))]
    pub owner: Option<String>,
    /// The next day, today or later, on which something happens to a key that
    /// exists; none if nothing will.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ts", tsify(optional))]
    pub next: Option<Date>,
    /// How each of its values is, and when: ordered by generation, then day.
    pub phases: Vec<Phase>,
    /// What happens on one day, ordered by day.
    pub events: Vec<LifeEvent>,
}

/// How one value of a key is during some days.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "kebab-case")]
pub struct Phase {
    /// How it is.
    pub is: PhaseKind,
    /// Which value of the key, from 1.
    pub generation: u32,
    /// The first day.
    pub from: Date,
    /// The day after the last; none if there is no end in sight.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ts", tsify(optional))]
    pub to: Option<Date>,
}

/// How a value can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "kebab-case")]
pub enum PhaseKind {
    /// It works.
    Active,
    /// It works, and is older than the manifest allows.
    RotationDue,
    /// It works beside the newer value that replaced it.
    Overlap,
    /// It is switched off by the file or by its expiry, and stays.
    Disabled,
    /// It is switched off and will be deleted when the phase ends.
    Grace,
}

/// Something that happens to a key on one day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "kebab-case")]
pub struct LifeEvent {
    /// What happens.
    pub is: EventKind,
    /// To which of its values, from 1.
    pub generation: u32,
    /// The day.
    pub on: Date,
}

/// What can happen on one day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "kebab-case")]
pub enum EventKind {
    /// It is made by the next apply.
    Create,
    /// It works again.
    Enable,
    /// This generation takes over.
    Rotate,
    /// It stops working because its day has come.
    Expire,
    /// It stops working because the file says so, or says it no longer.
    Disable,
    /// It stops working because a newer value has taken over.
    Retire,
    /// It is gone for good.
    Delete,
}

impl PhaseKind {
    /// Says it in words.
    #[must_use]
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Active => "works",
            Self::RotationDue => "works, a new value is due",
            Self::Overlap => "works beside the new value",
            Self::Disabled => "switched off",
            Self::Grace => "switched off, can come back",
        }
    }

    /// Returns whether callers are let in.
    #[must_use]
    pub fn works(self) -> bool {
        matches!(self, Self::Active | Self::RotationDue | Self::Overlap)
    }
}

impl EventKind {
    /// Says it in words.
    #[must_use]
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Create => "made by the next apply",
            Self::Enable => "works again",
            Self::Rotate => "new value",
            Self::Expire => "expires",
            Self::Disable => "switched off",
            Self::Retire => "old value switched off",
            Self::Delete => "deleted",
        }
    }
}

/// Works out the life of every key that a target has or had, the next to
/// change first. Without a live state nothing exists yet.
///
/// The manifest has no errors. A life ends with the keys that the live state
/// shows: those of other namespaces, and those without a marker that no entry
/// adopts, are nobody's business here.
#[must_use]
pub fn lives(
    manifest: &Manifest,
    target: &str,
    live: Option<&LiveState>,
    today: Date,
) -> Vec<Life> {
    let owned = owned_by_name(live, manifest.namespace());
    let grace = manifest.removal_grace();
    let mut lives = Vec::new();
    for key in manifest.key_views().filter(|key| key.is_in(target)) {
        let mut values = owned.get(key.name()).cloned().unwrap_or_default();
        if values.is_empty() {
            let adopted = key.adopt_in(target).map(Handle::of_id);
            let adopted = adopted.and_then(|id| live?.keys.get(&id));
            values.extend(adopted.map(|live| LiveValue { live, marker: None }));
        }
        lives.push(kept::life(&key, &values, grace, today));
    }
    for (name, values) in &owned {
        let entry = manifest.key_view(name);
        if !entry.is_some_and(|key| key.is_in(target)) {
            lives.push(removed::life(name, values, grace, today));
        }
    }
    sorted::sort_by(&mut lives, |a, b| {
        let last = |life: &Life| life.next.is_none();
        (last(a), a.next, &a.key).cmp(&(last(b), b.next, &b.key))
    });
    lives
}

/// A live key with its marker; adopted ones have none yet.
#[derive(Clone, Copy)]
struct LiveValue<'l> {
    live: &'l LiveKey,
    marker: Option<&'l Marker>,
}

impl LiveValue<'_> {
    fn generation(&self) -> u32 {
        self.marker.map_or(1, |marker| marker.generation)
    }
}

/// Returns our live keys by name, each with its values, the oldest first.
fn owned_by_name<'l>(
    live: Option<&'l LiveState>,
    namespace: &str,
) -> BTreeMap<&'l str, Vec<LiveValue<'l>>> {
    let mut owned: BTreeMap<&str, Vec<LiveValue<'_>>> = BTreeMap::new();
    for live in live.into_iter().flat_map(|live| live.keys.values()) {
        let Some(marker) = &live.marker else { continue };
        if marker.namespace != namespace {
            continue;
        }
        let values = owned.entry(&marker.name).or_default();
        let at = values.partition_point(|value| value.generation() <= marker.generation);
        values.insert(
            at,
            LiveValue {
                live,
                marker: Some(marker),
            },
        );
    }
    owned
}

impl Life {
    fn new(key: &str, owner: Option<&str>) -> Self {
        Self {
            key: key.to_owned(),
            owner: owner.map(str::to_owned),
            next: None,
            phases: Vec::new(),
            events: Vec::new(),
        }
    }

    /// Adds a phase, unless it has no day.
    fn phase(&mut self, is: PhaseKind, generation: u32, from: Date, to: Option<Date>) {
        if to.is_none_or(|to| from < to) {
            self.phases.push(Phase {
                is,
                generation,
                from,
                to,
            });
        }
    }

    fn event(&mut self, is: EventKind, generation: u32, on: Date) {
        self.events.push(LifeEvent { is, generation, on });
    }

    /// Puts everything in order and finds what comes next.
    fn finish(mut self, today: Date) -> Self {
        sorted::sort_by_key(&mut self.phases, |phase| (phase.generation, phase.from));
        sorted::sort_by_key(&mut self.events, |event| {
            (event.on, event.generation, event.is)
        });
        let is_next = |event: &&LifeEvent| event.on >= today && event.is != EventKind::Create;
        self.next = self.events.iter().find(is_next).map(|event| event.on);
        self
    }
}
