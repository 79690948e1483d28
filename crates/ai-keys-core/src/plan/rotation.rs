//! When a key gets a new value, and what becomes of the one before.
//!
//! A rotation is: create the next generation on the same usage plans, wait
//! until it works, deliver it, and only then give the one before its last day.
//! Nothing of it is remembered anywhere but in markers and in the stores, so
//! the next run goes on from wherever this one ended.

use super::Upcoming;
use super::change::{Action, Change, Differences, Risk};
use super::code::{AK417, AK418};
use super::compare_key::subject;
use super::deliveries::Arrival;
use super::guard::{Guard, GuardReason};
use super::lifecycle::{end_of, key_ref, last_day};
use super::planner::{OwnedObject, Planner};
use super::step::{KeyPatch, Step, Turn};
use crate::date::{Date, Days};
use crate::limits::Quota;
use crate::state::{DesiredKey, LiveKey, Liveness, MarkerDate, RotateNow};
use crate::support::ceilings;

/// How many days ahead what will be due is told.
pub(super) const AHEAD: Days = Days(30);

/// What becomes of the newest value of a key.
enum Course {
    /// It stays the newest.
    Keep,
    /// It gets a successor, and works beside it for the overlap.
    Succeed(String),
    /// It has leaked: it stops working, then gets a successor.
    Revoke,
}

