//! The pure policy core of ai-keys: text and facts go in, diagnostics and a plan come out.
//!
//! Nothing here reads a file, a clock, the environment or the network, and no
//! type here can hold the value of a key.

pub mod check;
pub mod compose;
pub mod date;
pub mod diagnostic;
pub mod digest;
mod firsts;
pub mod fix;
pub mod limits;
pub mod manifest;
mod pattern;
pub mod plan;
mod rate;
pub mod report;
pub mod rule;
mod sorted;
pub mod source;
pub mod state;
pub mod support;
