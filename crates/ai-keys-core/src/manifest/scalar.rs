//! How single values are read: text, numbers, dates, words, and the wrappers around them.

use std::collections::BTreeMap;

use toml::de::DeValue;

use super::code::{AK006, AK007, AK008, AK009};
use super::decode::{Decode, Decoder, Value, excerpt, quoted};
use super::shape::Shape;
use crate::date::{Date, Days};
use crate::limits::{Period, Rate};
use crate::source::{Span, Spanned};

impl Decode for String {
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
        let number: Option<f64> = match value.get_ref() {
            DeValue::Integer(integer) if integer.radix() == 10 => integer.as_str().parse().ok(),
            DeValue::Integer(integer) => u32::from_str_radix(integer.as_str(), integer.radix())
                .ok()
                .map(f64::from),
            DeValue::Float(float) => float.as_str().parse().ok(),
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
        let rate = number.and_then(Self::new);
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
        let draft = decoder.wrong_type(value, &Self::shape().in_words());
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
    fn decode<'v>(value: &'v Value<'_>, decoder: &mut Decoder<'v>) -> Option<Self> {
        let DeValue::String(text) = value.get_ref() else {
            decoder.wrong_type(value, &Self::shape().in_words());
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

/// A field that may be left out, and is treated as left out when it is broken.
impl<T: Decode> Decode for Option<T> {
    const IS_REQUIRED: bool = false;

    fn decode<'v>(value: &'v Value<'_>, decoder: &mut Decoder<'v>) -> Option<Self> {
        Some(T::decode(value, decoder))
    }

    fn absent() -> Option<Self> {
        Some(None)
    }

    fn shape() -> Shape {
        T::shape()
    }
}

/// A field that must be written; empty only while the manifest has errors.
#[derive(Clone, Debug, PartialEq)]
pub struct Needed<T>(pub Option<T>);

impl<T: Decode> Decode for Needed<T> {
    fn decode<'v>(value: &'v Value<'_>, decoder: &mut Decoder<'v>) -> Option<Self> {
        Some(Self(T::decode(value, decoder)))
    }

    fn absent() -> Option<Self> {
        Some(Self(None))
    }

    fn shape() -> Shape {
        T::shape()
    }
}

impl<T: Decode> Decode for Spanned<T> {
    fn decode<'v>(value: &'v Value<'_>, decoder: &mut Decoder<'v>) -> Option<Self> {
        T::decode(value, decoder).map(|decoded| Self::new(decoded, value.span()))
    }

    fn shape() -> Shape {
        T::shape()
    }
}

impl<T: Decode> Decode for Vec<T> {
    fn decode<'v>(value: &'v Value<'_>, decoder: &mut Decoder<'v>) -> Option<Self> {
        let DeValue::Array(items) = value.get_ref() else {
            let draft = decoder.wrong_type(value, &Self::shape().in_words());
            let text = value.get_ref().as_str().filter(|_| T::shape().takes_text());
            if let Some(text) = text.and_then(quoted) {
                draft.fix(
                    "put it in brackets",
                    value.span().into(),
                    format!("[{text}]"),
                );
            }
            return None;
        };
        Some(
            items
                .iter()
                .filter_map(|item| T::decode(item, decoder))
                .collect(),
        )
    }

    fn shape() -> Shape {
        Shape::List(Box::new(T::shape()))
    }
}

/// A table from free names to values, each name with its span.
pub type Words = BTreeMap<String, Spanned<String>>;

impl Decode for Words {
    fn decode<'v>(value: &'v Value<'_>, decoder: &mut Decoder<'v>) -> Option<Self> {
        let table = decoder.table(value)?;
        let mut words = Self::new();
        for (name, value) in table {
            refuse_hidden(name.get_ref(), name.span().into(), decoder);
            if let Some(word) = decoder.field::<String>(name, value) {
                // The span covers the name too: `cost-center = "cc-42"`.
                let span = Span::new(name.span().start, value.span().end);
                words.insert(name.get_ref().to_string(), Spanned::new(word, span));
            }
        }
        Some(words)
    }

    fn shape() -> Shape {
        Shape::Names(Box::new(Shape::TEXT))
    }
}

/// Tables of one kind, by name.
#[derive(Clone, Debug, PartialEq)]
pub struct Named<T> {
    entries: BTreeMap<String, Spanned<T>>,
}

impl<T> Named<T> {
    /// Returns the entry of this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Spanned<T>> {
        self.entries.get(name)
    }

    /// Returns all entries in the order of their names; the span of each is
    /// its name in the header.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Spanned<T>)> {
        self.entries
            .iter()
            .map(|(name, entry)| (name.as_str(), entry))
    }

    /// Returns the names in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.entries.keys().map(String::as_str)
    }

    /// Returns how many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Returns whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

impl<T: Decode> Decode for Named<T> {
    const IS_REQUIRED: bool = false;

    fn decode<'v>(value: &'v Value<'_>, decoder: &mut Decoder<'v>) -> Option<Self> {
        let table = decoder.table(value)?;
        let mut entries = BTreeMap::new();
        for (name, value) in table {
            check_id(name.get_ref(), name.span().into(), decoder);
            if let Some(entry) = decoder.field::<T>(name, value) {
                entries.insert(name.get_ref().to_string(), Spanned::new(entry, name.span()));
            }
        }
        Some(Self { entries })
    }

    fn absent() -> Option<Self> {
        Some(Self {
            entries: BTreeMap::new(),
        })
    }

    fn shape() -> Shape {
        Shape::Names(Box::new(T::shape()))
    }
}

/// The pattern of every id: valid on every cloud and in every secret store.
pub(crate) const ID_PATTERN: &str = "^[a-z]([a-z0-9-]{0,52}[a-z0-9])?$";

/// Returns whether `text` is an id: lower-case letters, digits and hyphens, a
/// letter first, no hyphen last, at most 54 characters.
#[must_use]
pub fn is_id(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() <= 54
        && bytes.first().is_some_and(u8::is_ascii_lowercase)
        && bytes.last().is_some_and(|last| *last != b'-')
        && bytes
            .iter()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || *b == b'-')
}

/// Reports a name that is not an id.
pub(crate) fn check_id(text: &str, span: Span, decoder: &mut Decoder<'_>) {
    if !is_id(text) {
        let message = format!("`{}` is not a valid name", excerpt(&visible(text)));
        decoder.out.report(&AK009, span, message).help(
            "use lower-case letters, digits and hyphens, a letter first, at most 54 characters",
        );
    }
}

fn refuse_hidden(text: &str, span: Span, decoder: &mut Decoder<'_>) {
    if let Some(hidden) = text.chars().find(|c| is_hidden(*c)) {
        let message = format!(
            "`{}` holds the hidden character U+{:04X}",
            decoder.name(),
            u32::from(hidden)
        );
        let draft = decoder.out.report(&AK008, span, message);
        draft.help("remove it: it would hide from reviewers what the text says");
    }
}

/// Returns whether a character is a control or hides or reorders others.
#[must_use]
pub fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180e}' | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}'
            | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// Writes hidden characters as `\u{…}`.
#[must_use]
pub fn visible(text: &str) -> std::borrow::Cow<'_, str> {
    if !text.chars().any(is_hidden) {
        return text.into();
    }
    let show = |c: char| {
        if is_hidden(c) {
            format!("\\u{{{:x}}}", u32::from(c))
        } else {
            c.to_string()
        }
    };
    text.chars().map(show).collect::<String>().into()
}
