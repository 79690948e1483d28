//! FNV-1a: places and names by a number, where a map of texts would be built for nothing.
//!
//! Equal texts have equal hashes. Unlike texts may have them too, if only on
//! purpose, so whoever finds two compares the texts.

/// The hash of nothing.
pub(super) const EMPTY: u64 = 0xcbf2_9ce4_8422_2325;

/// Adds a text to a hash.
pub(super) fn add(hash: u64, text: &str) -> u64 {
    text.bytes().fold(hash, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}
