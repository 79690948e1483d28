//! The `ai-keys` command.

use std::process::ExitCode;

/// Of the static runner, whose C library has one that gives little back of what was freed.
#[cfg(target_env = "musl")]
#[global_allocator]
static ALLOCATOR: dlmalloc::GlobalDlmalloc = dlmalloc::GlobalDlmalloc;

fn main() -> ExitCode {
    ai_keys::cli::main()
}
