//! A key value, the one thing that must never be seen.
//!
//! INVARIANT: [`Secret`] implements none of `Debug`, `Display`, `Clone` and
//! `Serialize` (checked at compile time below), is overwritten when dropped,
//! and is registered for masking before anyone can hold it: both constructors
//! take the [`Output`] that everything printed passes through.

use subtle::ConstantTimeEq;
use zeroize::{Zeroize, Zeroizing};

use crate::output::Output;

/// The length of a generated value: 40 characters of 62 are 238 bits.
pub const GENERATED_LENGTH: usize = 40;

/// What a generated value is made of.
///
/// API Gateway documents values as alphanumeric, 20 to 128 characters; checked
/// 2026-11-23.
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-key-file-format.html>
const ALPHABET: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// A key value in memory.
pub struct Secret {
    value: Zeroizing<String>,
}

/// The operating system gave no randomness, so no key value could be made.
#[derive(Debug, thiserror::Error)]
#[error("the operating system gave no randomness to make a key value from")]
pub struct RandomnessError(#[source] getrandom::Error);

impl Secret {
    /// Returns a new random value, already registered for masking.
    ///
    /// # Errors
    /// [`RandomnessError`] if the operating system has no randomness to give.
    pub fn generate(output: &Output) -> Result<Self, RandomnessError> {
        let mut value = Zeroizing::new(String::with_capacity(GENERATED_LENGTH));
        let mut block = Zeroizing::new([0_u8; 64]);
        while value.len() < GENERATED_LENGTH {
            getrandom::getrandom(block.as_mut_slice()).map_err(RandomnessError)?;
            let unused = GENERATED_LENGTH - value.len();
            value.extend(block.iter().filter_map(|byte| letter(*byte)).take(unused));
        }
        output.mask(&value);
        Ok(Self { value })
    }

    /// Takes over a value that a provider or a sink answered with, and
    /// registers it for masking.
    #[must_use]
    pub fn received(value: String, output: &Output) -> Self {
        output.mask(&value);
        Self {
            value: Zeroizing::new(value),
        }
    }

    /// Returns the value itself: for the body of a request, nothing else.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.value
    }

    /// Compares two values without telling by its duration where they differ.
    #[must_use]
    pub fn equals(&self, other: &Self) -> bool {
        self.value.as_bytes().ct_eq(other.value.as_bytes()).into()
    }
}

impl Zeroize for Secret {
    fn zeroize(&mut self) {
        self.value.zeroize();
    }
}

/// Returns the letter for six random bits, or nothing for the two of 64
/// patterns that would make some letters likelier than others.
fn letter(random: u8) -> Option<char> {
    ALPHABET
        .get(usize::from(random & 0b0011_1111))
        .map(|letter| char::from(*letter))
}

/// Fails to compile if the type implements the trait: the type then has two
/// implementations of `MustNotImplement<_>`, and `_` cannot be inferred.
macro_rules! assert_not_implemented {
    ($type:ty: $($bound:path),+) => { $(
        const _: fn() = || {
            trait MustNotImplement<Marker> {
                fn check() {}
            }
            impl<T: ?Sized> MustNotImplement<()> for T {}
            struct Implemented;
            impl<T: ?Sized + $bound> MustNotImplement<Implemented> for T {}
            let _ = <$type as MustNotImplement<_>>::check;
        };
    )+ };
}

assert_not_implemented!(
    Secret: std::fmt::Debug, std::fmt::Display, Clone, Copy, serde::Serialize, AsRef<str>
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn generated_values_are_forty_alphanumerics_and_differ() {
        let (output, _) = Output::captured();
        let values: Vec<_> = (0..50)
            .map(|_| Secret::generate(&output).unwrap())
            .collect();
        for (i, one) in values.iter().enumerate() {
            assert_eq!(one.expose().len(), GENERATED_LENGTH);
            assert!(one.expose().bytes().all(|b| b.is_ascii_alphanumeric()));
            assert!(values.iter().skip(i + 1).all(|other| !one.equals(other)));
        }
    }

    #[test]
    fn every_letter_comes_from_the_same_number_of_random_bytes() {
        let mut counts = [0_u32; 128];
        for byte in 0..=u8::MAX {
            if let Some(letter) = letter(byte) {
                counts[letter as usize] += 1;
            }
        }
        for letter in ALPHABET {
            assert_eq!(counts[usize::from(*letter)], 4);
        }
        assert_eq!(counts.iter().sum::<u32>(), 4 * 62);
    }

    #[test]
    fn equality_looks_at_every_byte_and_the_length() {
        let (output, _) = Output::captured();
        let secret = |text: &str| Secret::received(text.to_owned(), &output);
        let value = secret("abcdefghijklmnopqrstuvwxyz");
        assert!(value.equals(&secret("abcdefghijklmnopqrstuvwxyz")));
        assert!(!value.equals(&secret("abcdefghijklmnopqrstuvwxyZ")));
        assert!(!value.equals(&secret("abcdefghijklmnopqrstuvwxy")));
    }

    #[test]
    fn a_value_is_masked_from_the_moment_it_exists() {
        let (output, captured) = Output::captured();
        let generated = Secret::generate(&output).unwrap();
        let received = Secret::received("from-the-cloud-0123456789".to_owned(), &output);
        output.print(&format!("{} {}\n", generated.expose(), received.expose()));
        assert_eq!(captured.stdout(), "*** ***\n");
    }
}