impl<'a> Planner<'a> {
    /// Plans the newest value of a key and its others: older ones, and a twin
    /// of the newest where nobody knows which of the two was delivered.
    pub(super) fn values(
        &mut self,
        name: &'a str,
        desired: &'a DesiredKey,
        newest: OwnedObject<'a, LiveKey>,
        others: &[OwnedObject<'a, LiveKey>],
    ) {
        let generation = newest.marker.generation;
        match self.course(name, desired, newest, others) {
            Course::Keep => {
                let arrival = self.update_key(name, desired, newest.handle, newest.live);
                for value in others {
                    self.retire_key(*value, desired, generation, arrival);
                }
            }
            Course::Succeed(reason) => {
                let next = self.next_generation(desired, generation);
                let arrival = self.create_key(name, desired, next, Some(reason));
                for value in others.iter().chain([&newest]) {
                    // A value got its last day when the one after it had arrived.
                    let has_last_day = value.marker.date(MarkerDate::Retiring).is_some();
                    let arrival = if value.marker.generation < generation && has_last_day {
                        Arrival::Everywhere
                    } else {
                        arrival
                    };
                    self.retire_key(*value, desired, next, arrival);
                }
            }
            Course::Revoke => {
                let next = self.next_generation(desired, generation);
                for value in others.iter().chain([&newest]) {
                    if value.live.liveness == Liveness::Active {
                        self.revoke(*value, desired, next);
                    } else {
                        self.retire_key(*value, desired, next, Arrival::Everywhere);
                    }
                }
                let reason = "takes the place of what is revoked".to_owned();
                self.create_key(name, desired, next, Some(reason));
            }
        }
    }

    /// Returns the generation of a value that is made now: above every one
    /// that a secret store has seen, so that no delivery is taken for done.
    pub(super) fn next_generation(&self, desired: &DesiredKey, newest: u32) -> u32 {
        newest.max(self.newest_delivered(desired)).saturating_add(1)
    }

    fn course(
        &mut self,
        name: &str,
        desired: &DesiredKey,
        newest: OwnedObject<'a, LiveKey>,
        others: &[OwnedObject<'a, LiveKey>],
    ) -> Course {
        let generation = newest.marker.generation;
        if let Some(day) = newest.marker.date(MarkerDate::Revoked) {
            return Course::Succeed(format!("generation {generation} was revoked on {day}"));
        }
        let asked = self.desired.rotate_now.get(name);
        if asked == Some(&RotateNow::Revoking) {
            return Course::Revoke;
        }
        let is_twin = |value: &OwnedObject<'_, LiveKey>| value.marker.generation == generation;
        if others.iter().any(is_twin) {
            return Course::Succeed(format!(
                "generation {generation} exists twice, and a secret store may hold either value"
            ));
        }
        if desired.rotation.is_none() && asked.is_none() && desired.deliveries.is_empty() {
            return Course::Keep;
        }
        let delivered = self.newest_delivered(desired);
        if delivered > generation && self.works_today(desired) {
            return Course::Succeed(format!(
                "a secret holds generation {delivered}, and that key is gone"
            ));
        }
        let is_unfinished = others.iter().any(|value| {
            value.live.liveness == Liveness::Active
                && value.marker.date(MarkerDate::Retiring).is_none()
                && value.marker.date(MarkerDate::Removed).is_none()
        });
        let arrival = self.arrival(desired, generation);
        if asked.is_some() {
            return self.asked_course(name, desired, is_unfinished, arrival);
        }
        if !self.works_today(desired) {
            return Course::Keep;
        }
        let Some(rotation) = desired.rotation else {
            return Course::Keep;
        };
        let Some(made) = newest.live.made_on(self.today) else {
            return Course::Keep;
        };
        let due = made.plus(rotation.every);
        let next = |date: Date, reason: String| Upcoming {
            date,
            action: Action::Create,
            subject: subject(name, generation.saturating_add(1)),
            reason,
        };
        if due > self.today {
            let is_alive = end_of(desired).is_none_or(|end| due < end);
            if is_alive && due <= self.today.plus(AHEAD) {
                let every = rotation.every;
                self.upcoming
                    .push(next(due, format!("rotation: a new value every {every}")));
            }
            return Course::Keep;
        }
        let goes_on = |value: &OwnedObject<'_, LiveKey>| {
            let until = value.marker.date(MarkerDate::Retiring);
            value.live.liveness == Liveness::Active && until.is_none_or(|day| day > self.today)
        };
        let waits_for = if arrival > Arrival::Everywhere {
            Some(format!("generation {generation} is delivered"))
        } else {
            // Two values at once, never three.
            let old = others.iter().find(|value| goes_on(value));
            old.map(|old| format!("generation {} is off", old.marker.generation))
        };
        if let Some(event) = waits_for {
            let reason = format!("the rotation that is due since {due} waits until {event}");
            self.upcoming.push(next(self.today, reason));
            return Course::Keep;
        }
        if !self.has_room() {
            let message = format!(
                "key `{name}` is due for a new value since {due}, and the account has no room for it"
            );
            self.out
                .report(&AK417, desired.span, message)
                .help("remove keys that nobody uses");
            return Course::Keep;
        }
        let until = self.today.plus(rotation.overlap);
        let quota = self.quota_in_words(desired, until);
        Course::Succeed(format!(
            "rotation: generation {generation} is of {made}, and {} old{quota}",
            rotation.every
        ))
    }

    /// Returns what becomes of a key that a person wants to be rotated. One
    /// whose rotation was begun is only finished.
    fn asked_course(
        &mut self,
        name: &str,
        desired: &DesiredKey,
        is_unfinished: bool,
        arrival: Arrival,
    ) -> Course {
        let refusal = if !self.works_today(desired) {
            "it is off or has expired"
        } else if is_unfinished {
            return Course::Keep;
        } else if arrival == Arrival::InThisPlan {
            "the value that it has is still to be delivered: apply first"
        } else if arrival == Arrival::Blocked {
            "the value that it has is not delivered everywhere"
        } else if !self.has_room() {
            "the account has no room for a second value"
        } else {
            let overlap = overlap_of(desired);
            let quota = self.quota_in_words(desired, self.today.plus(overlap));
            return Course::Succeed(format!("a new value was asked for{quota}"));
        };
        let message = format!("key `{name}` gets no new value: {refusal}");
        self.out
            .report(&AK418, desired.span, message)
            .help("if the value has leaked, `ai-keys rotate --revoke` does not wait");
        Course::Keep
    }

    /// Returns whether the account takes one more key; counts it if so.
    fn has_room(&mut self) -> bool {
        let most = ceilings(self.desired.provider).keys;
        let has_room = self.live.keys.len() + self.new_values < most;
        self.new_values += usize::from(has_room);
        has_room
    }

    /// Says what two values mean for quotas: each has its own.
    fn quota_in_words(&self, desired: &DesiredKey, until: Date) -> String {
        let names = desired.usage_plans.iter().flatten();
        let quotas = names.filter_map(|name| self.quota_of(name));
        let Some(quota) = quotas.min_by_key(|quota| quota.limit) else {
            return String::new();
        };
        let until = last_day(desired, until);
        format!(
            "; until {until} old and new value may each make {} requests per {}",
            quota.limit,
            quota.per.name()
        )
    }

    fn quota_of(&self, usage_plan: &str) -> Option<Quota> {
        let entry = self.desired.usage_plans.get(usage_plan)?;
        if entry.is_managed {
            return entry.quota;
        }
        let handle = self.usage_plan_handles.get(usage_plan).copied().flatten()?;
        self.live.usage_plans.get(handle)?.quota
    }

    /// Disables a value that has leaked, before anything else.
    fn revoke(&mut self, value: OwnedObject<'a, LiveKey>, desired: &DesiredKey, next: u32) {
        let about = subject(&value.marker.name, value.marker.generation);
        if desired.is_protected || value.marker.is_protected() {
            self.guards.push(Guard::new(GuardReason::Protected, &about));
        }
        let mut marker = value.marker.clone();
        marker.set_protected(false);
        marker.set_date(MarkerDate::Retiring, None);
        marker.set_date(MarkerDate::Removed, Some(self.today));
        marker.set_date(MarkerDate::Revoked, Some(self.today));
        let mut differences = Differences::default();
        differences.note("enabled", Some("true".to_owned()), Some("false".to_owned()));
        self.changes.push(Change {
            action: Action::Disable,
            subject: about,
            fields: differences.fields,
            reason: Some(format!(
                "revoked: callers are answered 403 until they have generation {next}"
            )),
            risk: Risk::Blocks,
            line: Some(self.line(desired.span)),
            import: None,
            step: Step::UpdateKey {
                key: key_ref(value),
                patch: KeyPatch {
                    description: Some(marker.attach(&value.live.description)),
                    is_enabled: Some(false),
                    ..KeyPatch::default()
                },
                turn: Turn::First,
            },
        });
    }
}

/// Returns how long an old value works after the new one was delivered.
pub(super) fn overlap_of(desired: &DesiredKey) -> Days {
    let rotation = desired.rotation;
    rotation.map_or(crate::manifest::DEFAULT_OVERLAP, |rotation| {
        rotation.overlap
    })
}
