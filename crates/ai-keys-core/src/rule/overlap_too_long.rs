//! The old value ends before the next one begins.

use super::{Facts, rule};
use crate::diagnostic::Diagnostics;
use crate::manifest::{DEFAULT_OVERLAP, Rotate};

rule! {
    /// ## What it checks
    /// `rotate.overlap`, 7 days if not said, is shorter than `rotate.every`; and `every` is at
    /// least a day.
    /// ## Why it matters
    /// With a longer overlap a third value would come before the first has ended, and the keys of
    /// an account (10,000) would run out.
    /// ## Example
    /// ```toml,fail
    /// key.acme.rotate = { every = "7d" }
    /// ```
    /// ## What to do
    /// Rotate less often, or shorten the overlap.
    AK230 "overlap-too-long" Error => check
}

fn check(facts: &Facts<'_>, out: &mut Diagnostics) {
    let default = facts.manifest.key_defaults();
    let default = default.and_then(|key| key.rotate.as_ref());
    let own = facts.manifest.keys.iter();
    for rotate in own
        .filter_map(|(_, key)| key.rotate.as_ref())
        .chain(default)
    {
        check_rotate(rotate, out);
    }
}

fn check_rotate(rotate: &Rotate, out: &mut Diagnostics) {
    let Some(every) = &rotate.every.0 else { return };
    if every.value.0 == 0 {
        out.report(&AK230, every.span, "`every` is at least a day")
            .help("write a length of time, such as \"90d\"");
        return;
    }
    match &rotate.overlap {
        Some(overlap) if overlap.value >= every.value => {
            let message = format!("`overlap` is not shorter than `every`, {}", every.value);
            out.report(&AK230, overlap.span, message)
                .related(every.span, "a new value comes after this time")
                .help("shorten the overlap, or rotate less often");
        }
        None if DEFAULT_OVERLAP >= every.value => {
            let message = format!(
                "`overlap` is {DEFAULT_OVERLAP} where nothing is said, not shorter than `every`"
            );
            out.report(&AK230, every.span, message)
                .help("say a shorter `overlap`, or rotate less often");
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::AK230;
    use crate::rule::testing::{check, finding};

    #[test]
    fn an_overlap_as_long_as_the_period_is_underlined() {
        let toml = "key.acme.rotate = { every = \"2w\", overlap = \"14d\" }";
        let expected = finding(&AK230)
            .underlines("\"14d\"")
            .related("\"2w\"")
            .help("shorten");
        check(toml, [expected]);
        check(&toml.replace("14d", "13d"), []);
    }

    #[test]
    fn the_overlap_that_is_not_said_counts() {
        let toml = "defaults.key.rotate.every = \"1w\"\nkey = { a = {}, b = {} }\n";
        check(
            toml,
            [finding(&AK230).underlines("\"1w\"").help("say a shorter")],
        );
        check(&toml.replace("1w", "8d"), []);
    }

    #[test]
    fn every_day_is_the_most() {
        let toml = "key.acme.rotate = { every = \"0d\", overlap = \"0d\" }";
        check(toml, [finding(&AK230).underlines("\"0d\"").help("90d")]);
        check(&toml.replace("every = \"0d\"", "every = \"1d\""), []);
    }
}
