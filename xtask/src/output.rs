//! The one module of xtask that prints.
#![expect(
    clippy::print_stdout,
    reason = "a chore talks to the person who started it"
)]

use std::io::Write as _;

/// Prints a line, or several.
pub(crate) fn line(text: &str) {
    println!("{}", text.trim_end());
}

/// Prints the beginning of a line that [`line`] ends, and shows it at once.
pub(crate) fn start(text: &str) {
    print!("{text}");
    // A closed pipe must not end a test run; the exit code still tells.
    let _ = std::io::stdout().flush();
}
