//! What was met first under a name: one map for every rule that asks.
//!
//! A map of its own for each type of value would be 2 kB of code a rule.

use std::collections::BTreeMap;

/// Values by name; the first of a name counts.
pub(crate) struct Firsts<'n, T> {
    numbers: Numbers<'n>,
    values: Vec<T>,
}

impl<T> Default for Firsts<'_, T> {
    fn default() -> Self {
        Self {
            numbers: Numbers::default(),
            values: Vec::new(),
        }
    }
}

impl<'n, T> Firsts<'n, T> {
    /// Returns the value of a name.
    pub(crate) fn get(&self, name: &str) -> Option<&T> {
        self.values.get(self.numbers.get(name)?)
    }

    /// Returns the value of a name to change it; `new` if there was none.
    pub(crate) fn slot(&mut self, name: &'n str, new: impl FnOnce() -> T) -> Option<&mut T> {
        let at = self.numbers.of(name);
        if at == self.values.len() {
            self.values.push(new());
        }
        self.values.get_mut(at)
    }

    /// Enters a value, unless there was one; returns the one that counts.
    pub(crate) fn enter(&mut self, name: &'n str, value: T) -> T
    where
        T: Copy,
    {
        self.slot(name, || value).map_or(value, |first| *first)
    }
}

/// Numbers names in the order in which they are met, from 0.
#[derive(Default)]
pub(crate) struct Numbers<'n>(BTreeMap<&'n str, usize>);

impl<'n> Numbers<'n> {
    /// Returns the number of a name, the next one if it is new.
    #[inline(never)]
    pub(crate) fn of(&mut self, name: &'n str) -> usize {
        let next = self.0.len();
        *self.0.entry(name).or_insert(next)
    }

    /// Returns the number of a name that was met.
    #[inline(never)]
    pub(crate) fn get(&self, name: &str) -> Option<usize> {
        self.0.get(name).copied()
    }

    /// Enters a name and returns whether it is new.
    pub(crate) fn insert(&mut self, name: &'n str) -> bool {
        let next = self.0.len();
        self.of(name) == next
    }
}

#[cfg(test)]
mod tests {
    use super::{Firsts, Numbers};

    #[test]
    fn the_first_of_a_name_counts() {
        let mut firsts = Firsts::default();
        assert_eq!(firsts.enter("b", 1), 1);
        assert_eq!(firsts.enter("a", 2), 2);
        assert_eq!(firsts.enter("b", 3), 1);
        assert_eq!((firsts.get("a"), firsts.get("c")), (Some(&2), None));
        if let Some(value) = firsts.slot("a", || 0) {
            *value += 5;
        }
        assert_eq!(firsts.get("a"), Some(&7));
    }

    #[test]
    fn a_name_is_new_once() {
        let mut numbers = Numbers::default();
        let new = ["b", "a", "b"].map(|name| numbers.insert(name));
        assert_eq!(new, [true, true, false]);
        assert_eq!((numbers.of("a"), numbers.get("c")), (1, None));
    }
}
