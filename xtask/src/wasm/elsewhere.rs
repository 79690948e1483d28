//! Builds the package from a copy of the tree in another folder: it must be the same, byte for byte.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use super::package::{Package, build_at};
use crate::steps::Outcome;
use crate::{process, workspace};

/// Compares a package with one that is built elsewhere.
///
/// # Errors
/// The files that differ.
pub(super) fn compare(built: &Package) -> Result<Outcome> {
    let elsewhere = std::env::temp_dir().join(format!("ai-keys elsewhere {}", std::process::id()));
    let compared = compare_in(&elsewhere, &built.folder);
    fs::remove_dir_all(&elsewhere)?;
    let files = compared?;
    Ok(Outcome::Done(format!(
        "{files} files equal from another folder; {}",
        built.size
    )))
}

fn compare_in(elsewhere: &Path, built: &Path) -> Result<usize> {
    let tree = elsewhere.join("a/deeper/tree");
    copy_tree(&tree)?;
    let again = build_at(&tree, &elsewhere.join("target"), &elsewhere.join("ai-keys"))?;
    let (mut files, mut differing) = (0, Vec::new());
    for file in &files_in(built)? | &files_in(&again.folder)? {
        files += 1;
        let one = fs::read(built.join(&file)).ok();
        if one != fs::read(again.folder.join(&file)).ok() {
            differing.push(file.display().to_string());
        }
    }
    if !differing.is_empty() {
        bail!("not the same from another folder: {}", differing.join(", "));
    }
    Ok(files)
}

/// Copies what git knows, and what it would be told with `git add`.
fn copy_tree(to: &Path) -> Result<()> {
    let root = workspace::root();
    let mut git = workspace::in_workspace(Path::new("git"));
    let options = ["--cached", "--others", "--exclude-standard", "-z"];
    let listing = process::quiet(git.arg("ls-files").args(options))?;
    for name in listing.split_terminator('\0') {
        let (from, to) = (root.join(name), to.join(name));
        // A file that is deleted and not yet committed is still listed.
        if from.is_file() {
            fs::create_dir_all(to.parent().unwrap_or(Path::new(".")))?;
            fs::copy(from, to)?;
        }
    }
    Ok(())
}

fn files_in(folder: &Path) -> Result<BTreeSet<PathBuf>> {
    let mut files = BTreeSet::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if let Ok(inside) = path.strip_prefix(folder) {
                files.insert(inside.to_path_buf());
            }
        }
    }
    Ok(files)
}
