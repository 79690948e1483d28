//! Calendar days. The core never asks what day it is: today is an argument.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A calendar day in UTC, written `2026-11-23`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(with = "String")
)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify), tsify(type = "string"))]
pub struct Date(time::Date);

impl Date {
    /// Returns the day, or `None` if the calendar has no such day.
    #[must_use]
    pub fn from_ymd(year: i32, month: u8, day: u8) -> Option<Self> {
        let month = time::Month::try_from(month).ok()?;
        // Four digits only: the text form must sort like the calendar.
        (0..=9999).contains(&year).then_some(())?;
        time::Date::from_calendar_date(year, month, day)
            .ok()
            .map(Self)
    }

    /// Returns the day that holds `seconds` since 1970-01-01 UTC.
    #[must_use]
    pub fn from_unix_seconds(seconds: i64) -> Option<Self> {
        const UNIX_EPOCH_JULIAN_DAY: i64 = 2_440_588;
        let day = seconds
            .div_euclid(86_400)
            .checked_add(UNIX_EPOCH_JULIAN_DAY)?;
        let date = time::Date::from_julian_day(i32::try_from(day).ok()?).ok()?;
        Self::from_ymd(date.year(), u8::from(date.month()), date.day())
    }

    /// Returns the day `days` later; the calendar's last day if it ends before.
    #[must_use]
    pub fn plus(self, days: Days) -> Self {
        let day = self.0.to_julian_day().saturating_add_unsigned(days.0);
        time::Date::from_julian_day(day).map_or(Self(time::Date::MAX), Self)
    }

    /// Returns the day `days` earlier; `None` before the calendar begins.
    #[must_use]
    pub fn days_before(self, days: u32) -> Option<Self> {
        let day = self.0.to_julian_day().checked_sub_unsigned(days)?;
        let date = time::Date::from_julian_day(day).ok()?;
        Self::from_ymd(date.year(), u8::from(date.month()), date.day())
    }

    /// Returns how many days lie between this day and `later`; negative if
    /// `later` is earlier.
    #[must_use]
    pub fn days_until(self, later: Self) -> i32 {
        later
            .0
            .to_julian_day()
            .saturating_sub(self.0.to_julian_day())
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:04}-{:02}-{:02}",
            self.0.year(),
            u8::from(self.0.month()),
            self.0.day()
        )
    }
}

/// The text is not a day of the calendar written `YYYY-MM-DD`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotADate;

impl fmt::Display for NotADate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a calendar day written YYYY-MM-DD")
    }
}

impl std::error::Error for NotADate {}

impl FromStr for Date {
    type Err = NotADate;

    fn from_str(text: &str) -> Result<Self, NotADate> {
        let digits = |part: &str, width: usize| {
            let plain = part.len() == width && part.bytes().all(|b| b.is_ascii_digit());
            plain.then(|| part.parse::<u16>().ok()).flatten()
        };
        let mut parts = text.split('-');
        let (Some(year), Some(month), Some(day), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(NotADate);
        };
        let read = || {
            let month = u8::try_from(digits(month, 2)?).ok()?;
            let day = u8::try_from(digits(day, 2)?).ok()?;
            Self::from_ymd(i32::from(digits(year, 4)?), month, day)
        };
        read().ok_or(NotADate)
    }
}

impl Serialize for Date {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Date {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// A length of time in whole days, written `"90d"` or `"2w"`.
///
/// Days, not seconds: a nightly run drives expiry, rotation and removal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct Days(pub u32);

impl Days {
    /// The longest length that can be written: 100 years.
    pub const MAX: Self = Self(36_500);
}

impl fmt::Display for Days {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}d", self.0)
    }
}

/// The text is not a whole number of days or weeks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotDays;

impl FromStr for Days {
    type Err = NotDays;

    fn from_str(text: &str) -> Result<Self, NotDays> {
        let (number, unit) = text
            .split_at_checked(text.len().saturating_sub(1))
            .ok_or(NotDays)?;
        let days_per_unit = match unit {
            "d" => 1,
            "w" => 7,
            _ => return Err(NotDays),
        };
        let plain = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
        let count: u32 = plain
            .then(|| number.parse().ok())
            .flatten()
            .ok_or(NotDays)?;
        let days = Self(count.checked_mul(days_per_unit).ok_or(NotDays)?);
        (days <= Self::MAX).then_some(days).ok_or(NotDays)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn days_are_counted_across_a_leap_year() {
        assert_eq!(date("2028-02-28").plus(Days(2)), date("2028-03-01"));
        assert_eq!(date("2026-11-23").days_until(date("2027-11-23")), 365);
        assert_eq!(date("2026-11-23").days_until(date("2026-11-20")), -3);
    }

    #[test]
    fn a_day_that_the_calendar_lacks_is_refused() {
        for text in [
            "2026-02-29",
            "2026-13-01",
            "2026-1-01",
            "+026-01-01",
            "2026-01-01-",
            "",
        ] {
            assert_eq!(text.parse::<Date>(), Err(NotADate), "{text}");
        }
    }

    #[test]
    fn the_calendar_ends_without_overflow() {
        assert_eq!(date("9999-12-31").plus(Days::MAX).to_string(), "9999-12-31");
        assert_eq!(Date::from_unix_seconds(i64::MAX), None);
        assert_eq!(Date::from_unix_seconds(-1), Some(date("1969-12-31")));
        assert_eq!(
            Date::from_unix_seconds(1_795_392_000),
            Some(date("2026-11-23"))
        );
    }

    #[test]
    fn lengths_are_whole_days_or_weeks() {
        assert_eq!("90d".parse(), Ok(Days(90)));
        assert_eq!("2w".parse(), Ok(Days(14)));
        for text in [
            "90",
            "d",
            "-1d",
            "1.5d",
            "36501d",
            "99999999999d",
            "1y",
            "é",
        ] {
            assert_eq!(text.parse::<Days>(), Err(NotDays), "{text}");
        }
    }
}
