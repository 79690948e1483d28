//! What is to be said if this process is killed: a file that `finish` reads.

use std::fs;
use std::io;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::super::manifest_file::write_whole;
use super::request::Request;

const FORMAT: u32 = 1;

/// The comments that show an apply which is not done.
#[derive(Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Unfinished {
    format: u32,
    pub(super) comments: Vec<Left>,
}

/// One of them, with what it shall say.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Left {
    #[serde(rename = "id")]
    pub(super) comment: u64,
    pub(super) scope: String,
    pub(super) body: String,
}

impl Unfinished {
    /// Reads the file; nothing if there is none, or it is not whole.
    pub(super) fn read(request: &Request) -> Self {
        let text = fs::read_to_string(path(request)).unwrap_or_default();
        let read: Result<Self, _> = serde_json::from_str(&text);
        read.ok()
            .filter(|unfinished| unfinished.format == FORMAT)
            .unwrap_or_default()
    }

    /// Writes the file; removes it if nothing is left.
    pub(super) fn write(&mut self, request: &Request) -> io::Result<()> {
        self.format = FORMAT;
        let path = path(request);
        if self.comments.is_empty() {
            return match fs::remove_file(path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
                _ => Ok(()),
            };
        }
        write_whole(&path, &serde_json::to_string(self)?)
    }
}

fn path(request: &Request) -> PathBuf {
    request.folder().join("unfinished.json")
}
