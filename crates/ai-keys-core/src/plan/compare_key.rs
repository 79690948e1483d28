//! Keys: which to make, take over or change.

use std::collections::BTreeMap;

use super::change::{Action, Change, Differences, Kind, Risk, Subject, map_in_words};
use super::code::{AK401, AK402, AK403, AK411, AK412};
use super::deliveries::Arrival;
use super::guard::{Guard, GuardReason};
use super::planner::{OwnedObject, Planner, is_owned_by_stack};
use super::step::{KeyPatch, KeyRef, NewKey, Step, Turn};
use crate::diagnostic::list_of;
use crate::sorted;
use crate::state::{DesiredKey, Handle, LiveKey, Liveness, Marker, MarkerDate};

impl<'a> Planner<'a> {
    /// Plans every key of the manifest, older generations, and keys that left.
    pub(super) fn keys(&mut self) {
        let desired = self.desired;
        for (name, key) in &desired.keys {
            self.key(name, key);
        }
        let gone: Vec<_> = self
            .owned_keys
            .iter()
            .filter(|(name, _)| !desired.keys.contains_key(**name))
            .flat_map(|(_, objects)| objects.iter().copied())
            .filter(|object| !self.moved_keys.contains(object.handle))
            .collect();
        for object in gone {
            self.remove_key(object, "removed from the file");
        }
    }

    fn key(&mut self, name: &'a str, desired: &'a DesiredKey) {
        if let Some((newest, others)) = self.values_of(name, desired) {
            let generation = newest.marker.generation;
            let is_older = |value: &OwnedObject<'_, LiveKey>| value.marker.generation < generation;
            let (mut others, twins): (Vec<_>, Vec<_>) = others.into_iter().partition(is_older);
            let adopt = (desired.adopt.as_ref(), desired.span);
            if twins.is_empty() {
                self.warn_of_ignored_key(name, adopt, newest, &others);
            }
            let is_doubtful = is_doubtful(desired, newest, &twins);
            for twin in twins {
                if is_doubtful {
                    self.report_doubt(name, desired, newest.handle, twin.handle);
                    others.push(twin);
                } else {
                    self.end_twin(name, desired, newest.handle, twin);
                }
            }
            self.values(name, desired, newest, &others);
            return;
        }
        if let Some(adopt) = &desired.adopt {
            if let Some((handle, live)) = self.key_to_adopt(name, desired, adopt) {
                self.update_key(name, desired, handle, live);
            }
            return;
        }
        if let Some(handles) = self.unmarked_keys.get(desired.cloud_name.as_str()) {
            let ids = list_of(handles.iter().map(|handle| handle.as_str()));
            let message = format!(
                "there is a key `{}` already (id {ids}), and it is not ours",
                desired.cloud_name
            );
            let help = "take it over, value unchanged, with `adopt` and its id; or give this one another name";
            self.out.report(&AK401, desired.span, message).help(help);
            return;
        }
        let generation = self.next_generation(desired, 0);
        self.create_key(name, desired, generation, None);
    }

    /// Returns the live key of the newest generation, and the other values.
    fn values_of(
        &self,
        name: &str,
        desired: &DesiredKey,
    ) -> Option<(OwnedObject<'a, LiveKey>, Vec<OwnedObject<'a, LiveKey>>)> {
        let objects = self.owned_keys.get(name)?;
        if let [only] = objects.as_slice() {
            return Some((*only, Vec::new()));
        }
        let mut objects = objects.clone();
        let wants_enabled = self.works_today(desired);
        // The newest generation; of its twins the one in use, then the oldest.
        // Nothing here may change its mind while the plan is carried out.
        sorted::sort_by_key(&mut objects, |object| {
            (
                std::cmp::Reverse(object.marker.generation),
                desired.adopt.as_ref() != Some(object.handle),
                object.marker.date(MarkerDate::Removed).is_some(),
                std::cmp::Reverse(self.count_kept_usage_plans(object.handle, desired)),
                wants_enabled && object.live.liveness != Liveness::Active,
                object.live.created,
                object.handle,
            )
        });
        let newest = objects.remove(0);
        Some((newest, objects))
    }

