//! The `ai-keys` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    ai_keys::cli::main()
}
