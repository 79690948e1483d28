//! Any text is checked and reported in every format, on any day.
#![no_main]

#[path = "../../crates/ai-keys-core/tests/fuzz_bodies/mod.rs"]
#[expect(dead_code, reason = "each target runs one of the four")]
mod fuzz_bodies;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz_bodies::validate(bytes));