    /// Says that both of two keys of one generation are replaced.
    fn report_doubt(&mut self, name: &str, desired: &DesiredKey, one: &Handle, other: &Handle) {
        let message = format!("key `{name}` exists twice: {one} and {other}");
        let help =
            "nobody knows which of the two was delivered, so the plan replaces both by a new value";
        self.out.report(&AK411, desired.span, message).help(help);
    }

    /// Plans the end of a second key of one generation that no store can hold.
    fn end_twin(
        &mut self,
        name: &str,
        desired: &DesiredKey,
        keep: &Handle,
        twin: OwnedObject<'a, LiveKey>,
    ) {
        let is_protected = desired.is_protected;
        if is_protected || twin.marker.date(MarkerDate::Removed).is_none() {
            let message = format!("key `{name}` exists twice: {keep} and {}", twin.handle);
            self.out
                .report(&AK411, desired.span, message)
                .help(if is_protected {
                    "it is protected, so no plan removes one of them: remove the unused one by hand"
                        .to_owned()
                } else {
                    format!(
                        "the plan keeps {keep}, which is in use or older, and removes the other"
                    )
                });
        }
        if !is_protected {
            self.remove_key(twin, "a second key that a lost answer left");
        }
    }

    fn key_to_adopt(
        &mut self,
        name: &str,
        desired: &DesiredKey,
        adopt: &Handle,
    ) -> Option<(&'a Handle, &'a LiveKey)> {
        let Some((handle, live)) = self.live.keys.get_key_value(adopt) else {
            let message = format!("key `{name}` takes over `{adopt}`, which does not exist here");
            let help = "correct the id; or remove `adopt`, and a new key with a new value is made";
            self.out.report(&AK402, desired.span, message).help(help);
            return None;
        };
        if let Some(owner) = &live.marker {
            // An entry of this file that got another name: the key goes along.
            if owner.namespace == self.desired.namespace
                && !self.desired.keys.contains_key(&owner.name)
            {
                self.moved_keys.insert(handle);
                return Some((handle, live));
            }
            let message = format!(
                "key `{name}` takes over `{adopt}`, which belongs to `{}/{}`",
                owner.namespace, owner.name
            );
            self.out
                .report(&AK403, desired.span, message)
                .help("remove the other entry first");
            return None;
        }
        if is_owned_by_stack(&live.tags) {
            let message = format!("key `{name}` takes over `{adopt}`, which CloudFormation owns");
            let help = "retain and remove it in the stack first, or acknowledge the adoption";
            self.out.report(&AK412, desired.span, message).help(help);
            self.guards
                .push(Guard::new(GuardReason::OwnedByStack, &subject(name, 1)));
        }
        Some((handle, live))
    }

    /// Makes a value, puts it where it belongs and delivers it.
    pub(super) fn create_key(
        &mut self,
        name: &str,
        desired: &DesiredKey,
        generation: u32,
        reason: Option<String>,
    ) -> Arrival {
        let is_enabled = self.wants_enabled(desired, None);
        let text = desired.description.as_deref().unwrap_or_default();
        let mut differences = Differences::default();
        if desired.cloud_name != name {
            differences.note("name", None, Some(desired.cloud_name.clone()));
        }
        differences.note_text("description", "", text);
        differences.note("owner", None, desired.owner.clone());
        if desired.is_protected {
            differences.note("protect", None, Some("true".to_owned()));
        }
        differences.note("customer-id", None, desired.customer_id.clone());
        if !is_enabled {
            differences.note("enabled", None, Some("false".to_owned()));
        }
        let tags = desired.tags.clone().unwrap_or_default();
        differences.note("tags", None, map_in_words(&tags));
        let mut marker = self.marker_for(name, desired, None);
        marker.generation = generation;
        if generation > 1 {
            marker.set_date(MarkerDate::Made, Some(self.today));
        }
        let spec = NewKey {
            name: desired.cloud_name.clone(),
            description: marker.attach(text),
            is_enabled,
            customer_id: desired.customer_id.clone(),
            tags,
        };
        let key = KeyRef {
            name: name.to_owned(),
            generation,
            handle: None,
        };
        self.changes.push(Change {
            action: Action::Create,
            subject: subject(name, generation),
            fields: differences.fields,
            reason: reason.or_else(|| self.expiry_reason(desired).filter(|_| !is_enabled)),
            risk: Risk::None,
            line: Some(self.line(desired.span)),
            import: None,
            step: Step::CreateKey {
                key: key.clone(),
                spec,
            },
        });
        self.attachments(desired, &key, true);
        self.deliver(desired, &key, is_enabled)
    }

