//! A rate as a decimal number, which is what people write and read.
//!
//! Reading and printing binary fractions takes tables of 20 kB, which a page
//! that only validates need not load. `f64` is left to those who speak to a
//! service or write JSON.

use std::cmp::Ordering;
use std::fmt;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A steady rate in requests per second; not negative, of at most fifteen digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(with = "f64")
)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify), tsify(type = "number"))]
pub struct Rate {
    /// Below [`TOO_LARGE`].
    digits: u64,
    /// How many of the digits stand behind the point: as few as possible, at
    /// most [`MOST_DECIMALS`].
    decimals: u32,
}

/// As many digits as every `f64` tells apart.
const TOO_LARGE: u64 = 1_000_000_000_000_000;
/// The largest power of ten that an `f64` holds exactly.
const MOST_DECIMALS: u32 = 22;

impl Rate {
    /// Returns the rate, or `None` if the number is negative, infinite or not
    /// a number.
    #[must_use]
    pub fn new(requests_per_second: f64) -> Option<Self> {
        if !requests_per_second.is_finite() || requests_per_second < 0.0 {
            return None;
        }
        let mut nearest = (TOO_LARGE - 1, 0);
        for decimals in 0..=MOST_DECIMALS {
            let digits = (requests_per_second * power_of_ten(decimals)).round();
            if digits >= exact(TOO_LARGE) {
                break;
            }
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a whole number between 0 and `TOO_LARGE`"
            )]
            let rate = (digits as u64, decimals);
            nearest = rate;
            // Both are exact, so the quotient is the `f64` nearest to this decimal.
            if (digits / power_of_ten(decimals))
                .total_cmp(&(requests_per_second + 0.0))
                .is_eq()
            {
                break;
            }
        }
        let (digits, decimals) = nearest;
        Self::rounded(digits, -i64::from(decimals))
    }

    /// Reads a number as TOML writes it, without its underscores; `None` if it
    /// is negative, too large or none.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (number, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
        let mut power: i64 = exponent.parse::<i32>().ok()?.into();
        let unsigned = number.strip_prefix(['+', '-']).unwrap_or(number);
        let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
        let mut digits = 0;
        let whole = whole.bytes().map(|digit| (digit, 0));
        for (digit, shift) in whole.chain(fraction.bytes().map(|digit| (digit, 1))) {
            let digit = char::from(digit).to_digit(10)?;
            if digits < TOO_LARGE {
                digits = digits * 10 + u64::from(digit);
                power -= shift;
            } else {
                // One more than is kept was read, which says how to round.
                power += 1 - shift;
            }
        }
        let is_negative = number.starts_with('-') && digits > 0;
        Self::rounded(digits, power).filter(|_| !is_negative)
    }

    /// Returns the rate of digits and the power of ten of the last of them.
    fn rounded(mut digits: u64, mut power: i64) -> Option<Self> {
        while digits > 0 && (digits >= TOO_LARGE || power < -i64::from(MOST_DECIMALS)) {
            digits = (digits + 5) / 10;
            power += 1;
        }
        while digits > 0 && power > 0 {
            digits *= 10;
            power -= 1;
            if digits >= TOO_LARGE {
                return None;
            }
        }
        while digits > 0 && power < 0 && digits.is_multiple_of(10) {
            digits /= 10;
            power += 1;
        }
        let decimals = if digits == 0 { 0 } else { -power };
        Some(Self {
            digits,
            decimals: decimals.try_into().ok()?,
        })
    }

    /// Returns the rate in requests per second.
    #[must_use]
    pub fn requests_per_second(self) -> f64 {
        exact(self.digits) / power_of_ten(self.decimals)
    }

    /// Returns whether the rate lets nothing through.
    #[must_use]
    pub fn is_zero(self) -> bool {
        self.digits == 0
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "fifteen digits are less than 53 bits"
)]
fn exact(digits: u64) -> f64 {
    digits as f64
}

