//! Walks every usage plan and key once and collects what has to change.

use std::collections::{BTreeMap, BTreeSet};

use super::change::{Action, Change, Kind};
use super::code::{AK410, AK490};
use super::cost::Cost;
use super::{Counts, Guard, PLAN_FORMAT, Plan, Upcoming, bulk, guard, order};
use crate::date::Date;
use crate::diagnostic::{Diagnostics, Suggestions};
use crate::digest::Digest;
use crate::sorted;
use crate::source::{Source, Span};
use crate::state::{
    DesiredState, Handle, LiveKey, LiveState, LiveUsagePlan, Marker, MarkerDate, StageId,
};

/// A plan, and what the live state says about the manifest.
#[derive(Clone, Debug)]
pub struct Planned {
    /// The plan; not to be carried out while there are errors.
    pub plan: Plan,
    /// What the account does not allow, with spans in the manifest.
    pub diagnostics: Diagnostics,
}

/// Works out what turns `live` into `desired` on the day `today`.
///
/// Pure: the same inputs give the same bytes. `source` is the manifest's text;
/// it gives the line of each change and takes no part in anything else.
#[must_use]
pub fn plan(desired: &DesiredState, live: &LiveState, today: Date, source: &Source<'_>) -> Planned {
    let mut planner = Planner::new(desired, live, today, source);
    if planner.is_right_account() {
        planner.usage_plans();
        planner.keys();
    }
    planner.finish()
}

/// The live objects of this namespace, by their names in the marker.
pub(super) type Owned<'a, T> = BTreeMap<&'a str, Vec<OwnedObject<'a, T>>>;

/// A live object of this namespace.
pub(super) struct OwnedObject<'a, T> {
    pub(super) handle: &'a Handle,
    pub(super) live: &'a T,
    pub(super) marker: &'a Marker,
}

impl<T> Clone for OwnedObject<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for OwnedObject<'_, T> {}

/// The plan so far.
pub(super) struct Planner<'a> {
    pub(super) desired: &'a DesiredState,
    pub(super) live: &'a LiveState,
    pub(super) today: Date,
    source: &'a Source<'a>,
    pub(super) owned_keys: Owned<'a, LiveKey>,
    pub(super) owned_usage_plans: Owned<'a, LiveUsagePlan>,
    /// The live usage plan of each usage plan in the manifest.
    pub(super) usage_plan_handles: BTreeMap<&'a str, Option<&'a Handle>>,
    /// The name in the manifest of each live usage plan that has one.
    pub(super) usage_plan_names: BTreeMap<&'a Handle, &'a str>,
    /// The stages of each usage plan in the manifest, once the plan is done.
    pub(super) stages_of: BTreeMap<&'a str, BTreeSet<StageId>>,
    /// The live keys without a marker that this manifest does not take over,
    /// by name.
    pub(super) unmarked_keys: BTreeMap<&'a str, Vec<&'a Handle>>,
    /// The live usage plans without a marker that this manifest does not take
    /// over, by name.
    pub(super) unmarked_usage_plans: BTreeMap<&'a str, Vec<&'a Handle>>,
    /// The ids of the account's REST APIs, by name.
    pub(super) api_ids: BTreeMap<&'a str, Vec<&'a str>>,
    /// "Did you mean" for REST APIs.
    pub(super) api_names: Suggestions<'a>,
    /// "Did you mean" for usage plans that are made elsewhere.
    pub(super) live_usage_plan_names: Suggestions<'a>,
    /// The usage plans that each live key is on.
    pub(super) memberships: BTreeMap<&'a Handle, Vec<&'a Handle>>,
    /// Usage plans that this plan deletes.
    pub(super) doomed_usage_plans: BTreeSet<&'a Handle>,
    /// Live keys whose entry has another name now.
    pub(super) moved_keys: BTreeSet<&'a Handle>,
    /// Second values of keys that this plan makes.
    pub(super) new_values: usize,
    pub(super) changes: Vec<Change>,
    pub(super) guards: Vec<Guard>,
    pub(super) upcoming: Vec<Upcoming>,
    pub(super) out: Diagnostics,
}

