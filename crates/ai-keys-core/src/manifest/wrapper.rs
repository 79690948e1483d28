//! How fields hold their values: optional, needed, with a span, in lists, under free names.

use std::ops::Deref;

use toml::de::DeValue;

use super::decode::{Decode, Decoder, Value, quoted};
use super::entries::Entries;
use super::name::{check_id, refuse_hidden};
use super::shape::Shape;
use crate::source::{Span, Spanned};

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
    const WORDS: &'static str = T::WORDS;
    const TAKES_TEXT: bool = T::TAKES_TEXT;

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
            not_a_list(value, T::WORDS, T::TAKES_TEXT, decoder);
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

fn not_a_list(value: &Value<'_>, item: &str, takes_text: bool, decoder: &mut Decoder<'_>) {
    let draft = decoder.wrong_type(value, &format!("a list, each item {item}"));
    let text = value.get_ref().as_str().filter(|_| takes_text);
    if let Some(text) = text.and_then(quoted) {
        let list = format!("[{text}]");
        draft.fix("put it in brackets", value.span().into(), list);
    }
}

/// A table from free names to values, each name with its span.
pub type Words = Entries<String>;

impl Decode for Words {
    fn decode<'v>(value: &'v Value<'_>, decoder: &mut Decoder<'v>) -> Option<Self> {
        let table = decoder.table(value)?;
        let mut words = Self::default();
        for (name, value) in table {
            refuse_hidden(name.get_ref(), name.span().into(), decoder);
            if let Some(word) = decoder.field::<String>(name, value) {
                // The span covers the name too: `cost-center = "cc-42"`.
                let span = Span::new(name.span().start, value.span().end);
                words.insert(name.get_ref(), Spanned::new(word, span));
            }
        }
        Some(words)
    }

    fn shape() -> Shape {
        Shape::Names(Box::new(Shape::TEXT))
    }
}

/// Tables of one kind, by name; the span of each is its name in the header.
#[derive(Clone, Debug, PartialEq)]
pub struct Named<T>(Entries<T>);

impl<T> Deref for Named<T> {
    type Target = Entries<T>;

    fn deref(&self) -> &Entries<T> {
        &self.0
    }
}

/// Tables of longer names are left out: the name would stand in every message
/// about them.
const LONGEST: usize = 128;

impl<T: Decode> Decode for Named<T> {
    const IS_REQUIRED: bool = false;

    fn decode<'v>(value: &'v Value<'_>, decoder: &mut Decoder<'v>) -> Option<Self> {
        let table = decoder.table(value)?;
        let mut entries = Entries::with_capacity(table.len());
        for (name, value) in table {
            check_id(name.get_ref(), name.span().into(), decoder);
            if name.get_ref().len() > LONGEST {
                decoder.skip(name);
                continue;
            }
            if let Some(entry) = decoder.field::<T>(name, value) {
                entries.insert(name.get_ref(), Spanned::new(entry, name.span()));
            }
        }
        Some(Self(entries))
    }

    fn absent() -> Option<Self> {
        Some(Self(Entries::default()))
    }

    fn shape() -> Shape {
        Shape::Names(Box::new(T::shape()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::date::{Date, Days};
    use crate::manifest::{Delivery, StageEntry, Target};

    fn words<T: Decode>() -> ((&'static str, bool), (String, bool)) {
        let shape = T::shape();
        let takes_text = shape.takes_text();
        ((T::WORDS, T::TAKES_TEXT), (shape.in_words(), takes_text))
    }

    #[test]
    fn messages_and_reference_say_the_same_of_a_type() {
        for (said, of_shape) in [
            words::<String>(),
            words::<Spanned<String>>(),
            words::<StageEntry>(),
            words::<Delivery>(),
            words::<Target>(),
            words::<Words>(),
            words::<Date>(),
            words::<Days>(),
        ] {
            assert_eq!(said, (of_shape.0.as_str(), of_shape.1));
        }
    }
}
