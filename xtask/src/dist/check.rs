//! `cargo xtask dist --check`: `dist/` is what the sources make, byte for byte.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use super::info::{BuildInfo, Runners, files_in};
use super::natives::{self, NATIVES};
use super::{MEND, assemble, folder, stamp};
use crate::steps::Outcome;
use crate::{process, wasm, workspace};

/// Asks for the native runners to be built again, too, as a release does.
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
    let made_of = BuildInfo::read(dist).and_then(BuildInfo::made_of);
    if has_natives && made_of.is_none() {
        bail!("`dist/bin` is there, and BUILDINFO.json does not say of which sources\n{MEND}");
    }
    let is_full = std::env::var_os(FULL).is_some();
    fs::create_dir_all(fresh.join("bin"))?;
    if is_full {
        natives::build(&fresh.join("bin"))?;
    } else if has_natives {
        // Their bytes are those that BUILDINFO.json names; what it names is compared below.
        for native in &NATIVES {
            fs::copy(dist.join(native.in_dist()), fresh.join(native.in_dist()))?;
        }
        let named = BuildInfo::read(dist).map(|info| info.files);
        if named != Some(BuildInfo::of(dist, None)?.files) {
            bail!("`dist` is not what its BUILDINFO.json says\n{MEND}");
        }
    }
    assemble(fresh, made_of)?;
    let runners = Runners::of(fresh, &stamp::source()?);
    judge(runners, is_full)?;
    let differing = differing(dist, fresh)?;
    if !differing.is_empty() {
        bail!(
            "`dist` is not what the sources make: {}\n{MEND}",
            differing.join(", ")
        );
    }
    modes()?;
    let again = if is_full {
        ", built again and equal"
    } else {
        ""
    };
    Ok(format!(
        "{} files equal; {runners}{again}",
        files_in(dist)?.len()
    ))
}

/// Runners of older sources are whole, and stay until the next release; what a release holds is of its own.
fn judge(runners: Runners, is_full: bool) -> Result<()> {
    if is_full && runners != Runners::Own {
        bail!(
            "a release holds native runners of its own sources, and `dist` has {runners}\nto mend: `cargo xtask dist --natives`"
        );
    }
    Ok(())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runners_may_be_older_but_for_a_release() {
        for runners in [Runners::None, Runners::Older, Runners::Own] {
            assert!(judge(runners, false).is_ok());
            assert_eq!(judge(runners, true).is_ok(), runners == Runners::Own);
        }
    }
}
