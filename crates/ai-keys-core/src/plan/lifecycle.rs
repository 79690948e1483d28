//! The dates of a key's life: expiry, overlap, removal with grace.
//!
//! ```text
//! (absent) → active → retiring (overlap) → disabled (grace) → deleted
//! ```
//!
//! Every date is in the marker, so a nightly run with no state file drives it,
//! and a night that was missed is caught up by the next.

use super::Upcoming;
use super::change::{Action, Change, Differences, Risk};
use super::code::AK408;
use super::compare_key::subject;
use super::deliveries::Arrival;
use super::guard::{Guard, GuardReason};
use super::planner::{OwnedObject, Planner};
use super::rotation::{AHEAD, overlap_of};
use super::step::{KeyPatch, KeyRef, Step, Turn};
use crate::date::Date;
use crate::state::{DesiredKey, LiveKey, Liveness, Marker, MarkerDate};

impl<'a> Planner<'a> {
    /// Returns whether a key is meant to work after this plan. A protected one
    /// that works is never disabled.
    pub(super) fn wants_enabled(&self, desired: &DesiredKey, live: Option<&LiveKey>) -> bool {
        let is_active = live.is_some_and(|live| live.liveness == Liveness::Active);
        (desired.is_protected && is_active) || self.works_today(desired)
    }

    /// Returns whether the manifest lets a key work today.
    pub(super) fn works_today(&self, desired: &DesiredKey) -> bool {
        let is_expired = desired.expires.is_some_and(|day| day <= self.today);
        desired.is_enabled && (!is_expired || desired.is_protected)
    }

    /// Returns the reason of a key that its date disables.
    pub(super) fn expiry_reason(&self, desired: &DesiredKey) -> Option<String> {
        let expires = desired.expires.filter(|day| *day <= self.today)?;
        Some(format!("expired {expires}"))
    }

    /// Returns why no value of a key may work today; nothing if they may.
    fn why_off(&self, desired: &DesiredKey) -> Option<String> {
        if desired.is_protected || self.works_today(desired) {
            return None;
        }
        let off = || "the key is off".to_owned();
        Some(self.expiry_reason(desired).unwrap_or_else(off))
    }

    /// Plans the next step in the life of a key that the file no longer wants:
    /// disabled at once, deleted after the grace.
    pub(super) fn remove_key(&mut self, object: OwnedObject<'a, LiveKey>, why: &str) {
        if object.marker.is_protected() {
            let name = &object.marker.name;
            let message = format!("key `{name}` is protected, but it is no longer in the file");
            let help = "put the entry back; to remove it, set protect = false and apply first";
            self.out
                .report(&AK408, self.desired.span, message)
                .help(help);
            return;
        }
        let left: Vec<_> = object.marker.destinations().collect();
        if left.is_empty() {
            self.take_away(object, Action::Disable, why);
        } else {
            let why = format!("{why}, its value stays in {}", left.join(", "));
            self.take_away(object, Action::Disable, &why);
        }
    }

    /// Tells the end of a key that is near.
    pub(super) fn announce_expiry(&mut self, desired: &DesiredKey, key: &KeyRef, works: bool) {
        let Some(day) = end_of(desired).filter(|_| works) else {
            return;
        };
        if day > self.today && day <= self.today.plus(AHEAD) {
            self.upcoming.push(Upcoming {
                date: day,
                action: Action::Disable,
                subject: subject(&key.name, key.generation),
                reason: "it expires".to_owned(),
            });
        }
    }

    /// Disables a key at once and deletes it after the grace.
    fn take_away(&mut self, object: OwnedObject<'a, LiveKey>, action: Action, why: &str) {
        let is_active = object.live.liveness == Liveness::Active;
        let removed = object
            .marker
            .date(MarkerDate::Removed)
            .filter(|_| !is_active);
        let grace = self.desired.removal_grace;
        let delete_on = removed.unwrap_or(self.today).plus(grace);
        let is_due = delete_on <= self.today;
        match removed {
            Some(day) if is_due => {
                let reason = format!("{why} on {day}, and the grace of {grace} is over");
                self.delete_key(object, reason);
                return;
            }
            Some(_) => self.upcoming.push(Upcoming {
                date: delete_on,
                action: Action::Delete,
                subject: subject(&object.marker.name, object.marker.generation),
                reason: why.to_owned(),
            }),
            None => {
                if action == Action::Disable {
                    self.guard_removal(object, is_active);
                }
                if is_due {
                    self.delete_key(object, why.to_owned());
                    return;
                }
                let mut marker = object.marker.clone();
                marker.set_protected(false);
                marker.set_date(MarkerDate::Removed, Some(self.today));
                marker.set_date(MarkerDate::Retiring, None);
                let reason = format!("{why}; deleted after {delete_on} unless it comes back");
                self.switch_off(object, action, &marker, reason);
            }
        }
        // A key in its grace keeps its usage plans, so that it can come back,
        // unless the usage plan itself goes.
        self.leave_doomed_usage_plans(None, &key_ref(object), false);
    }

