//! Makes many keys at a call, and looks what became of each.
//!
//! The service is asked not to roll a file back for one bad row: the others are
//! made, as with single calls. What its warnings look like is not documented,
//! and the order of the ids that it answers with is not either, so what became
//! of a row is known by its marker, from the lists, and from nothing else.
//!
//! A lost answer is asked for again: an import is an upsert by value, and the
//! values are ours.

use std::collections::{BTreeMap, BTreeSet};

use ai_keys_core::plan::{Change, KeyRef, NewKey, Step, UsagePlanTarget};
use ai_keys_core::state::{LiveKey, Liveness, Marker};

use super::carry_out::{BETWEEN_LOOKS, Hands, LOOKS, StepError};
use super::import_file::{self, Row};
use super::observe::{members, read_all};
use super::writer::Imported;
use crate::output::{Progress, untrusted};
use crate::provider::ProviderError;
use crate::secret::Secret;

/// The warnings of the service that an error shows.
const WARNINGS_SHOWN: usize = 3;
/// Looks after an answer that was lost to the last: one more, for a list that lags.
pub(super) const LOOKS_IN_DOUBT: u32 = 2;

/// A file of the plan, and what became of it.
struct File<'c> {
    rows: Vec<NewRow<'c>>,
    /// Its answer; none if it was not sent.
    answer: Option<Result<Imported, ProviderError>>,
}

/// A key that a file makes.
struct NewRow<'c> {
    /// Where its creation stands among the changes.
    at: usize,
    key: &'c KeyRef,
    spec: &'c NewKey,
    value: Secret,
    joins: Vec<Join<'c>>,
}

/// A usage plan that the key joins by the same row.
struct Join<'c> {
    at: usize,
    usage_plan: &'c UsagePlanTarget,
    /// Its id; none if an earlier step did not make it.
    id: Option<String>,
}

/// What the lists show of what was sent.
#[derive(Default)]
struct Seen {
    /// New keys by name and generation.
    keys: BTreeMap<(String, u32), Vec<(String, LiveKey)>>,
    ids: BTreeSet<String>,
    /// Who is on each usage plan, by its id.
    members: BTreeMap<String, BTreeSet<String>>,
}

impl Hands {
    /// Carries out changes that go in files, in the order of the plan, and
    /// returns what became of each.
    pub async fn carry_out_files(
        &self,
        changes: &[&Change],
        progress: &mut Progress,
    ) -> Vec<Result<(), StepError>> {
        let is_disabling = |change: &&Change| matches!(change.step, Step::UpdateKey { .. });
        if changes.iter().all(is_disabling) {
            self.disable_in_files(changes, progress).await
        } else {
            self.import(changes, progress).await
        }
    }

    async fn import(
        &self,
        changes: &[&Change],
        progress: &mut Progress,
    ) -> Vec<Result<(), StepError>> {
        let mut results: Vec<_> = changes.iter().map(|_| Err(StepError::Stopped)).collect();
        let mut files = match self.files(changes) {
            Ok(files) => files,
            Err(why) => {
                // No randomness: it will not be there for the next row either.
                if let Some(first) = results.first_mut() {
                    *first = Err(why);
                }
                return results;
            }
        };
        for file in &mut files {
            if self.stop().is_requested() {
                break;
            }
            let answer = self.send(file).await;
            let is_over = answer.as_ref().is_err_and(|error| error.kind().ends_all());
            progress.advance(file.changes() as u64);
            file.answer = Some(answer);
            if is_over {
                break;
            }
        }
        let seen = self.look_for(&files).await;
        for file in files {
            self.judge(file, &seen, &mut results);
        }
        results
    }

