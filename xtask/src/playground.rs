//! The playground's tests: the built page in a real Chromium.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::npm::{self, Installed};
use crate::steps::Outcome;
use crate::{process, wasm, workspace};

/// Names a Chromium that is not on `PATH`.
const CHROMIUM: &str = "AI_KEYS_CHROMIUM";

/// Builds the page around the package of `cargo xtask wasm` and drives it.
///
/// # Errors
/// What the compiler, the build or a test said.
pub(crate) fn test() -> Result<Outcome> {
    let skipped = |reason: &str| Ok(Outcome::Skipped(reason.to_owned()));
    let Some(node) = workspace::on_path("node") else {
        return skipped("no Node: install Node 20 or later");
    };
    let Some(chromium) = find_chromium() else {
        return skipped("no Chromium (Debian: `apt-get install chromium`)");
    };
    let package = wasm::package_folder()?;
    if !package.is_dir() {
        return skipped("the package for JavaScript was not built");
    }
    let page = workspace::root().join("playground");
    match npm::install(&page)? {
        Installed::Yes => {}
        Installed::No(reason) => return Ok(Outcome::Skipped(reason)),
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
    arguments.extend(npm::test_files(&page, Path::new("tests"))?);
    Ok(Outcome::Done(npm::figures(&run(&arguments)?)))
}

fn find_chromium() -> Option<PathBuf> {
    let chosen = env::var_os(CHROMIUM).map(PathBuf::from);
    let names = ["chromium", "chromium-browser", "google-chrome"];
    chosen.or_else(|| names.into_iter().find_map(workspace::on_path))
}
