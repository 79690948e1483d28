//! A key whose day is near.

use super::expired::report_days;
use super::expires_this_week::PRESSING;
use super::{Facts, rule};
use crate::diagnostic::Diagnostics;

/// How many days ahead a key's end is said; when it is pressing, AK231 does.
const AHEAD: i32 = 30;

rule! {
    /// ## What it checks
    /// `expires` of an enabled key is more than 30 days away.
    /// ## Why it matters
    /// The pull request and the nightly run say it in time, so that nobody learns it from a 403.
    /// ## Example
    /// ```toml,fail
    /// key.acme.expires = 2026-12-10
    /// ```
    /// ## What to do
    /// If it will still be used, write a later day: the value stays the same.
    AK229 "expires-soon" Note => check
}

fn check(facts: &Facts<'_>, out: &mut Diagnostics) {
    let Some(today) = facts.today else { return };
    report_days(facts, &AK229, out, |day| {
        let days = today.days_until(day);
        (days > PRESSING && days <= AHEAD).then(|| format!("`expires` is {days} days away"))
    });
}

#[cfg(test)]
mod tests {
    use super::AK229;
    use crate::rule::testing::{check, finding, silent};

    #[test]
    fn a_day_that_is_near_is_underlined() {
        for day in ["2026-12-01", "2026-12-23"] {
            let toml = format!("key.acme.expires = {day}");
            check(&toml, [finding(&AK229).help("later day")]);
        }
        for day in ["2026-11-30", "2026-12-24"] {
            silent(&AK229, &format!("key.acme.expires = {day}"));
        }
    }
}
