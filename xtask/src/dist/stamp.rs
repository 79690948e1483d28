//! The source that a native runner is made of, in one hash.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};
use sha2::{Digest as _, Sha256};

use crate::{process, workspace};

/// Everything that reaches the bytes of a runner, as git's patterns.
const SOURCE: [&str; 8] = [
    "Cargo.toml",
    "Cargo.lock",
    "rust-toolchain.toml",
    "crates/ai-keys*",
    ":(exclude)crates/*/tests/**",
    ":(exclude)crates/ai-keys-wasm*",
    "xtask/natives.ld",
    "xtask/natives.txt",
];

/// Returns the hash over the names and the contents of the source.
///
/// # Errors
/// If git or a file cannot be read.
pub(crate) fn source() -> Result<String> {
    let mut git = workspace::in_workspace(Path::new("git"));
    git.args([
        "ls-files",
        "--cached",
        "--others",
        "--exclude-standard",
        "-z",
        "--",
    ]);
    let listed = process::quiet(git.args(SOURCE))?;
    let mut names: Vec<&str> = listed.split_terminator('\0').collect();
    names.sort_unstable();
    let mut hash = Sha256::new();
    for name in names {
        let path = workspace::root().join(name);
        // A file that is deleted and not yet committed is still listed.
        if path.is_file() {
            let content = Sha256::digest(fs::read(&path).with_context(|| name.to_owned())?);
            hash.update(format!("{} {name}\n", hex(&content)));
        }
    }
    Ok(hex(&hash.finalize()))
}

/// Returns the SHA-256 of a file.
///
/// # Errors
/// If it cannot be read.
pub(crate) fn of_file(path: &Path) -> Result<String> {
    let bytes = fs::read(path).with_context(|| format!("cannot read `{}`", path.display()))?;
    Ok(hex(&Sha256::digest(bytes)))
}

fn hex(bytes: &[u8]) -> String {
    let mut text = String::new();
    for byte in bytes {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}
