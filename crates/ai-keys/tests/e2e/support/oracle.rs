//! The oracle of every fault: five things that hold once a run without faults has ended, however
//! the runs before it ended.
//!
//! - (a) no two keys of one entry and generation, but for what is disabled in its grace, or was
//!   replaced and has its last day;
//! - (b) no secret of ours that holds the value of a key that does not exist, nor one that does not
//!   work where another value of its entry does;
//! - (c) no value in anything that was printed or written, nor in the journal of requests;
//! - (d) a second apply writes nothing;
//! - (e) the calls stay within a number and a rate.

use ai_keys_core::state::{Marker, MarkerDate};
use ai_keys_sandbox::{JournalEntry, KeyRecord};

use super::world::{TODAY, World, scope};

/// More calls than any of the small worlds needs, faults included.
const CALLS: usize = 60;
/// AWS takes 40 at once, and 10 a second.
const CALLS_IN_A_SECOND: usize = 50;

impl World {
    /// Ends all faults, applies once, and asks the oracle.
    #[track_caller]
    pub(crate) fn settles(&self) {
        self.settles_on(TODAY, CALLS);
    }

    /// As [`World::settles`], on a day, with a budget of calls since the journal was emptied.
    #[track_caller]
    pub(crate) fn settles_on(&self, day: &str, calls: usize) {
        self.faults(Vec::new());
        self.apply_on(day).ended(0);
        let journal = self.sandbox.journal();
        assert!(journal.len() <= calls, "(e) {} calls", journal.len());
        let most = most_in_a_second(&journal);
        assert!(most <= CALLS_IN_A_SECOND, "(e) {most} calls in a second");
        self.nothing_leaked();
        self.take_writes();
        self.apply_on(day).ended(0).shows("no changes");
        self.is_settled();
    }

    /// Asks the oracle after an apply that had nothing left to do.
    #[track_caller]
    pub(crate) fn is_settled(&self) {
        self.nothing_leaked();
        assert_eq!(self.take_writes(), [""; 0], "(d) a second apply writes");
        self.no_key_is_there_twice();
        self.every_secret_opens_what_its_entry_opens();
    }

    fn no_key_is_there_twice(&self) {
        let keys = self.keys().into_iter();
        let mut ours: Vec<String> = keys
            .filter_map(|key| {
                let marker = Marker::split(key.description.as_deref()?).1?;
                let is_removed = marker.date(MarkerDate::Removed).is_some() && !key.enabled;
                let is_going = is_removed || marker.date(MarkerDate::Retiring).is_some();
                (!is_going).then(|| entry(&marker))
            })
            .collect();
        ours.sort();
        let all = ours.len();
        ours.dedup();
        assert_eq!(ours.len(), all, "(a) two live keys of one entry: {ours:?}");
    }

    /// A secret outlives the entry whose value it held, and holds a dead value while its entry is
    /// off. Otherwise what it holds works.
    fn every_secret_opens_what_its_entry_opens(&self) {
        let secrets = self.sandbox.secrets(&scope()).into_iter();
        let secrets = secrets
            .filter(|secret| !secret.is_deleted)
            .filter_map(|secret| Some((secret.name, secret.description?, secret.value?)));
        let parameters = self.sandbox.parameters(&scope()).into_iter();
        let parameters = parameters.filter_map(|parameter| {
            Some((parameter.name, parameter.description?, parameter.value))
        });
        for (name, description, held) in secrets.chain(parameters) {
            let Some(note) = Marker::split(&description).1 else {
                continue;
            };
            let values = self.values_of(&note);
            let (works, off): (Vec<_>, Vec<_>) = values.iter().partition(|key| key.enabled);
            let is_in = |keys: &[&KeyRecord]| keys.iter().any(|key| held.contains(&key.value));
            if works.is_empty() {
                let is_gone = values.is_empty();
                assert!(is_gone || is_in(&off), "(b) {name} holds a value of no key");
            } else {
                assert!(is_in(&works), "(b) {name} holds a value that opens nothing");
            }
        }
    }

    /// Returns the keys of the entry that a secret's note names.
    fn values_of(&self, note: &Marker) -> Vec<KeyRecord> {
        let is_of_it = |key: &KeyRecord| {
            let marker = Marker::split(key.description.as_deref()?).1?;
            Some((marker.namespace, marker.name) == (note.namespace.clone(), note.name.clone()))
        };
        let keys = self.keys().into_iter();
        keys.filter(|key| is_of_it(key) == Some(true)).collect()
    }

    fn nothing_leaked(&self) {
        self.shows_no_value();
        let journal = serde_json::to_string(&self.sandbox.journal()).unwrap();
        let files = self.folder.names().into_iter();
        let files = files.filter(|name| self.folder.path().join(name).is_file());
        let written: String = files.map(|name| self.folder.read(&name)).collect();
        for value in self.values() {
            assert!(!journal.contains(&value), "(c) a value in the journal");
            assert!(!written.contains(&value), "(c) a value in a file");
        }
    }
}

fn entry(marker: &Marker) -> String {
    let Marker {
        namespace,
        name,
        generation,
        ..
    } = marker;
    format!("{namespace}/{name}#{generation}")
}

fn most_in_a_second(journal: &[JournalEntry]) -> usize {
    let mut moments: Vec<i64> = journal.iter().map(|entry| entry.at_ms).collect();
    moments.sort_unstable();
    let within = |start: &i64| {
        moments
            .iter()
            .filter(|moment| (*start..start + 1000).contains(moment))
            .count()
    };
    moments.iter().map(within).max().unwrap_or(0)
}
