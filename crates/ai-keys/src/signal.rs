//! Ctrl-C and the cancel button: stop starting, finish what is in flight.
//!
//! GitHub's runner sends SIGINT on cancel, SIGTERM 7.5 s later and kills the
//! process another 2.5 s later (actions/runner, `ProcessInvoker.cs`, checked
//! 2026-11-23), so a run that was asked to stop must report within 5 s.

use std::io;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::exit::ExitCode;
use crate::output::Output;

/// How long calls in flight may still take once a run was asked to stop.
pub const GRACE: Duration = Duration::from_secs(4);

/// The wish that the run ends. Clones share one wish.
#[derive(Clone)]
pub struct Stop {
    wish: watch::Sender<bool>,
}

impl Default for Stop {
    fn default() -> Self {
        Self {
            wish: watch::Sender::new(false),
        }
    }
}

impl Stop {
    /// Asks for the end of the run. Asking again changes nothing.
    pub fn request(&self) {
        self.wish.send_replace(true);
    }

    /// Returns whether the run was asked to stop: start nothing new.
    #[must_use]
    pub fn is_requested(&self) -> bool {
        *self.wish.borrow()
    }

    /// Waits until the run is asked to stop.
    pub async fn requested(&self) {
        // Cannot fail: `self` holds a sender.
        let _ = self.wish.subscribe().wait_for(|stop| *stop).await;
    }

    /// Waits until the run was asked to stop and [`GRACE`] has passed.
    pub async fn overdue(&self) {
        self.requested().await;
        tokio::time::sleep(GRACE).await;
    }
}

/// Turns SIGINT and SIGTERM into a wish to stop; the second one ends the
/// process at once.
///
/// # Errors
/// If the operating system does not let us listen.
pub fn listen(stop: Stop, output: Output) -> io::Result<JoinHandle<()>> {
    let mut signals = Signals::new()?;
    Ok(tokio::spawn(async move {
        signals.next().await;
        stop.request();
        output.error("stopping: finishing the calls in flight; again to exit at once");
        signals.next().await;
        output.finish();
        exit_at_once();
    }))
}

#[expect(clippy::exit, reason = "the user insists: nothing may be waited for")]
fn exit_at_once() {
    std::process::exit(ExitCode::Interrupted as i32);
}

#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn new() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

#[cfg(windows)]
struct Signals {
    interrupt: tokio::signal::windows::CtrlC,
    terminate: tokio::signal::windows::CtrlBreak,
}

#[cfg(windows)]
impl Signals {
    fn new() -> io::Result<Self> {
        Ok(Self {
            interrupt: tokio::signal::windows::ctrl_c()?,
            terminate: tokio::signal::windows::ctrl_break()?,
        })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::time::{Instant, timeout};

    #[tokio::test(start_paused = true)]
    async fn everyone_hears_the_wish_whenever_they_listen() {
        let stop = Stop::default();
        let early = stop.clone();
        let waiting = tokio::spawn(async move { early.requested().await });
        tokio::task::yield_now().await;
        assert!(!stop.is_requested());
        stop.request();
        waiting.await.unwrap();
        stop.clone().requested().await;
        assert!(stop.is_requested());
    }

    #[tokio::test(start_paused = true)]
    async fn calls_in_flight_get_a_grace_that_ends_before_the_runner_kills() {
        let stop = Stop::default();
        assert!(
            timeout(Duration::from_mins(1), stop.overdue())
                .await
                .is_err()
        );
        stop.request();
        let asked = Instant::now();
        stop.overdue().await;
        assert_eq!(asked.elapsed(), GRACE);
        assert!(GRACE < Duration::from_secs(5));
    }
}
