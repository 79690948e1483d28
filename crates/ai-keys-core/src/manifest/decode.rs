//! Turns a spanned TOML tree into typed tables, reporting every mistake on the way.
//!
//! A field that cannot be read is reported and left out; the table around it
//! survives, so that one slip does not hide the next ten.

use std::borrow::Cow;

use toml::de::{DeTable, DeValue};

use super::code::{AK002, AK003, AK004, AK005};
use super::name::{is_hidden, visible};
use super::shape::Shape;
use super::value_like::hide_values;
use crate::diagnostic::{Diagnostics, Draft, did_you_mean, is_same_word, list_of};
use crate::sorted;
use crate::source::Span;

/// A TOML value with its span.
pub(crate) type Value<'t> = toml::Spanned<DeValue<'t>>;
/// The name of a field with its span.
pub(crate) type Name<'t> = toml::Spanned<Cow<'t, str>>;

/// A type that a field of the manifest can hold.
pub(crate) trait Decode: Sized {
    /// Whether a table without this field is reported.
    const IS_REQUIRED: bool = true;
    /// What is taken, after "must be"; what [`Self::shape`] says, without its
    /// texts for the reference.
    const WORDS: &'static str = "a table";
    /// Whether it may be written as text.
    const TAKES_TEXT: bool = false;

    /// Reads a value, reporting what is wrong with it; `None` if there is
    /// nothing to go on with.
    fn decode<'v>(value: &'v Value<'_>, decoder: &mut Decoder<'v>) -> Option<Self>;

    /// Returns what the field holds when it is not written.
    fn absent() -> Option<Self> {
        None
    }

    /// Returns what the field takes.
    fn shape() -> Shape;
}

/// Where a field of a table goes; it starts with what the field holds when it
/// is not written.
pub(crate) trait Slot<'v> {
    /// Reads the value of the field.
    fn read(&mut self, value: &'v Value<'_>, decoder: &mut Decoder<'v>);

    /// Returns whether a table without the field is reported.
    fn is_required(&self) -> bool;
}

impl<'v, T: Decode> Slot<'v> for Option<T> {
    fn read(&mut self, value: &'v Value<'_>, decoder: &mut Decoder<'v>) {
        *self = T::decode(value, decoder);
    }

    fn is_required(&self) -> bool {
        T::IS_REQUIRED
    }
}

/// The diagnostics so far and the path to the value at hand.
#[derive(Default)]
pub(crate) struct Decoder<'v> {
    pub(crate) out: Diagnostics,
    path: Vec<&'v str>,
    /// Where a missing line of the top goes.
    pub(crate) head: Head,
    /// The paths of what was written and could not be read.
    pub(crate) unreadable: Unreadable,
}

/// The paths, `key.chat-web.owner`, of fields that were written and could not
/// be read, and of tables with fields that nobody knows. What stands there was
/// reported, so a rule must not say that it is missing.
#[derive(Clone, Debug, Default)]
pub struct Unreadable(Vec<String>);

impl Unreadable {
    /// Puts the paths in order, once all are there.
    pub(super) fn sort(&mut self) {
        sorted::sort(&mut self.0);
    }

    fn contains(&self, path: &str) -> bool {
        let place = self.0.binary_search_by(|there| there.as_str().cmp(path));
        place.is_ok()
    }

    /// Returns whether `field` of this table may be there after all.
    pub(crate) fn holds(&self, kind: &str, name: &str, field: &str) -> bool {
        // Almost always empty, so nothing is written for it.
        !self.0.is_empty()
            && (self.contains(&format!("{kind}.{name}"))
                || self.contains(&format!("{kind}.{name}.{field}")))
    }

    /// Returns whether a table may be there after all: this one, or the one
    /// that holds all of its kind.
    pub(crate) fn holds_table(&self, kind: &str, name: &str) -> bool {
        !self.0.is_empty() && (self.contains(kind) || self.contains(&format!("{kind}.{name}")))
    }

    /// Returns whether any table of this kind may be there after all.
    pub(crate) fn holds_any(&self, kind: &str) -> bool {
        self.0
            .iter()
            .any(|path| path.split('.').next() == Some(kind))
    }
}