    pub(super) fn update_key(
        &mut self,
        name: &str,
        desired: &DesiredKey,
        handle: &'a Handle,
        live: &LiveKey,
    ) -> Arrival {
        let mut marker = self.marker_for(name, desired, live.marker.as_ref());
        if live.marker.is_none() {
            marker.generation = self.next_generation(desired, 0);
        }
        if desired.rotation.is_some() && live.made_on(self.today).is_none() {
            // Its age is not known: it is counted from today.
            marker.set_date(MarkerDate::Made, Some(self.today));
        }
        let key = KeyRef {
            name: name.to_owned(),
            generation: marker.generation,
            handle: Some(handle.clone()),
        };
        self.key_tags(desired, &key, live);
        self.key_fields(desired, &key, live, &marker);
        self.attachments(desired, &key, live.liveness == Liveness::Active);
        let works = self.wants_enabled(desired, Some(live));
        self.announce_expiry(desired, &key, works);
        self.deliver(desired, &key, works)
    }

    /// Returns the marker that the key is to carry: what is known, over what
    /// the live one says.
    fn marker_for(&self, name: &str, desired: &DesiredKey, live: Option<&Marker>) -> Marker {
        let mut marker = live
            .cloned()
            .unwrap_or_else(|| Marker::new(&self.desired.namespace, name));
        name.clone_into(&mut marker.name);
        marker.set_owner(desired.owner.as_deref());
        marker.set_protected(desired.is_protected);
        marker.set_tag_names(desired.tags.iter().flatten().map(|(tag, _)| tag.as_str()));
        let named = desired.deliveries.iter();
        let named = named.filter(|(to, spec)| self.may_name(to, spec, live));
        marker.set_destinations(named.map(|(to, _)| to));
        marker.set_date(MarkerDate::Removed, None);
        marker.set_date(MarkerDate::Retiring, None);
        marker
    }

