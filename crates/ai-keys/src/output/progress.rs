//! How far a long run is: a bar for a person, plain lines for a log.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::time::Instant;

use super::{Output, Stream};

/// The time between two plain lines, at least.
const LINE_EVERY: Duration = Duration::from_secs(10);
/// The time after which a plain line appears even without 10 % more done.
const HEARTBEAT: Duration = Duration::from_mins(1);
/// The time between two drawings of the bar, at least.
const BAR_EVERY: Duration = Duration::from_millis(100);
/// Estimates are shown from here on: the first steps say little.
const ESTIMATE_AFTER: Duration = Duration::from_secs(2);

/// Reports the progress of one run. Removes its bar when dropped.
pub struct Progress {
    output: Output,
    label: String,
    done: u64,
    total: u64,
    /// A floor that the plan knows: the provider's rate limits.
    expected: Duration,
    started: Instant,
    reported: Option<Instant>,
    reported_tenth: u64,
    /// Steps that are done, for whoever else shows them.
    counter: Arc<AtomicUsize>,
}

impl Progress {
    pub(super) fn new(output: Output, label: &str, total: u64) -> Self {
        Self {
            output,
            label: label.to_owned(),
            done: 0,
            total,
            expected: Duration::ZERO,
            started: Instant::now(),
            reported: None,
            reported_tenth: 0,
            counter: Arc::default(),
        }
    }

    /// Counts for somebody else too.
    #[must_use]
    pub fn counting(mut self, counter: Arc<AtomicUsize>) -> Self {
        self.counter = counter;
        self
    }

    /// Takes the time that the run needs at least, for the first estimates.
    #[must_use]
    pub fn expecting(mut self, floor: Duration) -> Self {
        self.expected = floor;
        self
    }

    /// Counts steps as done.
    pub fn advance(&mut self, steps: u64) {
        self.done = self.done.saturating_add(steps).min(self.total);
        let done = usize::try_from(self.done).unwrap_or(usize::MAX);
        self.counter.store(done, Ordering::Relaxed);
        self.tick();
    }

    /// Reports if it is time to, for loops that wait.
    pub fn tick(&mut self) {
        let settings = self.output.settings();
        if settings.is_quiet {
            return;
        }
        let now = Instant::now();
        let last = self.reported.unwrap_or(self.started);
        let since = now.saturating_duration_since(last);
        if !settings.is_github_actions && settings.err.is_terminal {
            if self.reported.is_none() || since >= BAR_EVERY || self.done == self.total {
                self.reported = Some(now);
                self.output.draw_bar(&self.bar(now));
            }
            return;
        }
        let tenth = self.tenth();
        let is_due = since >= LINE_EVERY && tenth > self.reported_tenth;
        if is_due || since >= HEARTBEAT {
            self.reported = Some(now);
            self.reported_tenth = tenth;
            self.output.notice(&self.text(now));
        }
    }

    /// Returns how much longer the run takes, at the pace so far.
    #[must_use]
    pub fn remaining(&self) -> Option<Duration> {
        self.remaining_at(Instant::now())
    }

    fn remaining_at(&self, now: Instant) -> Option<Duration> {
        let elapsed = now.saturating_duration_since(self.started);
        let floor = self.expected.saturating_sub(elapsed);
        let steps = u32::try_from(self.done).unwrap_or(u32::MAX);
        if steps == 0 || elapsed < ESTIMATE_AFTER {
            return (!floor.is_zero()).then_some(floor);
        }
        let left = u32::try_from(self.total - self.done).unwrap_or(u32::MAX);
        Some((elapsed / steps).saturating_mul(left))
    }

    fn tenth(&self) -> u64 {
        (self.done * 10).checked_div(self.total).unwrap_or(10)
    }

    fn text(&self, now: Instant) -> String {
        let percent = (self.done * 100).checked_div(self.total).unwrap_or(100);
        let (label, done, total) = (&self.label, self.done, self.total);
        let left = match self.remaining_at(now) {
            Some(left) if done < total => format!(", {} left", in_words(left)),
            _ => String::new(),
        };
        format!("{label}: {done} of {total} ({percent} %){left}")
    }

