//! A removed key can be brought back for a while.

use super::{Facts, rule};
use crate::diagnostic::Diagnostics;

rule! {
    /// ## What it checks
    /// `removal-grace` is at least a day.
    /// ## Why it matters
    /// A key that was removed by mistake can be brought back, with the value that its callers
    /// know, as long as its grace lasts. Without one the next run deletes it, and the value is lost.
    /// ## Example
    /// ```toml,fail
    /// policy.removal-grace = "0d"
    /// ```
    /// ## What to do
    /// Leave some days between the mistake and its discovery; 14 days if the line is left out.
    AK232 "no-removal-grace" Warning => check
}

fn check(facts: &Facts<'_>, out: &mut Diagnostics) {
    let policy = facts.manifest.policy.as_ref();
    let grace = policy.and_then(|policy| policy.removal_grace.as_ref());
    if let Some(grace) = grace.filter(|grace| grace.value.0 == 0) {
        out.report(
            &AK232,
            grace.span,
            "a key that leaves the file is lost at once",
        )
        .help("write some days, such as \"14d\"");
    }
}

#[cfg(test)]
mod tests {
    use super::AK232;
    use crate::rule::testing::{check, finding};

    #[test]
    fn a_grace_of_no_days_is_underlined() {
        let toml = "policy.removal-grace = \"0d\"";
        check(
            toml,
            [finding(&AK232).underlines("\"0d\"").help("write some days")],
        );
        check(&toml.replace("0d", "1d"), []);
    }

    #[test]
    fn no_policy_is_fourteen_days() {
        check("policy.max-deletes = 0", []);
        check("", []);
    }
}
