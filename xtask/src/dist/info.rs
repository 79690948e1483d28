//! `dist/BUILDINFO.json`: what made `dist/`, and the hash of each file in it.

use std::collections::BTreeMap;
use std::fmt;
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
pub(crate) struct BuildInfo {
    version: String,
    rustc: String,
    wasm_bindgen: String,
    /// The hash of the sources that a native runner of this commit would be made of.
    source: String,
    /// Where `dist/` holds native runners.
    #[serde(skip_serializing_if = "Option::is_none")]
    natives: Option<Made>,
    /// SHA-256 by the path in `dist/`.
    pub(super) files: BTreeMap<String, String>,
}

/// What the native runners were made of.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Made {
    /// The hash of their sources: that of the commit which they were built for.
    source: String,
}

impl BuildInfo {
    /// Describes a folder, whose runners were made of sources with the hash `made_of`.
    pub(super) fn of(dist: &Path, made_of: Option<String>) -> Result<Self> {
        let mut files = BTreeMap::new();
        for path in files_in(dist)? {
            let name = path.to_string_lossy().replace('\\', "/");
            if name != FILE {
                files.insert(name, stamp::of_file(&dist.join(path))?);
            }
        }
        let has_natives = NATIVES.iter().any(|native| {
            files.contains_key(&native.in_dist()) || files.contains_key(&native.unpacked())
        });
        let natives = made_of.filter(|_| has_natives);
        let mut rustc = workspace::in_workspace(Path::new("rustc"));
        Ok(Self {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            rustc: process::quiet(rustc.arg("--version"))?.trim().to_owned(),
            wasm_bindgen: locked("wasm-bindgen")?,
            source: stamp::source()?,
            natives: natives.map(|source| Made { source }),
            files,
        })
    }

    /// Reads what was written; none if there is nothing that can be read.
    pub(crate) fn read(dist: &Path) -> Option<Self> {
        serde_json::from_str(&fs::read_to_string(dist.join(FILE)).ok()?).ok()
    }

    /// Returns the hash of the sources that the runners were made of.
    pub(super) fn made_of(self) -> Option<String> {
        self.natives.map(|made| made.source)
    }

    pub(super) fn write(&self, dist: &Path) -> Result<()> {
        let text = serde_json::to_string_pretty(self)?;
        fs::write(dist.join(FILE), format!("{text}\n"))?;
        Ok(())
    }
}

/// What the native runners in `dist/` are to the commit that holds them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Runners {
    /// There are none.
    None,
    /// They are made of this commit's sources.
    Own,
    /// They are those of the last release, and the sources have moved on.
    Older,
}

impl Runners {
    /// Looks at a `dist/`, in a tree whose sources have the hash `source`.
    pub(crate) fn of(dist: &Path, source: &str) -> Self {
        let made_of = BuildInfo::read(dist).and_then(BuildInfo::made_of);
        Self::made(made_of.as_deref(), source)
    }

    fn made(made_of: Option<&str>, source: &str) -> Self {
        match made_of {
            None => Self::None,
            Some(made_of) if made_of == source => Self::Own,
            Some(_) => Self::Older,
        }
    }
}

impl fmt::Display for Runners {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "no native runners",
            Self::Own => "native runners of these sources",
            Self::Older => {
                "native runners of older sources, which the Action does not start: a release brings new ones"
            }
        })
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runners_are_of_these_sources_or_of_older_ones() {
        assert_eq!(Runners::made(None, "new"), Runners::None);
        assert_eq!(Runners::made(Some("new"), "new"), Runners::Own);
        assert_eq!(Runners::made(Some("old"), "new"), Runners::Older);
    }

    #[test]
    fn the_action_reads_the_names_that_are_written() {
        let info = BuildInfo {
            version: "0.1.0".to_owned(),
            rustc: "rustc".to_owned(),
            wasm_bindgen: "0".to_owned(),
            source: "new".to_owned(),
            natives: Some(Made {
                source: "old".to_owned(),
            }),
            files: BTreeMap::new(),
        };
        let text = serde_json::to_string(&info).unwrap();
        assert!(
            text.contains(r#""source":"new","natives":{"source":"old"}"#),
            "{text}"
        );
    }
}
