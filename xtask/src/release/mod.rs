//! `cargo xtask release VERSION`: everything that a release is, up to the push, which a person makes.
//!
//! It writes the version where it stands, dates the changelog, builds `dist/` with the native runners, commits
//! and tags. `.github/workflows/release.yml` then builds the rest from the tag that was pushed.

pub(crate) mod assets;
mod changelog;
mod floating;
pub(crate) mod sbom;
mod version;

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use version::{PLACES, Version};

use crate::steps::Outcome;
use crate::{output, process, workspace};

const CHANGELOG: &str = "CHANGELOG.md";

/// Whether a release is made or only shown.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    Make,
    DryRun,
}

/// Makes the commit and the tag of a release.
///
/// # Errors
/// What stands against the release; nothing was changed then, or the message says what.
pub(crate) fn run(wanted: &str, mode: Mode) -> Result<Outcome> {
    let new = Version::read(wanted)?;
    let old = Version::read(env!("CARGO_PKG_VERSION"))?;
    let tag = format!("v{new}");
    guard(&old, &new, &tag, mode)?;
    let edits = edits(&old, &new, &today()?)?;
    let notes = changelog::section(&changed(&edits, CHANGELOG)?, &new)?;
    for (file, text) in &edits {
        if *text != read(file)? {
            output::line(&format!("changes {file}"));
        }
    }
    if mode == Mode::DryRun {
        return Ok(Outcome::Done(format!(
            "{old} would become {new}; nothing was changed. Its notes:\n\n{notes}"
        )));
    }
    for (file, text) in &edits {
        fs::write(workspace::root().join(file), text)?;
    }
    // Another cargo, because the version is compiled into this xtask.
    for chore in [
        &["codegen"][..],
        &["dist", "--natives"],
        &["dist", "--check"],
    ] {
        output::line(&format!("cargo xtask {}", chore.join(" ")));
        let mut cargo = workspace::cargo(&["xtask"]);
        process::quiet_with_advice(
            cargo.args(chore),
            "to undo what was written so far: `git checkout . && git clean -fd dist`",
        )?;
    }
    git(&["add", "--all"])?;
    git(&["commit", "--quiet", "--message", &format!("Release {new}")])?;
    git(&[
        "tag",
        "--annotate",
        &tag,
        "--message",
        &format!("ai-keys {new}"),
    ])?;
    Ok(Outcome::Done(format!(
        "committed and tagged {tag}; nothing was pushed. Look at it (`git show --stat`), then:\n  \
         git push origin main\n  git push origin {tag}"
    )))
}

/// Writes what the page of this version's release says.
fn write_notes() -> Result<()> {
    let version = Version::read(env!("CARGO_PKG_VERSION"))?;
    let notes = changelog::section(&read(CHANGELOG)?, &version)?;
    fs::write(workspace::root().join("target/release-notes.md"), notes)?;
    Ok(())
}

/// Refuses what must not be released, before anything is written.
fn guard(old: &Version, new: &Version, tag: &str, mode: Mode) -> Result<()> {
    if new < old {
        bail!("{new} is older than {old}");
    }
    if !git(&["tag", "--list", tag])?.trim().is_empty() {
        bail!("there is a tag {tag} already");
    }
    floating::check(new)?;
    if mode == Mode::DryRun {
        return Ok(());
    }
    let dirty = git(&["status", "--porcelain"])?;
    if !dirty.trim().is_empty() {
        bail!("the work tree is not clean:\n{}", dirty.trim_end());
    }
    if !cfg!(all(target_os = "linux", target_arch = "x86_64")) {
        bail!(
            "a release is made on Linux x86-64: only there are the native runners the same bytes"
        );
    }
    Ok(())
}

/// Returns every file that a release changes, with its new text.
fn edits(old: &Version, new: &Version, today: &str) -> Result<Vec<(&'static str, String)>> {
    let mut edits = Vec::new();
    for place in &PLACES {
        let text = read(place.file)?;
        edits.push((place.file, place.bumped(&text, old, new)?));
    }
    let text = changelog::released(&read(CHANGELOG)?, new, today)?;
    edits.push((CHANGELOG, text));
    Ok(edits)
}

fn changed(edits: &[(&str, String)], file: &str) -> Result<String> {
    let mut found = edits.iter().filter(|(name, _)| *name == file);
    let (_, text) = found.next().with_context(|| format!("no {file}"))?;
    Ok(text.clone())
}

fn read(file: &str) -> Result<String> {
    fs::read_to_string(workspace::root().join(file))
        .with_context(|| format!("cannot read `{file}`"))
}

fn git(words: &[&str]) -> Result<String> {
    process::quiet(workspace::in_workspace(Path::new("git")).args(words))
}

fn today() -> Result<String> {
    let mut date = workspace::in_workspace(Path::new("date"));
    Ok(process::quiet(date.args(["-u", "+%F"]))?.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_release_writes_its_version_everywhere() {
        let old = Version::read(env!("CARGO_PKG_VERSION")).unwrap();
        let new = Version::read("97.98.99").unwrap();
        let edits = edits(&old, &new, "2026-11-24").unwrap();
        for (file, text) in &edits {
            assert!(text.contains("97.98.99"), "{file}");
        }
        let lock = changed(&edits, "Cargo.lock").unwrap();
        let blocks = lock.split("[[package]]\n").skip(1);
        let mut ours = blocks.filter(|block| !block.contains("\nsource = "));
        let left = ours.find(|block| !block.contains("\nversion = \"97.98.99\"\n"));
        assert_eq!(left, None, "a crate of ours keeps the old version");
        assert!(
            changed(&edits, CHANGELOG)
                .unwrap()
                .contains("## [97.98.99] - 2026-11-24")
        );
    }
}