impl<'v> Decoder<'v> {
    /// Reads a table with known fields, each into its slot; `None` if the value
    /// is no table.
    ///
    /// One function for every table: what differs is in the slots.
    pub(crate) fn record(
        &mut self,
        value: &'v Value<'_>,
        slots: &mut [(&'static str, &mut dyn Slot<'v>)],
    ) -> Option<()> {
        let table = self.table(value)?;
        let mut written = vec![false; slots.len()];
        for (name, value) in table {
            let field = slots.iter_mut().zip(&mut written);
            let field = field
                .into_iter()
                .find(|((known, _), _)| *known == name.get_ref());
            if let Some(((_, slot), written)) = field {
                *written = true;
                self.path.push(name.get_ref());
                slot.read(value, self);
                self.path.pop();
            } else {
                let known: Vec<&str> = slots.iter().map(|(known, _)| *known).collect();
                self.unknown_field(table, (name, value), &known);
            }
        }
        for ((name, slot), written) in slots.iter().zip(written) {
            if !written && slot.is_required() {
                self.missing_field(value.span().into(), name);
            }
        }
        Some(())
    }

    /// Reads the value of one field, with its name on the path.
    pub(crate) fn field<T: Decode>(
        &mut self,
        name: &'v Name<'_>,
        value: &'v Value<'_>,
    ) -> Option<T> {
        self.path.push(name.get_ref());
        let decoded = T::decode(value, self);
        self.path.pop();
        decoded
    }

    /// Leaves a field out that was reported.
    pub(crate) fn skip(&mut self, name: &'v Name<'_>) {
        self.path.push(name.get_ref());
        self.mark_unreadable();
        self.path.pop();
    }

    /// Returns the name of the field at hand.
    pub(crate) fn name(&self) -> &'v str {
        self.path.last().copied().unwrap_or("the manifest")
    }

    /// Returns the table at hand as its header is written: `[key.chat-web]`.
    fn table_name(&self) -> String {
        if self.path.is_empty() {
            "the manifest".to_owned()
        } else {
            format!("`[{}]`", self.path.join("."))
        }
    }

    /// Returns the value as a table, or reports that it is something else.
    pub(crate) fn table<'t>(&mut self, value: &'v Value<'t>) -> Option<&'v DeTable<'t>> {
        if let DeValue::Table(table) = value.get_ref() {
            return Some(table);
        }
        self.wrong_type(value, "a table");
        None
    }

    fn mark_unreadable(&mut self) {
        self.unreadable.0.push(self.path.join("."));
    }

    /// Reports a value of the wrong kind.
    pub(crate) fn wrong_type(&mut self, value: &Value<'_>, expected: &str) -> Draft<'_> {
        self.mark_unreadable();
        let message = format!("`{}` must be {expected}", self.name());
        let label = format!("this is {}", kind_of(value.get_ref()));
        self.out
            .report(&AK003, value.span().into(), message)
            .label(label)
    }

    /// Reports a word that is not one of the choices.
    pub(crate) fn unknown_choice(&mut self, value: &Value<'_>, written: &str, choices: &[&str]) {
        self.mark_unreadable();
        let span: Span = value.span().into();
        let message = format!("`{}` cannot be `{}`", self.name(), excerpt(written));
        let draft = self.out.report(&AK005, span, message);
        match did_you_mean(written, choices.iter().copied()) {
            Some(meant) => draft.offer(
                is_same_word(written, meant),
                format!("did you mean `{meant}`?"),
                span,
                format!("\"{meant}\""),
            ),
            None => draft.help(format!("write {}", list_of(choices.iter().copied()))),
        };
    }

    /// Reports a field that no table of this kind has.
    pub(crate) fn unknown_field(
        &mut self,
        table: &DeTable<'_>,
        (name, value): (&Name<'_>, &Value<'_>),
        known: &[&str],
    ) {
        self.mark_unreadable();
        let span: Span = name.span().into();
        let written = name.get_ref();
        let message = format!("{} has no field `{}`", self.table_name(), excerpt(written));
        let draft = self.out.report(&AK002, span, message);
        match did_you_mean(written, known.iter().copied()) {
            Some(meant) if can_be_renamed(table, value, meant) => draft.offer(
                is_same_word(written, meant),
                format!("did you mean `{meant}`?"),
                span,
                meant,
            ),
            Some(meant) => draft.help(format!("did you mean `{meant}`?")),
            None => draft.help(format!("known here: {}", list_of(known.iter().copied()))),
        };
    }

    /// Reports a field without which the table says nothing.
    pub(crate) fn missing_field(&mut self, table: Span, name: &str) {
        let message = format!("{} needs `{name}`", self.table_name());
        let head = self.head;
        let is_version = self.path.is_empty() && name == "version";
        let draft = self
            .out
            .report(&AK004, table, message)
            .label(format!("`{name}` is missing"));
        if is_version {
            // There is only one so far.
            let line = format!("version = 1{}", head.line_end);
            draft.fix("write `version = 1`", head.span, line);
        }
    }
}