impl<'a> Planner<'a> {
    fn new(
        desired: &'a DesiredState,
        live: &'a LiveState,
        today: Date,
        source: &'a Source<'a>,
    ) -> Self {
        let memberships = live.usage_plans.iter().flat_map(|(handle, usage_plan)| {
            let keys = usage_plan.keys.iter();
            keys.map(move |key| (key, handle))
        });
        let adopted_keys = desired.keys.values().filter_map(|key| key.adopt.as_ref());
        let adopted_keys: BTreeSet<&Handle> = sorted::set(adopted_keys);
        let managed = desired.usage_plans.values().filter(|up| up.is_managed);
        let adopted_usage_plans: BTreeSet<&Handle> =
            sorted::set(managed.filter_map(|up| up.adopt.as_ref()));
        let unmarked_keys = live
            .keys
            .iter()
            .filter(|(handle, key)| key.marker.is_none() && !adopted_keys.contains(handle))
            .map(|(handle, key)| (key.name.as_str(), handle));
        let unmarked_usage_plans = live
            .usage_plans
            .iter()
            .filter(|(handle, up)| up.marker.is_none() && !adopted_usage_plans.contains(handle))
            .map(|(handle, up)| (up.name.as_str(), handle));
        let api_ids = live.apis.iter();
        let api_ids = api_ids.map(|(id, name)| (name.as_str(), id.as_str()));
        Self {
            desired,
            live,
            today,
            source,
            unmarked_keys: grouped(unmarked_keys),
            unmarked_usage_plans: grouped(unmarked_usage_plans),
            usage_plan_names: BTreeMap::new(),
            stages_of: BTreeMap::new(),
            owned_keys: owned(&live.keys, &desired.namespace, |key| key.marker.as_ref()),
            owned_usage_plans: owned(&live.usage_plans, &desired.namespace, |usage_plan| {
                usage_plan.marker.as_ref()
            }),
            usage_plan_handles: BTreeMap::new(),
            api_ids: grouped(api_ids),
            api_names: Suggestions::among(live.apis.values().map(String::as_str)),
            live_usage_plan_names: Suggestions::among(
                live.usage_plans.values().map(|up| up.name.as_str()),
            ),
            memberships: grouped(memberships),
            doomed_usage_plans: BTreeSet::new(),
            moved_keys: BTreeSet::new(),
            new_values: 0,
            changes: Vec::new(),
            guards: Vec::new(),
            upcoming: Vec::new(),
            out: Diagnostics::default(),
        }
    }

    fn is_right_account(&mut self) -> bool {
        let mismatch = |what: &str, wanted: &str, found: &str| {
            (wanted != found).then(|| {
                format!(
                    "target `{}` is in {what} `{wanted}`, but the live state is of `{found}`",
                    self.desired.target
                )
            })
        };
        let (desired, live) = (self.desired, self.live);
        if !desired.provider.is_carried_out() {
            self.out
                .report(&AK490, desired.span, cannot_plan(desired))
                .help("plan and apply the other targets with `--target`");
            return false;
        }
        let wrong = desired
            .account
            .as_deref()
            .and_then(|account| mismatch("account", account, &live.account))
            .or_else(|| mismatch("region", &desired.region, &live.region))
            .or_else(|| mismatch("service", desired.provider.name(), live.provider.name()));
        if let Some(message) = &wrong {
            self.out
                .report(&AK410, desired.span, message.as_str())
                .help("use the credentials or the snapshot of the target's account and region");
        }
        wrong.is_none()
    }

    /// Returns the line of a place in the manifest.
    pub(super) fn line(&self, span: Span) -> u32 {
        self.source.line(span.start)
    }

