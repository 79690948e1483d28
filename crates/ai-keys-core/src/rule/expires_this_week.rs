//! A key whose day is pressing.

use super::expired::report_days;
use super::{Facts, rule};
use crate::diagnostic::Diagnostics;

/// How many days ahead a key's end is a warning, and no longer a note.
pub(super) const PRESSING: i32 = 7;

rule! {
    /// ## What it checks
    /// `expires` of an enabled key is more than 7 days away.
    /// ## Why it matters
    /// Its callers get a 403 within a week. A note that stood there for three weeks is read over.
    /// ## Example
    /// ```toml,fail
    /// key.acme.expires = 2026-11-25
    /// ```
    /// ## What to do
    /// If it will still be used, write a later day: the value stays the same. If not, tell its callers.
    AK231 "expires-this-week" Warning => check
}

fn check(facts: &Facts<'_>, out: &mut Diagnostics) {
    let Some(today) = facts.today else { return };
    report_days(facts, &AK231, out, |day| match today.days_until(day) {
        1 => Some("`expires` is tomorrow: its callers get a 403 then".to_owned()),
        days @ 2..=PRESSING => Some(format!(
            "`expires` is {days} days away: its callers get a 403 then"
        )),
        _ => None,
    });
}

#[cfg(test)]
mod tests {
    use super::AK231;
    use crate::rule::testing::{check, finding, silent};

    #[test]
    fn a_day_of_this_week_is_underlined() {
        for day in ["2026-11-24", "2026-11-30"] {
            let toml = format!("key.acme.expires = {day}");
            let found = finding(&AK231).underlines(day);
            check(&toml, [found.help("later day")]);
        }
        for day in ["2026-11-23", "2026-12-01"] {
            silent(&AK231, &format!("key.acme.expires = {day}"));
        }
    }
}
