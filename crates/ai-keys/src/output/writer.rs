//! The one writer: whole lines, scrubbed, in one order.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{Progress, Stream, Terminal};
use crate::mask::Masker;

/// How a run prints.
#[derive(Clone, Copy, Debug, Default)]
pub struct Settings {
    /// What standard output can show.
    pub out: Terminal,
    /// What standard error can show.
    pub err: Terminal,
    /// The run is a step of GitHub Actions: everything goes to stdout, because
    /// the runner reads the two pipes in no particular order.
    pub is_github_actions: bool,
    /// Standard output is for a program or a file (JSON, SARIF, Markdown), so
    /// nothing else may go there, in a step of GitHub Actions neither.
    pub is_out_data: bool,
    /// Notices and progress are left out.
    pub is_quiet: bool,
}

/// Prints, on behalf of everyone. Clones share one writer.
#[derive(Clone)]
pub struct Output {
    shared: Arc<Mutex<Shared>>,
    settings: Settings,
}

struct Shared {
    masker: Masker,
    runner: Runner,
    out: Pipe,
    err: Pipe,
    /// The progress bar on stderr's last line, without its line end.
    bar: String,
}

/// Whether GitHub's runner looks for commands in what is printed.
#[derive(Clone, Copy)]
enum Runner {
    None,
    ReadsText,
    ReadsData,
}

/// A stream, and the line that is not complete yet.
struct Pipe {
    target: Box<dyn Write + Send>,
    pending: Vec<u8>,
    /// Why nothing can be written any more.
    broken: Option<io::Error>,
}

impl Settings {
    /// Looks at this process: its streams and its environment.
    #[must_use]
    pub fn detect() -> Self {
        Self {
            out: Terminal::detect(Stream::Out),
            err: Terminal::detect(Stream::Err),
            is_github_actions: std::env::var_os("GITHUB_ACTIONS").is_some_and(|v| v == "true"),
            is_out_data: false,
            is_quiet: false,
        }
    }
}

impl Output {
    /// Returns the writer of this process.
    #[must_use]
    pub fn standard(settings: Settings) -> Self {
        Self::to(settings, Box::new(io::stdout()), Box::new(io::stderr()))
    }

    /// Returns a writer to any two streams.
    #[must_use]
    pub fn to(settings: Settings, out: Box<dyn Write + Send>, err: Box<dyn Write + Send>) -> Self {
        let pipe = |target| Pipe {
            target,
            pending: Vec::new(),
            broken: None,
        };
        let runner = match settings {
            Settings {
                is_github_actions: false,
                ..
            } => Runner::None,
            Settings {
                is_out_data: true, ..
            } => Runner::ReadsData,
            Settings { .. } => Runner::ReadsText,
        };
        let shared = Shared {
            masker: Masker::default(),
            runner,
            out: pipe(out),
            err: pipe(err),
            bar: String::new(),
        };
        Self {
            shared: Arc::new(Mutex::new(shared)),
            settings,
        }
    }

    /// Returns a writer that keeps what is printed, for tests.
    #[must_use]
    pub fn captured() -> (Self, Captured) {
        Self::captured_with(Settings::default())
    }

    /// As [`Output::captured`], with settings.
    #[must_use]
    pub fn captured_with(settings: Settings) -> (Self, Captured) {
        let captured = Captured::default();
        let (out, err) = (captured.out.clone(), captured.err.clone());
        (Self::to(settings, Box::new(out), Box::new(err)), captured)
    }

    /// Hides a value in everything printed from now on. A value shorter than
    /// [`SHORTEST`](crate::mask::SHORTEST) is not hidden.
    ///
    /// INVARIANT: prints nothing, in a step of GitHub Actions neither. There
    /// `::add-mask::VALUE` would be the one line that holds a value, and whoever
    /// reads stdout before the runner (`| tee log`) would keep it; no other
    /// process of the job ever sees the value that it would hide.
    pub fn mask(&self, value: &str) {
        self.lock().masker.register(value);
    }

    /// Returns text as it may leave by another way: a file, a comment.
    #[must_use]
    pub fn scrub(&self, text: &str) -> String {
        self.lock().masker.scrub(text).into_owned()
    }

    /// Prints what was asked for. The text brings its own line ends.
    pub fn print(&self, text: &str) {
        self.write(Stream::Out, text.as_bytes());
    }

    /// Prints a notice, one line; nothing when quiet.
    pub fn notice(&self, line: &str) {
        if !self.settings.is_quiet {
            self.error(line);
        }
    }

    /// Prints one line about something that went wrong, even when quiet.
    pub fn error(&self, line: &str) {
        self.write(Stream::Err, format!("{line}\n").as_bytes());
    }

    /// Asks a question: its text appears although its line has no end.
    pub fn prompt(&self, question: &str) {
        self.write(Stream::Err, question.as_bytes());
        self.lock().finish_line(self.route(Stream::Err));
    }

    /// Returns a reporter of progress over a known number of steps.
    #[must_use]
    pub fn progress(&self, label: &str, total: u64) -> Progress {
        Progress::new(self.clone(), label, total)
    }

    /// Returns a stream for code that wants to write.
    #[must_use]
    pub fn stream(&self, stream: Stream) -> StreamWriter {
        let output = self.clone();
        StreamWriter { output, stream }
    }

    /// Returns what a stream can show.
    #[must_use]
    pub fn terminal(&self, stream: Stream) -> Terminal {
        match self.route(stream) {
            Stream::Out => self.settings.out,
            Stream::Err => self.settings.err,
        }
    }

