//! Disables many keys at a call: the same file again, with `enabled` false.
//!
//! An import knows a key by its value, so the values are read for it: a page
//! of 500 a call. A row says again all that is there, the usage plans too,
//! because AWS does not document what an import does with what it leaves out.

use std::collections::BTreeMap;

use ai_keys_core::plan::{Change, Step};
use ai_keys_core::state::{Handle, Liveness};

use super::bulk::{LOOKS_IN_DOUBT, left_out};
use super::carry_out::{BETWEEN_LOOKS, Hands, LOOKS, StepError};
use super::import_file::{self, Row};
use super::observe::read_all;
use super::rows::ListedKey;
use super::writer::{Imported, WithValue};
use crate::output::Progress;
use crate::provider::ProviderError;

/// A key that is disabled, and where its change stands.
struct LiveRow {
    at: usize,
    id: String,
    usage_plan_ids: Vec<String>,
}

/// A file that was sent, and its answer.
struct Sent {
    rows: Vec<LiveRow>,
    answer: Result<Imported, ProviderError>,
}

/// What a list shows, by id.
type Listed = BTreeMap<String, ListedKey>;

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
        for mut rows in files.into_values() {
            if self.stop().is_requested() {
                break;
            }
            // A key that went meanwhile has no row: an import would make it again.
            rows.retain(|row| {
                let is_there = values.contains_key(&row.id);
                if !is_there {
                    set(row.at, Ok(()));
                }
                is_there
            });
            if rows.is_empty() {
                continue;
            }
            let answer = self.send_disabling(&rows, &values).await;
            let is_over = answer.as_ref().is_err_and(|error| error.kind().ends_all());
            progress.advance(rows.len() as u64);
            answered.push(Sent { rows, answer });
            if is_over {
                break;
            }
        }
        // No longer needed, so no longer held.
        drop(values);
        let listed = self.look_whether_off(&answered).await;
        for Sent { rows, answer } in answered {
            for (place, row) in rows.into_iter().enumerate() {
                let result = match &listed {
                    Err(error) => Err(StepError::Unverified(Box::new(error.clone()))),
                    Ok(listed) if is_on(&row, listed) => {
                        let name = listed.get(&row.id).map_or("", |key| &key.live.name);
                        Err(left_out(&answer, place, name))
                    }
                    Ok(_) => Ok(()),
                };
                set(row.at, result);
            }
        }
        results
    }

    /// Lists the keys until the list shows what the answers say, or has had
    /// the time that it may lag behind.
    async fn look_whether_off(&self, answered: &[Sent]) -> Result<Listed, ProviderError> {
        let mut listed = Listed::new();
        if answered.is_empty() {
            return Ok(listed);
        }
        for look in 1..=LOOKS {
            listed = read_all(|at| self.reader().keys(at)).await?;
            let is_seen = answered.iter().all(|file| file.is_seen(&listed, look));
            if is_seen || look == LOOKS || !self.pause(BETWEEN_LOOKS).await {
                break;
            }
        }
        Ok(listed)
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

impl Sent {
    /// Returns whether a list shows what the answer says: every row is off, but
    /// for one for each warning.
    fn is_seen(&self, listed: &Listed, looks: u32) -> bool {
        match &self.answer {
            Ok(imported) => {
                let on = self.rows.iter().filter(|row| is_on(row, listed));
                on.count() <= imported.warnings.len()
            }
            Err(error) if error.may_be_done() => looks >= LOOKS_IN_DOUBT,
            Err(_) => true,
        }
    }
}

/// Returns whether a key works. One that is gone works as little as one that
/// is off.
fn is_on(row: &LiveRow, listed: &Listed) -> bool {
    let key = listed.get(&row.id);
    key.is_some_and(|key| key.live.liveness == Liveness::Active)
}
