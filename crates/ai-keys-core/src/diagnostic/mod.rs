//! What is wrong with a manifest, as data: a code, an exact span, a label and help.

mod code;
mod collect;
mod distance;
mod suggest;

pub(crate) use code::code;
pub use code::{CODES, Code, Severity, find_code};
pub use collect::{Diagnostics, Draft};
pub(crate) use suggest::{Suggestions, did_you_mean, is_same_word, list_of};

use serde::Serialize;

use crate::source::Span;

/// One mistake, where it stands, and what to do about it.
///
/// Wording: lowercase, no final period, one sentence; the message says what is
/// wrong, the label what sits here, the help what to do.
#[derive(Clone, Debug, PartialEq)]
pub struct Diagnostic {
    /// Which rule speaks.
    pub code: &'static Code,
    /// What is wrong.
    pub message: String,
    /// Where.
    pub primary: Label,
    /// Other places that matter.
    pub related: Vec<Label>,
    /// What to do.
    pub help: Option<Help>,
}

impl Diagnostic {
    /// Returns how bad it is.
    #[must_use]
    pub fn severity(&self) -> Severity {
        self.code.severity
    }
}

/// A place in the manifest and what sits there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Where.
    pub span: Span,
    /// What sits there; may be empty for the primary place.
    pub text: String,
}

/// What to do about a diagnostic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Help {
    /// The advice.
    pub text: String,
    /// The edit that carries it out.
    pub edit: Option<Edit>,
}

/// A replacement of one span of the manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// What is replaced.
    pub span: Span,
    /// By what.
    pub replacement: String,
    /// Whether it may be made unseen.
    pub certainty: Certainty,
}

/// Whether an edit is the right one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "lowercase")]
pub enum Certainty {
    /// Nothing else can have been meant: `ai-keys validate --fix` makes it.
    Certain,
    /// Probably what was meant: somebody must look at it first.
    Guess,
}