    fn files<'c>(&self, changes: &[&'c Change]) -> Result<Vec<File<'c>>, StepError> {
        let mut files: BTreeMap<u32, BTreeMap<&KeyRef, NewRow<'c>>> = BTreeMap::new();
        for (at, change) in changes.iter().enumerate() {
            let rows = files.entry(change.import.unwrap_or_default()).or_default();
            match &change.step {
                Step::CreateKey { key, spec } => {
                    let value = Secret::generate(self.output())?;
                    let joins = Vec::new();
                    let row = NewRow {
                        at,
                        key,
                        spec,
                        value,
                        joins,
                    };
                    rows.insert(key, row);
                }
                Step::Attach { key, usage_plan } => {
                    let id = self.usage_plan_id(usage_plan).ok();
                    if let Some(row) = rows.get_mut(key) {
                        row.joins.push(Join { at, usage_plan, id });
                    }
                }
                Step::CreateUsagePlan { .. }
                | Step::UpdateUsagePlan { .. }
                | Step::DeleteUsagePlan { .. }
                | Step::UpdateKey { .. }
                | Step::TagKey { .. }
                | Step::Detach { .. }
                | Step::Deliver { .. }
                | Step::DeleteKey { .. } => {}
            }
        }
        let files = files.into_values().map(|rows| File {
            rows: rows.into_values().collect(),
            answer: None,
        });
        Ok(files.collect())
    }

    async fn send(&self, file: &File<'_>) -> Result<Imported, ProviderError> {
        let rows = file.rows.iter().map(|row| Row {
            name: &row.spec.name,
            value: &row.value,
            description: &row.spec.description,
            is_enabled: row.spec.is_enabled,
            usage_plan_ids: row
                .joins
                .iter()
                .filter_map(|join| join.id.clone())
                .collect(),
        });
        let body = import_file::write(rows);
        self.writer().import_keys(&body).await
    }

    /// Lists what was made until every file is accounted for, or a list has
    /// had the time that it may lag behind.
    async fn look_for(&self, files: &[File<'_>]) -> Result<Seen, ProviderError> {
        let mut seen = Seen::default();
        if files.iter().all(File::is_nothing_made) {
            return Ok(seen);
        }
        for look in 0..LOOKS {
            if look > 0 && !self.pause(BETWEEN_LOOKS).await {
                break;
            }
            seen = self.look(files).await?;
            if files
                .iter()
                .all(|file| file.is_accounted_for(&seen, look + 1))
            {
                break;
            }
        }
        Ok(seen)
    }

    async fn look(&self, files: &[File<'_>]) -> Result<Seen, ProviderError> {
        let rows = || files.iter().flat_map(|file| &file.rows);
        let joined: BTreeSet<String> = rows()
            .flat_map(|row| &row.joins)
            .filter_map(|join| join.id.clone())
            .collect();
        let reader = self.reader();
        let (keys, members) = tokio::try_join!(
            read_all(|at| reader.keys(at)),
            members(reader, joined, || ())
        )?;
        let wanted: BTreeSet<(&str, u32)> = rows()
            .map(|row| (row.key.name.as_str(), row.key.generation))
            .collect();
        let mut seen = Seen {
            members,
            ..Seen::default()
        };
        for (id, key) in keys {
            seen.ids.insert(id.clone());
            let Some(marker) = &key.live.marker else {
                continue;
            };
            let which = (marker.name.as_str(), marker.generation);
            if marker.namespace == self.namespace() && wanted.contains(&which) {
                let which = (marker.name.clone(), marker.generation);
                seen.keys.entry(which).or_default().push((id, key.live));
            }
        }
        Ok(seen)
    }

    /// Says what became of each change of a file.
    fn judge(
        &self,
        file: File<'_>,
        seen: &Result<Seen, ProviderError>,
        results: &mut [Result<(), StepError>],
    ) {
        let Some(answer) = file.answer else {
            return;
        };
        let mut set = |at: usize, result| {
            if let Some(slot) = results.get_mut(at) {
                *slot = result;
            }
        };
        let made: BTreeSet<&str> = match &answer {
            Ok(imported) => imported.ids.iter().map(String::as_str).collect(),
            Err(_) => BTreeSet::new(),
        };
        for (place, row) in file.rows.into_iter().enumerate() {
            let left_out = || left_out(&answer, place, &row.spec.name);
            let seen = match seen {
                Ok(seen) => seen,
                Err(error) => {
                    set(row.at, Err(StepError::Unverified(Box::new(error.clone()))));
                    for join in row.joins {
                        set(
                            join.at,
                            Err(StepError::Unmade(format!("key {}", row.key.name))),
                        );
                    }
                    continue;
                }
            };
            let found = seen.found(row.key, &made);
            let id = found.map(|(id, _)| id.clone());
            set(
                row.at,
                match found {
                    Some((_, live)) if is_as_asked(live, row.spec) => Ok(()),
                    Some(_) => Err(StepError::MadeOtherwise),
                    None => Err(left_out()),
                },
            );
            for join in &row.joins {
                let result = match (&id, &join.id) {
                    (None, _) => Err(StepError::Unmade(format!("key {}", row.key.name))),
                    (_, None) => {
                        let name = &join.usage_plan.name;
                        Err(StepError::Unmade(format!("usage plan {name}")))
                    }
                    (Some(key), Some(usage_plan)) => {
                        let members = seen.members.get(usage_plan);
                        if members.is_some_and(|members| members.contains(key)) {
                            Ok(())
                        } else {
                            Err(left_out())
                        }
                    }
                };
                set(join.at, result);
            }
            if let Some(id) = id {
                // Of a key that another run made meanwhile we have no value:
                // a delivery reads it.
                let is_ours = made.contains(id.as_str());
                self.know_key(row.key, id);
                if is_ours {
                    self.values().keep(row.key, row.value);
                }
            }
        }
    }
}

impl File<'_> {
    fn changes(&self) -> usize {
        self.rows.iter().map(|row| 1 + row.joins.len()).sum()
    }

    /// Returns whether it surely made nothing.
    fn is_nothing_made(&self) -> bool {
        match &self.answer {
            None => true,
            Some(Ok(_)) => false,
            Some(Err(error)) => !error.may_be_done(),
        }
    }

    /// Returns whether the lists show all that its answer says.
    fn is_accounted_for(&self, seen: &Seen, looks: u32) -> bool {
        if self.is_nothing_made() {
            return true;
        }
        let Some(Ok(imported)) = &self.answer else {
            return looks >= LOOKS_IN_DOUBT;
        };
        let are_listed = imported.ids.iter().all(|id| seen.ids.contains(id));
        // What was warned about need not be there: a row for each warning.
        are_listed && self.lacking(seen, imported) <= imported.warnings.len()
    }

    /// Returns how many rows the lists do not show with all that they ask for.
    fn lacking(&self, seen: &Seen, imported: &Imported) -> usize {
        let made = imported.ids.iter().map(String::as_str).collect();
        let is_on = |key: &String, join: &Join<'_>| {
            let id = join.id.as_ref();
            let members = id.map(|id| seen.members.get(id));
            members.is_none_or(|members| members.is_some_and(|ids| ids.contains(key)))
        };
        let is_whole = |row: &&NewRow<'_>| {
            let found = seen.found(row.key, &made);
            found.is_some_and(|(id, _)| row.joins.iter().all(|join| is_on(id, join)))
        };
        self.rows.len() - self.rows.iter().filter(is_whole).count()
    }
}

