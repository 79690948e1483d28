//! Reviewed = applied: what remains must be a subset of what was reviewed, and
//! all that is missing must already be so.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;

use super::change::{Action, Change, Subject};
use super::satisfied::is_satisfied;
use super::step::Step;
use super::{PLAN_FORMAT, Plan};
use crate::date::{Date, Days};
use crate::state::{Handle, LiveState};

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
    /// For a day that has not come.
    Ahead {
        /// The day for which it was planned.
        planned: Date,
        /// The day that it is.
        today: Date,
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
            Self::Ahead { planned, today } => write!(
                f,
                "the plan is of {planned}, and today is {today}: what would be due by then is not; plan again"
            ),
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

/// How far ahead the clock of the machine that planned may be.
const CLOCK_TOLERANCE: Days = Days(1);

/// Checks that a reviewed plan is of a day that its age allows.
///
/// A plan is carried out as of its own day. One of a day to come would end lives before their time,
/// and graces with them, unasked: the file is an artifact that its author may have written.
///
/// # Errors
/// [`Unfit::Expired`] or [`Unfit::Ahead`].
pub fn check_age(reviewed: &Plan, max_age: Days, today: Date) -> Result<(), Unfit> {
    let planned = reviewed.today;
    if planned.plus(max_age) < today {
        return Err(Unfit::Expired { planned, max_age });
    }
    if planned > today.plus(CLOCK_TOLERANCE) {
        return Err(Unfit::Ahead { planned, today });
    }
    Ok(())
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
    let (all_reviewed, all_fresh) = (by_subject(reviewed), by_subject(fresh));
    let is_reviewed = |change: &&Change| {
        let mut same = same_subject(&all_reviewed, change);
        same.any(|reviewed| is_rest_of(&change.step, &reviewed.step))
    };
    let is_left = |change: &&Change| {
        let mut same = same_subject(&all_fresh, change);
        same.any(|fresh| is_rest_of(&fresh.step, &change.step))
    };
    let is_done = |change: &&Change| is_satisfied(&change.step, live, &reviewed.namespace);
    let stale = Stale {
        is_manifest_changed: reviewed.inputs != fresh.inputs,
        is_elsewhere: place(reviewed) != place(fresh),
        unreviewed: fresh
            .changes
            .iter()
            .filter(|change| !is_reviewed(change))
            .cloned()
            .collect(),
        vanished: reviewed
            .changes
            .iter()
            .filter(|change| !is_left(change) && !is_done(change))
            .cloned()
            .collect(),
    };
    if stale == Stale::default() {
        Ok(())
    } else {
        Err(stale)
    }
}

/// The changes of a plan by what they do and to what.
type BySubject<'p> = BTreeMap<(Action, &'p Subject), Vec<&'p Change>>;

fn by_subject(plan: &Plan) -> BySubject<'_> {
    let mut groups = BySubject::new();
    for change in &plan.changes {
        let key = (change.action, &change.subject);
        groups.entry(key).or_default().push(change);
    }
    groups
}

fn same_subject<'p>(
    groups: &BySubject<'p>,
    change: &'p Change,
) -> impl Iterator<Item = &'p Change> {
    let found = groups.get(&(change.action, &change.subject));
    found.cloned().unwrap_or_default().into_iter()
}

/// Returns whether a step is what a half-failed run left of a reviewed one:
/// the same, with handles that were not known before, or the second of two
/// calls.
fn is_rest_of(fresh: &Step, reviewed: &Step) -> bool {
    match (fresh, reviewed) {
        (
            Step::Attach { key, usage_plan },
            Step::Attach {
                key: reviewed_key,
                usage_plan: reviewed_plan,
            },
        ) => {
            let is_known = |was: &Option<Handle>, is: &Option<Handle>| was.is_none() || was == is;
            key.name == reviewed_key.name
                && key.generation == reviewed_key.generation
                && is_known(&reviewed_key.handle, &key.handle)
                && usage_plan.name == reviewed_plan.name
                && is_known(&reviewed_plan.handle, &usage_plan.handle)
        }
        (
            Step::TagKey { key, set, remove },
            Step::TagKey {
                key: reviewed_key,
                set: reviewed_set,
                remove: reviewed_remove,
            },
        ) => {
            key == reviewed_key
                && set
                    .iter()
                    .all(|(tag, value)| reviewed_set.get(tag) == Some(value))
                && remove.iter().all(|tag| reviewed_remove.contains(tag))
        }
        (
            Step::DeleteUsagePlan { usage_plan, stages },
            Step::DeleteUsagePlan {
                usage_plan: reviewed_plan,
                stages: reviewed_stages,
            },
        ) => {
            usage_plan == reviewed_plan
                && stages.iter().all(|stage| reviewed_stages.contains(stage))
        }
        // A key that this plan was to make exists by now, or the store is said
        // to hold less than it did.
        (
            Step::Deliver {
                key,
                destination,
                spec,
                wait: _,
            },
            Step::Deliver {
                key: reviewed_key,
                destination: reviewed_destination,
                spec: reviewed_spec,
                wait: _,
            },
        ) => {
            key.name == reviewed_key.name
                && key.generation == reviewed_key.generation
                && (reviewed_key.handle.is_none() || reviewed_key.handle == key.handle)
                && destination == reviewed_destination
                && spec == reviewed_spec
        }
        (
            Step::Attach { .. }
            | Step::TagKey { .. }
            | Step::DeleteUsagePlan { .. }
            | Step::CreateUsagePlan { .. }
            | Step::UpdateUsagePlan { .. }
            | Step::CreateKey { .. }
            | Step::UpdateKey { .. }
            | Step::Detach { .. }
            | Step::Deliver { .. }
            | Step::DeleteKey { .. },
            _,
        ) => fresh == reviewed,
    }
}
