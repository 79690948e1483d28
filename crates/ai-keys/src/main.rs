//! The `ai-keys` command.

fn main() {}
