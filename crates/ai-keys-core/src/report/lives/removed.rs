//! The last days of a value: a key that the file no longer has, or a generation that was replaced.

use super::{EventKind, Life, LiveValue, PhaseKind};
use crate::date::{Date, Days};
use crate::state::{Liveness, MarkerDate};

/// Returns the life of a key that the file no longer has.
pub(super) fn life(name: &str, values: &[LiveValue<'_>], grace: Days, today: Date) -> Life {
    let owner = values.iter().rev().find_map(|value| value.marker?.owner());
    let mut life = Life::new(name, owner);
    for value in values {
        if value.marker.is_some_and(super::Marker::is_protected) {
            // No plan takes it away: the entry has to come back first.
            let from = value.live.made_on(today).unwrap_or(today);
            life.phase(PhaseKind::Active, value.generation(), from, None);
            continue;
        }
        take_away(&mut life, value, grace, today);
    }
    life.finish(today)
}

/// The value that took over from an older one.
pub(super) struct Successor {
    /// Since when it is there.
    pub(super) from: Date,
    /// How long an older value works beside it.
    pub(super) overlap: Days,
    /// The day on which the whole key stops working.
    pub(super) ends: Option<Date>,
}

/// Adds the phases of a value that a newer one has replaced.
pub(super) fn replaced(
    life: &mut Life,
    value: &LiveValue<'_>,
    grace: Days,
    today: Date,
    successor: &Successor,
) {
    let generation = value.generation();
    let is_active = value.live.liveness == Liveness::Active;
    let date = |date| value.marker.and_then(|marker| marker.date(date));
    let is_key_off = successor.ends.is_some_and(|end| end <= today);
    if !is_active || is_key_off || date(MarkerDate::Removed).is_some() {
        take_away(life, value, grace, today);
        return;
    }
    let taken_over = successor.from;
    let from = value.live.made_on(today);
    let from = from.unwrap_or(taken_over).min(taken_over);
    let until = date(MarkerDate::Retiring).unwrap_or_else(|| today.plus(successor.overlap));
    let until = successor.ends.map_or(until, |end| end.min(until));
    let until = until.max(today);
    life.phase(PhaseKind::Active, generation, from, Some(taken_over));
    life.phase(PhaseKind::Overlap, generation, taken_over, Some(until));
    life.phase(PhaseKind::Grace, generation, until, Some(until.plus(grace)));
    life.event(EventKind::Retire, generation, until);
    life.event(EventKind::Delete, generation, until.plus(grace));
}

/// Adds what is left of a value that goes: off since its marker's date, or
/// today, and deleted after the grace.
fn take_away(life: &mut Life, value: &LiveValue<'_>, grace: Days, today: Date) {
    let generation = value.generation();
    let is_active = value.live.liveness == Liveness::Active;
    let removed = value
        .marker
        .and_then(|marker| marker.date(MarkerDate::Removed));
    let off = removed.filter(|_| !is_active).unwrap_or(today);
    let gone = match value.live.liveness {
        Liveness::Tombstoned { until } => until,
        Liveness::Active | Liveness::Disabled | Liveness::Pending => off.plus(grace).max(today),
    };
    if let Some(made) = value.live.made_on(today) {
        life.phase(PhaseKind::Active, generation, made, Some(off));
    }
    life.phase(PhaseKind::Grace, generation, off, Some(gone));
    if off >= today {
        life.event(EventKind::Disable, generation, off);
    }
    life.event(EventKind::Delete, generation, gone);
}
