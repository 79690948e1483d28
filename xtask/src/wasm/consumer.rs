//! Uses the package as somebody else would: a TypeScript project that installs it with npm.

use std::fs;
use std::path::Path;

use anyhow::Result;

use crate::npm::{self, Installed};
use crate::{process, workspace};

/// Type-checks and runs `crates/ai-keys-wasm/tests/consumer` on a package, or returns why npm cannot
/// install the compiler.
///
/// # Errors
/// What the TypeScript compiler or the example said.
pub(super) fn run(node: &Path, package: &Path) -> Result<Installed> {
    // Beside the package, where its `package.json` looks for it, and away from the sources.
    let project = package.with_file_name("consumer");
    let sources = workspace::root().join("crates/ai-keys-wasm/tests/consumer");
    fs::create_dir_all(&project)?;
    for entry in fs::read_dir(sources)? {
        let entry = entry?;
        if entry.file_type()?.is_file() {
            fs::copy(entry.path(), project.join(entry.file_name()))?;
        }
    }
    let installed = npm::install(&project)?;
    if matches!(installed, Installed::Yes) {
        for script in ["node_modules/typescript/bin/tsc", "run.mjs"] {
            let mut step = workspace::in_workspace(node);
            process::quiet(step.arg(script).current_dir(&project))?;
        }
    }
    Ok(installed)
}
