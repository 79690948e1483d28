//! `cargo xtask dist --check`: `dist/` is what the sources make, byte for byte.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use super::info::{BuildInfo, files_in};
use super::natives::{self, NATIVES};
use super::{MEND, assemble, folder, is_of_this_source};
use crate::steps::Outcome;
use crate::{process, wasm, workspace};

/// Asks for the native runners to be built again, too.
const FULL: &str = "AI_KEYS_DIST_FULL";

/// Builds `dist/` anew beside the committed one and compares.
///
/// # Errors
/// The files that differ, and the command that mends it.
pub(crate) fn check() -> Result<Outcome> {
    if let Some(missing) = wasm::missing_target() {
        return Ok(Outcome::Skipped(missing));
    }
    let dist = folder();
    let fresh = std::env::temp_dir().join(format!("ai-keys dist {}", std::process::id()));
    let compared = compare(&dist, &fresh);
    if fresh.exists() {
        fs::remove_dir_all(&fresh)?;
    }
    compared.map(Outcome::Done)
}

fn compare(dist: &Path, fresh: &Path) -> Result<String> {
    let has_natives = dist.join("bin").is_dir();
    if has_natives && !is_of_this_source(dist)? {
        bail!("the native runners in `dist/bin` are of another source\n{MEND}");
    }
    let is_full = has_natives && std::env::var_os(FULL).is_some();
    fs::create_dir_all(fresh.join("bin"))?;
    if is_full {
        natives::build(&fresh.join("bin"))?;
    } else if has_natives {
        // Their bytes are those that BUILDINFO.json names; what it names is compared below.
        for native in &NATIVES {
            fs::copy(dist.join(native.in_dist()), fresh.join(native.in_dist()))?;
        }
        if BuildInfo::read(dist).map(|info| info.files) != Some(BuildInfo::of(dist)?.files) {
            bail!("`dist` is not what its BUILDINFO.json says\n{MEND}");
        }
    }
    assemble(fresh)?;
    let differing = differing(dist, fresh)?;
    if !differing.is_empty() {
        bail!(
            "`dist` is not what the sources make: {}\n{MEND}",
            differing.join(", ")
        );
    }
    modes()?;
    let natives = match (has_natives, is_full) {
        (false, _) => "no native runners",
        (true, false) => "native runners as BUILDINFO.json names them",
        (true, true) => "native runners built again and equal",
    };
    Ok(format!("{} files equal; {natives}", files_in(dist)?.len()))
}

fn differing(dist: &Path, fresh: &Path) -> Result<Vec<String>> {
    let set =
        |folder: &Path| anyhow::Ok(files_in(folder)?.into_iter().collect::<BTreeSet<PathBuf>>());
    let committed = if dist.is_dir() {
        set(dist)?
    } else {
        BTreeSet::new()
    };
    let all = &committed | &set(fresh)?;
    let differs =
        |file: &PathBuf| fs::read(dist.join(file)).ok() != fs::read(fresh.join(file)).ok();
    Ok(all
        .into_iter()
        .filter(differs)
        .map(|file| file.display().to_string())
        .collect())
}

/// Nothing is executable in git: the runners are packed.
fn modes() -> Result<()> {
    let mut git = workspace::in_workspace(Path::new("git"));
    let listed = process::quiet(git.args(["ls-files", "--stage", "--", "dist"]))?;
    if listed.is_empty() {
        bail!("`dist` is not committed: `git add dist`");
    }
    for line in listed.lines() {
        if !line.starts_with("100644 ") {
            bail!(
                "git has a wrong mode: {line}\nto mend: `git update-index --chmod=-x` and the file"
            );
        }
    }
    Ok(())
}
