//! A sandbox in a directory.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use ai_keys_sandbox::{Limits, Options, Running, Sandbox, SandboxError};

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
    assert_eq!(running.limits(), Limits::Off);
    let stage = running.ensure_stage(&scope(), "chat-api", "prod").unwrap();
    assert_eq!(sandbox.ensure_stage(&scope(), "chat-api", "prod"), stage);
    running.set_date("2027-01-01").unwrap();
    assert_eq!(sandbox.clock().today(), "2027-01-01");
    drop(sandbox);
    assert!(Running::find(&dir.0).is_none());
    assert!(!dir.0.join("server.json").exists());
}

#[test]
fn a_sandbox_says_that_it_keeps_the_rates_of_aws() {
    let dir = TempDir::new("rates");
    let _sandbox = Sandbox::open(&dir.0, Options::default()).unwrap();
    assert_eq!(Running::find(&dir.0).unwrap().limits(), Limits::Aws);
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

const CHILD_DIR: &str = "AI_KEYS_SANDBOX_TEST_CHILD_DIR";

/// Not a test of its own: the process that the next test kills.
#[test]
fn child_process() {
    if let Some(dir) = std::env::var_os(CHILD_DIR) {
        let _sandbox = open(Path::new(&dir)).unwrap();
        // Ends with the parent, whatever becomes of it.
        std::io::stdin().read_line(&mut String::new()).unwrap();
    }
}

#[test]
fn a_killed_process_loses_nothing_and_leaves_no_lock() {
    let dir = TempDir::new("killed-process");
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "persistence::child_process"])
        .env(CHILD_DIR, &dir.0)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let running = loop {
        if let Some(running) = Running::find(&dir.0) {
            break running;
        }
        assert!(child.try_wait().unwrap().is_none(), "the child is alive");
    };
    assert!(matches!(open(&dir.0), Err(SandboxError::InUse)));
    let id = make_key(&Client::new(running.url()), "a");
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(Running::find(&dir.0).is_none());
    let sandbox = open(&dir.0).unwrap();
    assert_eq!(sandbox.keys(&scope())[0].id, id);
}
