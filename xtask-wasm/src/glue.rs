//! Turns what the compiler wrote into modules for bundlers, browsers and Node.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use flate2::Compression;
use flate2::write::GzEncoder;
use wasm_bindgen_cli_support::Bindgen;

/// The name of every generated module.
const MODULE: &str = "ai_keys";

/// What a visitor of a page should have to download, in bytes.
const BUDGET: usize = 130 * 1024;

/// What the module may have today. It is over its budget: `docs/performance.md` says of what it is made.
/// Room for a few more rules; lower it with every cut.
const CEILING: usize = 340 * 1024;

/// Writes `bundler/`, `web/` and `node/` into the package, and returns a line about the size.
///
/// # Errors
/// If the module cannot be read, or is larger than [`CEILING`].
pub(crate) fn write(wasm: &Path, package: &Path) -> Result<String> {
    let bytes = fs::read(wasm).with_context(|| format!("cannot read `{}`", wasm.display()))?;
    let mut modules = Vec::new();
    for entry in ["bundler", "web", "node"] {
        let folder = package.join(entry);
        let mut glue = Bindgen::new();
        match entry {
            "bundler" => glue.bundler(true)?,
            // `init()` finds the module beside itself.
            "web" => glue.web(true)?.omit_default_module_path(false),
            _ => glue.nodejs(true)?,
        };
        glue.input_bytes(MODULE, bytes.clone())
            .typescript(true)
            // Names and tool versions are of no use to a visitor.
            .remove_name_section(true)
            .remove_producers_section(true)
            .generate(&folder)?;
        modules.push(fs::read(folder.join(format!("{MODULE}_bg.wasm")))?);
    }
    let (raw, gzip) = modules.iter().try_fold((0, 0), |most, module| {
        let gzip = gzip_size(module)?;
        anyhow::Ok((most.0.max(module.len()), most.1.max(gzip)))
    })?;
    let line = format!("{raw} bytes, {gzip} with gzip -9 (budget {BUDGET})");
    ensure!(
        gzip <= CEILING,
        "the module has grown: {line}, at most {CEILING}"
    );
    Ok(line)
}

fn gzip_size(bytes: &[u8]) -> Result<usize> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes)?;
    Ok(encoder.finish()?.len())
}