    fn key_fields(&mut self, desired: &DesiredKey, key: &KeyRef, live: &LiveKey, marker: &Marker) {
        let mut differences = Differences::default();
        let mut patch = KeyPatch::default();
        let mut reason = None;
        if differences.note_text("name", &live.name, &desired.cloud_name) {
            patch.name = Some(desired.cloud_name.clone());
            reason = Some("renamed in place: the value is unchanged".to_owned());
        }
        let text = desired.description.as_deref().unwrap_or(&live.description);
        let is_reworded = differences.note_text("description", &live.description, text);
        let before = live.marker.as_ref();
        if let Some(before) = before
            && differences.note_words("entry", Some(&before.name), Some(&marker.name))
        {
            reason = Some("its entry has another name: the value is unchanged".to_owned());
        }
        differences.note_words("owner", before.and_then(Marker::owner), marker.owner());
        let word = |is_protected: bool| Some(if is_protected { "true" } else { "false" });
        let was_protected = before.is_some_and(Marker::is_protected);
        differences.note_words("protect", word(was_protected), word(marker.is_protected()));
        if let Some(before) = before
            && !before.destinations().eq(marker.destinations())
        {
            let all = |marker: &Marker| marker.destinations().collect::<Vec<_>>().join(", ");
            differences.note_text("deliver", &all(before), &all(marker));
            let is_left = |to: &&str| !marker.destinations().any(|other| other == *to);
            let left: Vec<_> = before.destinations().filter(is_left).collect();
            if !left.is_empty() {
                reason = Some(format!("what is in {} stays there", left.join(", ")));
            }
        }
        if is_reworded || live.marker.as_ref() != Some(marker) {
            patch.description = Some(marker.attach(text));
        }
        if let Some(customer_id) = &desired.customer_id
            && differences.note_words(
                "customer-id",
                live.customer_id.as_deref(),
                Some(customer_id),
            )
        {
            patch.customer_id = Some(customer_id.clone());
        }
        let is_enabled = self.wants_enabled(desired, Some(live));
        let is_active = live.liveness == Liveness::Active;
        if is_enabled != is_active {
            differences.note(
                "enabled",
                Some(is_active.to_string()),
                Some(is_enabled.to_string()),
            );
            patch.is_enabled = Some(is_enabled);
        }
        if patch == KeyPatch::default() {
            return;
        }
        let was_removed = live
            .marker
            .as_ref()
            .is_some_and(|marker| marker.date(MarkerDate::Removed).is_some());
        let action = match (live.marker.is_some(), is_active, is_enabled) {
            (false, ..) => Action::Adopt,
            (true, true, false) => Action::Disable,
            (true, false, true) => Action::Enable,
            (true, ..) => Action::Update,
        };
        let reason = match action {
            Action::Adopt => Some("takes over the live key: the value is unchanged".to_owned()),
            Action::Disable => self.expiry_reason(desired).or(reason),
            Action::Enable if was_removed => {
                Some("back in the file inside the grace: the value is unchanged".to_owned())
            }
            _ => reason,
        };
        let turn = match action {
            Action::Update => self.marker_turn(desired),
            _ => Turn::Usual,
        };
        self.changes.push(Change {
            action,
            subject: subject(&key.name, key.generation),
            fields: differences.fields,
            reason,
            risk: if is_active && !is_enabled {
                Risk::Blocks
            } else {
                Risk::None
            },
            line: Some(self.line(desired.span)),
            import: None,
            step: Step::UpdateKey {
                key: key.clone(),
                patch,
                turn,
            },
        });
    }

    /// Sets declared tags, and removes those that the marker says we set. Tags
    /// of others stay.
    fn key_tags(&mut self, desired: &DesiredKey, key: &KeyRef, live: &LiveKey) {
        let none = BTreeMap::new();
        let wanted = desired.tags.as_ref().unwrap_or(&none);
        let set: BTreeMap<_, _> = sorted::map(
            wanted
                .iter()
                .filter(|(tag, value)| live.tags.get(*tag) != Some(value))
                .map(|(tag, value)| (tag.clone(), value.clone())),
        );
        let ours = live.marker.iter().flat_map(Marker::tag_names);
        let remove: Vec<String> = ours
            .filter(|tag| !wanted.contains_key(*tag) && live.tags.contains_key(*tag))
            .map(str::to_owned)
            .collect();
        if set.is_empty() && remove.is_empty() {
            return;
        }
        let mut differences = Differences::default();
        for tag in set.keys().chain(&remove) {
            let field = format!("tag {tag}");
            differences.note(&field, live.tags.get(tag).cloned(), set.get(tag).cloned());
        }
        self.changes.push(Change {
            action: Action::Update,
            subject: subject(&key.name, key.generation),
            fields: differences.fields,
            reason: None,
            risk: Risk::None,
            line: Some(self.line(desired.span)),
            import: None,
            step: Step::TagKey {
                key: key.clone(),
                set,
                remove,
            },
        });
    }
}

/// Returns whether a secret store may hold the value of either of two keys of
/// one generation: its note names the generation, and not the key.
///
/// Where all but one were taken away before, it was known which one stays.
fn is_doubtful(
    desired: &DesiredKey,
    newest: OwnedObject<'_, LiveKey>,
    twins: &[OwnedObject<'_, LiveKey>],
) -> bool {
    let is_going = |key: &OwnedObject<'_, LiveKey>| key.marker.date(MarkerDate::Removed).is_some();
    let is_settled = !is_going(&newest) && twins.iter().all(is_going);
    !desired.deliveries.is_empty() && !twins.is_empty() && !is_settled
}

pub(super) fn subject(name: &str, generation: u32) -> Subject {
    Subject {
        kind: Kind::Key,
        name: name.to_owned(),
        generation,
    }
}
