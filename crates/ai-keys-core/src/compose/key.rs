//! Keys of the manifest, and what most of them share.

use std::collections::{BTreeMap, BTreeSet};

use super::Composer;
use super::text::{Field, Place, Text, list, quoted, words};
use crate::rule::bad_owner::is_owner;
use crate::state::{Handle, LiveKey, Liveness};

/// What `[defaults.key]` says.
#[derive(Debug, Default)]
pub(super) struct Defaults {
    usage_plans: Option<Vec<String>>,
    owner: Option<String>,
    tags: BTreeMap<String, String>,
}

/// Tags in which teams write who answers for a resource.
const OWNER_TAGS: [&str; 4] = ["owner", "Owner", "team", "Team"];

/// What tools write for want of a description. It says nothing of the key, and
/// soon it is not even true; where the manifest says nothing, it stays.
const OF_TOOLS: [&str; 2] = ["Managed by Terraform", "Managed by Pulumi"];

impl Defaults {
    pub(super) fn write(&self, text: &mut Text) {
        if self.usage_plans.is_none() && self.owner.is_none() && self.tags.is_empty() {
            return;
        }
        text.table("defaults.key");
        if let Some(owner) = &self.owner {
            text.field("owner", &quoted(owner));
        }
        if let Some(usage_plans) = &self.usage_plans {
            text.field("usage-plans", &list(usage_plans.iter().map(String::as_str)));
        }
        if !self.tags.is_empty() {
            text.field("tags", &words(self.tags.iter()));
        }
    }
}

impl Composer<'_> {
    /// Finds what is worth saying once: the usage plans and the owner that
    /// most keys have, and the tags that all of them have.
    pub(super) fn defaults(&self) -> Defaults {
        if self.refused.forbids_defaults {
            return Defaults::default();
        }
        let keys = || self.keys.iter().map(|(_, handle, key)| (*handle, *key));
        let all_tags = keys().map(|(_, key)| declared_tags(key));
        let shared = all_tags.reduce(|mut shared, tags| {
            shared.retain(|name, value| tags.get(name) == Some(value));
            shared
        });
        let is_many = self.keys.len() > 1;
        Defaults {
            usage_plans: most_common(keys().map(|(handle, _)| self.usage_plans_of(handle)))
                .filter(|_| self.tells_all_usage_plans()),
            // To a key that names nobody a default would be a claim.
            owner: most_common(keys().map(|(_, key)| owner_of(key)))
                .flatten()
                .filter(|_| keys().all(|(_, key)| owner_of(key).is_some())),
            tags: shared.filter(|_| is_many).unwrap_or_default(),
        }
    }

    /// A default would move keys of which nothing is known.
    fn tells_all_usage_plans(&self) -> bool {
        let mut keys = self.keys.iter();
        self.wanted.knows_memberships || keys.all(|(_, key, _)| self.memberships.contains_key(key))
    }

    /// Returns the entries of the usage plans that a key is on.
    fn usage_plans_of(&self, key: &Handle) -> Vec<String> {
        let handles = self.memberships.get(key).into_iter().flatten();
        let mut names: Vec<String> = handles
            .filter_map(|handle| self.usage_plans.get(handle).cloned())
            .collect();
        names.sort();
        names
    }

    pub(super) fn write_keys(&mut self, defaults: &Defaults, text: &mut Text) {
        let mut cloud_names = BTreeSet::new();
        for (name, handle, key) in self.keys.clone() {
            let is_second = !cloud_names.insert(key.name.as_str());
            let whole = place(handle, Field::Whole);
            text.entry(&format!("key.{name}"), whole, self.origin(handle));
            if is_second {
                let note = format!("another key is named `{}`: renamed `{name}`", key.name);
                self.note("key", handle, note);
            } else if key.name != name {
                text.field("name", &quoted(&key.name));
            }
            if !OF_TOOLS.contains(&key.description.trim()) {
                let description = place(handle, Field::Description);
                self.write_description(description, &key.description, text);
            }
            self.write_key(handle, key, defaults, text);
        }
    }

    fn write_key(&self, handle: &Handle, key: &LiveKey, defaults: &Defaults, text: &mut Text) {
        let owner = owner_of(key);
        if owner != defaults.owner
            && let Some(owner) = &owner
        {
            self.write_optional(place(handle, Field::Owner), &quoted(owner), text);
        }
        if key.liveness == Liveness::Disabled {
            text.field("enabled", "false");
        }
        let usage_plans = self.usage_plans_of(handle);
        let is_unknown = usage_plans.is_empty() && !self.wanted.knows_memberships;
        if defaults.usage_plans.as_ref() != Some(&usage_plans) && !is_unknown {
            text.field("usage-plans", &list(usage_plans.iter().map(String::as_str)));
        }
        let mut tags = declared_tags(key);
        tags.retain(|name, value| defaults.tags.get(name) != Some(value));
        if !tags.is_empty() {
            self.write_optional(place(handle, Field::Tags), &words(tags.iter()), text);
        }
        if let Some(customer_id) = &key.customer_id {
            let place = place(handle, Field::CustomerId);
            self.write_optional(place, &quoted(customer_id), text);
        }
        text.field("adopt", &quoted(handle.as_str()));
    }
}

fn place(handle: &Handle, field: Field) -> Place {
    Place {
        handle: handle.clone(),
        kind: "key",
        field,
    }
}

/// Returns the tags that a manifest may declare.
fn declared_tags(key: &LiveKey) -> BTreeMap<String, String> {
    let mut tags = key.tags.clone();
    tags.retain(|name, _| !name.starts_with("aws:"));
    tags
}

fn owner_of(key: &LiveKey) -> Option<String> {
    let owner = OWNER_TAGS.iter().find_map(|tag| key.tags.get(*tag))?;
    is_owner(owner).then(|| owner.clone())
}

/// Returns what more than half of at least two things are.
fn most_common<T: Ord>(things: impl Iterator<Item = T>) -> Option<T> {
    let mut counts: BTreeMap<T, usize> = BTreeMap::new();
    let mut all = 0;
    for thing in things {
        *counts.entry(thing).or_default() += 1;
        all += 1;
    }
    let (thing, count) = counts.into_iter().max_by_key(|(_, count)| *count)?;
    (all > 1 && count * 2 > all).then_some(thing)
}
