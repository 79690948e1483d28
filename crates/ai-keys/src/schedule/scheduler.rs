//! Sends calls inside the budgets, and again where that is safe.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, sleep_until};

use super::backoff::backoff;
use super::budget::{Bucket, Lane, Pace};
use super::speed::Speed;
use crate::provider::{ErrorKind, ProviderError};
use crate::signal::Stop;

/// How long a call is tried again, and how long a lane may go without an
/// answer other than "throttled" before its calls are given up.
pub const PATIENCE: Duration = Duration::from_mins(2);
/// How many independent calls are in flight: ten a second at 0.3 s each need 3.
const IN_FLIGHT: usize = 8;
/// Attempts where the answer was lost and repeating is safe.
const ATTEMPTS_AMBIGUOUS: u32 = 5;
/// Attempts to connect: a wrong endpoint should be reported soon.
const ATTEMPTS_UNREACHABLE: u32 = 3;

/// What may be done when the answer to a call was lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repeat {
    /// Send the identical request again: it ends in the same state.
    Safe,
    /// Look at the live state first; the caller gets [`ErrorKind::Ambiguous`].
    VerifyFirst,
}

/// What the scheduler must know about a call.
#[derive(Clone, Copy, Debug)]
pub struct Call {
    /// The name of the operation, for errors.
    pub operation: &'static str,
    /// The budget it draws on.
    pub lane: Lane,
    /// What may be done when its answer was lost.
    pub repeat: Repeat,
}

/// Sends the calls to one account and region. Clones share the budgets.
#[derive(Clone)]
pub struct Scheduler {
    pace: Pace,
    speed: Speed,
    patience: Duration,
    stop: Stop,
    in_flight: Arc<Semaphore>,
    associations: Arc<Semaphore>,
    budgets: Arc<Mutex<Budgets>>,
}

struct Budgets {
    total: Option<Bucket>,
    lanes: BTreeMap<Lane, LaneState>,
}

struct LaneState {
    budget: Option<Bucket>,
    /// Until when the provider asked us to wait.
    paused_until: Option<Instant>,
    /// Since when all answers were "throttled".
    throttled_since: Option<Instant>,
}

/// The right to send one request.
struct Admission {
    _in_flight: OwnedSemaphorePermit,
    _association: Option<OwnedSemaphorePermit>,
}

impl Scheduler {
    /// Returns a scheduler that starts nothing new once `stop` is requested.
    #[must_use]
    pub fn new(pace: Pace, stop: Stop) -> Self {
        Self {
            pace,
            speed: Speed::REAL,
            patience: PATIENCE,
            stop,
            in_flight: Arc::new(Semaphore::new(IN_FLIGHT)),
            associations: Arc::new(Semaphore::new(1)),
            budgets: Arc::new(Mutex::new(Budgets::full(pace, Speed::REAL))),
        }
    }

    /// Returns a scheduler for a provider whose clock runs at this speed, with full budgets.
    #[must_use]
    pub fn at(mut self, speed: Speed) -> Self {
        self.speed = speed;
        self.budgets = Arc::new(Mutex::new(Budgets::full(self.pace, speed)));
        self
    }

    /// Returns a scheduler for another service, which stops with this one and is as patient. Where
    /// no budgets are kept here, none are kept there.
    #[must_use]
    pub fn beside(&self, pace: Pace) -> Self {
        let pace = match self.pace {
            Pace::Unlimited => Pace::Unlimited,
            _ => pace,
        };
        Self::new(pace, self.stop.clone())
            .at(self.speed)
            .with_patience(self.patience)
    }

    /// Returns what asks it to stop.
    pub(crate) fn stop(&self) -> &Stop {
        &self.stop
    }

    /// Waits for a time of the provider's clock, but not longer than until the run is asked to
    /// stop. Returns whether it goes on.
    pub async fn pause(&self, time: Duration) -> bool {
        self.sleep(Instant::now() + self.speed.here(time)).await;
        !self.stop.is_requested()
    }

    /// Returns the patience by our clock.
    fn patience(&self) -> Duration {
        self.speed.here(self.patience)
    }

