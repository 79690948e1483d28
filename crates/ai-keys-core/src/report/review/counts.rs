//! How many objects a plan changes, for the Action's outputs and for one line of words.

use std::fmt::Write as _;

use serde::Serialize;

use super::row::{Row, rows};
use crate::plan::{Action, Change, Plan};

/// How many keys and usage plans change, by what happens to them. An object is
/// counted for each thing that happens to it, but as updated only if nothing
/// else does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "kebab-case")]
pub struct ChangeCounts {
    /// Keys and usage plans whose name gets its first live object.
    pub create: u32,
    /// Keys of which a further generation is made.
    pub rotate: u32,
    /// What is changed in any other way: adopted, updated, enabled, put on or
    /// taken off a usage plan, delivered.
    pub update: u32,
    /// Generations that stop working and can be enabled again.
    pub disable: u32,
    /// Generations and usage plans that are gone for good.
    pub delete: u32,
    /// Keys and usage plans that change: the rows of the table.
    pub objects: u32,
}

/// Counts what a plan changes.
#[must_use]
pub fn counts(plan: &Plan) -> ChangeCounts {
    count_rows(&rows(plan))
}

pub(super) fn count_rows(rows: &[Row<'_>]) -> ChangeCounts {
    let mut counts = ChangeCounts::default();
    for row in rows {
        counts.objects += 1;
        let (mut is_made, mut is_other) = (false, true);
        for change in &row.changes {
            match change.action {
                Action::Create if is_rotation(change) => counts.rotate += 1,
                Action::Create => is_made = true,
                Action::Disable | Action::Retire => counts.disable += 1,
                Action::Delete => counts.delete += 1,
                Action::Adopt
                | Action::Update
                | Action::Enable
                | Action::Attach
                | Action::Detach
                | Action::Deliver => continue,
            }
            is_other = false;
        }
        counts.create += u32::from(is_made);
        counts.update += u32::from(is_other);
    }
    counts
}

/// Returns whether a change makes a further generation of a key.
pub(super) fn is_rotation(change: &Change) -> bool {
    change.action == Action::Create && change.subject.generation > 1
}

impl ChangeCounts {
    /// Says the counts in one line: `+1 create · ↻1 rotate · −1 delete`.
    #[must_use]
    pub fn in_words(&self) -> String {
        let mut words = String::new();
        for (number, sign, word) in [
            (self.create, "+", "create"),
            (self.rotate, "↻", "rotate"),
            (self.update, "~", "update"),
            (self.disable, "!", "disable"),
            (self.delete, "−", "delete"),
        ] {
            if number > 0 {
                let gap = if words.is_empty() { "" } else { " · " };
                // Writing to a String cannot fail.
                let _ = write!(words, "{gap}{sign}{number} {word}");
            }
        }
        words
    }
}
