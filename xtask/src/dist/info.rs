//! `dist/BUILDINFO.json`: what made `dist/`, and the hash of each file in it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};

use super::natives::NATIVES;
use super::stamp;
use crate::{process, workspace};

const FILE: &str = "BUILDINFO.json";

/// What made `dist/`. The Action reads `files` to check a runner before it starts it.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct BuildInfo {
    version: String,
    rustc: String,
    wasm_bindgen: String,
    /// Where `dist/` holds native runners.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) natives: Option<Made>,
    /// SHA-256 by the path in `dist/`.
    pub(super) files: BTreeMap<String, String>,
}

/// What the native runners were made of.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Made {
    /// The hash of the source.
    pub(super) source: String,
}

impl BuildInfo {
    /// Describes a folder.
    pub(super) fn of(dist: &Path) -> Result<Self> {
        let mut files = BTreeMap::new();
        for path in files_in(dist)? {
            let name = path.to_string_lossy().replace('\\', "/");
            if name != FILE {
                files.insert(name, stamp::of_file(&dist.join(path))?);
            }
        }
        let has_natives = NATIVES
            .iter()
            .any(|native| files.contains_key(&native.in_dist()));
        let natives = has_natives.then(stamp::source).transpose()?;
        let mut rustc = workspace::in_workspace(Path::new("rustc"));
        Ok(Self {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            rustc: process::quiet(rustc.arg("--version"))?.trim().to_owned(),
            wasm_bindgen: locked("wasm-bindgen")?,
            natives: natives.map(|source| Made { source }),
            files,
        })
    }

    /// Reads what was written; none if there is nothing that can be read.
    pub(super) fn read(dist: &Path) -> Option<Self> {
        serde_json::from_str(&fs::read_to_string(dist.join(FILE)).ok()?).ok()
    }

    pub(super) fn write(&self, dist: &Path) -> Result<()> {
        let text = serde_json::to_string_pretty(self)?;
        fs::write(dist.join(FILE), format!("{text}\n"))?;
        Ok(())
    }
}

/// Returns the version of a crate that `Cargo.lock` pins.
fn locked(name: &str) -> Result<String> {
    let lock = fs::read_to_string(workspace::root().join("Cargo.lock"))?;
    let after = lock.split_once(&format!("name = \"{name}\"\nversion = \""));
    let version = after.and_then(|(_, rest)| rest.split_once('"'));
    let (version, _) = version.with_context(|| format!("`Cargo.lock` has no {name}"))?;
    Ok(version.to_owned())
}

/// Returns the files below a folder, sorted, relative to it.
pub(super) fn files_in(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if let Ok(inside) = path.strip_prefix(folder) {
                files.push(inside.to_path_buf());
            }
        }
    }
    files.sort();
    Ok(files)
}
