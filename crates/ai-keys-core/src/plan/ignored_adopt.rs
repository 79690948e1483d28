//! `adopt` on an entry that has its object already: it takes nothing over.

use super::code::AK419;
use super::planner::{OwnedObject, Planner};
use crate::source::Span;
use crate::state::{Handle, LiveKey, LiveUsagePlan};

impl Planner<'_> {
    /// Warns if a key's `adopt` names another object than one of its own values.
    ///
    /// After the adoption it names the key itself, and after a rotation a value
    /// that may be deleted: neither is worth a word.
    pub(super) fn warn_of_ignored_key(
        &mut self,
        name: &str,
        (adopt, span): (Option<&Handle>, Span),
        newest: OwnedObject<'_, LiveKey>,
        older: &[OwnedObject<'_, LiveKey>],
    ) {
        let Some(adopt) = adopt else { return };
        let mut own = std::iter::once(&newest).chain(older);
        let was_rotated = newest.marker.generation > 1 && !self.live.keys.contains_key(adopt);
        if own.any(|value| value.handle == adopt) || was_rotated {
            return;
        }
        self.warn_of_ignored(&format!("key `{name}`"), adopt, newest.handle, span);
    }

    /// As [`Planner::warn_of_ignored_key`], for a usage plan, which keeps its id.
    pub(super) fn warn_of_ignored_usage_plan(
        &mut self,
        name: &str,
        (adopt, span): (Option<&Handle>, Span),
        owned: OwnedObject<'_, LiveUsagePlan>,
    ) {
        if let Some(adopt) = adopt.filter(|adopt| *adopt != owned.handle) {
            self.warn_of_ignored(&format!("usage plan `{name}`"), adopt, owned.handle, span);
        }
    }

    fn warn_of_ignored(&mut self, what: &str, adopt: &Handle, own: &Handle, span: Span) {
        let message = format!("{what} is `{own}` already, so it does not take over `{adopt}`");
        let help = "remove `adopt`; or give what it names an entry of its own";
        self.out.report(&AK419, span, message).help(help);
    }
}
