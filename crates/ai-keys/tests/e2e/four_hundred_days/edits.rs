//! The people who own the keys: they switch them off, let them expire, take them out of the file,
//! and change their minds inside the grace.

use ai_keys_core::date::{Date, Days};

use super::HEAD;
use super::chance::Dice;

/// How often an entry is edited: once in this many days.
const SELDOM: u64 = 40;
/// The longest that an edit lasts; with a clock that is ahead, still inside the grace.
const LONGEST: u64 = 7;

/// The file, entry by entry.
pub(super) struct Edits {
    entries: Vec<Entry>,
    are_made: bool,
}

struct Entry {
    name: &'static str,
    table: &'static str,
    is: Is,
    /// The day on which the entry is as it was.
    until: Option<Date>,
}

/// What an entry says beside its table.
enum Is {
    Plain,
    Off,
    Ending(Date),
    Away,
}

impl Edits {
    /// Entries that nobody touches.
    pub(super) fn none(entries: &[(&'static str, &'static str)]) -> Self {
        Self {
            are_made: false,
            ..Self::some(entries)
        }
    }

    /// Entries that are edited now and then.
    pub(super) fn some(entries: &[(&'static str, &'static str)]) -> Self {
        let entries = entries.iter().map(|(name, table)| Entry {
            name,
            table,
            is: Is::Plain,
            until: None,
        });
        Self {
            entries: entries.collect(),
            are_made: true,
        }
    }

    pub(super) fn are_made(&self) -> bool {
        self.are_made
    }

    /// Edits the file on a day; returns the entries that are others now.
    pub(super) fn of_a_day(&mut self, dice: &mut Dice, day: Date) -> Vec<&'static str> {
        let mut edited = Vec::new();
        for entry in self.entries.iter_mut().filter(|_| self.are_made) {
            let mut days = |most: u64| Days(u32::try_from(dice.below(most)).unwrap());
            match entry.until {
                Some(until) if until > day => continue,
                Some(_) => (entry.is, entry.until) = (Is::Plain, None),
                None if days(SELDOM) > Days(0) => continue,
                None => {
                    entry.is = match days(3) {
                        Days(0) => Is::Off,
                        Days(1) => Is::Ending(day.plus(days(3))),
                        _ => Is::Away,
                    };
                    entry.until = Some(day.plus(Days(1)).plus(days(LONGEST)));
                }
            }
            edited.push(entry.name);
        }
        edited
    }

    /// Returns the manifest as it is now.
    pub(super) fn text(&self) -> String {
        let mut text = HEAD.to_owned();
        for Entry {
            name, table, is, ..
        } in &self.entries
        {
            let line = match is {
                Is::Plain => String::new(),
                Is::Off => "enabled = false\n".to_owned(),
                Is::Ending(day) => format!("expires = {day}\n"),
                Is::Away => continue,
            };
            text.extend(["\n[key.", name, "]\n", table, line.as_str()]);
        }
        text
    }
}
