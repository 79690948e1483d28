//! The playground's tests: the built page in a real Chromium.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use crate::steps::Outcome;
use crate::{process, workspace};

/// Names a Chromium that is not on `PATH`.
const CHROMIUM: &str = "AI_KEYS_CHROMIUM";

/// Builds the page around the package of `cargo xtask wasm` and drives it.
///
/// # Errors
/// What the compiler, the build or a test said.
pub(crate) fn test() -> Result<Outcome> {
    let skipped = |reason: &str| Ok(Outcome::Skipped(reason.to_owned()));
    let (Some(node), Some(npm)) = (workspace::on_path("node"), workspace::on_path("npm")) else {
        return skipped("no Node: install Node 20 or later");
    };
    let Some(chromium) = find_chromium() else {
        return skipped("no Chromium (Debian: `apt-get install chromium`)");
    };
    let package = package()?;
    if !package.is_dir() {
        return skipped("the package for JavaScript was not built");
    }
    let page = workspace::root().join("playground");
    if let Err(error) = install(&npm, &page) {
        return skipped(&format!("npm cannot install: {}", last_line(&error)));
    }
    let run = |arguments: &[OsString]| {
        let mut command = workspace::in_workspace(&node);
        command.current_dir(&page).args(arguments);
        command.env("AI_KEYS_WASM", &package);
        process::quiet(command.env(CHROMIUM, &chromium))
    };
    run(&["build.mjs".into()])?;
    run(&["node_modules/typescript/bin/tsc".into(), "--noEmit".into()])?;
    let options = ["--test", "--test-concurrency=2", "--test-reporter=tap"];
    let mut arguments: Vec<OsString> = options.map(OsString::from).to_vec();
    arguments.extend(test_files(&page)?);
    Ok(Outcome::Done(figures(&run(&arguments)?)))
}

fn find_chromium() -> Option<PathBuf> {
    let chosen = env::var_os(CHROMIUM).map(PathBuf::from);
    let names = ["chromium", "chromium-browser", "google-chrome"];
    chosen.or_else(|| names.into_iter().find_map(workspace::on_path))
}

/// Returns where `cargo xtask wasm` has put the package.
fn package() -> Result<PathBuf> {
    let xtask = env::current_exe()?;
    let target = xtask.parent().and_then(Path::parent);
    Ok(target
        .context("xtask is not in a target folder")?
        .join("wasm/ai-keys"))
}

/// Installs what the lock file pins, unless it is there already.
fn install(npm: &Path, page: &Path) -> Result<()> {
    let locked = fs::read_to_string(page.join("package-lock.json"))?;
    let stamp = page.join("node_modules/.ai-keys.stamp");
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == locked) {
        return Ok(());
    }
    let mut install = workspace::in_workspace(npm);
    install.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]);
    install.args(["--prefer-offline", "--loglevel=error"]);
    process::quiet(install.current_dir(page))?;
    fs::write(stamp, locked)?;
    Ok(())
}

fn test_files(page: &Path) -> Result<Vec<OsString>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(page.join("tests"))? {
        let name = entry?.file_name();
        if name.to_string_lossy().ends_with(".test.mjs") {
            files.push(Path::new("tests").join(name).into_os_string());
        }
    }
    if files.is_empty() {
        bail!("`playground/tests` holds no tests");
    }
    files.sort();
    Ok(files)
}

/// Picks the counts and the figures out of what the tests printed.
fn figures(printed: &str) -> String {
    let is_figure = |text: &str| text.contains("budget");
    let is_count = |text: &str| {
        let counted = ["pass ", "todo "].iter().find_map(|n| text.strip_prefix(n));
        counted.is_some_and(|number| number != "0")
    };
    let comments = printed.lines().filter_map(|line| line.strip_prefix("# "));
    let told: Vec<&str> = comments
        .filter(|text| is_figure(text) || is_count(text))
        .collect();
    told.join("; ")
}

fn last_line(error: &anyhow::Error) -> String {
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