    /// Returns how this run prints.
    #[must_use]
    pub fn settings(&self) -> Settings {
        self.settings
    }

    /// Returns whether the reader of stdout went away (`ai-keys plan | head`).
    #[must_use]
    pub fn is_broken(&self) -> bool {
        self.lock().out.broken.is_some()
    }

    /// Takes why standard output is not complete, if not because its reader had
    /// enough: a full disk, say.
    #[must_use]
    pub fn take_failure(&self) -> Option<io::Error> {
        let failure = self.lock().out.broken.take();
        failure.filter(|failure| failure.kind() != io::ErrorKind::BrokenPipe)
    }

    /// Says where the program broke down, and nothing of why: a panic's text may
    /// hold anything. Does not wait for a writer that broke down itself.
    pub fn last_words(&self, place: &str) {
        if let Ok(mut shared) = self.shared.try_lock() {
            let line = format!(
                "error: ai-keys broke down at {place}: please report it with the command that you ran\n"
            );
            shared.write(self.route(Stream::Err), line.as_bytes());
        }
    }

    /// Prints lines that have no end yet. To be called before the process ends.
    pub fn finish(&self) {
        let mut shared = self.lock();
        shared.erase_bar();
        shared.bar.clear();
        shared.finish_line(Stream::Out);
        shared.finish_line(Stream::Err);
    }

    /// Draws the progress bar, or removes it if the text is empty.
    pub(super) fn draw_bar(&self, text: &str) {
        let mut shared = self.lock();
        shared.erase_bar();
        shared.bar = shared.masker.scrub(text).into_owned();
        shared.draw_bar();
    }

    fn write(&self, stream: Stream, bytes: &[u8]) {
        self.lock().write(self.route(stream), bytes);
    }

    fn route(&self, stream: Stream) -> Stream {
        if self.settings.is_github_actions && !self.settings.is_out_data {
            Stream::Out
        } else {
            stream
        }
    }

    fn lock(&self) -> MutexGuard<'_, Shared> {
        // A panic elsewhere must not stop the masking of what follows.
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shared {
    fn pipe(&mut self, stream: Stream) -> &mut Pipe {
        match stream {
            Stream::Out => &mut self.out,
            Stream::Err => &mut self.err,
        }
    }

    /// Keeps bytes until their line is complete, so that a value which arrives
    /// in two pieces is seen whole.
    fn write(&mut self, stream: Stream, bytes: &[u8]) {
        let pipe = self.pipe(stream);
        pipe.pending.extend_from_slice(bytes);
        let Some(end) = pipe.pending.iter().rposition(|byte| *byte == b'\n') else {
            return;
        };
        let rest = pipe.pending.split_off(end + 1);
        let lines = std::mem::replace(&mut pipe.pending, rest);
        self.emit(stream, &lines);
    }

    fn finish_line(&mut self, stream: Stream) {
        let line = std::mem::take(&mut self.pipe(stream).pending);
        if !line.is_empty() {
            self.emit(stream, &line);
        }
    }

    fn emit(&mut self, stream: Stream, text: &[u8]) {
        let text = String::from_utf8_lossy(text);
        let clean = self.masker.scrub(&text);
        // A lone CR starts a line, and so perhaps a command, for GitHub's runner.
        let clean = clean.replace("\r\n", "\n").replace('\r', "\\u{d}");
        // It takes a command anywhere in a line, and we give it none of this form.
        let clean = match (self.runner, stream) {
            (Runner::None, _) => clean,
            // The same text to a reader of JSON.
            (Runner::ReadsData, Stream::Out) => clean.replace("##[", "#\\u0023["),
            (Runner::ReadsData | Runner::ReadsText, _) => clean.replace("##[", "##\\["),
        };
        self.erase_bar();
        self.pipe(stream).write(clean.as_bytes());
        self.pipe(stream).flush();
        self.draw_bar();
    }

    fn erase_bar(&mut self) {
        if !self.bar.is_empty() {
            self.err.write(b"\r\x1b[K");
            self.err.flush();
        }
    }

    fn draw_bar(&mut self) {
        if !self.bar.is_empty() {
            self.err.write(self.bar.as_bytes());
            self.err.flush();
        }
    }
}

impl Pipe {
    fn write(&mut self, bytes: &[u8]) {
        if self.broken.is_none() {
            self.broken = self.target.write_all(bytes).err();
        }
    }

    fn flush(&mut self) {
        if self.broken.is_none() {
            self.broken = self.target.flush().err();
        }
    }
}

/// Writes to one stream of an [`Output`].
pub struct StreamWriter {
    output: Output,
    stream: Stream,
}

impl Write for StreamWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.output.write(self.stream, bytes);
        if self.output.is_broken() {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        Ok(bytes.len())
    }

    /// Does nothing: whole lines are out already, and part of a line may hold
    /// part of a value.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What an [`Output`] printed, for tests.
#[derive(Clone, Default)]
pub struct Captured {
    out: Sink,
    err: Sink,
}

#[derive(Clone, Default)]
struct Sink(Arc<Mutex<Vec<u8>>>);

impl Captured {
    /// Returns what went to standard output.
    #[must_use]
    pub fn stdout(&self) -> String {
        self.out.text()
    }

    /// Returns what went to standard error.
    #[must_use]
    pub fn stderr(&self) -> String {
        self.err.text()
    }
}

impl Sink {
    fn text(&self) -> String {
        let bytes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
#[path = "writer_tests.rs"]
mod tests;