    fn finish(mut self) -> Planned {
        bulk::assign(self.desired.provider, &mut self.changes);
        order::sort(&mut self.changes);
        sorted::sort(&mut self.upcoming);
        self.upcoming.dedup();
        let is_removed =
            |object: &&OwnedObject<'_, LiveKey>| object.marker.date(MarkerDate::Removed).is_some();
        let removed = self.owned_keys.values().flatten().filter(is_removed);
        let owned_keys: usize = self.owned_keys.values().map(Vec::len).sum();
        let owned_usage_plans: usize = self.owned_usage_plans.values().map(Vec::len).sum();
        guard::lift_below_threshold(
            &mut self.guards,
            self.desired.max_deletes as usize,
            owned_keys + owned_usage_plans - removed.count(),
        );
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        let subjects = self.changes.iter().map(|change| &change.subject);
        let touched: BTreeSet<(Kind, &str)> =
            sorted::set(subjects.map(|subject| (subject.kind, subject.name.as_str())));
        let unchanged = |kind: Kind, names: &mut dyn Iterator<Item = &String>| {
            count(
                names
                    .filter(|name| !touched.contains(&(kind, name.as_str())))
                    .count(),
            )
        };
        // What is taken over is not left alone.
        let foreign = |unmarked: usize, kind: Kind| {
            let adopted = self
                .changes
                .iter()
                .filter(|change| change.action == Action::Adopt && change.subject.kind == kind);
            count(unmarked.saturating_sub(adopted.count()))
        };
        let managed = self
            .desired
            .usage_plans
            .iter()
            .filter(|(_, up)| up.is_managed);
        let counts = Counts {
            unchanged_keys: unchanged(Kind::Key, &mut self.desired.keys.keys()),
            unchanged_usage_plans: unchanged(Kind::UsagePlan, &mut managed.map(|(name, _)| name)),
            foreign_keys: foreign(self.live.keys.len() - owned_keys, Kind::Key),
            foreign_usage_plans: foreign(
                self.live.usage_plans.len() - owned_usage_plans,
                Kind::UsagePlan,
            ),
        };
        let mut plan = Plan {
            format: PLAN_FORMAT,
            namespace: self.desired.namespace.clone(),
            target: self.desired.target.clone(),
            provider: self.desired.provider,
            account: self.live.account.clone(),
            region: self.live.region.clone(),
            today: self.today,
            inputs: self.desired.digest(),
            live: self.live.digest(),
            digest: Digest::empty(),
            cost: Cost::of(self.desired.provider, &self.changes, self.live),
            changes: self.changes,
            guards: self.guards,
            upcoming: self.upcoming,
            traffic: Vec::new(),
            counts,
        };
        plan.sign();
        self.out.sort();
        Planned {
            plan,
            diagnostics: self.out,
        }
    }
}

/// Says why nothing of a target is planned, where its provider is one that
/// this version only validates.
#[must_use]
pub fn cannot_plan(desired: &DesiredState) -> String {
    format!(
        "target `{}` is validated only: planning and applying {} is not supported yet",
        desired.target,
        desired.provider.name()
    )
}

pub(super) fn owned<'a, T>(
    objects: &'a BTreeMap<Handle, T>,
    namespace: &str,
    marker_of: impl Fn(&'a T) -> Option<&'a Marker>,
) -> Owned<'a, T> {
    let mut owned: Vec<OwnedObject<'a, T>> = objects
        .iter()
        .filter_map(|(handle, live)| {
            let marker = marker_of(live).filter(|marker| marker.namespace == namespace)?;
            Some(OwnedObject {
                handle,
                live,
                marker,
            })
        })
        .collect();
    sorted::sort_by(&mut owned, |a, b| a.marker.name.cmp(&b.marker.name));
    let groups = owned.chunk_by(|a, b| a.marker.name == b.marker.name);
    sorted::map(
        groups.filter_map(|group| Some((group.first()?.marker.name.as_str(), group.to_vec()))),
    )
}

/// Groups pairs by their first half; a sorted list makes the map in one go.
fn grouped<K: Ord, V: Ord>(pairs: impl Iterator<Item = (K, V)>) -> BTreeMap<K, Vec<V>> {
    let mut pairs: Vec<_> = pairs.collect();
    sorted::sort(&mut pairs);
    let mut groups: Vec<(K, Vec<V>)> = Vec::with_capacity(pairs.len());
    for (key, value) in pairs {
        match groups.last_mut().filter(|(last, _)| *last == key) {
            Some((_, group)) => group.push(value),
            None => groups.push((key, vec![value])),
        }
    }
    sorted::map(groups)
}

/// Returns whether CloudFormation made the object and goes on changing it.
pub(super) fn is_owned_by_stack(tags: &BTreeMap<String, String>) -> bool {
    tags.keys()
        .any(|tag| tag.starts_with("aws:cloudformation:"))
}