    /// Sets another patience than [`PATIENCE`].
    #[must_use]
    pub fn with_patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// Sends a call when its budget allows, again where that is safe, and
    /// returns its last answer.
    ///
    /// # Errors
    /// The last error of the call, which remembers a lost answer to an earlier
    /// attempt; [`ErrorKind::Interrupted`] if the run was asked to stop before
    /// the call was sent.
    pub async fn run<T, F>(&self, call: Call, send: impl FnMut() -> F) -> Result<T, ProviderError>
    where
        F: Future<Output = Result<T, ProviderError>>,
    {
        let mut is_lost = false;
        let answer = self.repeat(call, send, &mut is_lost).await;
        // What the last attempt says is not all: an earlier one may have been carried out.
        answer.map_err(|error| {
            if is_lost {
                error.after_a_lost_answer()
            } else {
                error
            }
        })
    }

    /// As [`Scheduler::run`]; notes whether the answer to any attempt was lost.
    async fn repeat<T, F>(
        &self,
        call: Call,
        mut send: impl FnMut() -> F,
        is_lost: &mut bool,
    ) -> Result<T, ProviderError>
    where
        F: Future<Output = Result<T, ProviderError>>,
    {
        let mut give_up_at = None;
        let mut attempt = 0;
        loop {
            let admission = self.admit(call).await?;
            attempt += 1;
            let give_up_at = *give_up_at.get_or_insert_with(|| Instant::now() + self.patience());
            let answer = tokio::select! {
                answer = send() => answer,
                () = self.stop.overdue() => {
                    return Err(ProviderError::new(ErrorKind::Ambiguous, call.operation)
                        .saying(None, None, Some("interrupted while it was in flight".to_owned())));
                }
            };
            drop(admission);
            let error = match answer {
                Ok(done) => {
                    self.note(call.lane, None);
                    return Ok(done);
                }
                Err(error) => error,
            };
            *is_lost |= error.kind() == ErrorKind::Ambiguous;
            let resume_at = wait(&error, call.repeat, attempt)
                .map(|wait| Instant::now() + self.speed.here(wait));
            let give_up_at = self
                .note(call.lane, Some((&error, resume_at)))
                .map_or(give_up_at, |at| at.min(give_up_at));
            match resume_at {
                Some(resume_at) if resume_at <= give_up_at => self.sleep(resume_at).await,
                _ => return Err(error),
            }
            if self.stop.is_requested() {
                return Err(error);
            }
        }
    }

    /// Waits for the right to send: a token of each budget, and a free place.
    async fn admit(&self, call: Call) -> Result<Admission, ProviderError> {
        let interrupted = || ProviderError::new(ErrorKind::Interrupted, call.operation);
        let association = match call.lane {
            Lane::CreateUsagePlanKey | Lane::ImportApiKeys => {
                Some(self.place(&self.associations).await)
            }
            _ => None,
        };
        let association = match association {
            Some(None) => return Err(interrupted()),
            Some(place) => place,
            None => None,
        };
        loop {
            if self.stop.is_requested() {
                return Err(interrupted());
            }
            let now = Instant::now();
            let ready_at = self.lock().ready_at(self, call, now)?;
            if ready_at > now {
                self.sleep(ready_at).await;
                continue;
            }
            let Some(in_flight) = self.place(&self.in_flight).await else {
                return Err(interrupted());
            };
            // Others may have taken the tokens while this call waited.
            let mut budgets = self.lock();
            let now = Instant::now();
            if budgets.ready_at(self, call, now)? <= now {
                budgets.take(self, call.lane, now);
                return Ok(Admission {
                    _in_flight: in_flight,
                    _association: association,
                });
            }
        }
    }

    /// Records an answer. Returns when the lane is given up, if it is stuck.
    fn note(
        &self,
        lane: Lane,
        error: Option<(&ProviderError, Option<Instant>)>,
    ) -> Option<Instant> {
        let now = Instant::now();
        let mut budgets = self.lock();
        let throttled = error.filter(|(e, _)| matches!(e.kind(), ErrorKind::Throttled { .. }));
        let Some((_, resume_at)) = throttled else {
            budgets.lane(self, lane).throttled_since = None;
            return None;
        };
        if lane != Lane::Elsewhere
            && let Some(total) = &mut budgets.total
        {
            total.drain(now);
        }
        let state = budgets.lane(self, lane);
        state.paused_until = state.paused_until.max(resume_at);
        if let Some(budget) = &mut state.budget {
            budget.drain(now);
        }
        Some(*state.throttled_since.get_or_insert(now) + self.patience())
    }

