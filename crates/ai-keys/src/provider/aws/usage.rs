//! Reads how often keys were used, to its end or not at all.

use std::collections::BTreeMap;

use ai_keys_core::date::Date;
use ai_keys_core::state::{DayOfUse, Handle, Usage};
use tokio::task::JoinSet;

use super::observe::read_all;
use super::operation::Operation;
use super::reader::Reader;
use crate::provider::ProviderError;

/// Reads who used these usage plans (their ids by handle) from one day to
/// another, both included.
///
/// One call for each usage plan and each 500 keys that used it; never one for
/// each key. The period has [`Usage::MOST_DAYS`] days at most.
///
/// # Errors
/// If any call fails or any answer cannot be read to its end: a key that is
/// missing would be taken for unused.
pub async fn read_usage(
    reader: &Reader,
    usage_plan_ids: &BTreeMap<Handle, String>,
    (from, to): (Date, Date),
) -> Result<Usage, ProviderError> {
    let mut progress = reader.progress(usage_plan_ids.len());
    let mut tasks = JoinSet::new();
    for (handle, id) in usage_plan_ids.clone() {
        let reader = reader.clone();
        tasks.spawn(async move {
            let rows = read_all(|at| reader.usage(&id, (from, to), at)).await;
            rows.map(|rows| (handle, rows))
        });
    }
    let mut by_usage_plan = BTreeMap::new();
    while let Some(joined) = tasks.join_next().await {
        // A task that panicked read nothing; its error stops the reading.
        let (handle, rows) = joined.map_err(|_| reader.broken(Operation::GetUsage))??;
        let keys = rows
            .into_iter()
            .map(|(key, days)| (Handle::of_id(&key), days));
        by_usage_plan.insert(handle, keys.collect::<BTreeMap<Handle, Vec<DayOfUse>>>());
        progress.advance(1);
    }
    Ok(Usage {
        from,
        to,
        by_usage_plan,
    })
}

#[cfg(test)]
#[path = "usage_tests.rs"]
mod tests;
