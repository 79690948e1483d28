//! Holds the requests of one client until a test lets them through, one by one.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex};
use std::time::Duration;

use tokio::sync::watch;

use crate::lock;

/// How long a test waits for a request or its answer.
const PATIENCE: Duration = Duration::from_secs(30);

/// A gate that opens for one request at a time, in the order in which they came.
pub struct Turnstile {
    held: &'static [&'static str],
    state: Mutex<State>,
    changed: Condvar,
    let_in: watch::Sender<u64>,
}

#[derive(Default)]
struct State {
    /// Whether each request that waits asks for a change.
    waiting: VecDeque<bool>,
    came: u64,
    answered: u64,
    is_over: bool,
}

impl Turnstile {
    pub(crate) fn new(held: &'static [&'static str]) -> Self {
        Self {
            held,
            state: Mutex::default(),
            changed: Condvar::new(),
            let_in: watch::Sender::new(0),
        }
    }

    pub(crate) fn holds(&self, path: &str, operation: Option<&str>) -> bool {
        let is_part = |part: &&str| {
            path.contains(*part) || operation.is_some_and(|name| name.contains(*part))
        };
        self.held.iter().any(is_part)
    }

    /// Waits for its turn; the request is then to be carried out, and [`Turnstile::answered`] called.
    pub(crate) async fn pass(&self, is_write: bool) {
        let ticket = {
            let mut state = lock(&self.state);
            state.waiting.push_back(is_write);
            state.came += 1;
            state.came
        };
        self.changed.notify_all();
        // The sender lives as long as this does.
        let _ = self
            .let_in
            .subscribe()
            .wait_for(|number| *number >= ticket)
            .await;
    }

    pub(crate) fn answered(&self) {
        lock(&self.state).answered += 1;
        self.changed.notify_all();
    }

    /// Starts a new run of the client.
    pub fn restart(&self) {
        lock(&self.state).is_over = false;
    }

    /// Says that the client sends nothing more.
    pub fn finish(&self) {
        lock(&self.state).is_over = true;
        self.changed.notify_all();
    }

    /// Waits for a request, and returns whether it asks for a change; none if the client has finished,
    /// or sent nothing for half a minute.
    #[must_use]
    pub fn next(&self) -> Option<bool> {
        let idle = |state: &mut State| state.waiting.is_empty() && !state.is_over;
        let state = lock(&self.state);
        let (state, _) = self
            .changed
            .wait_timeout_while(state, PATIENCE, idle)
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        state.waiting.front().copied()
    }

    /// Lets the first request that waits through, and returns when it is answered.
    pub fn let_one_in(&self) {
        let mut state = lock(&self.state);
        if state.waiting.pop_front().is_none() {
            return;
        }
        let goal = state.answered + 1;
        self.let_in.send_modify(|number| *number += 1);
        let _ = self
            .changed
            .wait_timeout_while(state, PATIENCE, |state| state.answered < goal)
            .unwrap_or_else(std::sync::PoisonError::into_inner);
    }
}