    /// Plans the next step in the life of an older value. While the newest
    /// one is not delivered everywhere, it goes on working; but never longer
    /// than the key.
    pub(super) fn retire_key(
        &mut self,
        object: OwnedObject<'a, LiveKey>,
        desired: &DesiredKey,
        newest: u32,
        arrival: Arrival,
    ) {
        let marker = object.marker;
        let until = marker.date(MarkerDate::Retiring);
        if marker.date(MarkerDate::Removed).is_some() && !marker.is_protected() {
            let why = format!("replaced by generation {newest}");
            self.take_away(object, Action::Disable, &why);
            return;
        }
        if let Some(why) = self.why_off(desired) {
            self.take_away(object, Action::Retire, &why);
            return;
        }
        let is_active = object.live.liveness == Liveness::Active;
        let retiring = |date: Date, reason: String| Upcoming {
            date,
            action: Action::Retire,
            subject: subject(&marker.name, marker.generation),
            reason,
        };
        match until {
            Some(until) if !marker.is_protected() && until <= self.latest_end(desired) => {
                if until > self.today {
                    let last_day = last_day(desired, until);
                    let reason = if last_day < until {
                        "the key expires".to_owned()
                    } else {
                        format!("generation {newest} took over")
                    };
                    self.upcoming.push(retiring(last_day, reason));
                } else if arrival == Arrival::Everywhere {
                    let why = format!("the overlap with generation {newest} ended {until}");
                    self.take_away(object, Action::Retire, &why);
                    return;
                } else {
                    let reason = format!("waits until generation {newest} is delivered");
                    self.upcoming.push(retiring(self.today, reason));
                }
            }
            _ if arrival == Arrival::Blocked => {
                let reason = format!("waits until generation {newest} is delivered");
                self.upcoming.push(retiring(self.today, reason));
            }
            _ => self.begin_overlap(object, desired, newest, until),
        }
        self.leave_doomed_usage_plans(None, &key_ref(object), is_active);
    }

    /// Returns the latest day on which an overlap can end that a clock wrong by
    /// no more than a month has written. One that was years ahead must not keep
    /// an old value for years.
    fn latest_end(&self, desired: &DesiredKey) -> Date {
        self.today.plus(overlap_of(desired)).plus(AHEAD)
    }

    /// Gives an older value its last day.
    fn begin_overlap(
        &mut self,
        object: OwnedObject<'a, LiveKey>,
        desired: &DesiredKey,
        newest: u32,
        until: Option<Date>,
    ) {
        let until = until
            .filter(|day| *day > self.today && *day <= self.latest_end(desired))
            .unwrap_or_else(|| self.today.plus(overlap_of(desired)));
        // The newest value has taken the protection over.
        let mut marker = object.marker.clone();
        marker.set_protected(false);
        marker.set_date(MarkerDate::Removed, None);
        marker.set_date(MarkerDate::Retiring, Some(until));
        let patch = KeyPatch {
            description: Some(marker.attach(&object.live.description)),
            ..KeyPatch::default()
        };
        let last_day = last_day(desired, until);
        let reason = format!("generation {newest} took over; this one works until {last_day}");
        self.changes.push(Change {
            action: Action::Update,
            subject: subject(&marker.name, marker.generation),
            fields: Vec::new(),
            reason: Some(reason),
            risk: Risk::None,
            line: None,
            import: None,
            step: Step::UpdateKey {
                key: key_ref(object),
                patch,
                turn: Turn::AfterDelivery,
            },
        });
    }

    fn switch_off(
        &mut self,
        object: OwnedObject<'a, LiveKey>,
        action: Action,
        marker: &Marker,
        reason: String,
    ) {
        let is_active = object.live.liveness == Liveness::Active;
        let mut differences = Differences::default();
        differences.note(
            "enabled",
            Some(is_active.to_string()),
            Some("false".to_owned()),
        );
        let patch = KeyPatch {
            description: Some(marker.attach(&object.live.description)),
            is_enabled: is_active.then_some(false),
            ..KeyPatch::default()
        };
        let risk = if is_active { Risk::Blocks } else { Risk::None };
        self.push_update(object, action, patch, (differences, risk), reason);
    }

    fn push_update(
        &mut self,
        object: OwnedObject<'a, LiveKey>,
        action: Action,
        patch: KeyPatch,
        (differences, risk): (Differences, Risk),
        reason: String,
    ) {
        self.changes.push(Change {
            action,
            subject: subject(&object.marker.name, object.marker.generation),
            fields: differences.fields,
            reason: Some(reason),
            risk,
            line: None,
            import: None,
            step: Step::UpdateKey {
                key: key_ref(object),
                patch,
                turn: Turn::Usual,
            },
        });
    }

    fn delete_key(&mut self, object: OwnedObject<'a, LiveKey>, reason: String) {
        self.changes.push(Change {
            action: Action::Delete,
            subject: subject(&object.marker.name, object.marker.generation),
            fields: Vec::new(),
            reason: Some(reason),
            risk: Risk::Destroys,
            line: None,
            import: None,
            step: Step::DeleteKey {
                key: key_ref(object),
            },
        });
    }

    /// Callers are turned away at this moment, and not again when the key is
    /// deleted after its grace: so this is where a person's word is asked for.
    fn guard_removal(&mut self, object: OwnedObject<'a, LiveKey>, is_active: bool) {
        let subject = subject(&object.marker.name, object.marker.generation);
        self.guards
            .push(Guard::new(GuardReason::Threshold, &subject));
        let Some(owner) = object.marker.owner().filter(|_| is_active) else {
            return;
        };
        let has_another = self
            .desired
            .keys
            .values()
            .any(|key| key.owner.as_deref() == Some(owner) && self.works_today(key));
        if !has_another {
            self.guards
                .push(Guard::new(GuardReason::LastKeyOfOwner, &subject));
        }
    }
}

/// Returns the day on which all values of a key stop working.
pub(super) fn end_of(desired: &DesiredKey) -> Option<Date> {
    desired.expires.filter(|_| !desired.is_protected)
}

/// Returns when an older value stops: with its overlap, or with the key.
pub(super) fn last_day(desired: &DesiredKey, until: Date) -> Date {
    end_of(desired).map_or(until, |end| end.min(until))
}

pub(super) fn key_ref(object: OwnedObject<'_, LiveKey>) -> KeyRef {
    KeyRef {
        name: object.marker.name.clone(),
        generation: object.marker.generation,
        handle: Some(object.handle.clone()),
    }
}
