//! Quota and throttle in their own units, and in words that a reviewer can weigh.

use std::fmt;

use serde::{Deserialize, Serialize};

pub use crate::rate::Rate;

/// A token bucket: steady rate and bucket size.
///
/// API Gateway may hold one without the other, so both are optional here; a
/// manifest always writes both.
///
/// Source: API Gateway `ThrottleSettings`, checked 2026-11-23.
/// <https://docs.aws.amazon.com/apigateway/latest/api/API_ThrottleSettings.html>
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "kebab-case")]
pub struct Throttle {
    /// Bucket size, in requests.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub burst_requests: Option<u32>,
    /// Steady requests per second.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate_per_second: Option<Rate>,
}

impl fmt::Display for Throttle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.rate_per_second {
            Some(rate) => write!(f, "{rate} requests/s")?,
            None => f.write_str("unlimited requests/s")?,
        }
        if let Some(burst) = self.burst_requests {
            write!(f, ", bursts of {burst}")?;
        }
        let blocks =
            self.rate_per_second.is_some_and(Rate::is_zero) || self.burst_requests == Some(0);
        if blocks {
            f.write_str(": blocks everyone")
        } else {
            Ok(())
        }
    }
}

/// The time over which a quota is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "kebab-case")]
pub enum Period {
    /// A calendar day.
    Day,
    /// A calendar week.
    Week,
    /// A calendar month.
    Month,
}

impl Period {
    /// Every period, as the manifest writes it.
    pub const NAMES: &'static [&'static str] = &["day", "week", "month"];

    /// Returns the period written `name`.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "day" => Some(Self::Day),
            "week" => Some(Self::Week),
            "month" => Some(Self::Month),
            _ => None,
        }
    }

    /// Returns the word that the manifest uses.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
        }
    }

    /// Returns the largest `offset` that API Gateway accepts for this period.
    ///
    /// Source: API Gateway `QuotaSettings` and the provider's own check in
    /// Terraform, checked 2026-11-23.
    /// <https://docs.aws.amazon.com/apigateway/latest/api/API_QuotaSettings.html>
    #[must_use]
    pub fn max_offset(self) -> u32 {
        match self {
            Self::Day => 0,
            Self::Week => 6,
            Self::Month => 27,
        }
    }
}

/// How many requests a key may make in a period.
///
/// Source: API Gateway `QuotaSettings`, checked 2026-11-23.
/// <https://docs.aws.amazon.com/apigateway/latest/api/API_QuotaSettings.html>
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "kebab-case")]
pub struct Quota {
    /// Requests per period.
    pub limit: u32,
    /// Requests taken off the first period.
    #[serde(default, skip_serializing_if = "is_zero")]
    #[cfg_attr(feature = "ts", tsify(optional))]
    pub offset: u32,
    /// The period.
    pub per: Period,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde calls it with a reference"
)]
fn is_zero(number: &u32) -> bool {
    *number == 0
}

impl fmt::Display for Quota {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} requests/{}",
            Grouped(self.limit.into()),
            self.per.name()
        )?;
        if self.offset > 0 {
            write!(f, ", {} fewer in the first", Grouped(self.offset.into()))?;
        }
        if self.limit == 0 {
            f.write_str(": blocks everyone")
        } else {
            Ok(())
        }
    }
}

/// Writes a number with its thousands apart: `100,000`.
pub(crate) fn grouped(number: u64) -> String {
    Grouped(number).to_string()
}

struct Grouped(u64);

impl fmt::Display for Grouped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.0.to_string();
        for (at, digit) in digits.chars().enumerate() {
            if at > 0 && (digits.len() - at).is_multiple_of(3) {
                f.write_str(",")?;
            }
            write!(f, "{digit}")?;
        }
        Ok(())
    }
}

/// Says a limit in words; a missing one is "unlimited".
#[must_use]
pub fn in_words<T: fmt::Display>(limit: Option<&T>) -> String {
    limit.map_or_else(|| "unlimited".to_owned(), ToString::to_string)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_said_in_words() {
        let throttle = Throttle {
            rate_per_second: Rate::new(2.5),
            burst_requests: Some(20),
        };
        assert_eq!(throttle.to_string(), "2.5 requests/s, bursts of 20");
        let quota = Quota {
            limit: 1_100_000,
            offset: 1000,
            per: Period::Month,
        };
        assert_eq!(
            quota.to_string(),
            "1,100,000 requests/month, 1,000 fewer in the first"
        );
        assert_eq!(in_words::<Quota>(None), "unlimited");
    }

    #[test]
    fn a_zero_limit_says_that_it_blocks_everyone() {
        let throttle = Throttle {
            rate_per_second: Rate::new(-0.0),
            burst_requests: Some(1),
        };
        assert_eq!(
            throttle.to_string(),
            "0 requests/s, bursts of 1: blocks everyone"
        );
        let quota = Quota {
            limit: 0,
            offset: 0,
            per: Period::Day,
        };
        assert_eq!(quota.to_string(), "0 requests/day: blocks everyone");
    }
}
