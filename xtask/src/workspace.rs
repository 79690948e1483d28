//! Where the repository is, and how cargo is called in it.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};

use crate::process;

/// Returns the folder of the workspace.
pub(crate) fn root() -> PathBuf {
    let xtask = env::var_os("CARGO_MANIFEST_DIR")
        .unwrap_or_else(|| OsString::from(env!("CARGO_MANIFEST_DIR")));
    Path::new(&xtask)
        .parent()
        .map_or_else(|| PathBuf::from("."), Path::to_path_buf)
}

/// Returns a cargo command that runs in the workspace.
pub(crate) fn cargo(arguments: &[&str]) -> Command {
    let program = env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
    let mut command = in_workspace(Path::new(&program));
    command.args(arguments);
    command
}

/// Returns a command that runs in the workspace, without what `cargo run` told us about xtask.
pub(crate) fn in_workspace(program: &Path) -> Command {
    let mut command = Command::new(program);
    command.current_dir(root());
    // The build script of `ring` watches these variables: were they handed on,
    // every cargo that we start would build the TLS stack anew.
    for (name, _) in env::vars_os() {
        let name_text = name.to_string_lossy();
        if [
            "CARGO_PKG_",
            "CARGO_MANIFEST_",
            "CARGO_BIN_",
            "CARGO_CRATE_",
        ]
        .iter()
        .any(|p| name_text.starts_with(p))
        {
            command.env_remove(&name);
        }
    }
    command
}

/// Builds every program and every test but those of `xtask-wasm`.
///
/// One command for all, because what is built with fewer crates in view has fewer features
/// of its dependencies switched on, and the AWS SDK would be compiled once more for it.
///
/// # Errors
/// What the compiler said.
pub(crate) fn build() -> Result<()> {
    let mut build = cargo(&["build", "--all-targets", "--quiet"]);
    build.args(EVERYTHING);
    process::quiet(build.args(locked()))?;
    Ok(())
}

/// Builds every program, with the same features as [`build`] does.
///
/// # Errors
/// What the compiler said.
pub(crate) fn build_programs() -> Result<()> {
    let mut build = cargo(&["build", "--bins", "--quiet"]);
    build.args(EVERYTHING);
    process::quiet(build.args(locked()))?;
    Ok(())
}

/// Every crate but the one whose tools only `cargo xtask wasm` needs.
pub(crate) const EVERYTHING: [&str; 3] = ["--workspace", "--exclude", "xtask-wasm"];

/// Returns where [`build`] has put a program: beside xtask.
///
/// # Errors
/// If the system does not tell where xtask is.
pub(crate) fn built(program: &str) -> Result<PathBuf> {
    let file = format!("{program}{}", env::consts::EXE_SUFFIX);
    Ok(env::current_exe()?.with_file_name(file))
}

/// Returns where a build with a profile has put a program.
///
/// # Errors
/// If the system does not tell where xtask is.
pub(crate) fn built_with(profile: &str, program: &str) -> Result<PathBuf> {
    let xtask = env::current_exe()?;
    let target = xtask.parent().and_then(Path::parent);
    let target = target.context("xtask is not in a target folder")?;
    let file = format!("{program}{}", env::consts::EXE_SUFFIX);
    Ok(target.join(profile).join(file))
}

/// Returns `--locked` in CI, where a stale `Cargo.lock` has to fail; nothing on a laptop.
pub(crate) fn locked() -> &'static [&'static str] {
    if is_ci() { &["--locked"] } else { &[] }
}

/// Returns whether a machine runs this that nobody looks at.
pub(crate) fn is_ci() -> bool {
    env::var_os("CI").is_some_and(|value| value == "true")
}

/// Returns the path of a program that is on `PATH`.
pub(crate) fn on_path(program: &str) -> Option<PathBuf> {
    let file = format!("{program}{}", env::consts::EXE_SUFFIX);
    env::split_paths(&env::var_os("PATH")?)
        .map(|folder| folder.join(&file))
        .find(|path| path.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_root_holds_the_workspace_manifest() {
        assert!(root().join("xtask/Cargo.toml").is_file());
    }
}
