//! The policy core as a module for Node: the same bytes from any folder.

use std::fs;
use std::path::Path;

use anyhow::Result;

use crate::{process, wasm, workspace};

/// Compiles the core and writes `core.js` and `core_bg.wasm` into a folder.
///
/// # Errors
/// What did not build.
pub(super) fn build(folder: &Path) -> Result<()> {
    let target = wasm::target_folder()?;
    let mut build = workspace::cargo(&["build", "--quiet", "--package", "ai-keys-wasm-action"]);
    build.args(["--lib", "--profile", "wasm", "--target", wasm::TARGET]);
    build
        .args(workspace::locked())
        .arg("--target-dir")
        .arg(&target);
    build.env("CARGO_ENCODED_RUSTFLAGS", wasm::remaps(&workspace::root())?);
    process::quiet(&mut build)?;
    let made = target
        .join(wasm::TARGET)
        .join("wasm/ai_keys_wasm_action.wasm");
    fs::create_dir_all(folder)?;
    process::quiet(wasm::tool()?.arg("node").arg(made).arg(folder))?;
    Ok(())
}
