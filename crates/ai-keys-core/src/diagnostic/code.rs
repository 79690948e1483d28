//! Codes and names of diagnostics: given once, never reused or renumbered.

use std::fmt;

use serde::{Deserialize, Serialize};

/// How bad a diagnostic is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// There is no plan while this stands.
    Error,
    /// Accepted, and probably not what anybody wants.
    Warning,
    /// Good to know.
    Note,
}

impl Severity {
    /// Returns the word for it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }
}

/// A registered diagnostic: number, name and documentation.
#[derive(Debug)]
pub struct Code {
    /// `AK112`.
    pub id: &'static str,
    /// `stage-claimed-twice`.
    pub name: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// The documentation in Markdown, as `ai-keys explain` prints it.
    #[cfg(feature = "docs")]
    pub doc: &'static str,
}

impl PartialEq for Code {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl Eq for Code {}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.id, self.name)
    }
}

/// Declares a code with its documentation.
macro_rules! code {
    ($(#[doc = $doc:literal])* $id:ident $name:literal $severity:ident) => {
        $(#[doc = $doc])*
        pub(crate) static $id: $crate::diagnostic::Code = $crate::diagnostic::Code {
            id: stringify!($id),
            name: $name,
            severity: $crate::diagnostic::Severity::$severity,
            #[cfg(feature = "docs")]
            doc: concat!($($doc, "\n"),*),
        };
    };
}
pub(crate) use code;

use crate::manifest::code as shape;
use crate::plan::code as live;
use crate::rule;

/// Every code, in order of its number. A list that is written down, not
/// gathered at start-up.
pub static CODES: &[&Code] = &[
    &shape::AK001,
    &shape::AK002,
    &shape::AK003,
    &shape::AK004,
    &shape::AK005,
    &shape::AK006,
    &shape::AK007,
    &shape::AK008,
    &shape::AK009,
    &shape::AK010,
    &shape::AK011,
    &rule::unknown_target::AK101,
    &rule::no_target::AK102,
    &rule::unknown_usage_plan::AK103,
    &rule::bad_stage::AK104,
    &rule::marker_in_text::AK105,
    &rule::duplicate_cloud_name::AK106,
    &rule::confusable_names::AK107,
    &rule::listed_twice::AK108,
    &rule::adopt_in_many_targets::AK109,
    &rule::adopted_twice::AK110,
    &rule::stage_claimed_twice::AK112,
    &rule::bad_account::AK113,
    &rule::bad_region::AK114,
    &rule::target_declared_twice::AK115,
    &rule::bad_owner::AK116,
    &rule::bad_adopt_id::AK117,
    &rule::looks_like_a_key_value::AK118,
    &rule::bad_probe::AK119,
    &rule::bad_place::AK120,
    &rule::provider_cannot::AK121,
    &rule::provider_differs::AK122,
    &rule::bad_role::AK123,
    &rule::name_too_long::AK201,
    &rule::description_too_long::AK202,
    &rule::too_many_usage_plans_on_key::AK203,
    &rule::too_many_keys::AK204,
    &rule::too_many_usage_plans::AK205,
    &rule::quota_offset::AK206,
    &rule::bad_tag::AK207,
    &rule::usage_plan_without_stage::AK208,
    &rule::key_without_usage_plan::AK209,
    &rule::blocks_everyone::AK210,
    &rule::bad_method::AK211,
    &rule::stage_listed_twice::AK212,
    &rule::limits_on_referred_plan::AK213,
    &rule::too_many_combinations::AK214,
    &rule::bad_pattern::AK220,
    &rule::key_name_policy::AK221,
    &rule::required_field::AK222,
    &rule::unknown_required_field::AK223,
    &rule::lifetime_too_long::AK224,
    &rule::rotation_too_rare::AK225,
    &rule::unknown_owner::AK226,
    &rule::protected_and_off::AK227,
    &rule::expired::AK228,
    &rule::expires_soon::AK229,
    &rule::overlap_too_long::AK230,
    &rule::expires_this_week::AK231,
    &rule::no_removal_grace::AK232,
    &rule::bad_sink_name::AK301,
    &rule::delivered_twice::AK302,
    &rule::incomplete_github_secret::AK303,
    &rule::bad_delivery_setting::AK304,
    &rule::rotation_without_delivery::AK305,
    &rule::reader_cannot_decrypt::AK306,
    &rule::retired::AK390,
    &rule::retired::AK391,
    &rule::provider_not_carried_out::AK392,
    &live::AK401,
    &live::AK402,
    &live::AK403,
    &live::AK404,
    &live::AK405,
    &live::AK406,
    &live::AK407,
    &live::AK408,
    &live::AK409,
    &live::AK410,
    &live::AK411,
    &live::AK412,
    &live::AK413,
    &live::AK414,
    &live::AK415,
    &live::AK416,
    &live::AK417,
    &live::AK418,
    &live::AK419,
    &live::AK420,
    &live::AK490,
];

/// Returns the code with this id or name, in any case.
#[must_use]
pub fn find_code(id_or_name: &str) -> Option<&'static Code> {
    let wanted = id_or_name.trim();
    CODES
        .iter()
        .find(|code| code.id.eq_ignore_ascii_case(wanted) || code.name.eq_ignore_ascii_case(wanted))
        .copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_sorted_unique_and_documented() {
        for pair in CODES.windows(2) {
            assert!(
                pair[0].id < pair[1].id,
                "{} before {}",
                pair[0].id,
                pair[1].id
            );
        }
        for code in CODES {
            let twins = CODES.iter().filter(|other| other.name == code.name).count();
            assert_eq!(twins, 1, "{}", code.name);
            assert!(
                code.doc.contains("## What it checks"),
                "{code} has no documentation"
            );
            assert!(
                code.doc.contains("## What to do"),
                "{code} does not say what to do"
            );
            assert!(code.id.len() == 5 && code.id.starts_with("AK"), "{code}");
            let kebab = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
            assert!(code.name.bytes().all(kebab), "{code}");
        }
    }

    #[test]
    fn a_code_is_found_by_number_and_by_name() {
        assert_eq!(find_code("ak001").map(|code| code.name), Some("syntax"));
        assert_eq!(find_code("syntax").map(|code| code.id), Some("AK001"));
        assert_eq!(find_code("AK999"), None);
    }
}
