//! A usage plan opens the stages that it lists, and no others.

use super::{Facts, rule};
use crate::diagnostic::Diagnostics;

rule! {
    /// ## What it checks
    /// A usage plan that this file manages has at least one stage.
    /// ## Why it matters
    /// A key on it is answered 403 by every stage.
    /// <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-usage-plans.html>,
    /// checked 2026-11-23.
    /// ## Example
    /// ```toml,fail
    /// usage-plan.standard.description = "Internal consumers"
    /// ```
    /// ## What to do
    /// List its stages: `stages = ["chat-api/prod"]`. For a usage plan that is made elsewhere,
    /// say `manage = false`.
    AK208 "usage-plan-without-stage" Warning => check
}

fn check(facts: &Facts<'_>, out: &mut Diagnostics) {
    for (name, usage_plan) in facts.manifest.usage_plans.iter() {
        let has_stages = usage_plan
            .stages
            .as_ref()
            .is_some_and(|list| !list.is_empty());
        let may_have = facts.unreadable.holds("usage-plan", name, "stages")
            || facts.unreadable.holds("usage-plan", name, "manage");
        if usage_plan.is_managed() && !has_stages && !may_have {
            let message = format!("usage plan `{name}` has no stage: its keys are answered 403");
            out.report(&AK208, usage_plan.span, message)
                .help("add `stages = [\"api/stage\"]`");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::AK208;
    use crate::rule::testing::{check, finding, silent};

    #[test]
    fn a_usage_plan_without_stages_is_underlined() {
        let expected = || finding(&AK208).underlines("gold").help("stages");
        check("usage-plan.gold.name = \"Gold\"", [expected()]);
        check("usage-plan.gold.stages = []", [expected()]);
        silent(&AK208, "usage-plan.gold.stages = [\"chat/prod\"]");
        silent(&AK208, "usage-plan.gold.manage = false");
    }
}
