//! Keys end before the policy's longest life is over.

use super::{Facts, rule};
use crate::date::{Date, Days};
use crate::diagnostic::Diagnostics;
use crate::source::Spanned;

rule! {
    /// ## What it checks
    /// `expires` is at most `policy.max-lifetime` from today. A key that says no `expires` is not
    /// reported here: `policy.require = ["expires"]` does that.
    /// ## Why it matters
    /// A date that is far enough away is the same as none.
    /// ## Example
    /// ```toml,fail
    /// policy.max-lifetime = "365d"
    /// key.acme.expires = 2036-06-30
    /// ```
    /// ## What to do
    /// Write an earlier day. It can be moved when it comes near: the value stays the same.
    AK224 "lifetime-too-long" Error => check
}

fn check(facts: &Facts<'_>, out: &mut Diagnostics) {
    let policy = facts.manifest.policy.as_ref();
    let longest = policy.and_then(|policy| policy.max_lifetime.as_ref());
    let (Some(today), Some(longest)) = (facts.today, longest) else {
        return;
    };
    let defaults = facts.manifest.key_defaults();
    let default = defaults.and_then(|key| key.expires.as_ref());
    let own = facts.manifest.keys.iter();
    for expires in own
        .filter_map(|(_, key)| key.expires.as_ref())
        .chain(default)
    {
        check_day(today, expires, longest, out);
    }
}

fn check_day(today: Date, expires: &Spanned<Date>, longest: &Spanned<Days>, out: &mut Diagnostics) {
    let last = today.plus(longest.value);
    if expires.value > last {
        let days = today.days_until(expires.value);
        let message = format!(
            "`expires` is {days} days away, more than the {} that this file allows",
            longest.value
        );
        out.report(&AK224, expires.span, message)
            .related(longest.span, "the longest life")
            .help(format!("write {last} or an earlier day"));
    }
}

#[cfg(test)]
mod tests {
    use super::AK224;
    use crate::check::check_text;
    use crate::rule::testing::{check, finding, framed};

    #[test]
    fn a_day_too_far_away_is_underlined() {
        let toml = "policy.max-lifetime = \"10d\"\nkey.acme.expires = 2026-12-04\n";
        let expected = finding(&AK224)
            .underlines("2026-12-04")
            .related("\"10d\"")
            .help("write 2026-12-03");
        check(toml, [expected]);
        check(&toml.replace("12-04", "12-03"), []);
    }

    #[test]
    fn a_default_day_is_reported_once_and_without_a_date_not_at_all() {
        let toml = "policy.max-lifetime = \"1d\"\ndefaults.key.expires = 2030-01-01\n\
                    key = { a = {}, b = {} }\n";
        check(toml, [finding(&AK224)]);
        assert!(!check_text(&framed(toml), None).diagnostics.has_errors());
    }
}
