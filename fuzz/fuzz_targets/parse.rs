//! Any text is read: syntax and shape, with honest spans.
#![no_main]

#[path = "../../crates/ai-keys-core/tests/fuzz_bodies/mod.rs"]
#[expect(dead_code, reason = "each target runs one of the four")]
mod fuzz_bodies;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz_bodies::parse(bytes));
