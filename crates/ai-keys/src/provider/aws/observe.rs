//! Reads the live state of one account and region, to its end or not at all.

use std::collections::{BTreeMap, BTreeSet};

use ai_keys_core::state::{ApiName, Handle, LiveState, LiveUsagePlan, SNAPSHOT_FORMAT, Shared};
use ai_keys_core::support::Provider;
use tokio::task::JoinSet;

use super::operation::Operation;
use super::reader::Reader;
use super::rows::{ListedKey, Page};
use crate::provider::{ErrorKind, Paging, ProviderError};

/// The live state, and the real ids behind its handles. Clones share what is
/// large: many scopes may be planned from one look at an account.
#[derive(Clone)]
pub struct Observed {
    /// The live state, without a single key value.
    pub live: LiveState,
    /// The ids of the keys. Not in `live`, because a long one may be a value.
    pub key_ids: Shared<BTreeMap<Handle, String>>,
    /// When the keys were made, in seconds since 1970: a date is too coarse
    /// for a store that shows only when its secret was last written.
    pub made_at: Shared<BTreeMap<Handle, i64>>,
    /// The ids of the usage plans.
    pub usage_plan_ids: Shared<BTreeMap<Handle, String>>,
}

/// Reads keys, usage plans, who is on them and, if `with_apis`, REST APIs.
///
/// # Errors
/// As [`observe_objects`].
pub async fn observe(
    reader: &Reader,
    account: &str,
    with_apis: bool,
) -> Result<Observed, ProviderError> {
    let apis = async {
        if with_apis {
            observe_apis(reader).await
        } else {
            Ok(BTreeMap::new())
        }
    };
    let (mut observed, apis) = tokio::try_join!(observe_objects(reader, account), apis)?;
    observed.live.apis = apis;
    Ok(observed)
}

/// Reads keys, usage plans and who is on them.
///
/// One call for each 500 keys, for each 500 usage plans and for each 500
/// keys on a usage plan; never one for each key.
///
/// # Errors
/// If any call fails or any list cannot be read to its end: a list that was
/// not read to its end plans nothing.
pub async fn observe_objects(reader: &Reader, account: &str) -> Result<Observed, ProviderError> {
    let keys = async {
        let keys = read_all(|at| reader.keys(at)).await?;
        with_hidden_tags(reader, keys).await
    };
    let (keys, usage_plans) = tokio::try_join!(keys, usage_plans(reader))?;
    let (usage_plan_ids, usage_plans) = usage_plans;
    let mut live_keys = BTreeMap::new();
    let mut key_ids = BTreeMap::new();
    let mut made_at = BTreeMap::new();
    for (id, key) in keys {
        let handle = Handle::of_id(&id);
        key_ids.insert(handle.clone(), id);
        if let Some(at) = key.made_at {
            made_at.insert(handle.clone(), at);
        }
        live_keys.insert(handle, key.live);
    }
    Ok(Observed {
        live: LiveState {
            format: SNAPSHOT_FORMAT,
            provider: Provider::AwsApiGateway,
            account: account.to_owned(),
            region: reader.region().to_owned(),
            apis: BTreeMap::new(),
            deliveries: BTreeMap::new(),
            usage_plans: usage_plans.into(),
            keys: live_keys.into(),
        },
        key_ids: key_ids.into(),
        made_at: made_at.into(),
        usage_plan_ids: usage_plan_ids.into(),
    })
}

/// Reads the names of all REST APIs, for a manifest that writes stages by them.
///
/// # Errors
/// As [`observe_objects`].
pub async fn observe_apis(reader: &Reader) -> Result<BTreeMap<String, ApiName>, ProviderError> {
    read_all(|at| reader.apis(at)).await
}

/// The ids of usage plans by their handles, and what is live.
type UsagePlans = (BTreeMap<Handle, String>, BTreeMap<Handle, LiveUsagePlan>);

