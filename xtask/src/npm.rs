//! Projects that npm installs, and their tests.

use std::ffi::OsString;
use std::fs;
use std::path::Path;

use anyhow::{Result, bail};

use crate::{process, workspace};

/// How an installation ended.
pub(crate) enum Installed {
    /// What the lock file pins is there.
    Yes,
    /// It cannot be had, and why.
    No(String),
}

/// Installs what the lock file of a project pins, unless it is there already.
///
/// # Errors
/// If the lock file cannot be read.
pub(crate) fn install(project: &Path) -> Result<Installed> {
    let Some(npm) = workspace::on_path("npm") else {
        return Ok(Installed::No(
            "no Node: install Node 20 or later".to_owned(),
        ));
    };
    let locked = fs::read_to_string(project.join("package-lock.json"))?;
    let stamp = project.join("node_modules/.ai-keys.stamp");
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == locked) {
        return Ok(Installed::Yes);
    }
    let mut install = workspace::in_workspace(&npm);
    install.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]);
    install.args(["--prefer-offline", "--loglevel=error"]);
    if let Err(error) = process::quiet(install.current_dir(project)) {
        let why = last_line(&error);
        return Ok(Installed::No(format!("npm cannot install: {why}")));
    }
    fs::write(stamp, locked)?;
    Ok(Installed::Yes)
}

/// Lists the test files of a folder of a project, sorted.
///
/// # Errors
/// If there are none.
pub(crate) fn test_files(project: &Path, folder: &Path) -> Result<Vec<OsString>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(project.join(folder))? {
        let name = entry?.file_name();
        if name.to_string_lossy().ends_with(".test.mjs") {
            files.push(folder.join(name).into_os_string());
        }
    }
    if files.is_empty() {
        bail!("`{}` holds no tests", project.join(folder).display());
    }
    files.sort();
    Ok(files)
}

/// Picks the counts and the figures out of what the tests printed.
pub(crate) fn figures(printed: &str) -> String {
    let is_figure = |text: &str| text.contains("budget") || text.contains("oracle");
    let is_count = |text: &str| {
        let counted = ["pass ", "todo ", "skipped "]
            .iter()
            .find_map(|n| text.strip_prefix(n));
        counted.is_some_and(|number| number != "0")
    };
    let comments = printed
        .lines()
        .filter_map(|line| line.trim_start().strip_prefix("# "));
    let told: Vec<&str> = comments
        .filter(|text| is_figure(text) || is_count(text))
        .collect();
    told.join("; ")
}

/// Returns the last line of what went wrong.
pub(crate) fn last_line(error: &anyhow::Error) -> String {
    let text = error.to_string();
    text.lines().last().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::figures;

    #[test]
    fn counts_and_figures_are_told() {
        let printed = "ok 1 - typing\n# 200 keys, 24 kB: 1.1 ms, budget 5 ms\n# main.js: 1 byte\n\
                       # tests 37\n# pass 36\n# fail 0\n# todo 1\n";
        assert_eq!(
            figures(printed),
            "200 keys, 24 kB: 1.1 ms, budget 5 ms; pass 36; todo 1"
        );
    }
}
