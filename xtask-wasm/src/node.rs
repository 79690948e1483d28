//! Turns what the compiler wrote into a module for Node alone.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};
use wasm_bindgen_cli_support::Bindgen;

/// Writes `core.js` and `core_bg.wasm` into a folder.
///
/// # Errors
/// If the module cannot be read or written.
pub(crate) fn write(wasm: &Path, folder: &Path) -> Result<()> {
    let bytes = fs::read(wasm).with_context(|| format!("cannot read `{}`", wasm.display()))?;
    let mut glue = Bindgen::new();
    glue.nodejs(true)?;
    glue.input_bytes("core", bytes)
        .typescript(false)
        .remove_name_section(true)
        .remove_producers_section(true)
        .generate(folder)
}