async fn usage_plans(reader: &Reader) -> Result<UsagePlans, ProviderError> {
    let rows = read_all(|at| reader.usage_plans(at)).await?;
    // Most of a refresh: one call for each usage plan.
    let mut progress = reader.progress(rows.len());
    let members = members(reader, rows.keys().cloned(), || progress.advance(1)).await?;
    let ids = rows
        .keys()
        .map(|id| (Handle::of_id(id), id.clone()))
        .collect();
    let mut usage_plans: BTreeMap<Handle, LiveUsagePlan> = rows
        .into_iter()
        .map(|(id, usage_plan)| (Handle::of_id(&id), usage_plan))
        .collect();
    for (id, members) in members {
        if let Some(usage_plan) = usage_plans.get_mut(&Handle::of_id(&id)) {
            usage_plan.keys = members.iter().map(|id| Handle::of_id(id)).collect();
        }
    }
    Ok((ids, usage_plans))
}

/// Reads who is on each of these usage plans, by id; `done` is called after each.
///
/// # Errors
/// As [`observe_objects`].
pub(super) async fn members(
    reader: &Reader,
    usage_plan_ids: impl IntoIterator<Item = String>,
    mut done: impl FnMut(),
) -> Result<BTreeMap<String, BTreeSet<String>>, ProviderError> {
    let mut tasks = JoinSet::new();
    for id in usage_plan_ids {
        let reader = reader.clone();
        tasks.spawn(async move {
            let members = read_all(|at| reader.members(&id, at)).await;
            members.map(|members| (id, members.into_keys().collect()))
        });
    }
    let mut all = BTreeMap::new();
    while let Some(joined) = tasks.join_next().await {
        // A task that panicked read nothing; its error stops the refresh.
        let (id, members) = joined.map_err(|_| reader.broken(Operation::GetUsagePlanKeys))??;
        all.insert(id, members);
        done();
    }
    Ok(all)
}

/// Whether `GetApiKeys` lists tags is not documented. Where a marker says that
/// we set some and the list shows none, they are read key by key, inside the
/// account's budget.
async fn with_hidden_tags(
    reader: &Reader,
    mut keys: BTreeMap<String, ListedKey>,
) -> Result<BTreeMap<String, ListedKey>, ProviderError> {
    let mut tasks = JoinSet::new();
    for (id, key) in &keys {
        let key = &key.live;
        let has_ours = key
            .marker
            .as_ref()
            .is_some_and(|marker| !marker.tag_names().is_empty());
        if has_ours && key.tags.is_empty() {
            let (reader, id) = (reader.clone(), id.clone());
            tasks.spawn(async move { reader.key_tags(&id).await.map(|tags| (id, tags)) });
        }
    }
    while let Some(joined) = tasks.join_next().await {
        let (id, tags) = joined.map_err(|_| reader.broken(Operation::GetTags))??;
        if let Some(key) = keys.get_mut(&id) {
            key.live.tags = tags;
        }
    }
    Ok(keys)
}

/// Reads every page of a list. Rows that appear on two pages, because others
/// changed the list meanwhile, count once.
pub(super) async fn read_all<T, F>(
    mut read: impl FnMut(Option<String>) -> F,
) -> Result<BTreeMap<String, T>, ProviderError>
where
    F: Future<Output = Result<Page<T>, ProviderError>>,
{
    let mut restarts_left = 1;
    loop {
        match read_once(&mut read).await {
            // The position expired between two pages: from the start, once.
            Err((error, page))
                if page > 0 && error.kind() == ErrorKind::Invalid && restarts_left > 0 =>
            {
                restarts_left -= 1;
            }
            Err((error, _)) => return Err(error),
            Ok(rows) => return Ok(rows),
        }
    }
}

async fn read_once<T, F>(
    read: &mut impl FnMut(Option<String>) -> F,
) -> Result<BTreeMap<String, T>, (ProviderError, usize)>
where
    F: Future<Output = Result<Page<T>, ProviderError>>,
{
    let mut rows = BTreeMap::new();
    let mut paging = Paging::default();
    loop {
        let page = read(paging.position()).await;
        let page = page.map_err(|error| (error, paging.pages()))?;
        rows.extend(page.rows);
        let goes_on = paging.go_on(page.next);
        if !goes_on.map_err(|error| (error, paging.pages()))? {
            return Ok(rows);
        }
    }
}

#[cfg(test)]
#[path = "observe_tests.rs"]
mod tests;
