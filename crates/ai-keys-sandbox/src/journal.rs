//! The request journal: what was asked and answered, and never a key value.

use std::collections::hash_map::RandomState;
use std::fs::File;
use std::hash::BuildHasher;
use std::io::Write;
use std::sync::Mutex;

use serde::{Deserialize, Serialize};

use crate::lock;
use crate::route::is_read;

/// Query parameters whose values are safe to write down.
const SAFE_QUERY: [&str; 9] = [
    "limit",
    "includeValue",
    "includeValues",
    "mode",
    "format",
    "failonwarnings",
    "keyId",
    "startDate",
    "endDate",
];

/// One request, without anything secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JournalEntry {
    /// The operation, such as `CreateApiKey`; `Invoke` for the data plane; absent if unknown.
    pub operation: Option<String>,
    /// The HTTP method.
    pub method: String,
    /// The path, then the names of its query parameters (values only of harmless ones).
    pub path: String,
    /// The account of the caller.
    pub account: String,
    /// The region of the caller.
    pub region: String,
    /// The status that was sent; absent if the connection was closed or left hanging instead.
    pub status: Option<u16>,
    /// The error code that was sent.
    pub error: Option<String>,
    /// Milliseconds since 1970 on the sandbox's clock, at arrival.
    pub at_ms: i64,
    /// `attempt` of the SDK's `amz-sdk-request` header; 1 without it.
    pub attempt: u32,
    /// The length of the request body.
    pub body_bytes: usize,
    /// Equal for equal bodies of one sandbox; keyed at random, so that nobody can guess a body from it.
    pub body_mark: String,
    /// Whether a fault rule had a hand in it.
    pub injected: bool,
}

impl JournalEntry {
    /// Tells whether the request asked for a change.
    #[must_use]
    pub fn is_write(&self) -> bool {
        match self.operation.as_deref() {
            Some("Invoke") => false,
            Some(name) => !is_read(name),
            None => self.method != "GET",
        }
    }
}

/// Keeps the entries in memory and, for a sandbox in a directory, in a file.
pub(crate) struct Journal {
    entries: Mutex<Vec<JournalEntry>>,
    file: Option<Mutex<File>>,
    marks: RandomState,
}

impl Journal {
    pub(crate) fn new(file: Option<File>) -> Self {
        Self {
            entries: Mutex::default(),
            file: file.map(Mutex::new),
            marks: RandomState::new(),
        }
    }

    /// Adds an entry. A journal that cannot be written does not fail the request.
    pub(crate) fn push(&self, entry: JournalEntry) {
        if let Some(file) = &self.file
            && let Ok(mut line) = serde_json::to_vec(&entry)
        {
            line.push(b'\n');
            let _ = lock(file).write_all(&line);
        }
        lock(&self.entries).push(entry);
    }

    pub(crate) fn entries(&self) -> Vec<JournalEntry> {
        lock(&self.entries).clone()
    }

    pub(crate) fn clear(&self) {
        lock(&self.entries).clear();
    }

    pub(crate) fn body_mark(&self, body: &[u8]) -> String {
        format!("{:016x}", self.marks.hash_one(body))
    }
}

/// Returns the path with the query's names, and the values of harmless parameters only.
pub(crate) fn loggable(path: &str, query: Option<&str>) -> String {
    let mut text = path.to_owned();
    for (index, pair) in query
        .unwrap_or("")
        .split('&')
        .filter(|pair| !pair.is_empty())
        .enumerate()
    {
        text.push(if index == 0 { '?' } else { '&' });
        let name = pair.split('=').next().unwrap_or("");
        text.push_str(if SAFE_QUERY.contains(&name) {
            pair
        } else {
            name
        });
    }
    text
}

/// Reads `attempt=N` of `amz-sdk-request: attempt=1; max=3`.
pub(crate) fn attempt_in(header: Option<&str>) -> u32 {
    header
        .and_then(|text| {
            text.split(';')
                .find_map(|part| part.trim().strip_prefix("attempt="))
        })
        .and_then(|number| number.parse().ok())
        .unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_a_query_are_left_out_unless_harmless() {
        assert_eq!(
            loggable(
                "/apikeys",
                Some("name=secret&limit=500&includeValues=true&position=abc")
            ),
            "/apikeys?name&limit=500&includeValues=true&position"
        );
        assert_eq!(loggable("/apikeys", None), "/apikeys");
    }

    #[test]
    fn the_attempt_is_the_sdks() {
        assert_eq!(attempt_in(Some("attempt=2; max=3")), 2);
        assert_eq!(
            attempt_in(Some("ttl=20261123T000000Z; attempt=3; max=3")),
            3
        );
        assert_eq!(attempt_in(None), 1);
        assert_eq!(attempt_in(Some("nonsense")), 1);
    }

    #[test]
    fn equal_bodies_have_equal_marks_in_one_journal_only() {
        let journal = Journal::new(None);
        assert_eq!(journal.body_mark(b"a"), journal.body_mark(b"a"));
        assert_ne!(journal.body_mark(b"a"), journal.body_mark(b"b"));
        assert_ne!(journal.body_mark(b"a"), Journal::new(None).body_mark(b"a"));
    }
}
