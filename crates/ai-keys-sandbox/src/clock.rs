//! The sandbox's clock: the real one, one that runs faster, or one that a test moves by hand.

use std::num::NonZeroU32;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use thiserror::Error;
use time::{Date, Month, OffsetDateTime};

use crate::lock;

const DAY_MS: i64 = 86_400_000;

/// A shared clock; clones show the same time.
///
/// Dates, token buckets and the read-after-write delay follow it. Injected delays and hangs do
/// not: a client waits for those in real time.
#[derive(Clone)]
pub struct Clock(Arc<Pace>);

enum Pace {
    Real,
    Virtual(Mutex<Virtual>),
}

struct Virtual {
    base_ms: i64,
    /// How many virtual seconds pass in one real second; 0 stands still.
    speed: u32,
    since: Instant,
}

/// Why a clock could not be moved.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum ClockError {
    /// The real clock cannot be set.
    #[error("the sandbox runs on the real clock")]
    Real,
    /// The text is not a calendar date.
    #[error("a date is written YYYY-MM-DD")]
    NotADate,
}

impl Clock {
    /// Returns the clock of this machine.
    #[must_use]
    pub fn real() -> Self {
        Self(Arc::new(Pace::Real))
    }

    /// Returns a clock that stands at noon UTC of `date` (`YYYY-MM-DD`) until a test advances it.
    ///
    /// # Errors
    /// [`ClockError::NotADate`].
    pub fn at(date: &str) -> Result<Self, ClockError> {
        Self::running_from(date, 0)
    }

    /// Returns a clock that starts at noon UTC of `date` and runs `speed` times as fast as real time.
    ///
    /// # Errors
    /// [`ClockError::NotADate`].
    pub fn running_from(date: &str, speed: u32) -> Result<Self, ClockError> {
        let base_ms = noon_ms(parse_date(date).ok_or(ClockError::NotADate)?);
        let since = Instant::now();
        Ok(Self(Arc::new(Pace::Virtual(Mutex::new(Virtual {
            base_ms,
            speed,
            since,
        })))))
    }

    /// Returns a clock that starts now and runs `speed` times as fast as real time.
    #[must_use]
    pub fn fast(speed: NonZeroU32) -> Self {
        Self(Arc::new(Pace::Virtual(Mutex::new(Virtual {
            base_ms: Self::real().now_ms(),
            speed: speed.get(),
            since: Instant::now(),
        }))))
    }

    /// Returns how many seconds pass on it in one real second; 0 stands still.
    #[must_use]
    pub fn speed(&self) -> u32 {
        match &*self.0 {
            Pace::Real => 1,
            Pace::Virtual(inner) => lock(inner).speed,
        }
    }

    /// Returns how long a time of a faster clock really takes; one that stands still takes none away.
    pub(crate) fn shortened(&self, time: Duration) -> Duration {
        time / self.speed().max(1)
    }

    /// Returns milliseconds since 1970.
    #[must_use]
    pub fn now_ms(&self) -> i64 {
        match &*self.0 {
            Pace::Real => SystemTime::now()
                .duration_since(UNIX_EPOCH)
                .map_or(0, millis),
            Pace::Virtual(inner) => lock(inner).now_ms(),
        }
    }

    /// Returns today's date in UTC, as `YYYY-MM-DD`.
    #[must_use]
    pub fn today(&self) -> String {
        date_of(self.now_ms()).to_string()
    }

    /// Moves a virtual clock forward.
    ///
    /// # Errors
    /// [`ClockError::Real`].
    pub fn advance(&self, by: Duration) -> Result<(), ClockError> {
        self.change(|inner| inner.base_ms = inner.now_ms().saturating_add(millis(by)))
    }

    /// Sets a virtual clock to noon UTC of `date`; going back is allowed.
    ///
    /// # Errors
    /// [`ClockError::Real`] or [`ClockError::NotADate`].
    pub fn set_date(&self, date: &str) -> Result<(), ClockError> {
        let base_ms = noon_ms(parse_date(date).ok_or(ClockError::NotADate)?);
        self.change(|inner| inner.base_ms = base_ms)
    }

