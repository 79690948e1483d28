//! A key whose day has come.

use super::{Facts, rule};
use crate::date::Date;
use crate::diagnostic::{Code, Diagnostics};
use crate::manifest::KeyView;
use crate::source::Spanned;

rule! {
    /// ## What it checks
    /// `expires` of an enabled key lies in the future.
    /// ## Why it matters
    /// The next apply disables the key, unless an earlier one has done so.
    /// ## Example
    /// ```toml,fail
    /// key.acme.expires = 2026-11-23
    /// ```
    /// ## What to do
    /// If it is still used, write a later day: the value stays the same. If not, remove the entry.
    AK228 "expired" Warning => check
}

fn check(facts: &Facts<'_>, out: &mut Diagnostics) {
    let Some(today) = facts.today else { return };
    report_days(facts, &AK228, out, |day| {
        let is_past = today.days_until(day) <= 0;
        is_past.then(|| format!("`expires` {day} has come: the next apply disables the key"))
    });
}

/// Reports the `expires` of every enabled key about which there is something
/// to say.
pub(super) fn report_days(
    facts: &Facts<'_>,
    code: &'static Code,
    out: &mut Diagnostics,
    say: impl Fn(Date) -> Option<String>,
) {
    let is_enabled = |key: &KeyView<'_>| key.enabled().is_none_or(|enabled| enabled.value);
    let keys = facts.manifest.key_views().filter(is_enabled);
    let mut last_default: Option<&Spanned<Date>> = None;
    for expires in keys.filter_map(|key| key.expires()) {
        if last_default.is_some_and(|last| std::ptr::eq(last, expires)) {
            continue; // A default day is said once.
        }
        if let Some(message) = say(expires.value) {
            last_default = Some(expires);
            out.report(code, expires.span, message)
                .help("write a later day to keep it, or remove the entry");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::AK228;
    use crate::rule::testing::{check, finding, silent};

    #[test]
    fn a_day_that_has_come_is_underlined() {
        let toml = "key.acme.expires = 2026-11-23";
        check(
            toml,
            [finding(&AK228).underlines("2026-11-23").help("later day")],
        );
        silent(&AK228, &toml.replace("23", "24"));
        silent(&AK228, &format!("{toml}\nkey.acme.enabled = false"));
    }

    #[test]
    fn a_default_day_is_said_once() {
        let toml = "defaults.key.expires = 2020-01-01\nkey = { a = {}, b = {} }\n";
        check(toml, [finding(&AK228).underlines("2020-01-01")]);
    }
}
