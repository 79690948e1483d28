//! A key or a usage plan, as the rules that treat both alike see it.

use crate::manifest::{Adopt, Manifest, Words};
use crate::source::{Span, Spanned};

/// One table of the manifest that becomes an object in the cloud.
#[derive(Clone, Copy)]
pub(super) struct Entry<'m> {
    /// `key` or `usage plan`.
    pub(super) kind: &'static str,
    /// Its name in the manifest.
    pub(super) name: &'m str,
    /// Where that name stands.
    pub(super) span: Span,
    /// The written `name`.
    written_name: Option<&'m Spanned<String>>,
    /// The written `description`.
    pub(super) description: Option<&'m Spanned<String>>,
    /// The written targets; every target if none are.
    pub(super) listed: Option<&'m [Spanned<String>]>,
    /// The live object to take over.
    pub(super) adopt: Option<&'m Spanned<Adopt>>,
    /// Whether this manifest makes it.
    pub(super) is_managed: bool,
}

impl<'m> Entry<'m> {
    /// Returns the name that the cloud shows.
    pub(super) fn cloud_name(&self) -> &'m str {
        self.written_name.map_or(self.name, |name| &name.value)
    }

    /// Returns where the name that the cloud shows is written.
    pub(super) fn cloud_name_span(&self) -> Span {
        self.written_name.map_or(self.span, |name| name.span)
    }

    /// Returns the names of its targets.
    pub(super) fn targets(&self, manifest: &'m Manifest) -> impl Iterator<Item = &'m str> {
        manifest.target_names(self.listed)
    }

    /// Returns whether it lives in more than one target.
    pub(super) fn is_in_many_targets(&self, manifest: &'m Manifest) -> bool {
        let mut targets = self.targets(manifest);
        let first = targets.next();
        targets.any(|target| Some(target) != first)
    }

    /// Returns the ids to take over, each with its target if it says one.
    pub(super) fn adopted(&self) -> impl Iterator<Item = (Option<&'m str>, &'m str, Span)> {
        let (one, many) = match self.adopt.map(|adopt| (&adopt.value, adopt.span)) {
            Some((Adopt::One(id), span)) => (Some((None, id.as_str(), span)), None),
            Some((Adopt::ByTarget(ids), _)) => (None, Some(ids)),
            None => (None, None),
        };
        let by_target = many.into_iter().flat_map(Words::iter);
        one.into_iter()
            .chain(by_target.map(|(target, id)| (Some(target), id.value.as_str(), id.span)))
    }
}

/// Returns every key.
pub(super) fn keys(manifest: &Manifest) -> impl Iterator<Item = Entry<'_>> {
    manifest.key_views().map(|key| {
        let table = key.table();
        Entry {
            kind: "key",
            name: key.name(),
            span: key.span(),
            written_name: table.name.as_ref(),
            description: table.description.as_ref(),
            listed: key.listed_targets(),
            adopt: table.adopt.as_ref(),
            is_managed: true,
        }
    })
}

/// Returns every usage plan.
pub(super) fn usage_plans(manifest: &Manifest) -> impl Iterator<Item = Entry<'_>> {
    manifest.usage_plans.iter().map(|(name, table)| Entry {
        kind: "usage plan",
        name,
        span: table.span,
        written_name: table.name.as_ref(),
        description: table.description.as_ref(),
        listed: table.listed_targets(),
        adopt: table.adopt.as_ref(),
        is_managed: table.is_managed(),
    })
}

/// Returns every usage plan and every key.
pub(super) fn all(manifest: &Manifest) -> impl Iterator<Item = Entry<'_>> {
    usage_plans(manifest).chain(keys(manifest))
}
