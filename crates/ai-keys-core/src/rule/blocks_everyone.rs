//! A limit of zero lets nobody through.

use super::{Facts, rule};
use crate::diagnostic::Diagnostics;
use crate::source::Span;

rule! {
    /// ## What it checks
    /// The rate, the burst and the quota of a usage plan are not zero. The limits of single
    /// methods may be: that is how one closes a method.
    /// ## Why it matters
    /// Zero does not mean unlimited: every request is answered 429.
    /// <https://docs.aws.amazon.com/apigateway/latest/api/API_ThrottleSettings.html>, checked
    /// 2026-11-23.
    /// ## Example
    /// ```toml,fail
    /// usage-plan.standard.throttle = { rate = 0, burst = 20 }
    /// ```
    /// ## What to do
    /// For no limit, remove the line. To close a key, write `enabled = false` on the key.
    AK210 "blocks-everyone" Warning => check
}

fn check(facts: &Facts<'_>, out: &mut Diagnostics) {
    let mut report = |name: &str, what: &str, span: Span| {
        let message = format!("a {what} of 0 blocks every key on usage plan `{name}`");
        out.report(&AK210, span, message)
            .help("remove the line for no limit, or set `enabled = false` on the keys");
    };
    for (name, usage_plan) in facts.manifest.usage_plans.iter() {
        if let Some(throttle) = &usage_plan.throttle {
            if let Some(rate) = throttle.rate.0.as_ref().filter(|rate| rate.is_zero()) {
                report(name, "rate", rate.span);
            }
            if let Some(burst) = throttle.burst.0.as_ref().filter(|burst| burst.value == 0) {
                report(name, "burst", burst.span);
            }
        }
        let quota = usage_plan.quota.as_ref();
        let limit = quota.and_then(|quota| quota.limit.0.as_ref());
        if let Some(limit) = limit.filter(|limit| limit.value == 0) {
            report(name, "quota", limit.span);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::AK210;
    use crate::rule::testing::{check, finding, silent};

    #[test]
    fn every_zero_is_underlined() {
        let toml = "usage-plan.a.throttle = { rate = 0.0, burst = 0 }\n\
                    usage-plan.a.quota = { limit = 00, per = \"day\" }\n";
        let toml = toml.replace("00", "0");
        check(
            &toml,
            [
                finding(&AK210).underlines("0.0").help("no limit"),
                finding(&AK210).underlines("0"),
                finding(&AK210).underlines("0"),
            ],
        );
        silent(
            &AK210,
            &toml
                .replace("0.0", "0.1")
                .replace("= 0 ", "= 1 ")
                .replace("= 0,", "= 1,"),
        );
    }

    #[test]
    fn a_closed_method_is_meant() {
        silent(
            &AK210,
            "usage-plan.a.stages = [{ stage = \"x/y\", throttle = { \"/z/GET\" = { rate = 0, burst = 0 } } }]",
        );
    }
}
