//! A usage plan that is only referred to is changed elsewhere.

use super::{Facts, rule};
use crate::diagnostic::Diagnostics;
use crate::source::Span;

rule! {
    /// ## What it checks
    /// A usage plan with `manage = false` says no `description`, `throttle` or `quota`, and no
    /// limits for single methods. It may list `stages`: nothing is written, but a key that reaches
    /// one stage through two usage plans is then found here and not by AWS.
    /// ## Why it matters
    /// The limits would never be written, and a reviewer would believe in them.
    /// ## Example
    /// ```toml,fail
    /// [usage-plan.partner]
    /// manage = false
    /// throttle = { rate = 10, burst = 20 }
    /// ```
    /// ## What to do
    /// Remove the lines, or remove `manage = false`.
    AK213 "limits-on-referred-plan" Error => check
}

fn check(facts: &Facts<'_>, out: &mut Diagnostics) {
    for (name, usage_plan) in facts.manifest.usage_plans.iter() {
        let Some(manage) = usage_plan.manage.as_ref().filter(|manage| !manage.value) else {
            continue;
        };
        let mut report = |what: &str, span: Span| {
            let message =
                format!("`{what}` means nothing on usage plan `{name}`, which is made elsewhere");
            out.report(&AK213, span, message)
                .related(manage.span, "made elsewhere")
                .help("remove it, or remove `manage = false`");
        };
        if let Some(description) = &usage_plan.description {
            report("description", description.span);
        }
        if let Some(throttle) = &usage_plan.throttle {
            report("throttle", throttle.span);
        }
        if let Some(quota) = &usage_plan.quota {
            report("quota", quota.span);
        }
        let stages = usage_plan.stages.iter().flatten();
        for stage in stages.filter(|stage| !stage.methods.is_empty()) {
            report("throttle", stage.span);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::AK213;
    use crate::rule::testing::{check, finding};

    #[test]
    fn what_would_never_be_written_is_underlined() {
        let toml = r#"
[usage-plan.partner]
manage = false
description = "theirs"
stages = ["a/b", { stage = "c/d", throttle = { "/e/GET" = { rate = 1, burst = 1 } } }]
quota = { limit = 1, per = "day" }
"#;
        let expected = [
            finding(&AK213)
                .underlines("\"theirs\"")
                .related("false")
                .help("remove"),
            finding(&AK213).help("manage"),
            finding(&AK213).underlines("{ limit = 1, per = \"day\" }"),
        ];
        check(toml, expected);
        check(&toml.replace("= false", "= true"), []);
    }

    #[test]
    fn name_and_stages_of_a_referred_usage_plan_are_of_use() {
        let toml = "usage-plan.partner = { manage = false, name = \"P\", stages = [\"a/b\"] }";
        check(toml, []);
    }
}
