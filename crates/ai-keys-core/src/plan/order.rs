//! The order of a plan: what adds comes first, what takes away comes last.

use super::change::{Action, Change};
use super::step::{Step, Turn, UsagePlanEdit};
use crate::sorted;
use crate::state::Destination;

/// When a change is carried out. Changes of one phase do not depend on each
/// other, except that a key leaves a usage plan before it joins the next, that a
/// new key joins once it is made, and that a file does both at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// Values that have leaked stop working, many at a call.
    RevokeInFiles,
    /// Values that have leaked stop working.
    Revoke,
    /// Usage plans are made, so that keys can join them.
    CreateUsagePlans,
    /// Stages are taken off usage plans, so that others can have them.
    ReleaseStages,
    /// Keys are made and put on their usage plans, many at a call.
    ImportKeys,
    /// Keys are made and join their usage plans: the rates of the two calls are
    /// different ones, so they do not wait for each other.
    CreateKeys,
    /// Tags, before the marker forgets which were ours.
    Tags,
    /// Keys are taken over, changed and enabled.
    UpdateKeys,
    /// Keys that were there join usage plans; one at a time, since API Gateway
    /// demands it.
    Attach,
    /// Other changes of usage plans: 20 seconds each.
    UpdateUsagePlans,
    /// Values go to secret stores: of keys that open by now what they are to open.
    Deliver,
    /// Older values get their last day, now that the newer one is delivered.
    CutOver,
    /// Keys stop working.
    Disable,
    /// Keys leave usage plans for good.
    Detach,
    /// Keys are deleted.
    DeleteKeys,
    /// Usage plans are deleted.
    DeleteUsagePlans,
}

impl Change {
    /// Returns when the change is carried out.
    #[must_use]
    pub fn phase(&self) -> Phase {
        if self.import.is_some() {
            return match &self.step {
                Step::UpdateKey { .. } => Phase::RevokeInFiles,
                _ => Phase::ImportKeys,
            };
        }
        match &self.step {
            Step::CreateUsagePlan { .. } => Phase::CreateUsagePlans,
            Step::UpdateUsagePlan { edits, .. } => {
                let releases =
                    |edit: &UsagePlanEdit| matches!(edit, UsagePlanEdit::RemoveStage { .. });
                if edits.iter().any(releases) {
                    Phase::ReleaseStages
                } else {
                    Phase::UpdateUsagePlans
                }
            }
            Step::CreateKey { .. } => Phase::CreateKeys,
            Step::TagKey { .. } => Phase::Tags,
            Step::UpdateKey {
                turn: Turn::First, ..
            } => Phase::Revoke,
            Step::UpdateKey {
                turn: Turn::AfterDelivery,
                ..
            } => Phase::CutOver,
            Step::UpdateKey { .. } => match self.action {
                Action::Disable | Action::Retire => Phase::Disable,
                Action::Create
                | Action::Adopt
                | Action::Update
                | Action::Enable
                | Action::Attach
                | Action::Detach
                | Action::Deliver
                | Action::Delete => Phase::UpdateKeys,
            },
            Step::Attach { key, .. } if key.handle.is_none() => Phase::CreateKeys,
            Step::Attach { .. } => Phase::Attach,
            // A key that moves must leave the old usage plan first.
            Step::Detach { .. } if self.reason.is_some() => Phase::Attach,
            Step::Detach { .. } => Phase::Detach,
            Step::Deliver { .. } => Phase::Deliver,
            Step::DeleteKey { .. } => Phase::DeleteKeys,
            Step::DeleteUsagePlan { .. } => Phase::DeleteUsagePlans,
        }
    }

    fn destination(&self) -> Option<&Destination> {
        match &self.step {
            Step::Deliver { destination, .. } => Some(destination),
            Step::CreateUsagePlan { .. }
            | Step::UpdateUsagePlan { .. }
            | Step::DeleteUsagePlan { .. }
            | Step::CreateKey { .. }
            | Step::UpdateKey { .. }
            | Step::TagKey { .. }
            | Step::Attach { .. }
            | Step::Detach { .. }
            | Step::DeleteKey { .. } => None,
        }
    }

    fn usage_plan(&self) -> &str {
        match &self.step {
            Step::Attach { usage_plan, .. } | Step::Detach { usage_plan, .. } => &usage_plan.name,
            Step::CreateUsagePlan { .. }
            | Step::UpdateUsagePlan { .. }
            | Step::DeleteUsagePlan { .. }
            | Step::CreateKey { .. }
            | Step::UpdateKey { .. }
            | Step::TagKey { .. }
            | Step::Deliver { .. }
            | Step::DeleteKey { .. } => "",
        }
    }
}

pub(super) fn sort(changes: &mut [Change]) {
    let is_attach = |change: &Change| matches!(change.step, Step::Attach { .. });
    sorted::sort_by(changes, |a, b| {
        (
            a.phase(),
            a.import,
            &a.subject,
            is_attach(a),
            a.usage_plan(),
            a.destination(),
        )
            .cmp(&(
                b.phase(),
                b.import,
                &b.subject,
                is_attach(b),
                b.usage_plan(),
                b.destination(),
            ))
    });
}
