//! `cargo xtask wasm`: the package for JavaScript, and the proof that it says what the command says.

mod consumer;
mod elsewhere;
mod package;

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

pub(crate) use package::{TARGET, missing_target, remaps, target_folder};

use crate::npm::Installed;
use crate::steps::Outcome;
use crate::{process, workspace};

/// Builds the package into `target/wasm/ai-keys`.
///
/// # Errors
/// If the target cannot be had, or what the compiler said.
pub(crate) fn build() -> Result<Outcome> {
    let built = package::build()?;
    Ok(Outcome::Done(format!(
        "{}: {}",
        built.folder.display(),
        built.size
    )))
}

/// Returns where [`build`] puts the package.
///
/// # Errors
/// If the system does not tell where xtask is.
pub(crate) fn package_folder() -> Result<PathBuf> {
    Ok(target_folder()?.join("wasm/ai-keys"))
}

/// Builds the package, compares its answers with the core's, and uses it from TypeScript.
///
/// # Errors
/// What differs, or what did not build.
pub(crate) fn test() -> Result<Outcome> {
    if let Some(missing) = package::missing_target() {
        return Ok(Outcome::Skipped(missing));
    }
    let Some(node) = workspace::on_path("node") else {
        return Ok(Outcome::Skipped(
            "there is no `node`: install Node 20 or later".to_owned(),
        ));
    };
    clippy()?;
    let built = package::build()?;
    let parity = parity(&node, &built.folder)?;
    let said = format!("{}; {parity}", built.size);
    Ok(match consumer::run(&node, &built.folder)? {
        Installed::Yes => Outcome::Done(format!(
            "{said}; type-checks and runs in a TypeScript project"
        )),
        Installed::No(why) => Outcome::Skipped(format!("{said}; not from TypeScript: {why}")),
    })
}

/// Builds the package once more from a copy of the tree in another folder, and compares.
///
/// # Errors
/// The files that differ.
pub(crate) fn check() -> Result<Outcome> {
    let built = package::build()?;
    elsewhere::compare(&built)
}

/// The workspace's own clippy step does not see what only WebAssembly compiles, nor our tool.
fn clippy() -> Result<()> {
    let target = ["--target", package::TARGET];
    for (package, arguments) in [
        ("ai-keys-wasm", &target[..]),
        (
            "ai-keys-wasm",
            &[target[0], target[1], "--no-default-features"],
        ),
        ("ai-keys-wasm-action", &target[..]),
        ("xtask-wasm", &[]),
    ] {
        let mut clippy = workspace::cargo(&["clippy", "--quiet", "--package", package]);
        clippy.args(arguments).args(workspace::locked());
        process::quiet(clippy.args(["--", "-D", "warnings"]))?;
    }
    Ok(())
}

/// Asks both sides the same, and returns how much.
fn parity(node: &Path, package: &Path) -> Result<String> {
    let file = package.with_file_name("expectations.json");
    let root = workspace::root();
    process::quiet(tool()?.arg("expect").arg(&root).arg(&file))?;
    let mut compare = workspace::in_workspace(node);
    // The entry for bundlers imports the module as such, which Node 20 does on request.
    compare.args(["--no-warnings", "--experimental-wasm-modules"]);
    compare.arg(root.join("crates/ai-keys-wasm/tests/parity.mjs"));
    let said = process::quiet(compare.arg(package).arg(file))?;
    Ok(said.trim().to_owned())
}

/// Returns the program that knows wasm-bindgen and the core, built.
pub(crate) fn tool() -> Result<Command> {
    let mut build = workspace::cargo(&["build", "--quiet", "--package", "xtask-wasm"]);
    process::quiet(build.args(workspace::locked()))?;
    Ok(workspace::in_workspace(&workspace::built("xtask-wasm")?))
}
