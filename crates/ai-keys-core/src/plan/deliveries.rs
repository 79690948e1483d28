//! Values on their way to secret stores: what is seen there, and what has to be put there.

use super::change::{Action, Change, Differences, Risk};
use super::code::{AK414, AK415, AK416};
use super::compare_key::subject;
use super::planner::Planner;
use super::step::{KeyRef, Step, Turn, Wait};
use crate::state::{Delivered, DeliverySpec, DesiredKey, Destination, Marker};

/// How long a value that was just made is given until it works, where the
/// manifest names no address to try it at.
///
/// There is always a short delay between creating a key and its being usable,
/// says an AWS writer for the API Gateway team; checked 2026-11-23.
/// <https://github.com/awsdocs/aws-secrets-manager-docs/issues/5>
const SETTLING_SECONDS: u32 = 15;

/// How far a value has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Arrival {
    /// It is at every destination.
    Everywhere,
    /// This plan takes it to those where it is not.
    InThisPlan,
    /// It cannot be taken to every destination.
    Blocked,
}

impl Planner<'_> {
    /// Delivers a value wherever it is not yet. One that does not work goes
    /// nowhere.
    pub(super) fn deliver(&mut self, desired: &DesiredKey, key: &KeyRef, works: bool) -> Arrival {
        let arrival = self.arrival(desired, key.generation);
        for (destination, spec) in &desired.deliveries {
            let live = self.live;
            match live.deliveries.get(destination) {
                Some(Delivered::Foreign) if !spec.takes_over => {
                    let message = format!(
                        "key `{}` is delivered to `{destination}`, where something is that is not its own",
                        key.name
                    );
                    let help = "deliver to another name, or say `replace = true` to overwrite it";
                    self.out.report(&AK414, desired.span, message).help(help);
                }
                Some(Delivered::Deleted { until }) => {
                    let until = until.map_or(String::new(), |day| format!(", for good on {day}"));
                    let message = format!(
                        "key `{}` is delivered to `{destination}`, which was deleted{until}",
                        key.name
                    );
                    let help = "restore it, or take the delivery out of the file";
                    self.out.report(&AK415, desired.span, message).help(help);
                }
                Some(Delivered::Unknown { why }) => {
                    let message = format!(
                        "nobody knows what `{destination}` holds of key `{}`: {why}",
                        key.name
                    );
                    let help = "the key keeps its values until that is known";
                    self.out.report(&AK416, desired.span, message).help(help);
                }
                seen => {
                    if works {
                        self.deliver_to(desired, key, destination, spec, seen);
                    }
                }
            }
        }
        arrival
    }

    fn deliver_to(
        &mut self,
        desired: &DesiredKey,
        key: &KeyRef,
        destination: &Destination,
        spec: &DeliverySpec,
        seen: Option<&Delivered>,
    ) {
        let (before, reason) = match seen {
            Some(Delivered::Generation { number, settings }) => {
                if *number >= key.generation {
                    let is_same = |settings: &String| *settings == spec.fingerprint();
                    if settings.as_ref().is_none_or(is_same) {
                        return;
                    }
                    (None, Some("its settings there are others".to_owned()))
                } else {
                    (Some(format!("generation {number}")), None)
                }
            }
            Some(Delivered::Foreign) => {
                let reason = "overwrites what is there, as `replace` says";
                (Some("not ours".to_owned()), Some(reason.to_owned()))
            }
            _ => (None, None),
        };
        let mut differences = Differences::default();
        if before.is_some() {
            let after = format!("generation {}", key.generation);
            differences.note("value", before, Some(after));
        }
        let probe = self.desired.probe.clone();
        let wait = match probe.filter(|_| desired.is_probed) {
            Some(probe) => Some(Wait::Answered { probe }),
            None if key.handle.is_none() => Some(Wait::Seconds {
                seconds: SETTLING_SECONDS,
            }),
            None => None,
        };
        self.changes.push(Change {
            action: Action::Deliver,
            subject: subject(&key.name, key.generation),
            fields: differences.fields,
            reason,
            risk: if seen == Some(&Delivered::Foreign) {
                Risk::Destroys
            } else {
                Risk::None
            },
            line: Some(self.line(desired.span)),
            import: None,
            step: Step::Deliver {
                key: key.clone(),
                destination: destination.clone(),
                spec: spec.clone(),
                wait,
            },
        });
    }

    /// Returns whether a marker may name a destination.
    ///
    /// Where a store shows no more of a secret than its date, the marker alone
    /// says that a value of ours may be there: so it names none that holds
    /// somebody else's secret, or that nobody could look at.
    pub(super) fn may_name(
        &self,
        destination: &Destination,
        spec: &DeliverySpec,
        before: Option<&Marker>,
    ) -> bool {
        let was_named = || {
            let text = destination.to_string();
            before.is_some_and(|marker| marker.destinations().any(|named| named == text))
        };
        match self.live.deliveries.get(destination) {
            _ if !destination.is_dated() => true,
            Some(Delivered::Foreign) => spec.takes_over,
            Some(Delivered::Unknown { .. }) => was_named(),
            Some(Delivered::Absent | Delivered::Generation { .. } | Delivered::Deleted { .. })
            | None => true,
        }
    }

    /// Returns when the marker of a live key is written: after the delivery
    /// where that takes over a secret that only the marker makes ours.
    pub(super) fn marker_turn(&self, desired: &DesiredKey) -> Turn {
        let takes_over = desired.deliveries.iter().any(|(destination, spec)| {
            destination.is_dated()
                && spec.takes_over
                && self.live.deliveries.get(destination) == Some(&Delivered::Foreign)
        });
        if takes_over {
            Turn::AfterDelivery
        } else {
            Turn::Usual
        }
    }

    /// Returns how far a value of a key has come.
    pub(super) fn arrival(&self, desired: &DesiredKey, generation: u32) -> Arrival {
        let arrivals = desired.deliveries.iter().map(|(destination, spec)| {
            match self.live.deliveries.get(destination) {
                Some(Delivered::Generation { number, .. }) if *number >= generation => {
                    Arrival::Everywhere
                }
                Some(Delivered::Foreign) if !spec.takes_over => Arrival::Blocked,
                Some(Delivered::Deleted { .. } | Delivered::Unknown { .. }) => Arrival::Blocked,
                Some(Delivered::Absent | Delivered::Generation { .. } | Delivered::Foreign)
                | None => Arrival::InThisPlan,
            }
        });
        arrivals.max().unwrap_or(Arrival::Everywhere)
    }

    /// Returns the newest generation that any destination holds; 0 if none.
    pub(super) fn newest_delivered(&self, desired: &DesiredKey) -> u32 {
        let seen = desired.deliveries.keys();
        let numbers = seen.filter_map(|to| match self.live.deliveries.get(to)? {
            Delivered::Generation { number, .. } => Some(*number),
            Delivered::Absent
            | Delivered::Foreign
            | Delivered::Deleted { .. }
            | Delivered::Unknown { .. } => None,
        });
        numbers.max().unwrap_or(0)
    }
}
