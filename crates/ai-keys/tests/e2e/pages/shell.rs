//! A bash that runs one command after the other, as a person types them.

use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use crate::support::{Folder, ai_keys};

/// Ends what a command printed; then comes its exit code.
const END: u8 = 0x1e;

/// `ai-keys` on the day that the pages play.
const ON_THE_DAY: &str = r#"ai-keys() {
  case " $* " in
    *" --today "*) command ai-keys "$@" ;;
    " validate "*|" plan "*|" apply "*|" rotate "*|" timeline "*|" usage "*) command ai-keys "$@" --today "$PAGE_DAY" ;;
    *) command ai-keys "$@" ;;
  esac
}
# A job has a process group of its own, so that it ends with all that it has started.
set -m
exec 2>&1
"#;

pub(super) struct Shell {
    child: Child,
    commands: ChildStdin,
    printed: BufReader<ChildStdout>,
}

impl Shell {
    /// Starts one in a folder, with the environment of a test and the built `ai-keys`.
    pub(super) fn start(folder: &Path, today: &str) -> Self {
        let built = ai_keys(folder);
        let program = Path::new(built.get_program());
        let mut path = vec![program.parent().unwrap().to_path_buf()];
        path.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap()));
        let mut bash = Command::new("bash");
        bash.args(["--noprofile", "--norc"]).current_dir(folder);
        bash.env_clear();
        for (name, value) in built.get_envs() {
            if let Some(value) = value {
                bash.env(name, value);
            }
        }
        bash.env("PATH", std::env::join_paths(path).unwrap())
            .env("PAGE_DAY", today);
        let mut child = bash
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap();
        let mut commands = child.stdin.take().unwrap();
        commands.write_all(ON_THE_DAY.as_bytes()).unwrap();
        let printed = BufReader::new(child.stdout.take().unwrap());
        Self {
            child,
            commands,
            printed,
        }
    }

    /// Runs a command and returns what it printed and its exit code.
    pub(super) fn run(&mut self, command: &str) -> (String, i32) {
        let mut text = String::new();
        // `$?` is that of the command before.
        writeln!(text, "(exit $code)\n{{\n{command}\n}} </dev/null").unwrap();
        writeln!(text, "code=$?; printf '\\x1e%d\\x1e' $code").unwrap();
        self.commands.write_all(text.as_bytes()).unwrap();
        let printed = self.next();
        let code = self.next();
        (printed, code.parse().unwrap())
    }

    fn next(&mut self) -> String {
        let mut bytes = Vec::new();
        self.printed.read_until(END, &mut bytes).unwrap();
        assert_eq!(bytes.pop(), Some(END), "bash has ended");
        String::from_utf8(bytes).unwrap()
    }
}

impl Drop for Shell {
    fn drop(&mut self) {
        let _ = self
            .commands
            .write_all(b"for job in $(jobs -p); do kill -- -$job; done; exit\n");
        let _ = self.child.wait();
    }
}

#[test]
fn what_a_page_leaves_running_ends_with_its_shell() {
    let folder = Folder::new();
    let mut shell = Shell::start(folder.path(), "2026-11-23");
    let (printed, _) = shell.run("ai-keys sandbox >url 2>/dev/null &");
    let mut url = String::new();
    while !url.ends_with('\n') {
        (url, _) = shell.run("sleep 0.01; cat url");
    }
    drop(shell);
    assert_eq!(printed, "");
    let address = url.trim().trim_start_matches("http://");
    let patience = Instant::now() + Duration::from_secs(10);
    while TcpStream::connect(address).is_ok() {
        assert!(Instant::now() < patience, "the sandbox at {url} still runs");
        std::thread::sleep(Duration::from_millis(5));
    }
}