    fn change(&self, edit: impl FnOnce(&mut Virtual)) -> Result<(), ClockError> {
        match &*self.0 {
            Pace::Real => Err(ClockError::Real),
            Pace::Virtual(inner) => {
                let mut inner = lock(inner);
                edit(&mut inner);
                inner.since = Instant::now();
                Ok(())
            }
        }
    }
}

impl Default for Clock {
    fn default() -> Self {
        Self::real()
    }
}

impl Virtual {
    fn now_ms(&self) -> i64 {
        match self.speed {
            0 => self.base_ms,
            speed => self
                .base_ms
                .saturating_add(millis(self.since.elapsed() * speed)),
        }
    }
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

fn noon_ms(date: Date) -> i64 {
    date.midnight().assume_utc().unix_timestamp() * 1000 + DAY_MS / 2
}

/// Returns the UTC date of a moment; 1970-01-01 for one that no calendar holds.
pub(crate) fn date_of(ms: i64) -> Date {
    OffsetDateTime::from_unix_timestamp(ms.div_euclid(1000))
        .unwrap_or(OffsetDateTime::UNIX_EPOCH)
        .date()
}

/// Writes a moment as the `Date` header does: `Mon, 23 Nov 2026 12:00:00 GMT`.
pub(crate) fn http_date(ms: i64) -> String {
    let moment = OffsetDateTime::from_unix_timestamp(ms.div_euclid(1000))
        .unwrap_or(OffsetDateTime::UNIX_EPOCH);
    let (weekday, month) = (moment.weekday().to_string(), moment.month().to_string());
    format!(
        "{weekday:.3}, {:02} {month:.3} {:04} {:02}:{:02}:{:02} GMT",
        moment.day(),
        moment.year(),
        moment.hour(),
        moment.minute(),
        moment.second()
    )
}

/// Parses `YYYY-MM-DD`.
pub(crate) fn parse_date(text: &str) -> Option<Date> {
    let mut parts = text.splitn(3, '-');
    let year = parts.next().filter(|part| part.len() == 4)?.parse().ok()?;
    let month: u8 = parts.next().filter(|part| part.len() == 2)?.parse().ok()?;
    let day = parts.next().filter(|part| part.len() == 2)?.parse().ok()?;
    Date::from_calendar_date(year, Month::try_from(month).ok()?, day).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_virtual_clock_stands_still_until_advanced() {
        let clock = Clock::at("2026-11-23").unwrap();
        assert_eq!(clock.today(), "2026-11-23");
        let before = clock.now_ms();
        assert_eq!(clock.now_ms(), before);
        clock.advance(Duration::from_secs(90)).unwrap();
        assert_eq!(clock.now_ms() - before, 90_000);
        clock.set_date("2027-02-28").unwrap();
        clock.advance(Duration::from_hours(24)).unwrap();
        assert_eq!(clock.today(), "2027-03-01");
    }

    #[test]
    fn a_fast_clock_starts_now() {
        let speed = NonZeroU32::new(1000).unwrap();
        let (before, clock) = (Clock::real().now_ms(), Clock::fast(speed));
        std::thread::sleep(Duration::from_millis(20));
        let since = clock.now_ms() - before;
        let real = Clock::real().now_ms() - before;
        assert!(since >= 20_000, "{since} ms");
        assert!(since <= 1000 * (real + 1), "{since} ms in {real} ms");
        assert_eq!((clock.speed(), Clock::real().speed()), (1000, 1));
    }

    #[test]
    fn the_real_clock_cannot_be_moved() {
        assert_eq!(Clock::real().set_date("2026-11-23"), Err(ClockError::Real));
        assert!(Clock::real().now_ms() > 1_700_000_000_000);
    }

    #[test]
    fn only_calendar_dates_are_dates() {
        for text in ["2026-02-30", "2026-1-1", "soon", "", "20261123"] {
            assert!(Clock::at(text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_date_header_is_http() {
        assert_eq!(
            http_date(Clock::at("2026-11-23").unwrap().now_ms()),
            "Mon, 23 Nov 2026 12:00:00 GMT"
        );
    }

    #[test]
    fn clones_share_the_time() {
        let clock = Clock::at("2026-11-23").unwrap();
        let twin = clock.clone();
        clock.set_date("2026-12-24").unwrap();
        assert_eq!(twin.today(), "2026-12-24");
    }
}
