//! The life of a key that the file has: made, rotated, switched off, expired.

use super::removed::{Successor, replaced};
use super::{EventKind, LIFE_HORIZON, Life, LiveValue, MOST_ROTATIONS, PhaseKind};
use crate::date::{Date, Days};
use crate::manifest::{DEFAULT_OVERLAP, KeyView};
use crate::state::{Liveness, MarkerDate};

/// Returns the life of a key of the manifest, with the live values that are
/// its own, the oldest first.
pub(super) fn life(key: &KeyView<'_>, values: &[LiveValue<'_>], grace: Days, today: Date) -> Life {
    let mut life = Life::new(key.name(), key.owner().map(|owner| owner.value.as_str()));
    let current = Current::of(key, values.last(), today);
    if let [older @ .., _] = values {
        let successor = Successor {
            from: current.made,
            overlap: overlap_of(key),
            ends: current.ends(today),
        };
        for value in older {
            replaced(&mut life, value, grace, today, &successor);
        }
    }
    current.draw(key, &mut life, grace, today);
    life.finish(today)
}

/// The newest value of a key, and what the manifest wants of it.
struct Current {
    generation: u32,
    exists: bool,
    /// The day from which its age is counted; today if it is still to be made.
    made: Date,
    /// Since when it is off, as far as its marker tells; today if not.
    off_since: Option<Date>,
    /// Whether the file lets it work.
    is_wanted: bool,
    /// The day on which it stops working, unless it is protected.
    expires: Option<Date>,
}

impl Current {
    fn of(key: &KeyView<'_>, value: Option<&LiveValue<'_>>, today: Date) -> Self {
        let is_protected = key.protect().is_some_and(|protect| protect.value);
        let is_off = value.is_some_and(|value| value.live.liveness != Liveness::Active);
        let removed = value.and_then(|value| value.marker?.date(MarkerDate::Removed));
        let made = value.and_then(|value| value.live.made_on(today));
        // A protected key that works is never switched off.
        let stays = is_protected && value.is_some() && !is_off;
        Self {
            generation: value.map_or(1, LiveValue::generation),
            exists: value.is_some(),
            made: made.unwrap_or(today),
            off_since: is_off.then(|| removed.unwrap_or(today).min(today)),
            is_wanted: stays || key.enabled().is_none_or(|enabled| enabled.value),
            expires: key.expires().map(|day| day.value).filter(|_| !is_protected),
        }
    }

    /// Returns the day on which no value of the key works any more.
    fn ends(&self, today: Date) -> Option<Date> {
        if self.is_wanted {
            self.expires
        } else {
            Some(today)
        }
    }

    fn draw(&self, key: &KeyView<'_>, life: &mut Life, grace: Days, today: Date) {
        let generation = self.generation;
        if !self.exists {
            life.event(EventKind::Create, generation, today);
        }
        if let Some(day) = self.expires {
            life.event(EventKind::Expire, generation, day);
        }
        let has_expired = self.expires.is_some_and(|day| day <= today);
        if self.is_wanted && !has_expired {
            let from = self.off_since.map_or(self.made, |_| today);
            if let Some(off) = self.off_since {
                life.phase(PhaseKind::Active, generation, self.made, Some(off));
                life.phase(PhaseKind::Disabled, generation, off, Some(today));
                life.event(EventKind::Enable, generation, today);
            }
            self.works(key, life, grace, from, today);
            return;
        }
        let off = match (self.off_since, self.expires) {
            (Some(_), Some(day)) if has_expired => day.max(self.made),
            (Some(off), _) => off,
            // The next apply does it.
            (None, _) => today,
        };
        if self.exists && self.off_since.is_none() {
            life.event(EventKind::Disable, generation, today);
        }
        life.phase(PhaseKind::Active, generation, self.made, Some(off));
        life.phase(PhaseKind::Disabled, generation, off, None);
    }

    /// Adds this value, which works from a day, and those that follow it.
    fn works(&self, key: &KeyView<'_>, life: &mut Life, grace: Days, from: Date, today: Date) {
        let (mut generation, mut from) = (self.generation, from);
        let rotation = key.rotate().map(|rotate| &rotate.value);
        if let Some(rotate) = rotation
            && let Some(every) = rotate.every.0.as_ref().map(|every| every.value)
        {
            let overlap = overlap_of(key);
            let mut due = self.made.plus(every);
            for day in self.rotations(due, every, today) {
                let late = due.max(from).min(day);
                life.phase(PhaseKind::Active, generation, from, Some(late));
                life.phase(PhaseKind::RotationDue, generation, late, Some(day));
                let until = day.plus(overlap);
                let until = self.expires.map_or(until, |end| end.min(until));
                life.phase(PhaseKind::Overlap, generation, day, Some(until));
                life.phase(PhaseKind::Grace, generation, until, Some(until.plus(grace)));
                generation = generation.saturating_add(1);
                life.event(EventKind::Rotate, generation, day);
                from = day;
                due = day.plus(every);
            }
        }
        life.phase(PhaseKind::Active, generation, from, self.expires);
        if let Some(day) = self.expires {
            life.phase(PhaseKind::Disabled, generation, day, None);
        }
    }

    /// Returns the days on which the next values take over. One that is due
    /// already comes with the next apply.
    fn rotations(&self, due: Date, every: Days, today: Date) -> Vec<Date> {
        let horizon = today.plus(LIFE_HORIZON);
        let last = self.expires.map_or(horizon, |day| day.min(horizon));
        let mut days = Vec::new();
        let mut day = due.max(today);
        while day < last && days.len() < MOST_ROTATIONS && every > Days(0) {
            days.push(day);
            day = day.plus(every);
        }
        days
    }
}

/// Returns how long an old value works beside the new one.
fn overlap_of(key: &KeyView<'_>) -> Days {
    let overlap = key
        .rotate()
        .and_then(|rotate| rotate.value.overlap.as_ref());
    overlap.map_or(DEFAULT_OVERLAP, |overlap| overlap.value)
}
