//! Fields that can be written in two ways: a plain string, or a table that says more.

use toml::de::DeValue;

use super::decode::{Decode, Decoder, Value, record};
use super::entries::Entries;
use super::model::ThrottleTable;

use super::shape::Shape;
use super::wrapper::{Needed, Words};
use crate::source::Spanned;

/// A stage of a usage plan: `"chat-api/prod"`, or a table with limits for single methods.
#[derive(Clone, Debug, PartialEq)]
pub struct StageEntry {
    /// `api/stage`.
    pub stage: Needed<Spanned<String>>,
    /// Limits for single methods, by `/path/METHOD`.
    pub methods: Entries<ThrottleTable>,
}

record! {
    /// A stage with limits for single methods.
    pub struct StageTable {
        /// A REST API by name or id, and one of its stages: `chat-api/prod`.
        "stage" => stage: Needed<Spanned<String>>,
        /// Limits for single methods, by path and method: `"/chat/POST"`.
        "throttle" => throttle: Option<Methods>,
    }
}

/// Limits by `/path/METHOD`, each with the span of its name.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Methods(pub Entries<ThrottleTable>);

impl Decode for Methods {
    fn decode<'v>(value: &'v Value<'_>, decoder: &mut Decoder<'v>) -> Option<Self> {
        let table = decoder.table(value)?;
        let mut methods = Entries::default();
        for (name, value) in table {
            if let Some(throttle) = decoder.field(name, value) {
                methods.insert(name.get_ref(), Spanned::new(throttle, name.span()));
            }
        }
        Some(Self(methods))
    }

    fn shape() -> Shape {
        Shape::Names(Box::new(ThrottleTable::shape()))
    }
}

const STAGE_FORM: Shape = Shape::Text {
    form: "such as \"chat-api/prod\"",
    pattern: Some("^[^/]+/[A-Za-z0-9_{}-]+$"),
};

impl Decode for StageEntry {
    const WORDS: &'static str = "a string such as \"chat-api/prod\" or a table";
    const TAKES_TEXT: bool = true;

    fn decode<'v>(value: &'v Value<'_>, decoder: &mut Decoder<'v>) -> Option<Self> {
        if value.get_ref().is_table() {
            let table = StageTable::decode(value, decoder)?;
            return Some(Self {
                stage: table.stage,
                methods: table.throttle.unwrap_or_default().0,
            });
        }
        let stage = Needed(Some(Spanned::<String>::decode(value, decoder)?));
        Some(Self {
            stage,
            methods: Entries::default(),
        })
    }

    fn shape() -> Shape {
        Shape::Either(vec![STAGE_FORM, StageTable::shape()])
    }
}

/// The id of a live object to take over: one, or one for each target.
#[derive(Clone, Debug, PartialEq)]
pub enum Adopt {
    /// `adopt = "abc123def4"`, for a file or a key with one target.
    One(String),
    /// `adopt = { prod = "abc123def4", staging = "…" }`.
    ByTarget(Words),
}

impl Decode for Adopt {
    fn decode<'v>(value: &'v Value<'_>, decoder: &mut Decoder<'v>) -> Option<Self> {
        if matches!(value.get_ref(), DeValue::Table(_)) {
            return Words::decode(value, decoder).map(Self::ByTarget);
        }
        String::decode(value, decoder).map(Self::One)
    }

    fn shape() -> Shape {
        let id = Shape::Text {
            form: "that is a live object's id",
            pattern: None,
        };
        Shape::Either(vec![id, Words::shape()])
    }
}
