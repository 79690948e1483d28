//! Hiding key values in everything that is printed.
//!
//! A safety net: no code path prints a value on purpose. The net knows the
//! forms in which a value leaks by accident (an URL, a JSON body, a header in
//! base64 …). It does not know a value that is cut, spaced out, or wrapped over
//! several lines.

mod forms;
mod masker;

pub use masker::{Masker, Registered, SHORTEST};