impl Seen {
    /// Returns the key that a row made: one that the answer names, if any.
    fn found(&self, key: &KeyRef, made: &BTreeSet<&str>) -> Option<&(String, LiveKey)> {
        let found = self.keys.get(&(key.name.clone(), key.generation))?;
        let named = found.iter().find(|(id, _)| made.contains(id.as_str()));
        named.or_else(|| found.first())
    }
}

fn is_as_asked(live: &LiveKey, spec: &NewKey) -> bool {
    let (text, marker) = Marker::split(&spec.description);
    live.name == spec.name
        && live.description == text
        && live.marker == marker
        && (live.liveness == Liveness::Active) == spec.is_enabled
}

/// Says that a row, or a part of it, was left out, in the service's words.
/// `place` is where it stands among the rows of its file, from 0.
pub(super) fn left_out(
    answer: &Result<Imported, ProviderError>,
    place: usize,
    name: &str,
) -> StepError {
    let warnings = match answer {
        Ok(imported) => imported.warnings.as_slice(),
        Err(error) => return error.clone().into(),
    };
    let mut about: Vec<&String> = warnings
        .iter()
        .filter(|warning| seems_about(warning, place, name))
        .collect();
    if about.is_empty() {
        about.extend(warnings);
    }
    let mut words: Vec<String> = about
        .iter()
        .take(WARNINGS_SHOWN)
        .map(|warning| untrusted(warning).to_string())
        .collect();
    if let Some(more) = about.len().checked_sub(WARNINGS_SHOWN).filter(|n| *n > 0) {
        words.push(format!("and {more} more"));
    }
    StepError::LeftOut(words.join("; "))
}

/// Returns whether a warning names a row: by its number, the header being the
/// first, or by the key's name. What warnings look like is not documented, so
/// this decides which are shown and nothing else.
fn seems_about(warning: &str, place: usize, name: &str) -> bool {
    says(warning, &(place + 2).to_string()) || says(warning, name)
}

/// Returns whether a text has a word, not as a part of a longer one.
fn says(text: &str, word: &str) -> bool {
    let mut found = text.match_indices(word);
    found.any(|(at, _)| {
        let before = text.get(..at).and_then(|text| text.chars().next_back());
        let after = text
            .get(at + word.len()..)
            .and_then(|text| text.chars().next());
        let goes_on = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '-');
        !goes_on(before) && !goes_on(after)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said_of(place: usize, name: &str, warnings: &[&str]) -> String {
        let warnings = warnings.iter().map(|warning| (*warning).to_owned());
        let answer = Ok(Imported {
            ids: Vec::new(),
            warnings: warnings.collect(),
        });
        left_out(&answer, place, name).to_string()
    }

    #[test]
    fn a_row_that_was_left_out_shows_its_own_warning() {
        let warnings = ["Row 3: no", "Row 33: full", "key chat-web: twice"];
        let said = |place, name| said_of(place, name, &warnings);
        assert!(said(1, "web").ends_with("the service says: Row 3: no"));
        assert!(said(31, "chat").ends_with("the service says: Row 33: full"));
        assert!(said(7, "chat-web").ends_with("the service says: key chat-web: twice"));
    }

    #[test]
    fn warnings_that_name_no_row_are_shown_for_each() {
        let said = said_of(0, "a", &["one", "two", "three", "four"]);
        assert!(said.ends_with("one; two; three; and 1 more"), "{said}");
        assert!(!said_of(0, "a", &[]).contains("says"));
    }
}
