//! What crates.io and npm would get: packed as a release packs it, and looked into.

use std::path::Path;

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use crate::steps::Outcome;
use crate::{process, wasm, workspace};

/// The crates that are published, in the order in which they are.
const CRATES: [&str; 3] = ["ai-keys-core", "ai-keys-sandbox", "ai-keys"];

/// Packs the crates without building them, and the npm package if `cargo xtask wasm` has built it.
///
/// # Errors
/// What cannot be packed, or is missing from what was packed.
pub(crate) fn check() -> Result<Outcome> {
    let crates = crates()?;
    let npm = npm(&wasm::package_folder()?)?;
    Ok(Outcome::Done(format!("{crates}; {npm}")))
}

fn crates() -> Result<String> {
    let folder = workspace::root().join("target/package-check");
    let mut package = workspace::cargo(&["package", "--no-verify", "--allow-dirty", "--locked"]);
    // Nothing is built, and what resolves the dependencies was fetched to build the tests.
    package.args(["--offline", "--quiet"]);
    package.arg("--target-dir").arg(&folder);
    for name in CRATES {
        package.args(["--package", name]);
    }
    process::quiet(&mut package)?;
    for name in CRATES {
        let version = env!("CARGO_PKG_VERSION");
        let file = folder.join(format!("package/{name}-{version}.crate"));
        let mut tar = workspace::in_workspace(Path::new("tar"));
        let listed = process::quiet(tar.arg("-tzf").arg(&file))?;
        for wanted in ["Cargo.toml", "README.md", "src/lib.rs"] {
            let wanted = format!("{name}-{version}/{wanted}");
            if !listed.lines().any(|line| line == wanted) {
                bail!("`{}` has no {wanted}", file.display());
            }
        }
    }
    Ok(format!("{} crates", CRATES.len()))
}

/// Every file that the package's entry points name has to be in what npm packs.
fn npm(folder: &Path) -> Result<String> {
    if !folder.is_dir() {
        return Ok("no npm package: `cargo xtask wasm` builds it".to_owned());
    }
    let Some(npm) = workspace::on_path("npm") else {
        return Ok("no npm".to_owned());
    };
    let mut pack = workspace::in_workspace(&npm);
    pack.args([
        "pack",
        "--dry-run",
        "--json",
        "--ignore-scripts",
        "--loglevel=error",
    ]);
    let packed: Value = serde_json::from_str(&process::quiet(pack.arg(folder))?)?;
    let files = packed.pointer("/0/files").and_then(Value::as_array);
    let files = files.context("`npm pack --json` lists files")?;
    let paths: Vec<&str> = files
        .iter()
        .filter_map(|file| file.get("path")?.as_str())
        .collect();
    let manifest = std::fs::read_to_string(folder.join("package.json"))?;
    let manifest: Value = serde_json::from_str(&manifest)?;
    let mut named = Vec::new();
    collect_paths(&manifest, &mut named);
    named.extend(["LICENSE-APACHE", "LICENSE-MIT", "README.md"]);
    for path in &named {
        if !paths.contains(path) {
            bail!("npm would not pack `{path}`, which the package names");
        }
    }
    Ok(format!("npm package of {} files", paths.len()))
}

/// Collects what a `package.json` refers to: `./node/ai_keys.js`.
fn collect_paths<'v>(value: &'v Value, into: &mut Vec<&'v str>) {
    match value {
        Value::String(text) => into.extend(text.strip_prefix("./")),
        Value::Array(items) => items.iter().for_each(|item| collect_paths(item, into)),
        Value::Object(fields) => fields.values().for_each(|field| collect_paths(field, into)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entry_points_are_found_however_deep_they_stand() {
        let manifest = serde_json::json!({"name": "a", "files": ["web"], "sideEffects": ["./b.js"],
            "exports": {".": {"node": {"types": "./node/a.d.ts"}}}});
        let mut named = Vec::new();
        collect_paths(&manifest, &mut named);
        named.sort_unstable();
        assert_eq!(named, ["b.js", "node/a.d.ts"]);
    }
}
