//! A key as it is meant: its own fields over the defaults.

use super::delivery::Delivery;
use super::model::{Key, KeyDefaults, Manifest, QuotaTable, Rotate, ThrottleTable, UsagePlan};
use super::variant::Adopt;
use super::wrapper::Words;
use crate::date::{Date, Days};
use crate::limits::{Quota, Throttle};
use crate::sorted;
use crate::source::{Span, Spanned};

/// How long the old value works beside the new one when the manifest does not say.
pub const DEFAULT_OVERLAP: Days = Days(7);

/// How long a key that left the file stays disabled before it is deleted when the manifest does not say.
const DEFAULT_REMOVAL_GRACE: Days = Days(14);

/// A key with the defaults of its manifest.
#[derive(Clone, Copy, Debug)]
pub struct KeyView<'m> {
    name: &'m str,
    entry: &'m Spanned<Key>,
    manifest: &'m Manifest,
}

impl Manifest {
    /// Returns every key, in the order of their names.
    pub fn key_views(&self) -> impl Iterator<Item = KeyView<'_>> {
        self.keys.iter().map(|(name, entry)| KeyView {
            name,
            entry,
            manifest: self,
        })
    }

    /// Returns one key by its name.
    #[must_use]
    pub fn key_view<'m>(&'m self, name: &'m str) -> Option<KeyView<'m>> {
        Some(KeyView {
            name,
            entry: self.keys.get(name)?,
            manifest: self,
        })
    }

    /// Returns whether every target is of AWS.
    pub(crate) fn is_of_aws(&self) -> bool {
        self.targets
            .iter()
            .all(|(_, target)| target.aws().is_some())
    }

    /// Returns how long a key that left the file stays disabled before it is
    /// deleted.
    #[must_use]
    pub fn removal_grace(&self) -> Days {
        let policy = self.policy.as_ref();
        let written = policy.and_then(|policy| policy.removal_grace.as_ref());
        written.map_or(DEFAULT_REMOVAL_GRACE, |grace| grace.value)
    }

    /// Returns the namespace; empty only while the manifest has errors.
    #[must_use]
    pub fn namespace(&self) -> &str {
        self.namespace
            .0
            .as_ref()
            .map_or("", |namespace| namespace.value.as_str())
    }

    /// Returns what every key has unless it says otherwise.
    #[must_use]
    pub fn key_defaults(&self) -> Option<&KeyDefaults> {
        self.defaults.as_ref()?.key.as_ref()
    }

    /// Returns the names of the targets that something with this `targets`
    /// field lives in, one by one.
    pub(crate) fn target_names<'m>(
        &'m self,
        listed: Option<&'m [Spanned<String>]>,
    ) -> impl Iterator<Item = &'m str> {
        let every = listed.is_none().then(|| self.targets.names());
        let listed = listed.unwrap_or_default().iter();
        listed
            .map(|target| target.value.as_str())
            .chain(every.into_iter().flatten())
    }

    /// Returns the names of the targets that something with this `targets`
    /// field lives in: those listed, or all.
    #[must_use]
    pub fn targets_of<'m>(&'m self, listed: Option<&'m [Spanned<String>]>) -> Vec<&'m str> {
        match listed {
            Some(listed) => listed.iter().map(|target| target.value.as_str()).collect(),
            None => self.targets.names().collect(),
        }
    }
}

impl UsagePlan {
    /// Returns whether this manifest makes and changes the usage plan.
    #[must_use]
    pub fn is_managed(&self) -> bool {
        self.manage.as_ref().is_none_or(|manage| manage.value)
    }

    /// Returns whether the usage plan exists in `target`.
    #[must_use]
    pub fn is_in(&self, target: &str) -> bool {
        self.listed_targets()
            .is_none_or(|listed| listed.iter().any(|name| name.value == target))
    }

    /// Returns the written targets.
    #[must_use]
    pub fn listed_targets(&self) -> Option<&[Spanned<String>]> {
        self.targets.as_ref().map(|listed| listed.value.as_slice())
    }
}

