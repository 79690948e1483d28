//! All the files or none: what was written is taken away again if the next one cannot be.

use std::fs;
use std::path::{Path, PathBuf};

use super::super::manifest_file::shown;
use super::super::{RunError, new_manifest};

/// The files that were written so far.
#[derive(Default)]
pub(super) struct Files {
    written: Vec<PathBuf>,
    is_kept: bool,
}

impl Files {
    /// Writes a file that is not there yet, and the folder that it is in.
    pub(super) fn write(&mut self, path: &Path, text: &str) -> Result<(), RunError> {
        let folder = path.parent().unwrap_or(Path::new(""));
        fs::create_dir_all(folder).map_err(|source| RunError::Write {
            path: shown(folder),
            source,
        })?;
        new_manifest::write(path, text)?;
        self.wrote(path);
        Ok(())
    }

    /// Takes care of a file that somebody else wrote.
    pub(super) fn wrote(&mut self, path: &Path) {
        self.written.push(path.to_owned());
    }

    /// Leaves everything where it is.
    pub(super) fn keep(mut self) {
        self.is_kept = true;
    }
}

impl Drop for Files {
    fn drop(&mut self) {
        if !self.is_kept {
            for path in &self.written {
                // It was not there before.
                let _ = fs::remove_file(path);
            }
        }
    }
}
