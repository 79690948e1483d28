//! A text of limited size, filled with what matters most and cut between whole parts.
//!
//! Sizes are bytes of UTF-8. A text has at least as many bytes as characters
//! and as UTF-16 units, so a budget in bytes keeps all three.

/// A text that never grows beyond its budget.
#[derive(Debug)]
pub(super) struct Page {
    text: String,
    most: usize,
    left_out: Vec<String>,
}

impl Page {
    /// Starts an empty text of at most so many bytes.
    pub(super) fn new(most: usize) -> Self {
        Self {
            text: String::new(),
            most,
            left_out: Vec::new(),
        }
    }

    /// Returns how many bytes are free.
    pub(super) fn room(&self) -> usize {
        self.most.saturating_sub(self.text.len())
    }

    /// Returns whether something was left out: then nothing less important is
    /// added.
    pub(super) fn is_cut(&self) -> bool {
        !self.left_out.is_empty()
    }

    /// Adds a part that is always there; it is small by what it is made of.
    pub(super) fn push(&mut self, part: &str) {
        self.text.push_str(part);
    }

    /// Adds a part if it fits whole and nothing more important was left out;
    /// else notes by `name` that it is missing.
    pub(super) fn offer(&mut self, part: &str, name: &str) {
        if part.is_empty() {
            return;
        }
        if self.is_cut() || part.len() > self.room() {
            self.leave_out(name.to_owned());
        } else {
            self.text.push_str(part);
        }
    }

    /// Adds items until one does not fit, and returns how many were added.
    pub(super) fn fill(&mut self, items: impl Iterator<Item = String>) -> usize {
        let mut added = 0;
        for item in items {
            if item.len() > self.room() {
                break;
            }
            self.text.push_str(&item);
            added += 1;
        }
        added
    }

    /// Notes that something is missing.
    pub(super) fn leave_out(&mut self, what: String) {
        self.left_out.push(what);
    }

    /// Returns what is missing, in words; empty if nothing is.
    pub(super) fn missing(&self) -> String {
        self.left_out.join(", ")
    }

    /// Returns the text.
    pub(super) fn into_text(self) -> String {
        self.text
    }
}
