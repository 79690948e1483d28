//! How single values are read: text, numbers, dates, and one of a few words.

use toml::de::DeValue;

use super::code::{AK006, AK007};
use super::decode::{Decode, Decoder, Value, excerpt, quoted};
use super::name::refuse_hidden;
use super::shape::Shape;
use crate::date::{Date, Days};
use crate::limits::{Period, Rate};

impl Decode for String {
    const WORDS: &'static str = "a string";
    const TAKES_TEXT: bool = true;

    fn decode<'v>(value: &'v Value<'_>, decoder: &mut Decoder<'v>) -> Option<Self> {
        let DeValue::String(text) = value.get_ref() else {
            let draft = decoder.wrong_type(value, "a string");
            if let Some(text) = plain_text(value).as_deref().and_then(quoted) {
                draft.fix("put it in quotes", value.span().into(), text);
            }
            return None;
        };
        refuse_hidden(text, value.span().into(), decoder);
        Some(text.clone().into_owned())
    }

    fn shape() -> Shape {
        Shape::TEXT
    }
}

impl Decode for bool {
    fn decode<'v>(value: &'v Value<'_>, decoder: &mut Decoder<'v>) -> Option<Self> {
        if let DeValue::Boolean(flag) = value.get_ref() {
            return Some(*flag);
        }
        let quoted = value.get_ref().as_str().map(str::to_ascii_lowercase);
        let plain = quoted.filter(|text| matches!(text.as_str(), "true" | "false"));
        let draft = decoder.wrong_type(value, "`true` or `false`");
        if let Some(flag) = plain {
            draft.fix("remove the quotes", value.span().into(), flag);
        }
        None
    }

    fn shape() -> Shape {
        Shape::Flag
    }
}

/// The largest whole number that a manifest may hold.
pub(super) const MAX_WHOLE: u32 = i32::MAX.unsigned_abs();

impl Decode for u32 {
    fn decode<'v>(value: &'v Value<'_>, decoder: &mut Decoder<'v>) -> Option<Self> {
        let DeValue::Integer(integer) = value.get_ref() else {
            let draft = decoder.wrong_type(value, "a whole number");
            if let Some(digits) = value.get_ref().as_str().filter(|text| is_decimal(text)) {
                draft.fix("remove the quotes", value.span().into(), digits);
            }
            return None;
        };
        // The numbers of API Gateway have a sign: a larger one would be cut off on
        // its way, and differ from what is live for ever.
        let number = u32::from_str_radix(integer.as_str(), integer.radix()).ok();
        let number = number.filter(|number| *number <= MAX_WHOLE);
        if number.is_none() {
            let message = format!("`{}` is out of range", decoder.name());
            let draft = decoder.out.report(&AK006, value.span().into(), message);
            draft.help("write a whole number from 0 to 2147483647");
        }
        number
    }

    fn shape() -> Shape {
        Shape::Integer
    }
}

impl Decode for Rate {
    fn decode<'v>(value: &'v Value<'_>, decoder: &mut Decoder<'v>) -> Option<Self> {
        let rate = match value.get_ref() {
            DeValue::Integer(integer) if integer.radix() == 10 => Self::parse(integer.as_str()),
            DeValue::Integer(integer) => u32::from_str_radix(integer.as_str(), integer.radix())
                .ok()
                .map(Self::from),
            DeValue::Float(float) => Self::parse(float.as_str()),
            _ => {
                let draft = decoder.wrong_type(value, "a number of requests per second");
                let parts = value
                    .get_ref()
                    .as_str()
                    .map(|text| (text, text.split_once('.')));
                if let Some((text, parts)) = parts
                    && parts.map_or(is_decimal(text), |(whole, rest)| {
                        is_decimal(whole) && is_digits(rest)
                    })
                {
                    draft.fix("remove the quotes", value.span().into(), text);
                }
                return None;
            }
        };
        if rate.is_none() {
            let message = format!("`{}` is out of range", decoder.name());
            let draft = decoder.out.report(&AK006, value.span().into(), message);
            draft.help("write a number of requests per second from 0 up");
        }
        rate
    }

    fn shape() -> Shape {
        Shape::Number
    }
}

impl Decode for Date {
    const WORDS: &'static str = "a date like `2027-06-30`, without quotes or a time";

