//! Can the secret stores be looked at, and is each place free for its value?

use ai_keys_core::report::CheckVerdict;
use ai_keys_core::state::{Delivered, DesiredState, LiveState, Shared};

use super::Sheet;
use crate::exit::ExitCode;
use crate::provider::aws::{Account, Observed, observe_deliveries};
use crate::sink::Stores;

/// Looks at every place that a target delivers to.
pub(super) async fn check(
    desired: &DesiredState,
    account: &Account,
    number: &str,
    sheet: &mut Sheet,
) {
    let keys = desired.keys.values();
    if keys.clone().all(|key| key.deliveries.is_empty()) {
        return;
    }
    let mut observed = Observed {
        live: LiveState::empty(desired.provider, number, &desired.region),
        key_ids: Shared::default(),
        made_at: Shared::default(),
        usage_plan_ids: Shared::default(),
    };
    let stores = Stores::beside(account, number);
    let target = Some(desired.target.as_str());
    if let Err(error) = Box::pin(observe_deliveries(&stores, desired, &mut observed)).await {
        let text = error.to_string();
        sheet.note(target, "secret stores", CheckVerdict::Problem, &text, None);
        return sheet.raise(ExitCode::Unreachable);
    }
    let seen = &observed.live.deliveries;
    let mut good = 0;
    for (place, found) in seen {
        match found {
            Delivered::Absent | Delivered::Generation { .. } => good += 1,
            Delivered::Foreign => {
                let text = format!("{place} holds something that is not ours");
                let help = "deliver to another name, or say `replace = true`";
                sheet.note(
                    target,
                    "secret stores",
                    CheckVerdict::Problem,
                    &text,
                    Some(help),
                );
                sheet.raise(ExitCode::ManifestErrors);
            }
            Delivered::Deleted { .. } => {
                let text = format!("{place} is scheduled for deletion");
                let help = "restore it, or deliver to another name";
                sheet.note(
                    target,
                    "secret stores",
                    CheckVerdict::Warning,
                    &text,
                    Some(help),
                );
            }
            Delivered::Unknown { why } => {
                let text = format!("{place} cannot be looked at: {why}");
                sheet.note(target, "secret stores", CheckVerdict::Problem, &text, None);
                sheet.raise(ExitCode::Unreachable);
            }
        }
    }
    if good > 0 {
        let text = format!(
            "{good} of {} places can be looked at and are free or ours",
            seen.len()
        );
        sheet.note(target, "secret stores", CheckVerdict::Ok, &text, None);
    }
}
