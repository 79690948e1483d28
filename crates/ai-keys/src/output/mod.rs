//! Everything that is printed.
//!
//! INVARIANT: every byte to stdout and stderr passes through [`Output`], which
//! hides registered key values. Text that others wrote (names, messages of a
//! provider) is wrapped in [`untrusted`] first, so that it cannot move the
//! cursor or give GitHub's runner a command.

mod progress;
mod terminal;
mod untrusted;
mod writer;

pub use progress::Progress;
pub use terminal::{Stream, Terminal};
pub use untrusted::{Untrusted, untrusted, visible_in_place};
pub use writer::{Captured, Output, Settings, StreamWriter};