/// Exact up to [`MOST_DECIMALS`].
fn power_of_ten(decimals: u32) -> f64 {
    (0..decimals).fold(1.0, |power, _| power * 10.0)
}

impl From<u32> for Rate {
    fn from(requests_per_second: u32) -> Self {
        Self {
            digits: requests_per_second.into(),
            decimals: 0,
        }
    }
}

impl Ord for Rate {
    fn cmp(&self, other: &Self) -> Ordering {
        let over = |rate: &Self, decimals| u128::from(rate.digits) * 10_u128.pow(decimals);
        over(self, other.decimals).cmp(&over(other, self.decimals))
    }
}

impl PartialOrd for Rate {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimals = self.decimals as usize;
        let digits = format!("{:0>width$}", self.digits, width = decimals + 1);
        match digits.split_at_checked(digits.len() - decimals) {
            Some((whole, fraction)) if !fraction.is_empty() => write!(f, "{whole}.{fraction}"),
            _ => f.write_str(&digits),
        }
    }
}

impl Serialize for Rate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(self.requests_per_second())
    }
}

impl<'de> Deserialize<'de> for Rate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = f64::deserialize(deserializer)?;
        Self::new(number).ok_or_else(|| D::Error::custom("a rate is not negative"))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Rate;

    fn rate(text: &str) -> Rate {
        Rate::parse(text).unwrap()
    }

    #[test]
    fn a_rate_is_finite_and_not_negative() {
        for number in [-1.0, f64::NAN, f64::INFINITY] {
            assert_eq!(Rate::new(number), None);
        }
        for text in ["-1", "-0.5", "nan", "inf", "+inf", "-inf", "1e15", "1e999"] {
            assert_eq!(Rate::parse(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_written_is_shown() {
        for (text, shown) in [
            ("10", "10"),
            ("+10.50", "10.5"),
            ("-0.0", "0"),
            ("0.000_5".replace('_', "").as_str(), "0.0005"),
            ("25e-1", "2.5"),
            ("2.5E+3", "2500"),
            ("1e-30", "0"),
            ("0e999", "0"),
            ("999999999999999", "999999999999999"),
            ("0.3333333333333333333", "0.333333333333333"),
            ("0.6666666666666666666", "0.666666666666667"),
            ("0.30000000000000004", "0.3"),
        ] {
            assert_eq!(rate(text).to_string(), shown);
        }
        assert_eq!(Rate::new(0.1 + 0.2).unwrap().to_string(), "0.3");
        assert_eq!(Rate::new(f64::MAX).unwrap().to_string(), "999999999999999");
        assert_eq!(Rate::from(7), rate("7.0"));
    }

    proptest! {
        #[test]
        fn json_and_words_are_those_of_a_binary_fraction(
            digits in 0_u64..1_000_000_000_000_000,
            length in 0..16_usize,
            decimals in 0..22_usize,
        ) {
            let digits = digits.to_string();
            let digits = digits.get(..length).unwrap_or(&digits);
            let text = format!("{digits:0>width$}", width = decimals + 1);
            let (whole, fraction) = text.split_at(text.len() - decimals);
            let text = format!("{whole}.{fraction}0");
            let (rate, number) = (rate(&text), text.parse::<f64>().unwrap());
            prop_assert_eq!(rate.to_string(), number.to_string());
            let json = serde_json::to_string(&rate).unwrap();
            prop_assert_eq!(&json, &serde_json::to_string(&number).unwrap());
            prop_assert_eq!(Rate::new(number), Some(rate));
            prop_assert_eq!(serde_json::from_str::<Rate>(&json).unwrap(), rate);
        }

        #[test]
        fn rates_are_in_the_order_of_their_numbers(one in 0.0..1000.0_f64, two in 0.0..1000.0_f64) {
            let (one, two) = (Rate::new(one).unwrap(), Rate::new(two).unwrap());
            let numbers = (one.requests_per_second(), two.requests_per_second());
            prop_assert_eq!(one.cmp(&two), numbers.0.total_cmp(&numbers.1));
        }
    }
}
