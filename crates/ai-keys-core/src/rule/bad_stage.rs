//! A stage is written `api/stage`.

use super::placeholder::{Stand, unknown_placeholder};
use super::{Facts, rule};
use crate::diagnostic::Diagnostics;
use crate::manifest::decode::excerpt;
use crate::source::Spanned;

/// The longest name of a stage, in characters.
const LONGEST: usize = 128;

rule! {
    /// ## What it checks
    /// Every entry of `stages` is `api/stage`: the name or id of a REST API, a slash, and one of
    /// its stages. A stage's name has letters, digits, hyphens and underscores, at most 128; the
    /// only placeholder is `{target}`.
    /// ## Why it matters
    /// API Gateway refuses other names of stages, so there can be no such stage to open.
    /// <https://docs.aws.amazon.com/apigateway/latest/api/API_CreateStage.html>, checked
    /// 2026-11-23.
    /// ## Example
    /// ```toml,fail
    /// usage-plan.standard.stages = ["chat-api"]
    /// ```
    /// ```toml,pass
    /// usage-plan.standard.stages = ["chat-api/{target}"]
    /// ```
    /// ## What to do
    /// Write the API and the stage: `"chat-api/prod"`.
    AK104 "bad-stage" Error => check
}

fn check(facts: &Facts<'_>, out: &mut Diagnostics) {
    // Ids are valid in every stage's name, so the longest stands for all.
    let target = facts.manifest.targets.names().max_by_key(|name| name.len());
    for (_, usage_plan) in facts.manifest.usage_plans.iter() {
        let stages = usage_plan.stages.as_deref().unwrap_or_default();
        for written in stages.iter().filter_map(|entry| entry.stage.0.as_ref()) {
            check_stage(written, target.unwrap_or("target"), out);
        }
    }
}

fn check_stage(written: &Spanned<String>, target: &str, out: &mut Diagnostics) {
    if let Some(braces) = unknown_placeholder(written, &["target"]) {
        let message = format!("a stage has no placeholder `{}`", excerpt(braces));
        out.report(&AK104, written.span, message)
            .help("`{target}` stands for the target's name");
        return;
    }
    let mut filled = String::new();
    let stand = Stand {
        namespace: "",
        target,
        key: "",
    };
    stand.fill(written, &mut filled);
    let parts = filled.rsplit_once('/');
    let Some((_, stage)) = parts.filter(|(api, stage)| !api.is_empty() && !stage.is_empty()) else {
        let message = format!("`{}` is not an API and a stage", excerpt(written));
        out.report(&AK104, written.span, message)
            .help("write `api/stage`, such as \"chat-api/prod\"");
        return;
    };
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    if stage.len() > LONGEST || !stage.bytes().all(is_plain) {
        let message = format!("no stage can be called `{}`", excerpt(stage));
        out.report(&AK104, written.span, message)
            .help("stages have letters, digits, hyphens and underscores, at most 128");
    }
}

#[cfg(test)]
mod tests {
    use super::AK104;
    use crate::rule::testing::{check, finding};

    #[test]
    fn an_entry_without_api_or_stage_is_underlined() {
        for stage in ["chat-api", "chat-api/", "/prod", ""] {
            let toml = format!("usage-plan.a.stages = [\"{stage}\"]");
            check(&toml, [finding(&AK104).help("write `api/stage`")]);
        }
        check(
            "usage-plan.a.stages = [\"chat/prod\", \"Chat API (v2)/x/prod_1\"]",
            [],
        );
    }

    #[test]
    fn a_stage_that_cannot_exist_is_underlined() {
        let toml = "usage-plan.a.stages = [{ stage = \"chat/pro d\" }]";
        let expected = finding(&AK104)
            .underlines("\"chat/pro d\"")
            .help("at most 128");
        check(toml, [expected]);
        let long = format!("usage-plan.a.stages = [\"chat/{}\"]", "x".repeat(129));
        check(&long, [finding(&AK104)]);
        check(&long.replace("/x", "/"), []);
    }

    #[test]
    fn the_target_is_the_only_placeholder() {
        let toml = "usage-plan.a.stages = [\"chat/{stage}\"]";
        let expected = finding(&AK104)
            .underlines("\"chat/{stage}\"")
            .help("{target}");
        check(toml, [expected]);
        check(&toml.replace("{stage}", "{target}-1"), []);
    }
}
