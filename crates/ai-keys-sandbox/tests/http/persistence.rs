//! A sandbox in a directory.

use std::path::{Path, PathBuf};

use ai_keys_sandbox::{Options, Running, Sandbox, SandboxError};

use crate::client::Client;
use crate::setup::{make_key, scope};

struct TempDir(PathBuf);

impl TempDir {
    fn new(name: &str) -> Self {
        let dir = std::env::temp_dir().join(format!(
            "ai-keys-sandbox-http-{}-{name}",
            std::process::id()
        ));
        let _ = std::fs::remove_dir_all(&dir);
        Self(dir)
    }
}

impl Drop for TempDir {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn open(dir: &Path) -> Result<Sandbox, SandboxError> {
    Sandbox::open(dir, Options::for_tests())
}

#[test]
fn the_state_outlives_the_sandbox() {
    let dir = TempDir::new("outlives");
    let sandbox = open(&dir.0).unwrap();
    make_key(&Client::new(sandbox.url()), "a");
    let before = sandbox.keys(&scope());
    let on_disk = std::fs::read_to_string(dir.0.join("state.json")).unwrap();
    assert!(
        on_disk.contains(&before[0].id),
        "a small state is saved before the answer"
    );
    sandbox.shutdown().unwrap();
    assert_eq!(open(&dir.0).unwrap().keys(&scope()), before);
    let journal = std::fs::read_to_string(dir.0.join("journal.jsonl")).unwrap();
    assert!(journal.contains("CreateApiKey") && !journal.contains(&before[0].value));
}

#[test]
fn another_process_finds_a_running_sandbox() {
    let dir = TempDir::new("finds");
    assert!(Running::find(&dir.0).is_none());
    let sandbox = open(&dir.0).unwrap();
    assert!(matches!(open(&dir.0), Err(SandboxError::InUse)));
    let running = Running::find(&dir.0).unwrap();
    assert_eq!(running.url(), sandbox.url());
    let stage = running.ensure_stage(&scope(), "chat-api", "prod").unwrap();
    assert_eq!(sandbox.ensure_stage(&scope(), "chat-api", "prod"), stage);
    running.set_date("2027-01-01").unwrap();
    assert_eq!(sandbox.clock().today(), "2027-01-01");
    drop(sandbox);
    assert!(Running::find(&dir.0).is_none());
    assert!(!dir.0.join("server.json").exists());
}

#[test]
fn a_killed_sandbox_is_not_running() {
    let dir = TempDir::new("killed");
    let sandbox = open(&dir.0).unwrap();
    let announced = std::fs::read(dir.0.join("server.json")).unwrap();
    drop(sandbox);
    // Another sandbox has the port, or nobody does.
    std::fs::write(dir.0.join("server.json"), announced).unwrap();
    assert!(Running::find(&dir.0).is_none());
}

#[test]
fn the_real_clock_cannot_be_set_from_outside() {
    let sandbox = Sandbox::start(Options::default()).unwrap();
    let refused = sandbox.running().unwrap().set_date("2027-01-01");
    assert!(matches!(refused, Err(SandboxError::Refused(_))));
}
