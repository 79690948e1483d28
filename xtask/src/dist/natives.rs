//! The native runners: static, for Linux on two processors, and the same bytes from any folder.

use std::fs;
use std::io::{BufReader, BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};
use brotli::enc::BrotliEncoderParams;

use super::branches;
use crate::{process, python, wasm, workspace};

/// A runner that a release holds.
pub(crate) struct Native {
    target: &'static str,
    file: &'static str,
}

/// The runners that a release holds. `action/runner.js` knows the same.
pub(crate) const NATIVES: [Native; 2] = [
    Native {
        target: "x86_64-unknown-linux-musl",
        file: "ai-keys-x86_64-linux",
    },
    Native {
        target: "aarch64-unknown-linux-musl",
        file: "ai-keys-aarch64-linux",
    },
];

/// A panic aborts: nothing asks for tables to unwind by …
const NO_TABLES: &str = "-Cforce-unwind-tables=no";
/// … and those that the standard library and personalities leave are dropped: 1.3 MB of 9. A path from
/// the workspace's root, where rustc and the linker are started.
const LINK: &str = "-Clink-arg=-Wl,-T,xtask/natives.ld";

/// What one runner may have, in bytes.
const MOST: u64 = 9_000_000;

impl Native {
    /// Returns the name of the runner.
    pub(crate) fn file(&self) -> &'static str {
        self.file
    }

    /// Returns the path of the packed runner in `dist/`.
    pub(crate) fn in_dist(&self) -> String {
        format!("{}.br", self.unpacked())
    }

    /// Returns the path in `dist/` of a runner of one's own build.
    pub(crate) fn unpacked(&self) -> String {
        format!("bin/{}", self.file)
    }

    /// Returns whether it is for a processor, as Rust names it.
    pub(crate) fn is_for(&self, processor: &str) -> bool {
        self.target.starts_with(processor)
    }

    /// Returns the one for this machine.
    pub(crate) fn of_host() -> Option<&'static Self> {
        let here = std::env::consts::OS == "linux";
        NATIVES
            .iter()
            .find(|native| here && native.is_for(std::env::consts::ARCH))
    }
}

/// Builds both into a folder.
///
/// # Errors
/// What did not build, or grew too large.
pub(super) fn build(bin: &Path) -> Result<()> {
    python::install(&python::NATIVES)?;
    if bin.exists() {
        fs::remove_dir_all(bin)?;
    }
    fs::create_dir_all(bin)?;
    for native in &NATIVES {
        let runner = link(native)?;
        let to = bin.join(format!("{}.br", native.file));
        pack(&runner, &to).with_context(|| format!("cannot pack `{}`", runner.display()))?;
    }
    Ok(())
}

/// Builds the one for this machine, and returns where it is.
///
/// # Errors
/// If there is none for it, or it does not build or grew too large.
pub(crate) fn build_for_host() -> Result<PathBuf> {
    let native = Native::of_host().context("no runner is shipped for this machine")?;
    python::install(&python::NATIVES)?;
    link(native)
}

fn link(native: &Native) -> Result<PathBuf> {
    let mut rustup = workspace::in_workspace(Path::new("rustup"));
    process::quiet(rustup.args(["target", "add", native.target]))?;
    let target = wasm::target_folder()?;
    let mut build = zigbuild()?;
    build.args([
        "rustc",
        "--quiet",
        "--locked",
        "--package",
        "ai-keys",
        "--bin",
        "ai-keys",
    ]);
    build.args(["--profile", "dist", "--target", native.target]);
    build.arg("--target-dir").arg(&target);
    build.args(["--", LINK]);
    let flags = format!("{}\x1f{NO_TABLES}", wasm::remaps(&workspace::root())?);
    build.env("CARGO_ENCODED_RUSTFLAGS", flags);
    build
        .env("CARGO_INCREMENTAL", "0")
        .env("SOURCE_DATE_EPOCH", "0");
    process::quiet(&mut build)?;
    let runner = target.join(native.target).join("dist/ai-keys");
    let size = fs::metadata(&runner)?.len();
    if size > MOST {
        bail!(
            "the runner for {} has {size} bytes, at most {MOST}",
            native.target
        );
    }
    Ok(runner)
}

/// Packs a runner: Node unpacks Brotli by itself, and every step downloads what is in `dist/`.
fn pack(runner: &Path, to: &Path) -> Result<()> {
    let parameters = BrotliEncoderParams {
        quality: 11,
        lgwin: 24,
        ..BrotliEncoderParams::default()
    };
    let mut program = fs::read(runner)?;
    branches::to_places(&mut program);
    let mut into = BufWriter::new(fs::File::create(to)?);
    brotli::BrotliCompress(&mut program.as_slice(), &mut into, &parameters)?;
    into.flush()?;
    Ok(())
}

/// Unpacks a runner of `dist/`.
///
/// # Errors
/// If it is not packed, or the file cannot be written.
pub(crate) fn unpack(packed: &Path, to: &Path) -> Result<()> {
    let mut from = BufReader::new(fs::File::open(packed)?);
    let mut program = Vec::new();
    brotli::BrotliDecompress(&mut from, &mut program)?;
    branches::to_distances(&mut program);
    fs::write(to, program)?;
    Ok(())
}

/// Returns `cargo-zigbuild`, whose `rustc` links with the C library that `zig` brings.
fn zigbuild() -> Result<Command> {
    let program = python::program("cargo-zigbuild");
    if !program.is_file() {
        bail!("no cargo-zigbuild: it is pinned in xtask/natives.txt");
    }
    let mut command = workspace::in_workspace(&program);
    // It looks for `python3 -m ziglang`.
    let folder = program.parent().context("it is in a folder")?;
    let mut path = vec![folder.to_path_buf()];
    path.extend(std::env::split_paths(
        &std::env::var_os("PATH").unwrap_or_default(),
    ));
    command.env("PATH", std::env::join_paths(path)?);
    Ok(command)
}
