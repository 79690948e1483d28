//! Compiles the core to WebAssembly and puts the npm package together.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use super::tool;
use crate::{process, workspace};

pub(crate) const TARGET: &str = "wasm32-unknown-unknown";

/// A package on disk.
pub(crate) struct Package {
    /// Its folder.
    pub(crate) folder: PathBuf,
    /// What its modules weigh, in words.
    pub(crate) size: String,
}

/// Builds `target/wasm/ai-keys` from this workspace.
///
/// # Errors
/// If the target cannot be had, or what the compiler said.
pub(crate) fn build() -> Result<Package> {
    if let Some(missing) = missing_target() {
        bail!("{missing}");
    }
    let target = target_folder()?;
    build_at(&workspace::root(), &target, &target.join("wasm/ai-keys"))
}

/// A module of the package: its name, its folder in it, and how the crate is built for it.
struct Module {
    name: &'static str,
    folder: &'static str,
    features: &'static [&'static str],
}

/// The part that a page needs first, and the whole.
const MODULES: [Module; 2] = [
    Module {
        name: "ai_keys_check",
        folder: "check",
        features: &["--no-default-features"],
    },
    Module {
        name: "ai_keys",
        folder: "",
        features: &[],
    },
];

/// Builds the package of the workspace at `root`, with cargo's files in `target`.
pub(super) fn build_at(root: &Path, target: &Path, folder: &Path) -> Result<Package> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    let sizes = MODULES
        .iter()
        .map(|module| build_module(module, root, target, &folder.join(module.folder)))
        .collect::<Result<Vec<String>>>()?;

    let npm = root.join("crates/ai-keys-wasm/npm");
    let manifest = read(&npm.join("package.json"))?;
    let version = format!("\"version\": \"{}\"", env!("CARGO_PKG_VERSION"));
    let manifest = manifest.replacen("\"version\": \"0.0.0\"", &version, 1);
    fs::write(folder.join("package.json"), manifest)?;
    fs::copy(npm.join("README.md"), folder.join("README.md"))?;
    for licence in ["LICENSE-APACHE", "LICENSE-MIT"] {
        fs::copy(root.join(licence), folder.join(licence))?;
    }
    Ok(Package {
        folder: folder.to_path_buf(),
        size: sizes.join("; "),
    })
}

/// Compiles one module, writes its entries into a folder, and returns a line about its size.
fn build_module(module: &Module, root: &Path, target: &Path, folder: &Path) -> Result<String> {
    let mut build = workspace::cargo(&["build", "--quiet", "--package", "ai-keys-wasm"]);
    build.args(["--lib", "--profile", "wasm", "--target", TARGET]);
    build
        .args(module.features)
        .args(workspace::locked())
        .arg("--target-dir")
        .arg(target);
    build.current_dir(root);
    build.env("CARGO_ENCODED_RUSTFLAGS", remaps(root)?);
    process::quiet(&mut build)?;

    fs::create_dir_all(folder)?;
    let wasm = target.join(TARGET).join("wasm/ai_keys_wasm.wasm");
    let mut glue = tool()?;
    let size = process::quiet(glue.args(["glue", module.name]).arg(wasm).arg(folder))?;
    // The glue for Node is CommonJS, so that `require` works too.
    fs::copy(
        root.join("crates/ai-keys-wasm/npm/node-package.json"),
        folder.join("node/package.json"),
    )?;
    Ok(size.trim().to_owned())
}

/// Returns the compiler flags that keep this machine's paths out of the module.
pub(crate) fn remaps(root: &Path) -> Result<String> {
    let mut flags = vec![format!("--remap-path-prefix={}=/src", root.display())];
    let home = env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| Some(env::home_dir()?.join(".cargo")));
    let sources = home.context("there is no CARGO_HOME")?.join("registry/src");
    // One folder per registry; its name holds a host and a hash.
    for registry in fs::read_dir(&sources).into_iter().flatten() {
        let path = registry?.path();
        flags.push(format!("--remap-path-prefix={}=/cargo", path.display()));
    }
    let mut rustc = workspace::in_workspace(Path::new("rustc"));
    let sysroot = process::quiet(rustc.args(["--print", "sysroot"]))?;
    let library = Path::new(sysroot.trim()).join("lib/rustlib/src/rust");
    flags.push(format!("--remap-path-prefix={}=/rustc", library.display()));
    Ok(flags.join("\x1f"))
}

/// Returns why there is no standard library for WebAssembly, after trying to get it.
pub(crate) fn missing_target() -> Option<String> {
    let has_target = || {
        let mut rustc = workspace::in_workspace(Path::new("rustc"));
        let rustc = rustc.args(["--print", "target-libdir", "--target", TARGET]);
        process::quiet(rustc).is_ok_and(|folder| Path::new(folder.trim()).is_dir())
    };
    if !has_target() {
        let mut rustup = workspace::in_workspace(Path::new("rustup"));
        // Whether it worked is asked below.
        let _ = process::quiet(rustup.args(["target", "add", TARGET]));
    }
    (!has_target())
        .then(|| format!("there is no standard library for {TARGET}: `rustup target add {TARGET}`"))
}

/// Returns the folder that cargo builds in.
pub(crate) fn target_folder() -> Result<PathBuf> {
    let xtask = env::current_exe()?;
    let target = xtask.parent().and_then(Path::parent);
    Ok(target
        .context("xtask is not in a target folder")?
        .to_path_buf())
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("cannot read `{}`", path.display()))
}
