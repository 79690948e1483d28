//! Reads a manifest from disk: whole, as UTF-8, and not more than a manifest may have.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use ai_keys_core::manifest::MAX_BYTES;
use thiserror::Error;

use super::RunError;
use crate::output::untrusted;

/// A manifest's path, as the user wrote it, and its text.
#[derive(Clone, Debug)]
pub(crate) struct ManifestFile {
    /// With forward slashes, as annotations want it.
    pub(crate) path: String,
    /// The text.
    pub(crate) text: String,
}

/// Why a file could not be read.
#[derive(Debug, Error)]
pub(crate) enum ReadError {
    /// There is none.
    #[error("there is no file {path}{hint}")]
    Missing {
        /// The file.
        path: String,
        /// What to do.
        hint: &'static str,
    },
    /// It is a directory.
    #[error("{0} is a directory: name the file, such as {0}/keys.toml")]
    Directory(String),
    /// It is a pipe, a socket or a device, which may never end, or never begin.
    #[error("{0} is not a file but a pipe or a device: write the text to a file first")]
    NotAFile(String),
    /// The operating system refuses.
    #[error("{path} cannot be read: {source}")]
    Unreadable {
        /// The file.
        path: String,
        /// Why.
        source: io::Error,
    },
    /// It is far too large.
    #[error("{path} is larger than the {most} bytes that it may have: is it the right file?")]
    TooLarge {
        /// The file.
        path: String,
        /// The most that is read.
        most: usize,
    },
    /// It is not text.
    #[error("{path} is not UTF-8 text: byte {byte} of line {line} is 0x{value:02x}")]
    NotUtf8 {
        /// The file.
        path: String,
        /// The line of the first bad byte, from 1.
        line: usize,
        /// Its place in the line, from 1.
        byte: usize,
        /// What it is.
        value: u8,
    },
}

impl ReadError {
    /// Returns whether there is a file, and what is in it is wrong.
    pub(crate) fn is_about_content(&self) -> bool {
        match self {
            Self::TooLarge { .. } | Self::NotUtf8 { .. } => true,
            Self::Missing { .. }
            | Self::Directory(_)
            | Self::NotAFile(_)
            | Self::Unreadable { .. } => false,
        }
    }
}

/// Reads a manifest.
pub(crate) fn read_manifest(path: &Path) -> Result<ManifestFile, ReadError> {
    let text = read_text(path, MAX_BYTES).map_err(|error| match error {
        ReadError::Missing { path, .. } => ReadError::Missing {
            path,
            hint: ": write one with `ai-keys init`, or name another",
        },
        error => error,
    })?;
    Ok(ManifestFile {
        path: shown(path),
        text,
    })
}

/// Reads a text file of at most `most` bytes.
pub(crate) fn read_text(path: &Path, most: usize) -> Result<String, ReadError> {
    let name = shown(path);
    // Before it is opened: opening a pipe waits for its other end.
    let is_odd = |file: fs::Metadata| !file.is_file() && !file.is_dir();
    if fs::metadata(path).is_ok_and(is_odd) {
        return Err(ReadError::NotAFile(name));
    }
    let bytes = read_bytes(path, most).map_err(|source| match source.kind() {
        io::ErrorKind::NotFound => ReadError::Missing {
            path: name.clone(),
            hint: "",
        },
        io::ErrorKind::IsADirectory => ReadError::Directory(name.clone()),
        _ => ReadError::Unreadable {
            path: name.clone(),
            source,
        },
    })?;
    if bytes.len() > most {
        return Err(ReadError::TooLarge { path: name, most });
    }
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let bytes = error.as_bytes();
        let before = bytes.get(..at).unwrap_or_default();
        let mut lines = before.split(|byte| *byte == b'\n');
        let start_of_line = lines.next_back().unwrap_or_default();
        ReadError::NotUtf8 {
            path: name,
            line: lines.count() + 1,
            byte: start_of_line.len() + 1,
            value: bytes.get(at).copied().unwrap_or_default(),
        }
    })
}

fn read_bytes(path: &Path, most: usize) -> io::Result<Vec<u8>> {
    let file = fs::File::open(path)?;
    if file.metadata()?.is_dir() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    let mut bytes = Vec::new();
    // One byte more than allowed tells a file that is too large.
    file.take(most as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The largest snapshot or plan that is read: 256 MiB.
const MOST_JSON: usize = 256 << 20;

/// Reads the text of a snapshot or a plan.
pub(crate) fn read_json(path: &Path) -> Result<String, RunError> {
    read_text(path, MOST_JSON).map_err(|error| {
        if error.is_about_content() {
            RunError::Unfit(error.to_string())
        } else {
            error.into()
        }
    })
}

/// Writes a path as the user would, with forward slashes, and on one line: a
/// file in a pull request may have any name.
pub(crate) fn shown(path: &Path) -> String {
    let path = path.to_string_lossy().replace('\\', "/");
    untrusted(&path).to_string()
}

/// Writes a file of the user again, whole or not at all: the same file where
/// the path is a link to it, with the permissions that it has.
pub(crate) fn rewrite_whole(path: &Path, text: &str) -> io::Result<()> {
    let path = fs::canonicalize(path)?;
    let permissions = fs::metadata(&path)?.permissions();
    if permissions.readonly() {
        return Err(io::ErrorKind::PermissionDenied.into());
    }
    write_whole(&path, text)?;
    fs::set_permissions(&path, permissions)
}

/// Writes a file whole or not at all: beside it first, then in its place.
pub(crate) fn write_whole(path: &Path, text: &str) -> io::Result<()> {
    let mut beside: PathBuf = path.to_owned();
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    beside.set_file_name(format!(".{name}.{}.part", std::process::id()));
    let written = fs::write(&beside, text).and_then(|()| fs::rename(&beside, path));
    if written.is_err() {
        // What could not be put in its place must not stay.
        let _ = fs::remove_file(&beside);
    }
    written
}
