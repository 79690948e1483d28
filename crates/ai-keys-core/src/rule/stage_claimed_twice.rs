//! A key may reach each stage through one usage plan only.

use std::collections::BTreeMap;

use super::{Facts, rule};
use crate::diagnostic::Diagnostics;
use crate::state::StageName;

rule! {
    /// ## What it checks
    /// One key listed in two usage plans that share a stage.
    /// ## Why it matters
    /// API Gateway allows a key one usage plan for each stage, so apply would stop halfway.
    /// <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-usage-plans.html>,
    /// checked 2026-11-23.
    /// ## Example
    /// ```toml,fail
    /// usage-plan.free.stages = ["orders/prod"]
    /// usage-plan.pro.stages = ["orders/prod"]
    /// key.acme.usage-plans = ["free", "pro"]
    /// ```
    /// ## What to do
    /// Keep one usage plan for each key and stage.
    AK112 "stage-claimed-twice" Error => check
}

fn check(facts: &Facts<'_>, out: &mut Diagnostics) {
    for key in facts.manifest.key_views() {
        let Some(listed) = key.usage_plans().filter(|listed| listed.len() > 1) else {
            continue;
        };
        for target in key.targets() {
            let mut seen = BTreeMap::new();
            for usage_plan in listed.iter() {
                let Some(table) = facts.manifest.usage_plans.get(usage_plan) else {
                    continue;
                };
                let stages = table.stages.as_deref().unwrap_or_default();
                for written in stages.iter().filter_map(|entry| entry.stage.0.as_ref()) {
                    let Some(stage) = StageName::parse(written, target) else {
                        continue;
                    };
                    let first = *seen.entry(stage).or_insert(usage_plan.span);
                    if first != usage_plan.span {
                        let message =
                            format!("key `{}` already reaches `{}`", key.name(), written.value);
                        out.report(&AK112, usage_plan.span, message)
                            .related(first, "through this usage plan")
                            .help("keep one usage plan for each key and stage");
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::AK112;
    use crate::rule::testing::{check, finding};

    #[test]
    fn second_usage_plan_for_a_stage_is_underlined() {
        let toml = r#"
usage-plan.free.stages = ["orders/prod"]
usage-plan.pro.stages = ["orders/prod"]
key.acme.usage-plans = ["free", "pro"]
"#;
        check(
            toml,
            [finding(&AK112).underlines("\"pro\"").related("\"free\"")],
        );
        check(&toml.replace(", \"pro\"", ""), []);
    }

    #[test]
    fn a_stage_that_differs_by_target_is_two_stages() {
        let toml = r#"
usage-plan.free.stages = ["orders/{target}"]
usage-plan.pro.stages = ["orders/other"]
key.acme.usage-plans = ["free", "pro"]
"#;
        check(toml, []);
        let clash = toml.replace("orders/other", "orders/prod");
        check(&clash, [finding(&AK112).underlines("\"pro\"")]);
    }
}
