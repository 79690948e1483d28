//! What `init` and `import` share: names and accounts of a manifest that is not there yet.

use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::path::Path;

use ai_keys_core::manifest::is_id;

use super::RunError;
use super::manifest_file::shown;
use crate::output::untrusted;

/// Refuses what cannot be a name in a manifest.
pub(super) fn check_name(what: &str, name: &str) -> Result<(), RunError> {
    if is_id(name) {
        return Ok(());
    }
    let name = untrusted(name);
    Err(RunError::Usage(format!(
        "`{name}` is not a valid {what}: use lower-case letters, digits and hyphens, a letter first"
    )))
}

/// Refuses what is not an account.
pub(super) fn check_account(account: &str) -> Result<(), RunError> {
    if account.len() == 12 && account.bytes().all(|b| b.is_ascii_digit()) {
        return Ok(());
    }
    Err(RunError::Usage("an account is 12 digits".to_owned()))
}

/// Refuses what cannot be a region.
pub(super) fn check_region(region: &str) -> Result<(), RunError> {
    let is_part = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    if !region.is_empty() && region.bytes().all(is_part) {
        return Ok(());
    }
    Err(RunError::Usage("a region looks like eu-west-1".to_owned()))
}

/// Refuses to write over a file that is there.
pub(super) fn check_absent(path: &Path) -> Result<(), RunError> {
    if path.exists() {
        return Err(already_there(path));
    }
    Ok(())
}

/// Writes a file that is not there yet.
pub(super) fn write(path: &Path, text: &str) -> Result<(), RunError> {
    let written = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(path)
        .and_then(|mut file| file.write_all(text.as_bytes()));
    written.map_err(|source| match source.kind() {
        io::ErrorKind::AlreadyExists => already_there(path),
        _ => RunError::Write {
            path: shown(path),
            source,
        },
    })
}

fn already_there(path: &Path) -> RunError {
    let path = shown(path);
    RunError::Usage(format!("{path} exists already, and is left as it is"))
}