    fn bar(&self, now: Instant) -> String {
        const CELLS: u64 = 20;
        let filled = (self.done * CELLS).checked_div(self.total).unwrap_or(CELLS);
        let cells: String = (0..CELLS)
            .map(|cell| if cell < filled { '█' } else { '░' })
            .collect();
        let line = format!("{cells} {}", self.text(now));
        // A wrapped bar cannot be erased: cut it one column before the edge.
        let columns = self.output.terminal(Stream::Err).columns.unwrap_or(80);
        line.chars()
            .take(usize::from(columns).saturating_sub(1))
            .collect()
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.output.draw_bar("");
    }
}

/// Writes a duration as a person would say it: `45 s`, `3 min`, `2 h 05 min`.
fn in_words(duration: Duration) -> String {
    let seconds = duration.as_secs().max(1);
    match seconds {
        0..90 => format!("{seconds} s"),
        90..5400 => format!("{} min", (seconds + 30) / 60),
        _ => format!("{} h {:02} min", seconds / 3600, seconds % 3600 / 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::{Settings, Terminal};
    use tokio::time::advance;

    #[tokio::test(start_paused = true)]
    async fn a_log_gets_one_line_per_tenth_at_most_every_ten_seconds() {
        let (output, captured) = Output::captured();
        let mut progress = output.progress("applying", 1000);
        for _ in 0..1000 {
            advance(Duration::from_millis(200)).await;
            progress.advance(1);
        }
        let printed = captured.stderr();
        assert_eq!(printed.lines().count(), 10, "{printed}");
        assert_eq!(
            printed.lines().next(),
            Some("applying: 100 of 1000 (10 %), 3 min left")
        );
        assert_eq!(
            printed.lines().last(),
            Some("applying: 1000 of 1000 (100 %)")
        );
        assert_eq!(captured.stdout(), "");
    }

    #[tokio::test(start_paused = true)]
    async fn a_short_run_prints_no_progress_and_a_stuck_one_a_line_a_minute() {
        let (output, captured) = Output::captured();
        let mut progress = output.progress("applying", 10);
        for _ in 0..5 {
            advance(Duration::from_millis(100)).await;
            progress.advance(1);
        }
        assert_eq!(captured.stderr(), "");
        for _ in 0..179 {
            advance(Duration::from_secs(1)).await;
            progress.tick();
        }
        assert_eq!(
            captured.stderr().lines().count(),
            3,
            "{}",
            captured.stderr()
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_terminal_gets_a_bar_that_leaves_no_trace() {
        let err = Terminal {
            is_terminal: true,
            has_colour: false,
            columns: Some(40),
            ..Terminal::default()
        };
        let (output, captured) = Output::captured_with(Settings {
            err,
            ..Settings::default()
        });
        let mut progress = output
            .progress("applying", 4)
            .expecting(Duration::from_secs(100));
        progress.advance(1);
        assert_eq!(captured.stderr(), "█████░░░░░░░░░░░░░░░ applying: 1 of 4 (");
        output.notice("a notice");
        assert!(captured.stderr().contains("\r\u{1b}[Ka notice\n█████"));
        drop(progress);
        assert!(captured.stderr().ends_with("\r\u{1b}[K"));
    }

    #[tokio::test(start_paused = true)]
    async fn quiet_is_quiet() {
        let settings = Settings {
            is_quiet: true,
            ..Settings::default()
        };
        let (output, captured) = Output::captured_with(settings);
        let mut progress = output.progress("applying", 2);
        advance(Duration::from_secs(100)).await;
        progress.advance(2);
        assert_eq!(captured.stderr(), "");
    }

    #[test]
    fn durations_read_like_speech() {
        let words = |seconds| in_words(Duration::from_secs(seconds));
        assert_eq!(
            [words(0), words(45), words(150), words(7500)],
            ["1 s", "45 s", "3 min", "2 h 05 min"]
        );
    }
}
