//! Which account and region is imported, and what is live there.

use std::env;

use ai_keys_core::state::LiveState;
use ai_keys_core::support::Provider;

use super::super::args::Import;
use super::super::manifest_file::{read_json, shown};
use super::super::new_manifest::{check_account, check_region};
use super::super::sandbox::Stand;
use super::super::targets::open_account;
use super::super::{Run, RunError};
use crate::import::Found;
use crate::provider::aws::observe;

/// Returns what is live: from a snapshot, from what the other tool's file says
/// of its resources, or from the account.
pub(super) async fn live_state(
    args: &Import,
    found: Option<&Found>,
    run: &Run,
) -> Result<LiveState, RunError> {
    if let Some(path) = &args.live {
        return LiveState::from_json(&read_json(path)?)
            .map_err(|error| RunError::Unfit(format!("{}: {error}", shown(path))));
    }
    match found.filter(|found| is_described(args, found)) {
        Some(found) => described(args, found),
        None => observed(args, found, run).await,
    }
}

/// Returns whether all is taken from the file, and the account is not asked.
pub(super) fn is_described(args: &Import, found: &Found) -> bool {
    let keys = found.keys.values().map(|key| key.live.is_some());
    let usage_plans = found.usage_plans.values();
    let usage_plans = usage_plans.map(|usage_plan| usage_plan.live.is_some());
    let is_whole = keys.chain(usage_plans).all(|is_described| is_described);
    args.sandbox.is_none() && args.live.is_none() && found.named.is_empty() && is_whole
}

fn described(args: &Import, found: &Found) -> Result<LiveState, RunError> {
    let (Some(account), Some(region)) = (account(args, Some(found))?, region(args, Some(found))?)
    else {
        return Err(RunError::Usage(
            "the file does not say its account and region: say --account and --region".to_owned(),
        ));
    };
    let mut live = LiveState::empty(Provider::AwsApiGateway, &account, &region);
    live.apis.clone_from(&found.apis);
    let keys = found.keys.iter();
    live.keys = keys
        .filter_map(|(handle, key)| Some((handle.clone(), key.live.clone()?)))
        .collect();
    let usage_plans = found.usage_plans.iter();
    live.usage_plans = usage_plans
        .filter_map(|(handle, usage_plan)| Some((handle.clone(), usage_plan.live.clone()?)))
        .collect();
    Ok(live)
}

async fn observed(args: &Import, found: Option<&Found>, run: &Run) -> Result<LiveState, RunError> {
    let Some(region) = region(args, found)? else {
        return Err(RunError::Usage(
            "which region? say --region, or set AWS_REGION".to_owned(),
        ));
    };
    let wanted = account(args, found)?;
    let stand = args
        .sandbox
        .as_deref()
        .map(|dir| Stand::open(dir, run))
        .transpose()?;
    let account = open_account(&region, wanted.as_deref(), stand.as_ref(), run).await?;
    let number = account.id().await?;
    if let Some(wanted) = wanted.filter(|wanted| *wanted != number) {
        return Err(RunError::Refused(format!(
            "account {wanted} is asked for, but the credentials are of account {number}"
        )));
    }
    let observed = Box::pin(observe(&account.reader(), &number, true)).await?;
    Ok(observed.live)
}

fn account(args: &Import, found: Option<&Found>) -> Result<Option<String>, RunError> {
    let account = args.account.clone().or_else(|| found?.account.clone());
    if let Some(account) = &account {
        check_account(account)?;
    }
    Ok(account)
}

fn region(args: &Import, found: Option<&Found>) -> Result<Option<String>, RunError> {
    let told = args.region.clone().or_else(|| found?.region.clone());
    let variable = |name| env::var(name).ok().filter(|region| !region.is_empty());
    let region = told
        .or_else(|| variable("AWS_REGION"))
        .or_else(|| variable("AWS_DEFAULT_REGION"));
    if let Some(region) = &region {
        check_region(region)?;
    }
    Ok(region)
}
