//! How long to wait before a call is sent again.

use std::time::{Duration, SystemTime};

use aws_smithy_types::date_time::{DateTime, Format};

/// The first wait; it doubles with each attempt.
const FIRST: Duration = Duration::from_millis(500);
/// The longest wait of our own choice.
const LONGEST: Duration = Duration::from_secs(20);
/// A provider that asks for more than this is not understood.
const LONGEST_ASKED: Duration = Duration::from_hours(24);
/// Added at random to what a provider asks for, so that not all come at once.
const SPREAD: Duration = Duration::from_millis(250);

/// Reads a `Retry-After` header: seconds, or an HTTP date.
///
/// `now` is the provider's time (its `Date` header) where known, so that the
/// clock of this machine does not matter. Anything else is no answer.
/// <https://www.rfc-editor.org/rfc/rfc9110#field.retry-after>
#[must_use]
pub fn retry_after(header: &str, now: SystemTime) -> Option<Duration> {
    let header = header.trim();
    let asked = if header.bytes().all(|byte| byte.is_ascii_digit()) {
        Duration::from_secs(header.parse().ok()?)
    } else {
        let date = DateTime::from_str(header, Format::HttpDate).ok()?;
        let date = SystemTime::try_from(date).ok()?;
        date.duration_since(now).unwrap_or_default()
    };
    (asked <= LONGEST_ASKED).then_some(asked)
}

/// Returns the wait after an attempt: what was asked for and a little more, or
/// else a doubling one, half of it at random.
pub(super) fn backoff(attempt: u32, asked: Option<Duration>) -> Duration {
    if let Some(asked) = asked.filter(|asked| !asked.is_zero()) {
        return asked + SPREAD.mul_f64(random_fraction());
    }
    let doublings = attempt.saturating_sub(1).min(10);
    let wait = LONGEST.min(FIRST * 2_u32.pow(doublings));
    wait.mul_f64(0.5 + random_fraction() / 2.0)
}

/// Returns a number from 0 to 1. Without randomness waits are merely equal.
fn random_fraction() -> f64 {
    let mut bytes = [0; 2];
    match getrandom::getrandom(&mut bytes) {
        Ok(()) => f64::from(u16::from_le_bytes(bytes)) / f64::from(u16::MAX),
        Err(_) => 0.5,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_and_dates_are_understood() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777);
        let read = |header| retry_after(header, now);
        assert_eq!(read("5"), Some(Duration::from_secs(5)));
        assert_eq!(read(" 0 "), Some(Duration::ZERO));
        assert_eq!(
            read("Sun, 06 Nov 1994 08:49:47 GMT"),
            Some(Duration::from_secs(10))
        );
        assert_eq!(
            read("Sun, 06 Nov 1994 08:00:00 GMT"),
            Some(Duration::ZERO),
            "in the past"
        );
    }

    #[test]
    fn garbage_is_no_answer_and_no_panic() {
        let garbage = [
            "",
            "-1",
            "1.5",
            "soon",
            "5 s",
            "99999999999999999999999",
            "86401",
            "\u{0}",
            "é",
            "Sun, 99 Nov 9999 99:99:99 GMT",
            "Fri, 31 Dec 9999 23:59:59 GMT",
            "0x10",
            "١",
        ];
        for header in garbage {
            assert_eq!(
                retry_after(header, SystemTime::UNIX_EPOCH),
                None,
                "{header}"
            );
        }
    }

    #[test]
    fn waits_double_up_to_a_limit_and_vary_by_half() {
        for attempt in 1..100 {
            let whole = 0.5 * 2_f64.powi(i32::try_from(attempt - 1).unwrap().min(10));
            let whole = whole.min(20.0);
            let wait = backoff(attempt, None).as_secs_f64();
            assert!((whole / 2.0..=whole).contains(&wait), "{attempt}: {wait}");
        }
    }

    #[test]
    fn what_was_asked_for_is_the_least() {
        for _ in 0..100 {
            let wait = backoff(1, Some(Duration::from_secs(5)));
            assert!((Duration::from_secs(5)..=Duration::from_millis(5250)).contains(&wait));
        }
        assert!(
            backoff(1, Some(Duration::ZERO)) >= FIRST / 2,
            "zero is no invitation to hurry"
        );
    }
}
