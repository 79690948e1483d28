//! Why a sandbox cannot be started or used.

use thiserror::Error;

/// Why a sandbox cannot be started or used.
#[derive(Debug, Error)]
pub enum SandboxError {
    /// A file or a connection failed.
    #[error(transparent)]
    Io(#[from] std::io::Error),
    /// Another process has the directory open; [`Running::find`](crate::Running::find) tells where it listens.
    #[error("the sandbox directory is in use by another process")]
    InUse,
    /// The state file is of another version.
    #[error("the sandbox state has format {found}, which this version does not read")]
    Format {
        /// The number in the file.
        found: u32,
    },
    /// The state file is not what a sandbox writes.
    #[error("the sandbox state cannot be read: line {line} of `state.json`")]
    Unreadable {
        /// Counted from 1.
        line: usize,
    },
    /// The sandbox said no.
    #[error("the sandbox refused: {0}")]
    Refused(String),
}
