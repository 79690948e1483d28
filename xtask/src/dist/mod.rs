//! `cargo xtask dist`: what `action.yml` runs, built from the sources.
//!
//! `dist/` is committed: whoever pins a commit of the Action has pinned everything that runs. It holds the
//! JavaScript of `action/` as it is, the core as WebAssembly, and, in the commits of releases, the native
//! runners.

mod check;
mod core;
mod info;
mod natives;
mod stamp;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

pub(crate) use check::check;
use info::BuildInfo;
pub(crate) use natives::{NATIVES, Native};
pub(crate) use stamp::of_file as hash_of_file;

use crate::steps::Outcome;
use crate::workspace;

/// What mends a `dist/` that is not what the sources make.
const MEND: &str = "to mend: `cargo xtask dist`, then commit `dist`";

/// Whether the native runners are built.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Natives {
    /// Only those are kept that were made of this very source.
    Keep,
    /// Both, which takes some twenty minutes.
    Build,
}

/// Writes `dist/`.
///
/// # Errors
/// What did not build.
pub(crate) fn write(natives: Natives) -> Result<Outcome> {
    let dist = folder();
    let bin = dist.join("bin");
    match natives {
        Natives::Build => natives::build(&bin)?,
        Natives::Keep if !is_of_this_source(&dist)? && bin.exists() => fs::remove_dir_all(&bin)?,
        Natives::Keep => {}
    }
    for entry in fs::read_dir(&dist).into_iter().flatten() {
        let path = entry?.path();
        if path == bin {
            continue;
        }
        if path.is_dir() {
            fs::remove_dir_all(path)?;
        } else {
            fs::remove_file(path)?;
        }
    }
    let note = assemble(&dist)?;
    Ok(Outcome::Done(note))
}

/// Puts everything but the native runners into a folder, and describes all that it then holds.
///
/// # Errors
/// What did not build, or could not be written.
pub(crate) fn assemble(dist: &Path) -> Result<String> {
    core::build(&dist.join("core"))?;
    let sources = workspace::root().join("action");
    for entry in fs::read_dir(&sources).context("cannot read `action`")? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default();
        copy(&path, &dist.join(name))?;
    }
    BuildInfo::of(dist)?.write(dist)?;
    let size = fs::metadata(dist.join("core/core_bg.wasm"))?.len();
    Ok(format!("{}: the core has {size} bytes", dist.display()))
}

fn is_of_this_source(dist: &Path) -> Result<bool> {
    let Some(info) = BuildInfo::read(dist) else {
        return Ok(false);
    };
    let source = stamp::source()?;
    Ok(info.natives.is_some_and(|natives| natives.source == source))
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::copy(from, to).with_context(|| format!("cannot copy `{}`", from.display()))?;
    Ok(())
}

fn folder() -> PathBuf {
    workspace::root().join("dist")
}
