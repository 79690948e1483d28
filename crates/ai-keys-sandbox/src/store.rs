//! The state of a sandbox in a directory: `state.json`, `journal.jsonl`, `server.json`, `lock`.
//!
//! Up to [`SMALL`] keys and secrets, the state is on disk before the answer leaves: a killed process loses nothing.
//! Above, writing megabytes after each call would cost more than the call, so it is saved once a second,
//! on shutdown and on drop; a kill can lose the last second. Files are replaced by rename, never half
//! written, and readable by their owner only, because the state holds key values.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use serde::{Deserialize, Serialize};

use crate::error::SandboxError;
use crate::lock;
use crate::model::World;

/// Up to this many keys, secrets and parameters, each change is saved before it is answered.
const SMALL: usize = 500;
/// The version of the file's shape.
const FORMAT: u32 = 1;

/// An open directory; its lock is held until drop.
pub(crate) struct Store {
    dir: PathBuf,
    _lock: File,
    /// Held while the file is replaced, so that an older state never overwrites a newer one.
    writing: Mutex<()>,
    is_dirty: AtomicBool,
}

#[derive(Serialize)]
struct Saved<'a> {
    format: u32,
    world: &'a World,
}

#[derive(Deserialize)]
struct Header {
    format: u32,
}

#[derive(Deserialize)]
struct Loaded {
    world: World,
}

/// `server.json`: where the running server is.
#[derive(Serialize, Deserialize)]
pub(crate) struct ServerFile {
    pub(crate) url: String,
    pub(crate) instance: String,
    pub(crate) pid: u32,
}

impl Store {
    /// Locks the directory (made if absent) and reads its state.
    pub(crate) fn open(dir: &Path) -> Result<(Self, World), SandboxError> {
        fs::create_dir_all(dir)?;
        // Opened for writing: Windows does not lock a file that is open for append only.
        let lock_file = private(
            OpenOptions::new().create(true).truncate(false).write(true),
            &dir.join("lock"),
        )?;
        match lock_file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(SandboxError::InUse),
            Err(TryLockError::Error(error)) => return Err(error.into()),
        }
        let store = Self {
            dir: dir.to_owned(),
            _lock: lock_file,
            writing: Mutex::default(),
            is_dirty: AtomicBool::new(false),
        };
        let world = read_state(&store.dir.join("state.json"))?;
        Ok((store, world))
    }

    /// Opens the journal for appending.
    pub(crate) fn journal(&self) -> io::Result<File> {
        private(
            OpenOptions::new().create(true).append(true),
            &self.dir.join("journal.jsonl"),
        )
    }

    pub(crate) fn changed(&self, world: &Mutex<World>) -> io::Result<()> {
        self.is_dirty.store(true, Ordering::Release);
        let objects: usize = lock(world)
            .regions
            .values()
            .map(|region| region.keys.len() + region.secrets.len() + region.parameters.len())
            .sum();
        if objects <= SMALL {
            self.flush(world)
        } else {
            Ok(())
        }
    }

    pub(crate) fn flush(&self, world: &Mutex<World>) -> io::Result<()> {
        let _writing = lock(&self.writing);
        if !self.is_dirty.swap(false, Ordering::AcqRel) {
            return Ok(());
        }
        let text = serde_json::to_vec(&Saved {
            format: FORMAT,
            world: &lock(world),
        })?;
        let saved = replace(&self.dir.join("state.json"), &text);
        if saved.is_err() {
            self.is_dirty.store(true, Ordering::Release);
        }
        saved
    }

    /// Writes where the server listens.
    pub(crate) fn announce(&self, server: &ServerFile) -> io::Result<()> {
        replace(&self.dir.join("server.json"), &serde_json::to_vec(server)?)
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        let _ = fs::remove_file(self.dir.join("server.json"));
    }
}

fn read_state(path: &Path) -> Result<World, SandboxError> {
    let text = match fs::read(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(World::default()),
        Err(error) => return Err(error.into()),
    };
    // The parser's message could quote a value: only the place is passed on.
    let unreadable = |error: &serde_json::Error| SandboxError::Unreadable { line: error.line() };
    let header: Header = serde_json::from_slice(&text).map_err(|error| unreadable(&error))?;
    if header.format != FORMAT {
        return Err(SandboxError::Format {
            found: header.format,
        });
    }
    let mut world = serde_json::from_slice::<Loaded>(&text)
        .map_err(|error| unreadable(&error))?
        .world;
    world.index();
    Ok(world)
}

fn replace(path: &Path, text: &[u8]) -> io::Result<()> {
    let temporary = path.with_extension("tmp");
    // A stale temporary file may have other permissions.
    let _ = fs::remove_file(&temporary);
    let mut file = private(OpenOptions::new().create_new(true).write(true), &temporary)?;
    file.write_all(text)?;
    drop(file);
    fs::rename(&temporary, path)
}

/// Opens a file for its owner only.
fn private(options: &mut OpenOptions, path: &Path) -> io::Result<File> {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options.open(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::tests::key;
    use crate::scope::Scope;
    use crate::tests::TempDir;

    fn scope() -> Scope {
        Scope::new("123456789012", "eu-west-1")
    }

    #[test]
    fn a_small_state_is_on_disk_at_once_and_comes_back() {
        let dir = TempDir::new();
        let (store, world) = Store::open(dir.path()).unwrap();
        let world = Mutex::new(world);
        lock(&world).region(&scope()).insert_key(key("k1", "v1"));
        store.changed(&world).unwrap();
        drop(store);
        let (_store, mut world) = Store::open(dir.path()).unwrap();
        assert_eq!(
            world.region(&scope()).key_with_value("v1").unwrap().id,
            "k1"
        );
    }

    #[test]
    fn a_large_state_waits_for_the_flush() {
        let dir = TempDir::new();
        let (store, world) = Store::open(dir.path()).unwrap();
        let world = Mutex::new(world);
        for n in 0..=SMALL {
            lock(&world)
                .region(&scope())
                .insert_key(key(&format!("k{n}"), &format!("v{n}")));
        }
        store.changed(&world).unwrap();
        assert!(!dir.path().join("state.json").exists());
        store.flush(&world).unwrap();
        assert!(dir.path().join("state.json").exists());
    }

    #[test]
    fn a_directory_has_one_owner() {
        let dir = TempDir::new();
        let first = Store::open(dir.path()).unwrap();
        assert!(matches!(Store::open(dir.path()), Err(SandboxError::InUse)));
        drop(first);
        assert!(Store::open(dir.path()).is_ok());
    }

    #[test]
    fn a_newer_format_and_a_broken_file_are_refused() {
        let dir = TempDir::new();
        fs::write(dir.path().join("state.json"), r#"{"format":2,"world":{}}"#).unwrap();
        assert!(matches!(
            Store::open(dir.path()),
            Err(SandboxError::Format { found: 2 })
        ));
        fs::write(dir.path().join("state.json"), "{\n\"format\":1,").unwrap();
        assert!(matches!(
            Store::open(dir.path()),
            Err(SandboxError::Unreadable { line: 2 })
        ));
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_reads_the_state() {
        use std::os::unix::fs::PermissionsExt;
        let dir = TempDir::new();
        let (store, world) = Store::open(dir.path()).unwrap();
        store.changed(&Mutex::new(world)).unwrap();
        let mode = fs::metadata(dir.path().join("state.json"))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}
