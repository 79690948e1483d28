//! Which account the credentials are of, and what is live there.

use ai_keys_core::state::LiveState;

use super::super::args::Init;
use super::super::targets::open_account;
use super::super::{Run, RunError};
use crate::provider::aws::observe;

/// An account that was looked at.
pub(super) struct Detected {
    pub(super) account: String,
    pub(super) live: LiveState,
    /// Keys and usage plans without a marker.
    pub(super) keys: usize,
    usage_plans: usize,
}

impl Detected {
    pub(super) fn in_words(&self) -> String {
        let counted = |number: usize, what: &str| {
            let s = if number == 1 { "" } else { "s" };
            format!("{number} {what}{s}")
        };
        let usage_plans = counted(self.usage_plans, "usage plan");
        format!("{} and {usage_plans}", counted(self.keys, "key"))
    }
}

/// Looks at the account, reading only. Where it was not asked for in so many
/// words, what goes wrong is a notice.
pub(super) async fn detect(
    args: &Init,
    region: &str,
    is_required: bool,
    run: &Run,
) -> Result<Option<Detected>, RunError> {
    match Box::pin(look(args, region, run)).await {
        Ok(detected) => Ok(Some(detected)),
        Err(error) if is_required || run.stop.is_requested() => Err(error),
        Err(error) => {
            run.output.notice(&format!("notice: {error}"));
            Ok(None)
        }
    }
}

async fn look(args: &Init, region: &str, run: &Run) -> Result<Detected, RunError> {
    let account = open_account(region, args.account.as_deref(), None, run).await?;
    let number = account.id().await?;
    if let Some(wanted) = args.account.as_ref().filter(|wanted| **wanted != number) {
        return Err(RunError::Refused(format!(
            "account {wanted} is asked for, but the credentials are of account {number}"
        )));
    }
    let live = Box::pin(observe(&account.reader(), &number, true))
        .await?
        .live;
    let keys = live.keys.values().filter(|key| key.marker.is_none());
    let usage_plans = live.usage_plans.values();
    let usage_plans = usage_plans.filter(|usage_plan| usage_plan.marker.is_none());
    Ok(Detected {
        keys: keys.count(),
        usage_plans: usage_plans.count(),
        account: number,
        live,
    })
}
