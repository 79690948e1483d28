//! Waits until a value that was just made works: a while, or until an address takes it.

use std::future::Future;
use std::time::Duration;

use tokio::time::Instant;

use super::probe::Answer;
use crate::signal::Stop;

/// How often a new value is tried, and how long between: a minute in all.
const TRIES: u32 = 30;
const BETWEEN_TRIES: Duration = Duration::from_secs(2);

/// Why a value is not delivered.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Unready {
    /// It was tried to the end; this was the last answer.
    Tried(Answer),
    /// The run was asked to stop.
    Stopped,
}

/// Tries a value until it is let through.
pub(super) async fn until_answered<F>(
    stop: &Stop,
    mut ask: impl FnMut() -> F,
) -> Result<(), Unready>
where
    F: Future<Output = Answer>,
{
    let mut last = Answer::None;
    for number in 0..TRIES {
        if number > 0 {
            until(stop, Instant::now() + BETWEEN_TRIES).await?;
        }
        last = tokio::select! {
            answer = ask() => answer,
            () = stop.requested() => return Err(Unready::Stopped),
        };
        if last == Answer::Let {
            return Ok(());
        }
    }
    Err(Unready::Tried(last))
}

/// Waits for a moment.
pub(super) async fn until(stop: &Stop, moment: Instant) -> Result<(), Unready> {
    tokio::select! {
        () = tokio::time::sleep_until(moment) => Ok(()),
        () = stop.requested() => Err(Unready::Stopped),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Tries a value that gets these answers, and the last one for ever. Returns
    /// what came of it, after how many tries and seconds.
    async fn tried(answers: &[Answer]) -> (Result<(), Unready>, usize, u64) {
        let (mut tries, begin) = (0, Instant::now());
        let ask = || {
            let at = tries.min(answers.len() - 1);
            tries += 1;
            let answer = answers[at];
            async move { answer }
        };
        let end = until_answered(&Stop::default(), ask).await;
        (end, tries, begin.elapsed().as_secs())
    }

    #[tokio::test(start_paused = true)]
    async fn a_value_is_tried_until_it_is_let_through() {
        use Answer::{Failed, Forbidden, Let, None};
        assert_eq!(tried(&[Let]).await, (Ok(()), 1, 0));
        let late = [Forbidden, Failed(503), None, Let];
        assert_eq!(tried(&late).await, (Ok(()), 4, 6));
    }

    #[tokio::test(start_paused = true)]
    async fn a_value_that_never_works_is_given_up_with_the_last_answer() {
        for last in [Answer::Forbidden, Answer::Failed(500), Answer::None] {
            let end = tried(&[Answer::None, last]).await;
            assert_eq!(end, (Err(Unready::Tried(last)), 30, 58));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_run_that_is_asked_to_stop_waits_no_longer() {
        let stop = Stop::default();
        let asker = stop.clone();
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_secs(5)).await;
            asker.request();
        });
        let begin = Instant::now();
        let end = until_answered(&stop, || async { Answer::Forbidden }).await;
        assert_eq!(end, Err(Unready::Stopped));
        assert_eq!(begin.elapsed().as_secs(), 5);
        // Nor does one whose question is not answered.
        let end = until_answered(&stop, std::future::pending).await;
        assert_eq!(end, Err(Unready::Stopped));
        let end = until(&stop, Instant::now() + Duration::from_secs(15)).await;
        assert_eq!(end, Err(Unready::Stopped));
    }
}
