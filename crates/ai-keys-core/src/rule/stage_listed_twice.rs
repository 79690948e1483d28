//! A usage plan lists a stage once.

use super::{Facts, rule};
use crate::diagnostic::Diagnostics;
use crate::firsts::Firsts;
use crate::manifest::decode::excerpt;
use crate::manifest::{StageEntry, UsagePlan};
use crate::rule::listed_twice::without_item;
use crate::source::{Span, Spanned};
use crate::state::StageName;

rule! {
    /// ## What it checks
    /// One usage plan does not list one stage twice, `{target}` filled in.
    /// ## Why it matters
    /// API Gateway has one entry for each stage. Of two entries with different limits for single
    /// methods one would be lost.
    /// <https://docs.aws.amazon.com/apigateway/latest/api/API_ApiStage.html>, checked 2026-11-23.
    /// ## Example
    /// ```toml,fail
    /// usage-plan.standard.stages = ["chat-api/prod", "chat-api/{target}"]
    /// ```
    /// ## What to do
    /// Keep one of them.
    AK212 "stage-listed-twice" Error => check
}

fn check(facts: &Facts<'_>, out: &mut Diagnostics) {
    for (_, usage_plan) in facts.manifest.usage_plans.iter() {
        let stages = usage_plan.stages.as_deref().unwrap_or_default();
        if stages.len() > 1 {
            check_stages(facts, usage_plan, stages, out);
        }
    }
}

fn check_stages(
    facts: &Facts<'_>,
    usage_plan: &UsagePlan,
    stages: &[Spanned<StageEntry>],
    out: &mut Diagnostics,
) {
    let written = || stages.iter().filter_map(|entry| entry.stage.0.as_ref());
    let differs = written().any(|stage| stage.contains("{target}"));
    let most = if differs { usize::MAX } else { 1 };
    let targets = facts.manifest.target_names(usage_plan.listed_targets());
    for target in targets.take(most) {
        let named = written().filter(|stage| StageName::parse(stage, target).is_some());
        let named: Vec<_> = named
            .map(|stage| (stage.replace("{target}", target), stage))
            .collect();
        let mut firsts = Firsts::default();
        for (name, stage) in &named {
            let first = firsts.enter(name, stage.span);
            if first != stage.span {
                let message = format!("`{}` is listed twice", excerpt(stage));
                let draft = out
                    .report(&AK212, stage.span, message)
                    .related(first, "first here");
                match the_same_again(facts.text, stages, first, stage.span) {
                    Some(gone) => draft.fix("keep one of them", gone, ""),
                    None => draft.help("keep one of them"),
                };
            }
        }
    }
}

/// Returns what to cut out so that the second of two equal entries is gone:
/// certain where both are plain text in the same letters.
fn the_same_again(
    text: &str,
    stages: &[Spanned<StageEntry>],
    first: Span,
    second: Span,
) -> Option<Span> {
    if text.get(first.range())? != text.get(second.range())? {
        return None;
    }
    let is_plain = |span: Span| stages.iter().any(|entry| entry.span == span);
    let at = stages.iter().position(|entry| entry.span == second)?;
    let before = stages.get(at.checked_sub(1)?)?;
    is_plain(first).then(|| without_item(text, before.span, second))?
}

#[cfg(test)]
mod tests {
    use super::AK212;
    use crate::rule::testing::{check, finding};

    #[test]
    fn the_second_entry_is_underlined() {
        let toml = "usage-plan.a.stages = [\"x/prod\", { stage = \"x/prod\" }]";
        let expected = finding(&AK212)
            .underlines("\"x/prod\"")
            .related("\"x/prod\"")
            .help("keep one");
        check(toml, [expected]);
        check(&toml.replacen("x/prod", "y/prod", 1), []);
    }

    #[test]
    fn the_target_is_filled_in() {
        let toml = "usage-plan.a.stages = [\"x/prod\", \"x/{target}\"]";
        check(toml, [finding(&AK212).underlines("\"x/{target}\"")]);
        check(&toml.replace("x/prod", "x/staging"), []);
    }
}
