//! An offset is what the first period is short of.

use super::{Facts, rule};
use crate::diagnostic::Diagnostics;

rule! {
    /// ## What it checks
    /// `quota.offset` is 0 for a quota per day, at most 6 per week and at most 27 per month, and
    /// not more than `limit`.
    /// ## Why it matters
    /// API Gateway refuses other offsets, halfway through an apply. The offset is a number of
    /// requests taken off the first period.
    /// <https://docs.aws.amazon.com/apigateway/latest/api/API_QuotaSettings.html>, checked
    /// 2026-11-23.
    /// ## Example
    /// ```toml,fail
    /// usage-plan.standard.quota = { limit = 1000, per = "day", offset = 1 }
    /// ```
    /// ## What to do
    /// Remove the offset, or write a smaller one.
    AK206 "quota-offset" Error => check
}

fn check(facts: &Facts<'_>, out: &mut Diagnostics) {
    for (_, usage_plan) in facts.manifest.usage_plans.iter() {
        let Some(quota) = &usage_plan.quota else {
            continue;
        };
        let (Some(offset), Some(limit), Some(per)) = (&quota.offset, &quota.limit.0, &quota.per.0)
        else {
            continue;
        };
        let most = per.max_offset();
        if offset.value > most {
            let message = format!("the offset of a quota per {} is at most {most}", per.name());
            let draft = out
                .report(&AK206, offset.span, message)
                .related(per.span, "the period");
            draft.help("write a smaller offset, or remove it");
        } else if offset.value > limit.value {
            out.report(&AK206, offset.span, "the offset is larger than the limit")
                .related(limit.span, "the limit")
                .help("write a smaller offset, or remove it");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::AK206;
    use crate::rule::testing::{check, finding};

    #[test]
    fn an_offset_beyond_its_period_is_underlined() {
        for (per, most) in [("day", 0), ("week", 6), ("month", 27)] {
            let quota = |offset: u32| {
                format!("usage-plan.a.quota = {{ limit = 99, per = \"{per}\", offset = {offset} }}")
            };
            check(&quota(most + 1), [finding(&AK206).help("smaller offset")]);
            check(&quota(most), []);
        }
    }

    #[test]
    fn an_offset_beyond_its_limit_is_underlined() {
        let toml = "usage-plan.a.quota = { limit = 3, per = \"week\", offset = 4 }";
        check(toml, [finding(&AK206).underlines("4").related("3")]);
        check(&toml.replace("limit = 3", "limit = 4"), []);
    }
}
