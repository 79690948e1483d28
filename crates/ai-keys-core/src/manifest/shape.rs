//! What a field can hold, as data: the decoder's words, the JSON schema and the reference come from it.

/// The kind of value that a field takes.
#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    /// Text; `form` says in words what it looks like, `pattern` as a regular expression.
    Text {
        /// What it looks like, after "a string"; may be empty.
        form: &'static str,
        /// The same as a regular expression.
        pattern: Option<&'static str>,
    },
    /// One of a few words.
    Choice(&'static [&'static str]),
    /// A whole number from 0 to 4,294,967,295.
    Integer,
    /// A number, whole or not, from 0 up.
    Number,
    /// `true` or `false`.
    Flag,
    /// A date without a time.
    Date,
    /// A list.
    List(Box<Shape>),
    /// A table from free names to values.
    Names(Box<Shape>),
    /// A table with known fields.
    Record(Record),
    /// One of several kinds.
    Either(Vec<Shape>),
}

/// A table with known fields.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// The name of its type.
    pub name: &'static str,
    /// What it is for, in Markdown.
    pub doc: &'static str,
    /// Its fields, in the order of the reference.
    pub fields: Vec<Field>,
}

/// A field of a table.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// As the manifest writes it.
    pub name: &'static str,
    /// What it is for, in Markdown.
    pub doc: &'static str,
    /// Whether the table says nothing without it.
    pub is_required: bool,
    /// What it holds.
    pub shape: Shape,
}

impl Shape {
    /// Text of any form.
    pub(crate) const TEXT: Self = Self::Text {
        form: "",
        pattern: None,
    };

    /// Returns whether text may be written here.
    #[cfg(test)]
    pub(crate) fn takes_text(&self) -> bool {
        match self {
            Self::Text { .. } | Self::Choice(_) => true,
            Self::Either(shapes) => shapes.iter().any(Self::takes_text),
            Self::Integer
            | Self::Number
            | Self::Flag
            | Self::Date
            | Self::List(_)
            | Self::Names(_)
            | Self::Record(_) => false,
        }
    }

    /// Says what the field takes, after "must be".
    #[must_use]
    pub fn in_words(&self) -> String {
        match self {
            Self::Text { form, .. } if !form.is_empty() => format!("a string {form}"),
            Self::Text { .. } => "a string".to_owned(),
            Self::Choice(words) => {
                let words: Vec<String> = words.iter().map(|word| format!("\"{word}\"")).collect();
                words.join(" or ")
            }
            Self::Integer => "a whole number".to_owned(),
            Self::Number => "a number".to_owned(),
            Self::Flag => "`true` or `false`".to_owned(),
            Self::Date => "a date like `2027-06-30`, without quotes or a time".to_owned(),
            Self::List(item) => format!("a list, each item {}", item.in_words()),
            Self::Names(_) | Self::Record(_) => "a table".to_owned(),
            Self::Either(shapes) => {
                let mut words: Vec<String> = shapes.iter().map(Self::in_words).collect();
                words.dedup();
                words.join(" or ")
            }
        }
    }
}
