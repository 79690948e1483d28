//! A key may reach each stage through one usage plan only.

use std::collections::BTreeMap;

use super::{Facts, rule};
use crate::diagnostic::Diagnostics;
use crate::manifest::decode::excerpt;
use crate::manifest::{KeyView, Manifest};
use crate::source::Spanned;
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
    let manifest = facts.manifest;
    let contested = contested_stages(manifest);
    if contested.is_empty() {
        return;
    }
    for key in manifest.key_views() {
        let listed = key.usage_plans().filter(|listed| listed.len() > 1);
        let contests = |listed: &&Spanned<String>| contested.contains_key(listed.value.as_str());
        let rivals: Vec<_> = listed
            .into_iter()
            .flat_map(|l| l.iter())
            .filter(contests)
            .collect();
        if rivals.len() > 1 {
            check_key(&key, &rivals, &contested, out);
        }
    }
}

/// The stages of each usage plan that another one claims too, as each of their
/// targets reads them.
type Contested<'m> = BTreeMap<&'m str, Vec<(&'m str, StageName)>>;

/// Worked out once, so that ten thousand keys on usage plans with stages of
/// their own cost a look each.
fn contested_stages(manifest: &Manifest) -> Contested<'_> {
    let mut claims: BTreeMap<(&str, StageName), Vec<&str>> = BTreeMap::new();
    for (name, table) in manifest.usage_plans.iter() {
        for target in manifest.target_names(table.listed_targets()) {
            for stage in table.stages.iter().flatten() {
                let written = stage.stage.0.as_ref();
                let Some(stage) = written.and_then(|text| StageName::parse(text, target)) else {
                    continue;
                };
                let claimants = claims.entry((target, stage)).or_default();
                if claimants.last() != Some(&name) {
                    claimants.push(name);
                }
            }
        }
    }
    let mut contested = Contested::new();
    for ((target, stage), claimants) in claims.into_iter().filter(|(_, names)| names.len() > 1) {
        for name in claimants {
            let stages = contested.entry(name).or_default();
            stages.push((target, stage.clone()));
        }
    }
    contested
}

fn check_key(
    key: &KeyView<'_>,
    rivals: &[&Spanned<String>],
    contested: &Contested<'_>,
    out: &mut Diagnostics,
) {
    let mut firsts: BTreeMap<&(&str, StageName), &Spanned<String>> = BTreeMap::new();
    for usage_plan in rivals {
        let stages = contested.get(usage_plan.value.as_str());
        let clash = stages
            .into_iter()
            .flatten()
            .filter(|(target, _)| key.is_in(target));
        let mut clash = clash.filter_map(|place| {
            let first = *firsts.entry(place).or_insert(usage_plan);
            // The same name again is what `listed-twice` says.
            (first.value != usage_plan.value).then_some((first, place))
        });
        let reported = clash.next();
        // The rest is entered all the same, for the rivals that follow.
        clash.for_each(drop);
        if let Some((first, (_, stage))) = reported {
            let message = format!(
                "key `{}` already reaches `{}`",
                key.name(),
                excerpt(&stage.to_string())
            );
            out.report(&AK112, usage_plan.span, message)
                .related(first.span, "through this usage plan")
                .help("keep one usage plan for each key and stage");
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
    fn a_usage_plan_is_reported_once_however_many_stages_it_shares() {
        let toml = r#"
usage-plan.free.stages = ["orders/prod", "chat/prod"]
usage-plan.pro.stages = ["chat/prod", "orders/prod"]
key.acme.usage-plans = ["free", "free", "pro"]
"#;
        check(
            toml,
            [finding(&AK112).underlines("\"pro\"").related("\"free\"")],
        );
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
