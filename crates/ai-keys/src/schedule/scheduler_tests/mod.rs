//! The scheduler in virtual time: no test sleeps.

use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};

use tokio::task::JoinSet;
use tokio::time::{advance, sleep};

use super::*;

mod rates;

/// A provider that answers each call by a rule and notes when it came.
#[derive(Clone, Default)]
struct Journal(Arc<Mutex<Vec<Instant>>>);

impl Journal {
    fn note(&self) -> usize {
        let mut times = self.0.lock().unwrap();
        times.push(Instant::now());
        times.len()
    }

    fn times(&self) -> Vec<Instant> {
        self.0.lock().unwrap().clone()
    }

    fn forget_before(&self, start: Instant) {
        self.0.lock().unwrap().retain(|time| *time >= start);
    }

    /// The most calls in any span of this length.
    fn busiest(&self, span: Duration) -> usize {
        let times = self.times();
        let in_span = |start: Instant| {
            let within = |time: &&Instant| **time >= start && **time < start + span;
            times.iter().filter(within).count()
        };
        times.iter().map(|start| in_span(*start)).max().unwrap_or(0)
    }
}

fn call(lane: Lane) -> Call {
    Call {
        operation: "Test",
        lane,
        repeat: Repeat::Safe,
    }
}

fn error(kind: ErrorKind) -> ProviderError {
    ProviderError::new(kind, "Test")
}

fn throttled(seconds: u64) -> ErrorKind {
    let retry_after = Some(Duration::from_secs(seconds));
    ErrorKind::Throttled { retry_after }
}

fn aws() -> Scheduler {
    Scheduler::new(Pace::ApiGateway, Stop::default())
}

/// Sends one call that is answered with these errors, then with success.
/// Returns the number of attempts and the outcome.
async fn answers(repeat: Repeat, errors: &[ErrorKind]) -> (usize, Result<(), ErrorKind>) {
    let scheduler = Scheduler::new(Pace::Unlimited, Stop::default());
    let journal = Journal::default();
    let call = Call {
        repeat,
        ..call(Lane::Any)
    };
    let outcome = scheduler.run(call, async || match errors.get(journal.note() - 1) {
        Some(kind) => Err(error(*kind)),
        None => Ok(()),
    });
    let outcome = outcome.await.map_err(|error| error.kind());
    (journal.times().len(), outcome)
}

#[tokio::test(start_paused = true)]
async fn a_storm_of_throttles_is_weathered_below_ten_a_second() {
    const CALLS: usize = 200;
    let (scheduler, journal) = (aws(), Journal::default());
    let start = Instant::now();
    let storm_ends = start + Duration::from_mins(1);
    let dice = Arc::new(AtomicU32::new(1));
    let mut tasks = JoinSet::new();
    for _ in 0..CALLS {
        let (scheduler, journal, dice) = (scheduler.clone(), journal.clone(), dice.clone());
        tasks.spawn(async move {
            let mut not_before = start;
            scheduler
                .run(call(Lane::Any), || {
                    journal.note();
                    let now = Instant::now();
                    assert!(now >= not_before, "retried before its Retry-After");
                    let roll = dice.fetch_add(7919, Ordering::Relaxed) % 100;
                    let asked = 1 + u64::from(roll % 5);
                    let answer = if now < storm_ends && roll < 70 {
                        not_before = now + Duration::from_secs(asked);
                        Err(error(throttled(asked)))
                    } else {
                        Ok(())
                    };
                    async move {
                        sleep(Duration::from_millis(300)).await;
                        answer
                    }
                })
                .await
        });
    }
    let outcomes = tasks.join_all().await;
    assert!(outcomes.iter().all(Result::is_ok), "everything converges");
    assert!(journal.times().len() > CALLS);
    // The first calls spend the burst until the first answer arrives.
    journal.forget_before(start + Duration::from_millis(300));
    assert!(journal.busiest(Duration::from_secs(1)) <= 10);
}

