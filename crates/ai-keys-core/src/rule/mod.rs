//! The rules: one file each, its documentation inside.
//!
//! A rule reads the manifest and reports; it changes nothing and asks nobody.
//! To add one: write its file from the pattern of a neighbour, name it in
//! [`RULES`] and in [`crate::diagnostic::CODES`], run `cargo xtask codegen`.

pub(crate) mod stage_claimed_twice;
pub(crate) mod unknown_usage_plan;

#[cfg(test)]
mod testing;

use crate::date::Date;
use crate::diagnostic::{Code, Diagnostics};
use crate::manifest::Manifest;

/// A check of a whole manifest.
pub struct Rule {
    /// What it reports.
    pub code: &'static Code,
    /// Whether it reports that something is missing, which says nothing while
    /// the file has syntax errors.
    pub reports_absence: bool,
    check: fn(&Facts<'_>, &mut Diagnostics),
}

/// What a rule may know.
pub(crate) struct Facts<'m> {
    /// The manifest, as far as it could be read.
    pub(crate) manifest: &'m Manifest,
    /// The day of the check, where the caller said one.
    pub(crate) today: Option<Date>,
}

/// Every rule, in order of its code.
pub static RULES: &[&Rule] = &[&unknown_usage_plan::RULE, &stage_claimed_twice::RULE];

/// Runs every rule.
pub(crate) fn check_all(
    manifest: &Manifest,
    today: Option<Date>,
    is_whole: bool,
    out: &mut Diagnostics,
) {
    let facts = Facts { manifest, today };
    for rule in RULES {
        if is_whole || !rule.reports_absence {
            (rule.check)(&facts, out);
        }
    }
}

/// Declares a rule: its documentation, code, name, severity and check. A rule
/// that reports something missing says `absence` before the arrow.
macro_rules! rule {
    ($(#[doc = $doc:literal])* $id:ident $name:literal $severity:ident => $check:ident) => {
        $crate::rule::rule!(@ $(#[doc = $doc])* $id $name $severity false $check);
    };
    ($(#[doc = $doc:literal])* $id:ident $name:literal $severity:ident absence => $check:ident) => {
        $crate::rule::rule!(@ $(#[doc = $doc])* $id $name $severity true $check);
    };
    (@ $(#[doc = $doc:literal])* $id:ident $name:literal $severity:ident $absence:literal $check:ident) => {
        $crate::diagnostic::code! { $(#[doc = $doc])* $id $name $severity }
        pub(crate) static RULE: $crate::rule::Rule =
            $crate::rule::Rule { code: &$id, reports_absence: $absence, check: $check };
    };
}
pub(crate) use rule;
