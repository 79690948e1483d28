//! Values by name, in the order of the names.

use crate::source::Spanned;

/// Values by name, each with its span, in the order of the names.
///
/// A sorted list: a manifest is read once, in that order, and looked up often.
#[derive(Clone, Debug, PartialEq)]
pub struct Entries<T>(Vec<(String, Spanned<T>)>);

impl<T> Default for Entries<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Entries<T> {
    pub(super) fn with_capacity(count: usize) -> Self {
        Self(Vec::with_capacity(count))
    }

    /// Enters a value; the last of a name counts.
    pub(super) fn insert(&mut self, name: &str, value: Spanned<T>) {
        let is_next = self.0.last().is_none_or(|(last, _)| last.as_str() < name);
        let place = if is_next {
            Err(self.0.len())
        } else {
            self.place(name)
        };
        match place {
            Err(at) => self.0.insert(at, (name.to_owned(), value)),
            Ok(at) => {
                if let Some((_, there)) = self.0.get_mut(at) {
                    *there = value;
                }
            }
        }
    }

    fn place(&self, name: &str) -> Result<usize, usize> {
        self.0
            .binary_search_by(|(there, _)| there.as_str().cmp(name))
    }

    /// Returns the value of this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Spanned<T>> {
        let (_, value) = self.0.get(self.place(name).ok()?)?;
        Some(value)
    }

    /// Returns all names and values.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Spanned<T>)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// Returns the names.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| name.as_str())
    }

    /// Returns how many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Returns whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::Entries;
    use crate::source::{Span, Spanned};

    #[test]
    fn names_are_in_order_however_they_come() {
        let mut entries = Entries::default();
        for (name, value) in [("b", 1), ("d", 2), ("a", 3), ("c", 4), ("b", 5)] {
            entries.insert(name, Spanned::new(value, Span::default()));
        }
        let names: Vec<&str> = entries.names().collect();
        assert_eq!(names, ["a", "b", "c", "d"]);
        assert_eq!(entries.get("b").map(|entry| entry.value), Some(5));
        assert_eq!(entries.get("e"), None);
    }
}