    fn decode<'v>(value: &'v Value<'_>, decoder: &mut Decoder<'v>) -> Option<Self> {
        if let DeValue::Datetime(moment) = value.get_ref()
            && let (Some(date), None, None) = (moment.date, moment.time, moment.offset)
            && let Some(date) = Self::from_ymd(i32::from(date.year), date.month, date.day)
        {
            return Some(date);
        }
        let quoted = value
            .get_ref()
            .as_str()
            .and_then(|text| text.parse::<Self>().ok());
        let midnight = midnight(value);
        let draft = decoder.wrong_type(value, Self::WORDS);
        if let Some(date) = midnight {
            draft.fix("leave out the time", value.span().into(), date.to_string());
        } else if let Some(date) = quoted {
            draft.fix("remove the quotes", value.span().into(), date.to_string());
        }
        None
    }

    fn shape() -> Shape {
        Shape::Date
    }
}

impl Decode for Days {
    const WORDS: &'static str = "a string of days or weeks, such as \"90d\" or \"2w\"";
    const TAKES_TEXT: bool = true;

    fn decode<'v>(value: &'v Value<'_>, decoder: &mut Decoder<'v>) -> Option<Self> {
        let DeValue::String(text) = value.get_ref() else {
            decoder.wrong_type(value, Self::WORDS);
            return None;
        };
        let days = text.parse().ok();
        if days.is_none() {
            let message = format!(
                "`{}` is not a length of time: `{}`",
                decoder.name(),
                excerpt(text)
            );
            let draft = decoder.out.report(&AK007, value.span().into(), message);
            let help = "write whole days or weeks, such as \"90d\" or \"2w\", up to 100 years";
            match days_in_short(text) {
                Some(short) => draft.fix(help, value.span().into(), format!("\"{short}\"")),
                None => draft.help(help),
            };
        }
        days
    }

    fn shape() -> Shape {
        Shape::Text {
            form: "of days or weeks, such as \"90d\" or \"2w\"",
            pattern: Some("^[0-9]+[dw]$"),
        }
    }
}

impl Decode for Period {
    fn decode<'v>(value: &'v Value<'_>, decoder: &mut Decoder<'v>) -> Option<Self> {
        decode_choice(value, decoder, Self::NAMES, Self::from_name)
    }

    fn shape() -> Shape {
        Shape::Choice(Self::NAMES)
    }
}

/// Returns what was written without the quotes of a string around it: a whole
/// number, a boolean or a date, in the very letters of the manifest.
fn plain_text(value: &Value<'_>) -> Option<String> {
    let text = match value.get_ref() {
        DeValue::Integer(integer) if integer.radix() == 10 => integer.as_str().to_owned(),
        DeValue::Boolean(flag) => flag.to_string(),
        DeValue::Datetime(moment) if moment.time.is_none() => moment.to_string(),
        _ => return None,
    };
    // `1_000` and `+1` are read as other letters.
    (text.len() == value.span().len()).then_some(text)
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Returns whether the text is a whole number as TOML writes it.
fn is_decimal(text: &str) -> bool {
    is_digits(text) && (text == "0" || !text.starts_with('0')) && text.len() <= 10
}

/// Returns the date of a midnight, which says no more than the date.
fn midnight(value: &Value<'_>) -> Option<Date> {
    let DeValue::Datetime(moment) = value.get_ref() else {
        return None;
    };
    let text = moment.to_string();
    let (date, time) = text.split_once('T')?;
    let is_midnight = matches!(time.trim_end_matches('Z'), "00:00" | "00:00:00");
    date.parse().ok().filter(|_| is_midnight)
}

/// Returns a length of time as the manifest writes it, from its longer forms:
/// `90 days`, `2W`.
fn days_in_short(text: &str) -> Option<String> {
    let text = text.trim().to_ascii_lowercase();
    let unit_at = text.find(|c: char| !c.is_ascii_digit())?;
    let (number, unit) = text.split_at_checked(unit_at)?;
    let unit = match unit.trim() {
        "d" | "day" | "days" => "d",
        "w" | "week" | "weeks" => "w",
        _ => return None,
    };
    let short = format!("{number}{unit}");
    short.parse::<Days>().is_ok().then_some(short)
}

/// Reads one of a few words.
pub(crate) fn decode_choice<'v, T>(
    value: &'v Value<'_>,
    decoder: &mut Decoder<'v>,
    choices: &[&str],
    from_name: impl Fn(&str) -> Option<T>,
) -> Option<T> {
    let DeValue::String(text) = value.get_ref() else {
        decoder.wrong_type(value, "a string");
        return None;
    };
    let choice = from_name(text);
    if choice.is_none() {
        decoder.unknown_choice(value, text, choices);
    }
    choice
}
