//! One step of a plan, as plain data: what changes, why, how risky, and exactly what will be sent.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::step::Step;

/// What happens to an object, in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// It does not exist and is made.
    Create,
    /// It exists unmarked and becomes ours, value unchanged.
    Adopt,
    /// Fields change.
    Update,
    /// It works again.
    Enable,
    /// It stops working and can be enabled again.
    Disable,
    /// A key joins a usage plan.
    Attach,
    /// A key leaves a usage plan.
    Detach,
    /// A key's value goes to a secret store.
    Deliver,
    /// An older generation ends its overlap.
    Retire,
    /// It is gone for good.
    Delete,
}

impl Action {
    /// Returns the word for it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Adopt => "adopt",
            Self::Update => "update",
            Self::Enable => "enable",
            Self::Disable => "disable",
            Self::Attach => "attach",
            Self::Detach => "detach",
            Self::Deliver => "deliver",
            Self::Retire => "retire",
            Self::Delete => "delete",
        }
    }

    /// Returns the sign that stands before it in a plan.
    #[must_use]
    pub fn sign(self) -> char {
        match self {
            Self::Create | Self::Attach | Self::Deliver => '+',
            Self::Adopt | Self::Update | Self::Enable => '~',
            Self::Disable | Self::Retire => '!',
            Self::Detach | Self::Delete => '-',
        }
    }
}

/// The kind of object that a change is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A usage plan.
    UsagePlan,
    /// An API key.
    Key,
}

/// What a change is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "kebab-case")]
pub struct Subject {
    /// Its kind.
    pub kind: Kind,
    /// Its name in the manifest, or the one in its marker.
    pub name: String,
    /// Which value of the key; 1 for a usage plan.
    pub generation: u32,
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.kind {
            Kind::UsagePlan => "usage plan",
            Kind::Key => "key",
        };
        write!(f, "{kind} {}", self.name)?;
        if self.generation > 1 {
            write!(f, "#{}", self.generation)
        } else {
            Ok(())
        }
    }
}

/// How much a change can hurt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "kebab-case")]
pub enum Risk {
    /// Nobody loses anything.
    None,
    /// Callers may notice: fewer requests, a short interruption.
    Limits,
    /// Callers are turned away until it is undone.
    Blocks,
    /// It cannot be undone.
    Destroys,
}

impl Risk {
    /// Returns the word for it; empty where there is none.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Limits => "limits callers",
            Self::Blocks => "blocks callers",
            Self::Destroys => "cannot be undone",
        }
    }
}

/// A field before and after, in words; a missing side means that there is
/// nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "kebab-case")]
pub struct FieldChange {
    /// As the manifest writes it.
    pub field: String,
    /// What is there now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// What will be there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}

/// One step of a plan.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "kebab-case")]
pub struct Change {
    /// What happens.
    pub action: Action,
    /// To what.
    pub subject: Subject,
    /// Fields before and after.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "ts", tsify(optional))]
    pub fields: Vec<FieldChange>,
    /// Why, where it is not simply the manifest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// How much it can hurt.
    pub risk: Risk,
    /// The line of the manifest that asks for it; none for what was removed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// In which file it goes, of many keys at a call; from 1, none if it is a
    /// call of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub import: Option<u32>,
    /// Exactly what will be carried out.
    pub step: Step,
}

/// Collects the fields in which an object differs.
#[derive(Debug, Default)]
pub(super) struct Differences {
    pub(super) fields: Vec<FieldChange>,
}

impl Differences {
    /// Notes a field whose words differ; returns whether they do.
    pub(super) fn note(
        &mut self,
        field: &str,
        before: Option<String>,
        after: Option<String>,
    ) -> bool {
        if before == after {
            return false;
        }
        self.fields.push(FieldChange {
            field: field.to_owned(),
            before,
            after,
        });
        true
    }

    /// Notes a text that is empty when there is none.
    pub(super) fn note_text(&mut self, field: &str, before: &str, after: &str) -> bool {
        let some = |text| Some(text).filter(|text: &&str| !text.is_empty());
        self.note_words(field, some(before), some(after))
    }

    /// Notes a text that may be missing; copies it only if it differs.
    pub(super) fn note_words(
        &mut self,
        field: &str,
        before: Option<&str>,
        after: Option<&str>,
    ) -> bool {
        let owned = |text: Option<&str>| text.map(str::to_owned);
        before != after && self.note(field, owned(before), owned(after))
    }
}

/// Says a map in words: `a = 1, b = 2`.
pub(super) fn map_in_words(map: &BTreeMap<String, String>) -> Option<String> {
    let words: Vec<String> = map
        .iter()
        .map(|(name, value)| format!("{name} = {value}"))
        .collect();
    (!words.is_empty()).then(|| words.join(", "))
}
