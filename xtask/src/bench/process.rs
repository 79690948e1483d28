//! What a process costs: wall time, processor time and memory.

use std::io::Read as _;
use std::ops::Add;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use wait4::Wait4 as _;

use crate::process::command_line;

/// One run of a program. What it complains of is told only if it fails.
pub(super) struct Cost {
    /// From the start to the end.
    pub(super) wall: Duration,
    /// In user and kernel mode, of all its threads.
    pub(super) processor: Duration,
    /// The most memory that was resident at once, in bytes.
    pub(super) peak: u64,
    /// What it printed.
    pub(super) out: String,
}

/// One run after another; what is kept of their output is the later one's.
impl Add for Cost {
    type Output = Self;

    fn add(self, later: Self) -> Self {
        Self {
            wall: self.wall + later.wall,
            processor: self.processor + later.processor,
            peak: self.peak.max(later.peak),
            out: later.out,
        }
    }
}

/// Runs a program to its end.
pub(super) fn run(command: &mut Command) -> Result<Cost> {
    run_with(command, Stdio::null())
}

/// As [`run`], with this to read.
pub(super) fn run_with(command: &mut Command, stdin: Stdio) -> Result<Cost> {
    run_to(0, command, stdin)
}

/// As [`run`], of a program that ends with this exit code.
pub(super) fn run_to_exit(code: i32, command: &mut Command) -> Result<Cost> {
    run_to(code, command, Stdio::null())
}

fn run_to(code: i32, command: &mut Command, stdin: Stdio) -> Result<Cost> {
    let line = command_line(command);
    command
        .stdin(stdin)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let started = Instant::now();
    let mut child = command
        .spawn()
        .with_context(|| format!("cannot start `{line}`"))?;
    // Read beside the output, so that neither pipe fills up while the other is read.
    let complaints = child.stderr.take().map(|mut stderr| {
        thread::spawn(move || {
            let mut text = String::new();
            stderr.read_to_string(&mut text).map(|_| text)
        })
    });
    let mut out = String::new();
    if let Some(mut stdout) = child.stdout.take() {
        stdout.read_to_string(&mut out)?;
    }
    let ended = child.wait4()?;
    let wall = started.elapsed();
    if ended.status.code() != Some(code) {
        let complaints = complaints.and_then(|reader| reader.join().ok()?.ok());
        bail!("`{line}` failed: {out}{}", complaints.unwrap_or_default());
    }
    Ok(Cost {
        wall,
        processor: ended.rusage.utime + ended.rusage.stime,
        peak: ended.rusage.maxrss,
        out,
    })
}

/// Returns the one in the middle.
pub(super) fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times.get(times.len() / 2).copied().unwrap_or_default()
}
