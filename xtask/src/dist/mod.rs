//! `cargo xtask dist`: what `action.yml` runs, built from the sources.
//!
//! `dist/` is committed: whoever pins a commit of the Action has pinned everything that runs. It holds the
//! JavaScript of `action/` as it is, the core as WebAssembly, and the native runners of the last release.
//!
//! The runners are built for a release and stay as they are until the next one: twenty minutes of building and five
//! megabytes of history are too much for each commit. `BUILDINFO.json` says of which sources they are and of which
//! sources the commit is; the Action starts a runner only where the two are the same (`action/runner.js`). So a commit
//! between two releases validates and plans against snapshots, and says that a release is to be pinned for more.

mod branches;
mod check;
mod core;
mod info;
mod natives;
mod stamp;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

pub(crate) use check::check;
pub(crate) use info::{BuildInfo, Runners};
pub(crate) use natives::{NATIVES, Native, build_for_host, unpack};
pub(crate) use stamp::{of_file as hash_of_file, source};

use crate::steps::Outcome;
use crate::workspace;

/// What mends a `dist/` that is not what the sources make.
const MEND: &str = "to mend: `cargo xtask dist`, then commit `dist`";

/// Whether the native runners are built.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Natives {
    /// They stay as they are.
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
    let made_of = match natives {
        Natives::Build => {
            natives::build(&bin)?;
            Some(source()?)
        }
        Natives::Keep => BuildInfo::read(&dist).and_then(BuildInfo::made_of),
    };
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
    let note = assemble(&dist, made_of)?;
    let runners = Runners::of(&dist, &source()?);
    Ok(Outcome::Done(format!("{note}; {runners}")))
}

/// Puts everything but the native runners into a folder, and describes all that it then holds. `made_of` is the hash of
/// the sources of the runners that are there.
///
/// # Errors
/// What did not build, or could not be written.
pub(crate) fn assemble(dist: &Path, made_of: Option<String>) -> Result<String> {
    core::build(&dist.join("core"))?;
    let sources = workspace::root().join("action");
    for entry in fs::read_dir(&sources).context("cannot read `action`")? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default();
        copy(&path, &dist.join(name))?;
    }
    BuildInfo::of(dist, made_of)?.write(dist)?;
    let size = fs::metadata(dist.join("core/core_bg.wasm"))?.len();
    Ok(format!("{}: the core has {size} bytes", dist.display()))
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::copy(from, to).with_context(|| format!("cannot copy `{}`", from.display()))?;
    Ok(())
}

/// Returns where `dist/` is.
pub(crate) fn folder() -> PathBuf {
    workspace::root().join("dist")
}
