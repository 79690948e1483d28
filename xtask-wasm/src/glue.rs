//! Turns what the compiler wrote into modules for bundlers, browsers and Node.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use flate2::Compression;
use flate2::write::GzEncoder;
use wasm_bindgen_cli_support::Bindgen;

/// What one of the package's modules is called and may weigh.
pub(crate) struct Module {
    name: &'static str,
    /// The most that a visitor of a page has to download, in bytes with gzip.
    budget: usize,
}

/// The part that checks a manifest: what a page needs before it is of use.
const CHECK: Module = Module {
    name: "ai_keys_check",
    budget: 130 * 1024,
};

/// The whole: plans, lives, explanations and the schema too. `docs/performance.md` says of what it is
/// made. There is room for a few more rules; lower it with every cut.
const WHOLE: Module = Module {
    name: "ai_keys",
    budget: 280 * 1024,
};

/// Returns the module of this name.
///
/// # Errors
/// If the package has none.
pub(crate) fn module(name: &str) -> Result<&'static Module> {
    [&CHECK, &WHOLE]
        .into_iter()
        .find(|module| module.name == name)
        .with_context(|| format!("there is no module `{name}`"))
}

/// Writes `bundler/`, `web/` and `node/` into a folder, and returns a line about the size.
///
/// # Errors
/// If the module cannot be read, or is over its budget.
pub(crate) fn write(module: &Module, wasm: &Path, folder: &Path) -> Result<String> {
    let bytes = fs::read(wasm).with_context(|| format!("cannot read `{}`", wasm.display()))?;
    let Module { name, budget } = module;
    let mut made = Vec::new();
    for entry in ["bundler", "web", "node"] {
        let folder = folder.join(entry);
        let mut glue = Bindgen::new();
        match entry {
            "bundler" => glue.bundler(true)?,
            // `init()` finds the module beside itself.
            "web" => glue.web(true)?.omit_default_module_path(false),
            _ => glue.nodejs(true)?,
        };
        glue.input_bytes(name, bytes.clone())
            .typescript(true)
            // Names and tool versions are of no use to a visitor.
            .remove_name_section(true)
            .remove_producers_section(true)
            .generate(&folder)?;
        made.push(fs::read(folder.join(format!("{name}_bg.wasm")))?);
    }
    let (raw, gzip) = made.iter().try_fold((0, 0), |most, module| {
        let gzip = gzip_size(module)?;
        anyhow::Ok((most.0.max(module.len()), most.1.max(gzip)))
    })?;
    let line = format!("{name} {raw} bytes, {gzip} with gzip -9 (at most {budget})");
    ensure!(gzip <= *budget, "the module is too large: {line}");
    Ok(line)
}

fn gzip_size(bytes: &[u8]) -> Result<usize> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes)?;
    Ok(encoder.finish()?.len())
}