/// Where a line can be put in at the top of a manifest, and how its lines end.
#[derive(Clone, Copy, Default)]
pub(crate) struct Head {
    span: Span,
    line_end: &'static str,
}

impl Head {
    /// Finds it: after a byte order mark, and after `#:schema`, which editors
    /// look for on the first line.
    pub(crate) fn of(text: &str) -> Self {
        let mut rest = text.strip_prefix('\u{feff}').unwrap_or(text);
        while let Some((_, after)) = rest.split_once('\n').filter(|_| rest.starts_with("#:")) {
            rest = after;
        }
        let at = text.len() - rest.len();
        let is_windows = text.lines().next().is_some_and(|line| {
            text.get(line.len()..)
                .is_some_and(|end| end.starts_with("\r\n"))
        });
        Self {
            span: Span::new(at, at),
            line_end: if is_windows { "\r\n" } else { "\n" },
        }
    }
}

/// Returns whether a field can get another name: the name is free, or both are
/// tables that share nothing, as `[usage_plan.a]` and `[usage-plan.b]`.
fn can_be_renamed(table: &DeTable<'_>, value: &Value<'_>, name: &str) -> bool {
    let Some(there) = table.get(name) else {
        return true;
    };
    match (there.get_ref(), value.get_ref()) {
        (DeValue::Table(there), DeValue::Table(here)) => here
            .keys()
            .all(|name| there.get(name.get_ref().as_ref()).is_none()),
        _ => false,
    }
}

/// Writes text as a TOML string; `None` where it would need escapes.
pub(crate) fn quoted(text: &str) -> Option<String> {
    let is_plain = |c: char| !is_hidden(c) && c != '"' && c != '\\';
    text.chars().all(is_plain).then(|| format!("\"{text}\""))
}

/// Returns the start of a text as a message may show it: one line, without
/// hidden characters, and without anything that may be a key value.
pub(crate) fn excerpt(text: &str) -> Cow<'_, str> {
    const MOST: usize = 60;
    let text = match hide_values(text) {
        Cow::Borrowed(text) => visible(text),
        Cow::Owned(text) => visible(&text).into_owned().into(),
    };
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()).into(),
        None => text,
    }
}

fn kind_of(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "a boolean",
        DeValue::Datetime(_) => "a date or time",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

/// Declares a table of the manifest: its type, its decoder and its reference, from one text.
macro_rules! record {
    (
        $(#[doc = $doc:literal])*
        pub struct $record:ident {
            $( $(#[doc = $field_doc:literal])* $key:literal => $field:ident: $type:ty, )*
        }
    ) => {
        $(#[doc = $doc])*
        #[derive(Clone, Debug, PartialEq)]
        pub struct $record {
            $( $(#[doc = $field_doc])* pub $field: $type, )*
        }

        impl $crate::manifest::decode::Decode for $record {
            fn decode<'v>(
                value: &'v $crate::manifest::decode::Value<'_>,
                decoder: &mut $crate::manifest::decode::Decoder<'v>,
            ) -> Option<Self> {
                $( let mut $field = <$type as $crate::manifest::decode::Decode>::absent(); )*
                decoder.record(value, &mut [ $( ($key, &mut $field) ),* ])?;
                Some(Self { $( $field: $field?, )* })
            }

            fn shape() -> $crate::manifest::shape::Shape {
                use $crate::manifest::shape::{Field, Record, Shape};
                Shape::Record(Record {
                    name: stringify!($record),
                    doc: concat!($($doc, "\n"),*),
                    fields: vec![ $( Field {
                        name: $key,
                        doc: concat!($($field_doc, "\n"),*),
                        is_required: <$type as $crate::manifest::decode::Decode>::IS_REQUIRED,
                        shape: <$type as $crate::manifest::decode::Decode>::shape(),
                    }, )* ],
                })
            }
        }
    };
}
pub(crate) use record;
