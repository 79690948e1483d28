//! An account and region holds three hundred usage plans.

use super::too_many_keys::check_count;
use super::{Facts, rule};
use crate::diagnostic::Diagnostics;

rule! {
    /// ## What it checks
    /// A target has at most 300 usage plans.
    /// ## Why it matters
    /// API Gateway holds 300 usage plans for each account and region unless AWS raises that, and
    /// refuses the next one halfway through an apply.
    /// <https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html>, checked
    /// 2026-11-23.
    /// ## Example
    /// A manifest with 301 usage plans: no example is that long.
    /// ## What to do
    /// Put consumers with equal limits on one usage plan: a quota counts for each key, not for the
    /// usage plan.
    AK205 "too-many-usage-plans" Error => check
}

fn check(facts: &Facts<'_>, out: &mut Diagnostics) {
    let tables = facts.manifest.usage_plans.iter();
    let listed = tables.map(|(_, table)| table.value.listed_targets());
    check_count(
        facts,
        &AK205,
        listed,
        "usage plans",
        |most| most.usage_plans,
        out,
    );
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::AK205;
    use crate::rule::testing::{check, finding};

    #[test]
    fn the_target_of_too_many_usage_plans_is_underlined() {
        let mut toml = String::from("[usage-plan]\n");
        for n in 1..=300 {
            let _ = writeln!(toml, "p{n} = {{}}");
        }
        check(&toml, []);
        let expected = finding(&AK205).underlines("prod").help("second account");
        check(&format!("{toml}last = {{}}\n"), [expected]);
    }
}
