//! Where an apply fails, the comment and the annotations say why.

use ai_keys_sandbox::{Act, FaultRule, Refusal, Turn};
use serde_json::json;

use super::step::{Done, Site};
use super::testing::Reply;
use crate::support::MANIFEST;

fn planned(manifest: &str) -> Site {
    let site = Site::new(manifest);
    site.run(&site.request("plan")).ended(0);
    site.merge();
    site.world.take_calls();
    site
}

/// Returns the annotations of one level, as the runner reads them.
fn annotations<'d>(done: &'d Done, level: &str) -> Vec<&'d str> {
    let start = format!("::{level} ");
    let lines = done.log.lines();
    lines.filter(|line| line.starts_with(&start)).collect()
}

#[track_caller]
fn says_in_the_comment(site: &Site, text: &str) {
    let [body] = site.comments().try_into().unwrap();
    assert!(
        body.contains("⛔ Not applied") || body.contains("❌ Failed"),
        "{body}"
    );
    assert!(body.contains(text), "no `{text}` in:\n{body}");
    assert!(!body.contains("📝 Planned"), "{body}");
}

#[test]
fn a_merged_manifest_with_errors_is_refused_in_the_comment() {
    let site = planned(MANIFEST);
    site.world.edit(
        "owner = \"team-a\"\n\n[key.beta]",
        "colour = 1\n\n[key.beta]",
    );
    let done = site.run(&site.merged()).ended(1);
    let done = done.says("failure-reason", "validate");
    says_in_the_comment(&site, "the manifest has errors");
    // What was reviewed is shown still, and the mistake.
    let [body] = site.comments().try_into().unwrap();
    assert!(body.contains("`alpha`") && body.contains("AK002"), "{body}");
    assert!(
        site.world.take_calls().is_empty(),
        "the account is not asked"
    );
    assert!(
        annotations(&done, "error")
            .iter()
            .any(|line| line.contains("AK002"))
    );
}

#[test]
fn warnings_that_count_are_refused_in_the_comment() {
    let site = planned(&MANIFEST.replace("stages = [\"chat-api/prod\"]\n", ""));
    let mut request = site.merged();
    request["fail-on"] = json!("warning");
    site.run(&request)
        .ended(1)
        .says("failure-reason", "validate");
    says_in_the_comment(&site, "the manifest has warnings");
    assert_eq!(site.world.take_writes(), [""; 0]);
}

#[test]
fn another_scope_with_errors_is_said_in_the_comment_of_each() {
    let site = planned(MANIFEST);
    std::fs::create_dir(site.world.folder.path().join("more")).unwrap();
    site.world.folder.write("more/keys.toml", "version = 1\n");
    let mut request = site.merged();
    request["manifests"] = json!(["keys.toml", "more/keys.toml"]);
    site.run(&request)
        .ended(1)
        .says("failure-reason", "validate");
    let bodies = site.comments();
    assert_eq!(bodies.len(), 2, "{bodies:?}");
    assert!(
        bodies[0].contains("nothing is applied anywhere"),
        "{}",
        bodies[0]
    );
    assert!(bodies[0].contains("`alpha`"), "{}", bodies[0]);
    assert!(
        bodies[1].contains("the manifest has errors"),
        "{}",
        bodies[1]
    );
}

#[test]
fn a_plan_that_cannot_be_fetched_is_said_in_the_comment() {
    for path in ["/actions/runs?", "/artifacts?", "/zip"] {
        let site = planned(MANIFEST);
        let refusal = Reply::say(403, "Resource not accessible by integration");
        site.github.fault("GET", path, refusal);
        let done = site.run(&site.merged()).ended(6);
        let done = done.says("failure-reason", "github");
        says_in_the_comment(&site, "what was reviewed cannot be looked up");
        let [error] = annotations(&done, "error").try_into().unwrap();
        let starts = "::error file=keys.toml,title=ai-keys%3A prod::what was reviewed cannot";
        assert!(error.starts_with(starts), "{error}");
    }
}

#[test]
fn a_step_that_fails_is_an_error_at_its_line_and_cannot_give_commands() {
    let site = planned(MANIFEST);
    let refusal = Act::Refuse(Refusal {
        status: 403,
        code: "AccessDeniedException".to_owned(),
        message: "not%0Atoday\n::error::x ##[error]y".to_owned(),
    });
    let second = FaultRule::on("CreateUsagePlanKey", refusal).turn(Turn::Nth(2));
    site.world.faults(vec![second]);
    let done = site.run(&site.merged()).ended(4);
    let [whole, step] = annotations(&done, "error").try_into().unwrap();
    assert!(whole.contains("applied 4 of 5 steps"), "{whole}");
    // Two keys are made at once: either may be the second to join.
    let is_of = |(line, key): (u32, &str)| {
        step.starts_with(&format!(
            "::error file=keys.toml,line={line},col=1,endColumn=1,title=ai-keys%3A prod::attach key {key}: "
        ))
    };
    let is_one_of_two = [(16, "alpha"), (20, "beta")].into_iter().any(is_of);
    assert!(is_one_of_two && step.contains("not%250Atoday"), "{step}");
    let commands = done.log.lines().filter(|line| line.contains("::error::x"));
    for line in commands {
        assert!(!line.trim_start().starts_with("::error::"), "{line}");
    }
    assert!(!done.log.contains("##[error]"), "{}", done.log);
}

#[test]
fn what_cannot_be_shown_is_a_warning_of_the_step() {
    let site = Site::new(MANIFEST);
    let refusal = Reply::say(403, "Resource not accessible by integration");
    site.github.fault("POST", "/comments", refusal);
    let done = site.run(&site.request("plan")).ended(0);
    let [warning] = annotations(&done, "warning").try_into().unwrap();
    let starts = "::warning title=ai-keys::the comment is not up to date: ";
    assert!(warning.starts_with(starts), "{warning}");
}

#[test]
fn a_target_that_nobody_has_is_an_error_of_the_step() {
    let site = Site::new(MANIFEST);
    let mut request = site.request("plan");
    request["targets"] = json!(["nowhere"]);
    let done = site
        .run(&request)
        .ended(2)
        .says("failure-reason", "validate");
    let [error] = annotations(&done, "error").try_into().unwrap();
    assert!(
        error.starts_with("::error title=ai-keys::no manifest has a target"),
        "{error}"
    );
}

#[test]
fn many_failures_stay_within_what_the_runner_shows() {
    let keys = (0..15).map(|n| format!("\n[key.k{n}]\nowner = \"team-a\"\n"));
    let head = MANIFEST.split("\n[key.alpha]").next().unwrap();
    let site = planned(&format!("{head}{}", keys.collect::<String>()));
    let refusal = Act::Refuse(Refusal {
        status: 403,
        code: "AccessDeniedException".to_owned(),
        message: "not today".to_owned(),
    });
    site.world
        .faults(vec![FaultRule::on("CreateUsagePlanKey", refusal)]);
    let done = site.run(&site.merged()).ended(4);
    let errors = done.log.lines().filter(|line| line.starts_with("::error"));
    assert_eq!(errors.count(), 10, "{}", done.log);
    done.logs("::error::7 more: see the job summary");
}
