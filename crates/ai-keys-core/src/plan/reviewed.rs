//! Reviewed = applied: what remains must be a subset of what was reviewed, and
//! all that is missing must already be so.

use std::fmt;

use serde::Deserialize;

use super::change::{Action, Change};
use super::step::{KeyRef, Step};
use super::{PLAN_FORMAT, Plan};
use crate::date::{Date, Days};
use crate::state::{LiveKey, LiveState, Liveness};

/// Why a file is not a plan that can be applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unfit {
    /// Not JSON, or not of this form; the text says where.
    Malformed(String),
    /// Written by another version.
    Format(u32),
    /// Its digest is not that of what it says.
    Tampered,
    /// Older than the manifest allows.
    Expired {
        /// The day for which it was planned.
        planned: Date,
        /// How old it may be.
        max_age: Days,
    },
}

impl fmt::Display for Unfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed(why) => write!(f, "not a plan: {why}"),
            Self::Format(format) => write!(
                f,
                "a plan of format {format}; this program reads format {PLAN_FORMAT}: plan again"
            ),
            Self::Tampered => f.write_str(
                "the plan was changed after it was made: its digest is not that of what it says; plan again",
            ),
            Self::Expired { planned, max_age } => {
                write!(f, "the plan is of {planned}, older than {max_age}: plan again")
            }
        }
    }
}

impl std::error::Error for Unfit {}

/// Reads a plan file and checks that it is whole.
///
/// # Errors
/// If the text is not a plan of this format, or says something else than its
/// digest.
pub fn read_plan(text: &str) -> Result<Plan, Unfit> {
    #[derive(Deserialize)]
    struct Head {
        format: u32,
    }
    let malformed = |error: serde_json::Error| Unfit::Malformed(error.to_string());
    let head: Head = serde_json::from_str(text).map_err(malformed)?;
    if head.format != PLAN_FORMAT {
        return Err(Unfit::Format(head.format));
    }
    let plan: Plan = serde_json::from_str(text).map_err(malformed)?;
    if plan.compute_digest() == plan.digest {
        Ok(plan)
    } else {
        Err(Unfit::Tampered)
    }
}

/// How the account differs from what was reviewed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Stale {
    /// The manifest asks for something else now.
    pub is_manifest_changed: bool,
    /// The plan is for another namespace, target, account or region.
    pub is_elsewhere: bool,
    /// Changes that would be needed and were not reviewed.
    pub unreviewed: Vec<Change>,
    /// Changes that were reviewed, are not needed any more, and are not so.
    pub vanished: Vec<Change>,
}

/// Checks a reviewed plan against a fresh one for the same day.
///
/// Passing means: carry out `fresh`. It holds nothing that was not reviewed,
/// and what it lacks has been carried out before, so a re-run after a
/// half-failed apply needs no new review.
///
/// # Errors
/// How the two differ, change by change.
pub fn check_reviewed(reviewed: &Plan, fresh: &Plan, live: &LiveState) -> Result<(), Stale> {
    let place = |plan: &Plan| {
        (
            plan.namespace.clone(),
            plan.target.clone(),
            plan.account.clone(),
            plan.region.clone(),
        )
    };
    let is_in =
        |change: &Change, plan: &Plan| plan.changes.iter().any(|other| other.does_the_same(change));
    let stale = Stale {
        is_manifest_changed: reviewed.inputs != fresh.inputs,
        is_elsewhere: place(reviewed) != place(fresh),
        unreviewed: fresh
            .changes
            .iter()
            .filter(|c| !is_reviewed(c, reviewed))
            .cloned()
            .collect(),
        vanished: reviewed
            .changes
            .iter()
            .filter(|change| {
                !is_in(change, fresh) && !is_satisfied(change, live, &reviewed.namespace)
            })
            .cloned()
            .collect(),
    };
    if stale == Stale::default() {
        Ok(())
    } else {
        Err(stale)
    }
}

/// A change whose object was made by an earlier, half-failed run now names the
/// live object; that is still the reviewed change.
fn is_reviewed(fresh: &Change, reviewed: &Plan) -> bool {
    reviewed.changes.iter().any(|change| {
        change.does_the_same(fresh)
            || (change.action == fresh.action
                && change.subject == fresh.subject
                && forget_handles(&change.step, &fresh.step))
    })
}

/// Returns whether two attachments are the same but for handles that were not
/// known when the first was planned.
fn forget_handles(reviewed: &Step, fresh: &Step) -> bool {
    match (reviewed, fresh) {
        (
            Step::Attach {
                key: a,
                usage_plan: b,
            },
            Step::Attach {
                key: c,
                usage_plan: d,
            },
        ) => {
            a.name == c.name
                && a.generation == c.generation
                && (a.handle.is_none() || a.handle == c.handle)
                && b.name == d.name
                && (b.handle.is_none() || b.handle == d.handle)
        }
        _ => false,
    }
}

/// Returns whether the live state already is as the change would make it.
fn is_satisfied(change: &Change, live: &LiveState, namespace: &str) -> bool {
    let key_of = |key: &KeyRef| -> Option<&LiveKey> {
        match &key.handle {
            Some(handle) => live.keys.get(handle),
            None => live.keys.values().find(|found| {
                found.marker.as_ref().is_some_and(|marker| {
                    marker.namespace == namespace
                        && marker.name == key.name
                        && marker.generation == key.generation
                })
            }),
        }
    };
    let usage_plan_named = |name: &str| {
        live.usage_plans.iter().find(|(_, found)| {
            found
                .marker
                .as_ref()
                .is_some_and(|m| m.namespace == namespace && m.name == name)
        })
    };
    match &change.step {
        Step::CreateUsagePlan { name, .. } => usage_plan_named(name).is_some(),
        Step::CreateKey { key, .. } => key_of(key).is_some(),
        Step::DeleteKey { key } => key_of(key).is_none(),
        Step::DeleteUsagePlan { usage_plan, .. } => usage_plan
            .handle
            .as_ref()
            .is_none_or(|handle| !live.usage_plans.contains_key(handle)),
        // The fresh plan compares every field of an object that exists; what
        // it no longer changes is as the manifest wants it.
        Step::UpdateUsagePlan { usage_plan, .. } => usage_plan
            .handle
            .as_ref()
            .is_some_and(|handle| live.usage_plans.contains_key(handle)),
        Step::UpdateKey { key, patch } => key_of(key).is_some_and(|found| {
            let is_active = found.liveness == Liveness::Active;
            patch.is_enabled.is_none_or(|wanted| wanted == is_active)
                || matches!(change.action, Action::Disable | Action::Retire) && !is_active
        }),
        Step::TagKey { key, .. } => key_of(key).is_some(),
        Step::Attach { .. } | Step::Detach { .. } => true,
    }
}
