//! One run of the built command, with nothing of the environment of the tests.

use std::io::Read;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// No run may take longer.
const PATIENCE: Duration = Duration::from_mins(1);

/// What a run printed, and how it ended.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
    pub(crate) took: Duration,
}

/// Returns the command in a folder, with an environment of its own.
pub(crate) fn ai_keys(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ai-keys"));
    command.current_dir(folder).env_clear();
    // The last two are of `faketime`: the tests pass on any day.
    for kept in [
        "PATH",
        "SystemRoot",
        "LLVM_PROFILE_FILE",
        "LD_PRELOAD",
        "FAKETIME",
    ] {
        if let Some(value) = std::env::var_os(kept) {
            command.env(kept, value);
        }
    }
    command
        .env("HOME", folder)
        .env("AWS_EC2_METADATA_DISABLED", "true");
    command
}

/// Runs the command with these words, offline.
pub(crate) fn run_in(folder: &Path, words: &[&str]) -> Ran {
    finish(ai_keys(folder).args(words))
}

/// Runs a command to its end.
pub(crate) fn finish(command: &mut Command) -> Ran {
    Running::start(command).end()
}

/// A run that has not ended yet. It is killed if the test gives up.
pub(crate) struct Running {
    child: Child,
    started: Instant,
    out: JoinHandle<String>,
    err: JoinHandle<String>,
}

impl Running {
    pub(crate) fn start(command: &mut Command) -> Self {
        Self::start_reading(command.stdin(Stdio::null()))
    }

    /// As [`Running::start`], with the standard input that the command has.
    pub(crate) fn start_reading(command: &mut Command) -> Self {
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let out = read_on_the_side(child.stdout.take().unwrap());
        let err = read_on_the_side(child.stderr.take().unwrap());
        let started = Instant::now();
        Self {
            child,
            started,
            out,
            err,
        }
    }

    /// Returns the number of the process.
    pub(crate) fn number(&self) -> u32 {
        self.child.id()
    }

    /// Sends a signal by the number of the process.
    #[cfg(unix)]
    pub(crate) fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        let sent = Command::new("kill").args(["-s", name, &pid]).status();
        assert!(sent.unwrap().success());
    }

    /// Waits for the end. A process that a signal ended has code -1.
    pub(crate) fn end(mut self) -> Ran {
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break Some(status);
            }
            if self.started.elapsed() > PATIENCE {
                self.child.kill().unwrap();
                self.child.wait().unwrap();
                break None;
            }
            std::thread::sleep(Duration::from_millis(2));
        };
        let took = self.started.elapsed();
        let (out, err) = (self.out.join().unwrap(), self.err.join().unwrap());
        let status = status.unwrap_or_else(|| panic!("it hangs\nstdout:\n{out}\nstderr:\n{err}"));
        let ran = Ran {
            code: status.code().unwrap_or(-1),
            out,
            err,
            took,
        };
        let printed = format!("{}{}", ran.out, ran.err);
        assert!(
            !printed.contains("panicked") && !printed.contains("broke down"),
            "{printed}"
        );
        ran
    }
}

fn read_on_the_side(mut pipe: impl Read + Send + 'static) -> JoinHandle<String> {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = pipe.read_to_end(&mut bytes);
        String::from_utf8(bytes).expect("output is UTF-8")
    })
}

impl Ran {
    /// Fails the test with all that was printed unless the run ended so.
    #[track_caller]
    pub(crate) fn ended(self, code: i32) -> Self {
        let Self { out, err, .. } = &self;
        assert_eq!(self.code, code, "\nstdout:\n{out}\nstderr:\n{err}");
        self
    }

    /// Fails the test unless standard output holds the text.
    #[track_caller]
    pub(crate) fn shows(self, text: &str) -> Self {
        assert!(self.out.contains(text), "no `{text}` in:\n{}", self.out);
        self
    }

    /// Fails the test unless standard error holds the text.
    #[track_caller]
    pub(crate) fn says(self, text: &str) -> Self {
        assert!(self.err.contains(text), "no `{text}` in:\n{}", self.err);
        self
    }

    /// Fails the test unless standard error is one line, which holds the text.
    #[track_caller]
    pub(crate) fn says_in_one_line(self, text: &str) -> Self {
        let lines = self.err.lines();
        let own: Vec<&str> = lines.filter(|line| !line.starts_with("notice: ")).collect();
        assert_eq!(own.len(), 1, "{}", self.err);
        assert!(own[0].starts_with("error: "), "{}", self.err);
        assert!(own[0].len() < 600, "{}", self.err);
        self.says(text)
    }
}