    /// Waits for a place, or for the wish to stop.
    async fn place(&self, places: &Arc<Semaphore>) -> Option<OwnedSemaphorePermit> {
        tokio::select! {
            permit = Arc::clone(places).acquire_owned() => permit.ok(),
            () = self.stop.requested() => None,
        }
    }

    async fn sleep(&self, until: Instant) {
        tokio::select! {
            () = sleep_until(until) => {}
            () = self.stop.requested() => {}
        }
    }

    fn lock(&self) -> MutexGuard<'_, Budgets> {
        self.budgets.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Budgets {
    fn full(pace: Pace, speed: Speed) -> Self {
        Self {
            total: pace.total().map(|total| total.at(speed)),
            lanes: BTreeMap::new(),
        }
    }

    fn lane(&mut self, scheduler: &Scheduler, lane: Lane) -> &mut LaneState {
        let Scheduler { pace, speed, .. } = scheduler;
        self.lanes.entry(lane).or_insert_with(|| LaneState {
            budget: pace.lane(lane).map(|budget| budget.at(*speed)),
            paused_until: None,
            throttled_since: None,
        })
    }

    /// Returns when a call may be sent, or an error if its lane is given up.
    fn ready_at(
        &mut self,
        scheduler: &Scheduler,
        call: Call,
        now: Instant,
    ) -> Result<Instant, ProviderError> {
        let total = self.total.as_ref().filter(|_| call.lane != Lane::Elsewhere);
        let total = total.map_or(now, |total| total.ready_at(now));
        let lane = self.lane(scheduler, call.lane);
        if lane
            .throttled_since
            .is_some_and(|since| since + scheduler.patience() <= now)
        {
            let kind = ErrorKind::Throttled { retry_after: None };
            let message = "not sent: nothing but throttling for too long".to_owned();
            return Err(ProviderError::new(kind, call.operation).saying(None, None, Some(message)));
        }
        let own = lane
            .budget
            .as_ref()
            .map_or(now, |budget| budget.ready_at(now));
        let paused_until = lane.paused_until.unwrap_or(now);
        // What ends the call that was told to wait for an hour ends those behind it: a day may be
        // asked for, and nobody would see why nothing happens.
        if paused_until > now + scheduler.patience() {
            let asked = scheduler.speed.there(paused_until - now);
            let kind = ErrorKind::Throttled {
                retry_after: Some(asked),
            };
            let message = format!("not sent: asked to wait for {} s", asked.as_secs());
            return Err(ProviderError::new(kind, call.operation).saying(None, None, Some(message)));
        }
        Ok(total.max(own).max(paused_until))
    }

    fn take(&mut self, scheduler: &Scheduler, lane: Lane, now: Instant) {
        if lane != Lane::Elsewhere
            && let Some(total) = &mut self.total
        {
            total.take(now);
        }
        if let Some(budget) = &mut self.lane(scheduler, lane).budget {
            budget.take(now);
        }
    }
}

/// Returns how long to wait before a call is sent again, if it is.
fn wait(error: &ProviderError, repeat: Repeat, attempt: u32) -> Option<Duration> {
    match error.kind() {
        ErrorKind::Throttled { retry_after } => Some(backoff(attempt, retry_after)),
        ErrorKind::ConflictRetry => Some(backoff(attempt, None)),
        ErrorKind::Ambiguous if repeat == Repeat::Safe && attempt < ATTEMPTS_AMBIGUOUS => {
            Some(backoff(attempt, None))
        }
        ErrorKind::Unreachable if attempt < ATTEMPTS_UNREACHABLE => Some(backoff(attempt, None)),
        ErrorKind::Ambiguous
        | ErrorKind::Unreachable
        | ErrorKind::ConflictExists
        | ErrorKind::ConflictOther
        | ErrorKind::QuotaReached
        | ErrorKind::NotFound
        | ErrorKind::Deleted
        | ErrorKind::TooLarge
        | ErrorKind::WrongKmsKey
        | ErrorKind::Denied { .. }
        | ErrorKind::NoCredentials
        | ErrorKind::ExpiredCredentials
        | ErrorKind::WrongCredentials
        | ErrorKind::WrongClock
        | ErrorKind::Invalid
        | ErrorKind::Interrupted => None,
    }
}

#[cfg(test)]
#[path = "scheduler_tests/mod.rs"]
mod tests;