#[tokio::test(start_paused = true)]
async fn throttling_without_end_stops_at_the_deadline_for_all_calls_together() {
    let (scheduler, journal) = (aws(), Journal::default());
    let start = Instant::now();
    let mut tasks = JoinSet::new();
    for _ in 0..1000 {
        let (scheduler, journal) = (scheduler.clone(), journal.clone());
        tasks.spawn(async move {
            let send = async || {
                journal.note();
                Err::<(), _>(error(throttled(3)))
            };
            scheduler.run(call(Lane::CreateApiKey), send).await
        });
    }
    for outcome in tasks.join_all().await {
        assert!(matches!(
            outcome.unwrap_err().kind(),
            ErrorKind::Throttled { .. }
        ));
    }
    let elapsed = start.elapsed();
    assert!(elapsed <= PATIENCE + Duration::from_secs(5), "{elapsed:?}");
    // Another lane is not affected.
    scheduler
        .run(call(Lane::Any), async || Ok(()))
        .await
        .unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_wait_beyond_the_deadline_is_not_begun() {
    let start = Instant::now();
    let (attempts, outcome) = answers(Repeat::Safe, &[throttled(3600)]).await;
    assert_eq!((attempts, outcome), (1, Err(throttled(3600))));
    assert_eq!(start.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn what_is_told_to_wait_for_an_hour_holds_up_nobody_behind_it() {
    let (scheduler, journal) = (aws(), Journal::default());
    let start = Instant::now();
    let send = async || {
        journal.note();
        sleep(Duration::from_secs(1)).await;
        Err::<(), _>(error(throttled(3600)))
    };
    let update = call(Lane::UpdateUsagePlan);
    // The turn of the second comes 20.2 s later: by then the lane is closed.
    let (told, behind) = tokio::join!(scheduler.run(update, send), scheduler.run(update, send));
    assert_eq!(told.unwrap_err().kind(), throttled(3600));
    let behind = behind.unwrap_err().to_string();
    let (waited, said) = (start.elapsed(), "not sent: asked to wait for 3580 s");
    assert!(
        behind.starts_with(&format!("Test is throttled: {said}")),
        "{behind}"
    );
    assert_eq!(waited.as_millis(), 20_200);
    scheduler.run(update, send).await.unwrap_err();
    assert_eq!(start.elapsed(), waited, "at once");
    assert_eq!(journal.times().len(), 1);
    let other = scheduler.run(call(Lane::Any), async || Ok(())).await;
    other.expect("another lane is not affected");
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_is_remembered_whatever_the_next_attempt_says() {
    for last in [
        ErrorKind::Unreachable,
        ErrorKind::ExpiredCredentials,
        throttled(3600),
    ] {
        let scheduler = Scheduler::new(Pace::Unlimited, Stop::default());
        let journal = Journal::default();
        let send = async || match journal.note() {
            1 => Err::<(), _>(error(ErrorKind::Ambiguous)),
            _ => Err(error(last)),
        };
        let failed = scheduler.run(call(Lane::Any), send).await.unwrap_err();
        assert_eq!(failed.kind(), last);
        assert!(failed.may_be_done(), "{failed}");
        assert!(
            failed
                .to_string()
                .contains("an earlier attempt got no answer")
        );
        assert!(!error(last).may_be_done());
    }
}

#[tokio::test(start_paused = true)]
async fn a_stop_between_two_attempts_does_not_forget_a_lost_answer() {
    let stop = Stop::default();
    let scheduler = Scheduler::new(Pace::Unlimited, stop.clone());
    let send = async || {
        stop.request();
        Err::<(), _>(error(ErrorKind::Ambiguous))
    };
    let failed = scheduler.run(call(Lane::Any), send).await.unwrap_err();
    assert!(failed.may_be_done() && !failed.is_interrupted());
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_is_repeated_only_where_that_is_safe() {
    let lost = ErrorKind::Ambiguous;
    assert_eq!(answers(Repeat::Safe, &[lost, lost]).await, (3, Ok(())));
    assert_eq!(answers(Repeat::Safe, &[lost; 9]).await, (5, Err(lost)));
    assert_eq!(answers(Repeat::VerifyFirst, &[lost]).await, (1, Err(lost)));
}

#[tokio::test(start_paused = true)]
async fn what_was_not_carried_out_is_repeated() {
    let refused = ErrorKind::Throttled { retry_after: None };
    let conflict = ErrorKind::ConflictRetry;
    assert_eq!(
        answers(Repeat::VerifyFirst, &[refused, conflict, conflict]).await,
        (4, Ok(()))
    );
    let away = ErrorKind::Unreachable;
    assert_eq!(
        answers(Repeat::VerifyFirst, &[away, away]).await,
        (3, Ok(()))
    );
    assert_eq!(
        answers(Repeat::VerifyFirst, &[away; 9]).await,
        (3, Err(away))
    );
}

#[tokio::test(start_paused = true)]
async fn final_answers_are_not_repeated() {
    let denied = ErrorKind::Denied {
        action: "apigateway:PATCH",
        resource: "/apikeys/*",
    };
    for kind in [
        ErrorKind::ConflictExists,
        ErrorKind::ConflictOther,
        ErrorKind::QuotaReached,
        ErrorKind::NotFound,
        ErrorKind::Deleted,
        ErrorKind::TooLarge,
        ErrorKind::WrongKmsKey,
        denied,
        ErrorKind::NoCredentials,
        ErrorKind::ExpiredCredentials,
        ErrorKind::WrongCredentials,
        ErrorKind::WrongClock,
        ErrorKind::Invalid,
        ErrorKind::Interrupted,
    ] {
        assert_eq!(answers(Repeat::Safe, &[kind]).await, (1, Err(kind)));
    }
}

#[tokio::test(start_paused = true)]
async fn a_stop_starts_nothing_new_and_lets_calls_in_flight_finish() {
    let stop = Stop::default();
    let scheduler = Scheduler::new(Pace::Unlimited, stop.clone());
    let running = scheduler.clone();
    let in_flight = tokio::spawn(async move {
        let send = async || {
            sleep(Duration::from_secs(2)).await;
            Ok(())
        };
        running.run(call(Lane::Any), send).await
    });
    advance(Duration::from_secs(1)).await;
    tokio::task::yield_now().await;
    stop.request();
    let late = scheduler.run(call(Lane::Any), async || Ok(())).await;
    assert_eq!(late.unwrap_err().kind(), ErrorKind::Interrupted);
    in_flight.await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_stop_ends_waits_and_abandons_calls_that_hang() {
    let stop = Stop::default();
    let scheduler = Scheduler::new(Pace::Unlimited, stop.clone());
    let hang = async || {
        sleep(Duration::from_mins(10)).await;
        Ok(())
    };
    let wait = async || Err::<(), _>(error(throttled(100)));
    let asking = async {
        sleep(Duration::from_secs(1)).await;
        stop.request();
        Instant::now()
    };
    let (abandoned, waited, asked) = tokio::join!(
        scheduler.run(call(Lane::Any), hang),
        scheduler.run(call(Lane::DeleteApiKey), wait),
        asking
    );
    assert_eq!(abandoned.unwrap_err().kind(), ErrorKind::Ambiguous);
    assert!(matches!(
        waited.unwrap_err().kind(),
        ErrorKind::Throttled { .. }
    ));
    assert_eq!(asked.elapsed(), crate::signal::GRACE);
}

/// Virtual time stands still between two looks at the clock; real time does not.
#[tokio::test]
async fn a_call_is_admitted_on_a_clock_that_moves() {
    for pace in [Pace::Unlimited, Pace::ApiGateway] {
        let scheduler = Scheduler::new(pace, Stop::default());
        let sent = scheduler.run(call(Lane::CreateApiKey), async || Ok(()));
        let sent = tokio::time::timeout(Duration::from_secs(5), sent).await;
        sent.expect("not admitted").unwrap();
    }
}
