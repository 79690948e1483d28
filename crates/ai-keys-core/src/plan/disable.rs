//! A person's word that keys stop working at once: the switch for a leak.
//!
//! Not what the manifest asks for, so nothing of it is in the plan of an
//! apply; but a plan all the same, with a digest, a cost and a guard.

use std::collections::BTreeSet;
use std::fmt;

use serde::Serialize;

use super::change::{Action, Change, Differences, Risk};
use super::compare_key::subject;
use super::cost::Cost;
use super::guard::{Guard, GuardReason};
use super::lifecycle::key_ref;
use super::planner::{OwnedObject, owned};
use super::step::{KeyPatch, Step, Turn};
use super::{Counts, PLAN_FORMAT, Plan, bulk, order};
use crate::date::Date;
use crate::digest::Digest;
use crate::source::Source;
use crate::state::{DesiredState, LiveKey, LiveState, Liveness};

/// Which keys of a namespace stop working.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Whose {
    /// All.
    Everybodys,
    /// Those of this owner, by the marker or by the manifest.
    OwnedBy(String),
    /// Those with these names.
    Named(BTreeSet<String>),
}

impl fmt::Display for Whose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Everybodys => f.write_str("all"),
            Self::OwnedBy(owner) => write!(f, "owner/{owner}"),
            Self::Named(names) => {
                let names: Vec<&str> = names.iter().map(String::as_str).collect();
                f.write_str(&names.join(","))
            }
        }
    }
}

/// Plans that every working value of these keys is disabled, protected or not,
/// in the manifest or not, and nothing else. `live` must be of the target's
/// account and region.
///
/// The manifest is asked for the namespace, for owners and for lines.
#[must_use]
pub fn plan_disable(
    desired: &DesiredState,
    live: &LiveState,
    whose: &Whose,
    today: Date,
    source: &Source<'_>,
) -> Plan {
    let all = owned(&live.keys, &desired.namespace, |key| key.marker.as_ref());
    let meant: Vec<OwnedObject<'_, LiveKey>> = all
        .values()
        .flatten()
        .filter(|object| is_meant(object, whose, desired))
        .copied()
        .collect();
    let working = meant
        .iter()
        .filter(|object| object.live.liveness == Liveness::Active);
    let mut changes: Vec<Change> = working
        .map(|object| disable(*object, desired, source))
        .collect();
    order::sort(&mut changes);
    bulk::assign_disabling(desired.provider, &mut changes, live);
    order::sort(&mut changes);
    let guards = (!changes.is_empty()).then(|| Guard {
        acknowledge: format!("disable:{whose}"),
        reason: GuardReason::AtOnce,
    });
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    let counts = Counts {
        unchanged_keys: count(meant.len() - changes.len()),
        ..Counts::default()
    };
    let mut plan = Plan {
        format: PLAN_FORMAT,
        namespace: desired.namespace.clone(),
        target: desired.target.clone(),
        provider: desired.provider,
        account: live.account.clone(),
        region: live.region.clone(),
        today,
        inputs: Digest::of(whose),
        live: live.digest(),
        digest: Digest::empty(),
        cost: Cost::of(desired.provider, &changes, live),
        changes,
        guards: guards.into_iter().collect(),
        upcoming: Vec::new(),
        traffic: Vec::new(),
        counts,
    };
    plan.sign();
    plan
}

fn is_meant(object: &OwnedObject<'_, LiveKey>, whose: &Whose, desired: &DesiredState) -> bool {
    let name = &object.marker.name;
    match whose {
        Whose::Everybodys => true,
        Whose::OwnedBy(owner) => {
            let entry = desired.keys.get(name);
            let said = entry.and_then(|entry| entry.owner.as_deref());
            object.marker.owner() == Some(owner) || said == Some(owner)
        }
        Whose::Named(names) => names.contains(name),
    }
}

fn disable(
    object: OwnedObject<'_, LiveKey>,
    desired: &DesiredState,
    source: &Source<'_>,
) -> Change {
    let mut differences = Differences::default();
    differences.note("enabled", Some("true".to_owned()), Some("false".to_owned()));
    let entry = desired.keys.get(&object.marker.name);
    let is_protected = object.marker.is_protected() || entry.is_some_and(|key| key.is_protected);
    Change {
        action: Action::Disable,
        subject: subject(&object.marker.name, object.marker.generation),
        fields: differences.fields,
        reason: is_protected.then(|| "it is protected".to_owned()),
        risk: Risk::Blocks,
        line: entry.map(|entry| source.line(entry.span.start)),
        import: None,
        step: Step::UpdateKey {
            key: key_ref(object),
            patch: KeyPatch {
                is_enabled: Some(false),
                ..KeyPatch::default()
            },
            turn: Turn::First,
        },
    }
}
