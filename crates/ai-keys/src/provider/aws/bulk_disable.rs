//! Disables many keys at a call: the same file again, with `enabled` false.
//!
//! An import knows a key by its value, so the values are read for it: a page
//! of 500 a call. A row says again all that is there, the usage plans too,
//! because AWS does not document what an import does with what it leaves out.

use std::collections::BTreeMap;

use ai_keys_core::plan::{Change, Step};
use ai_keys_core::state::{Handle, Liveness};

use super::bulk::left_out;
use super::carry_out::{Hands, StepError};
use super::import_file::{self, Row};
use super::observe::read_all;
use super::writer::{Imported, WithValue};
use crate::output::Progress;
use crate::provider::ProviderError;

/// A key that is disabled, and where its change stands.
struct LiveRow {
    at: usize,
    id: String,
    usage_plan_ids: Vec<String>,
}

impl Hands {
    /// Carries out changes that only disable keys, and returns what became of
    /// each.
    pub(super) async fn disable_in_files(
        &self,
        changes: &[&Change],
        progress: &mut Progress,
    ) -> Vec<Result<(), StepError>> {
        let mut results: Vec<_> = changes.iter().map(|_| Err(StepError::Stopped)).collect();
        let mut set = |at: usize, result| {
            if let Some(slot) = results.get_mut(at) {
                *slot = result;
            }
        };
        let files = self.live_rows(changes, &mut set);
        let ids = files.values().flatten().map(|row| row.id.clone()).collect();
        let values = match self.writer().read_values(&ids).await {
            Ok(values) => values,
            Err(error) => {
                for row in files.into_values().flatten() {
                    set(row.at, Err(error.clone().into()));
                }
                return results;
            }
        };
        let mut answered = Vec::new();
        for rows in files.into_values() {
            if self.stop().is_requested() {
                break;
            }
            let answer = self.send_disabling(&rows, &values).await;
            let is_over = answer.as_ref().is_err_and(|error| error.kind().ends_all());
            progress.advance(rows.len() as u64);
            answered.push((rows, answer));
            if is_over {
                break;
            }
        }
        // No longer needed, so no longer held.
        drop(values);
        if answered.is_empty() {
            return results;
        }
        let seen = read_all(|at| self.reader().keys(at)).await;
        for (rows, answer) in answered {
            for row in rows {
                let result = match &seen {
                    Err(error) => Err(StepError::Unverified(Box::new(error.clone()))),
                    Ok(keys) => match keys.get(&row.id) {
                        Some(key) if key.live.liveness == Liveness::Active => {
                            Err(left_out(&answer))
                        }
                        // One that is gone works as little.
                        Some(_) | None => Ok(()),
                    },
                };
                set(row.at, result);
            }
        }
        results
    }

    /// Returns the rows of each file.
    fn live_rows(
        &self,
        changes: &[&Change],
        set: &mut impl FnMut(usize, Result<(), StepError>),
    ) -> BTreeMap<u32, Vec<LiveRow>> {
        let mut on: BTreeMap<&Handle, Vec<String>> = BTreeMap::new();
        for (handle, usage_plan) in &self.live().usage_plans {
            if let Some(id) = self.live_usage_plan_id(handle) {
                for key in &usage_plan.keys {
                    on.entry(key).or_default().push(id.clone());
                }
            }
        }
        let mut files: BTreeMap<u32, Vec<LiveRow>> = BTreeMap::new();
        for (at, change) in changes.iter().enumerate() {
            let Step::UpdateKey { key, .. } = &change.step else {
                continue;
            };
            match self.key_id(key) {
                Ok(id) => {
                    let handle = key.handle.as_ref();
                    let usage_plan_ids = handle.and_then(|handle| on.get(handle)).cloned();
                    let usage_plan_ids = usage_plan_ids.unwrap_or_default();
                    let rows = files.entry(change.import.unwrap_or_default()).or_default();
                    rows.push(LiveRow {
                        at,
                        id,
                        usage_plan_ids,
                    });
                }
                Err(error) => set(at, Err(error)),
            }
        }
        files
    }

    async fn send_disabling(
        &self,
        rows: &[LiveRow],
        values: &BTreeMap<String, WithValue>,
    ) -> Result<Imported, ProviderError> {
        // A key that went meanwhile has no row: an import would make it again.
        let rows = rows.iter().filter_map(|row| {
            let key = values.get(&row.id)?;
            Some(Row {
                name: &key.name,
                value: &key.value,
                description: &key.description,
                is_enabled: false,
                usage_plan_ids: row.usage_plan_ids.clone(),
            })
        });
        let body = import_file::write(rows);
        self.writer().import_keys(&body).await
    }
}