impl<'m> KeyView<'m> {
    /// Returns the key's name in the manifest.
    #[must_use]
    pub fn name(&self) -> &'m str {
        self.name
    }

    /// Returns the span of the name in the header.
    #[must_use]
    pub fn span(&self) -> Span {
        self.entry.span
    }

    /// Returns the key's own table, without defaults.
    #[must_use]
    pub fn table(&self) -> &'m Key {
        &self.entry.value
    }

    fn either<T>(
        &self,
        own: impl Fn(&'m Key) -> Option<&'m T>,
        default: impl Fn(&'m KeyDefaults) -> Option<&'m T>,
    ) -> Option<&'m T> {
        own(&self.entry.value).or_else(|| self.manifest.key_defaults().and_then(default))
    }

    /// Returns which AI service it opens.
    #[must_use]
    pub fn service(&self) -> Option<&'m Spanned<String>> {
        self.either(
            |key| key.service.as_ref(),
            |defaults| defaults.service.as_ref(),
        )
    }

    /// Returns who answers for it.
    #[must_use]
    pub fn owner(&self) -> Option<&'m Spanned<String>> {
        self.either(|key| key.owner.as_ref(), |defaults| defaults.owner.as_ref())
    }

    /// Returns the written `enabled`.
    #[must_use]
    pub fn enabled(&self) -> Option<&'m Spanned<bool>> {
        self.either(
            |key| key.enabled.as_ref(),
            |defaults| defaults.enabled.as_ref(),
        )
    }

    /// Returns the written `protect`.
    #[must_use]
    pub fn protect(&self) -> Option<&'m Spanned<bool>> {
        self.either(
            |key| key.protect.as_ref(),
            |defaults| defaults.protect.as_ref(),
        )
    }

    /// Returns the written `probe`.
    #[must_use]
    pub fn probe(&self) -> Option<&'m Spanned<bool>> {
        self.either(|key| key.probe.as_ref(), |defaults| defaults.probe.as_ref())
    }

    /// Returns the usage plans, unless none are declared.
    #[must_use]
    pub fn usage_plans(&self) -> Option<&'m Spanned<Vec<Spanned<String>>>> {
        self.either(
            |key| key.usage_plans.as_ref(),
            |defaults| defaults.usage_plans.as_ref(),
        )
    }

    /// Returns the written targets.
    #[must_use]
    pub fn listed_targets(&self) -> Option<&'m [Spanned<String>]> {
        self.either(
            |key| key.targets.as_ref(),
            |defaults| defaults.targets.as_ref(),
        )
        .map(|listed| listed.value.as_slice())
    }

    /// Returns the names of the targets that have the key.
    #[must_use]
    pub fn targets(&self) -> Vec<&'m str> {
        self.manifest.targets_of(self.listed_targets())
    }

    /// Returns whether the key exists in `target`.
    #[must_use]
    pub fn is_in(&self, target: &str) -> bool {
        self.listed_targets()
            .is_none_or(|listed| listed.iter().any(|name| name.value == target))
    }

    /// Returns the day on which it stops working.
    #[must_use]
    pub fn expires(&self) -> Option<&'m Spanned<Date>> {
        self.either(
            |key| key.expires.as_ref(),
            |defaults| defaults.expires.as_ref(),
        )
    }

    /// Returns when it gets a new value.
    #[must_use]
    pub fn rotate(&self) -> Option<&'m Spanned<Rotate>> {
        self.either(
            |key| key.rotate.as_ref(),
            |defaults| defaults.rotate.as_ref(),
        )
    }

    /// Returns where its value goes.
    #[must_use]
    pub fn deliver(&self) -> &'m [Spanned<Delivery>] {
        self.either(
            |key| key.deliver.as_ref(),
            |defaults| defaults.deliver.as_ref(),
        )
        .map_or(&[], Vec::as_slice)
    }

    /// Returns the tags that every key has.
    pub(crate) fn default_tags(&self) -> Option<&'m Words> {
        self.manifest.key_defaults()?.tags.as_ref()
    }

    /// Returns its tags over the default ones, in the order of their names;
    /// `None` if none are declared.
    #[must_use]
    pub fn tags(&self) -> Option<Vec<(&'m str, &'m Spanned<String>)>> {
        let defaults = self.default_tags();
        let own = self.entry.tags.as_ref();
        if defaults.is_none() && own.is_none() {
            return None;
        }
        let is_default = |name: &str| own.is_none_or(|own| own.get(name).is_none());
        let defaults = defaults.into_iter().flat_map(Words::iter);
        let defaults = defaults.filter(|(name, _)| is_default(name));
        let own = own.into_iter().flat_map(Words::iter);
        let mut tags: Vec<_> = defaults.chain(own).collect();
        sorted::sort_by_key(&mut tags, |(name, _)| *name);
        Some(tags)
    }

    /// Returns the id of the live key to take over in `target`.
    #[must_use]
    pub fn adopt_in(&self, target: &str) -> Option<&'m str> {
        self.entry
            .adopt
            .as_ref()
            .and_then(|adopt| adopt.value.id_in(target))
    }
}

impl Adopt {
    /// Returns how many ids it holds.
    pub(crate) fn count(&self) -> usize {
        match self {
            Self::One(_) => 1,
            Self::ByTarget(ids) => ids.len(),
        }
    }

    /// Returns the id of the live object to take over in `target`.
    #[must_use]
    pub fn id_in(&self, target: &str) -> Option<&str> {
        match self {
            Self::One(id) => Some(id),
            Self::ByTarget(ids) => ids.get(target).map(|id| id.value.as_str()),
        }
    }
}

impl ThrottleTable {
    /// Returns the limits; parts are missing only while the manifest has errors.
    #[must_use]
    pub fn limits(&self) -> Throttle {
        Throttle {
            rate_per_second: self.rate.0.as_ref().map(|rate| rate.value),
            burst_requests: self.burst.0.as_ref().map(|burst| burst.value),
        }
    }
}

impl QuotaTable {
    /// Returns the quota; `None` only while the manifest has errors.
    #[must_use]
    pub fn quota(&self) -> Option<Quota> {
        Some(Quota {
            limit: self.limit.0.as_ref()?.value,
            per: self.per.0.as_ref()?.value,
            offset: self.offset.as_ref().map_or(0, |offset| offset.value),
        })
    }
}
