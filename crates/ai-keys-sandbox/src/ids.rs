//! Ids and key values in the shapes that API Gateway gives them.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;

/// A small random generator. Its values open nothing but this sandbox.
pub(crate) struct Ids(u64);

const ID_ALPHABET: &[u8; 36] = b"abcdefghijklmnopqrstuvwxyz0123456789";
const VALUE_ALPHABET: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

impl Ids {
    /// Starts from a seed, or from the operating system's randomness.
    pub(crate) fn new(seed: Option<u64>) -> Self {
        Self(seed.unwrap_or_else(|| RandomState::new().hash_one(0_u8)))
    }

    /// Ten characters, as keys and REST APIs have.
    pub(crate) fn id(&mut self) -> String {
        self.text(10, ID_ALPHABET)
    }

    /// Six characters, as usage plans have.
    pub(crate) fn usage_plan_id(&mut self) -> String {
        self.text(6, ID_ALPHABET)
    }

    /// Forty characters, as a key value that the service makes.
    pub(crate) fn value(&mut self) -> String {
        self.text(40, VALUE_ALPHABET)
    }

    /// Six characters, as end a secret's ARN.
    pub(crate) fn suffix(&mut self) -> String {
        self.text(6, VALUE_ALPHABET)
    }

    /// A version id of the service's own making.
    pub(crate) fn uuid(&mut self) -> String {
        let mut digits = |length| self.text(length, b"0123456789abcdef");
        format!(
            "{}-{}-4{}-a{}-{}",
            digits(8),
            digits(4),
            digits(3),
            digits(3),
            digits(12)
        )
    }

    fn text(&mut self, length: usize, alphabet: &[u8]) -> String {
        (0..length)
            .filter_map(|_| self.pick(alphabet))
            .map(char::from)
            .collect()
    }

    fn pick(&mut self, alphabet: &[u8]) -> Option<u8> {
        let size = u64::try_from(alphabet.len()).ok()?;
        let index = usize::try_from((self.next() >> 16) % size).ok()?;
        alphabet.get(index).copied()
    }

    /// The splitmix64 step.
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_look_like_awss() {
        let mut ids = Ids::new(None);
        assert!(ids.id().bytes().all(|byte| ID_ALPHABET.contains(&byte)));
        assert_eq!(
            (ids.id().len(), ids.usage_plan_id().len(), ids.value().len()),
            (10, 6, 40)
        );
        assert_ne!(ids.value(), ids.value());
    }

    #[test]
    fn a_seed_repeats_them() {
        assert_eq!(Ids::new(Some(7)).value(), Ids::new(Some(7)).value());
    }
}
