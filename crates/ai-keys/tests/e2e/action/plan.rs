//! What a pull request shows.

use serde_json::{Value, json};

use super::step::{HEAD, NUMBER, Site};
use super::testing::{Reply, bot, person};
use crate::support::{MANIFEST, call};

fn the_comment(site: &Site) -> (u64, String) {
    let mut bodies = site.github.bodies(NUMBER);
    assert_eq!(bodies.len(), 1, "{bodies:?}");
    bodies.remove(0)
}

#[test]
fn a_pull_request_gets_one_comment_a_plan_file_a_summary_and_outputs() {
    let site = Site::new(MANIFEST);
    let done = site.run(&site.request("plan")).ended(0);
    let done = done
        .says("has-changes", "true")
        .says("create", "3")
        .says("delete", "0");
    let done = done.says("failure-reason", "").says("applied", "0");
    let (id, body) = the_comment(&site);
    assert_eq!(done.output("comment-id"), id.to_string());
    assert!(body.starts_with("<!-- ai-keys {"), "{body}");
    assert!(body.contains("`prod`: 3 changes"), "{body}");
    assert!(done.summary.contains("3 changes"), "{}", done.summary);
    let [(name, text)] = site.plan_files().try_into().unwrap();
    let plan: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(done.output("plan-digest"), plan["digest"].as_str().unwrap());
    assert!(done.output("plan-file").ends_with(&name));
    let result: Value = serde_json::from_str(done.output("result")).unwrap();
    assert_eq!(result["scopes"][0]["account"], "123456789012");
    assert_eq!(result["scopes"][0]["counts"]["create"], 3);
    assert!(site.world.take_writes().is_empty(), "a plan writes nothing");
}

#[test]
fn the_comment_says_whom_a_plan_turns_away_and_whether_they_call() {
    let site = Site::new(MANIFEST);
    site.world.apply().ended(0);
    let stage = &site.world.stage;
    let url = site
        .world
        .sandbox
        .invoke_url(&stage.api_id, &stage.stage, "");
    assert_eq!(call(&url, &site.world.key("alpha").value), 200);
    for description in ["First", "Second"] {
        let line = format!("description = \"{description}\"");
        site.world.edit(&line, &format!("{line}\nenabled = false"));
    }
    let done = site.run(&site.request("plan")).ended(0);
    let (_, body) = the_comment(&site);
    for text in [&body, &done.summary] {
        assert!(
            text.contains("| `team-a` · 1 request in 7 days |"),
            "{text}"
        );
        assert!(
            text.contains("| `team-a` · no request in 7 days |"),
            "{text}"
        );
    }
}

#[test]
fn the_next_push_updates_the_same_comment_and_a_repeated_one_writes_nothing() {
    let site = Site::new(MANIFEST);
    site.run(&site.request("plan")).ended(0);
    let (id, first) = the_comment(&site);
    site.take_github_writes();
    site.run(&site.request("plan")).ended(0);
    assert_eq!(
        site.take_github_writes(),
        [""; 0],
        "the same run says the same"
    );
    site.world.edit(
        "owner = \"team-a\"\n\n[key.beta]",
        "owner = \"team-b\"\n\n[key.beta]",
    );
    let mut next = site.request("plan");
    next["event"]["run-id"] = json!(501);
    site.run(&next).ended(0).says("comment-id", &id.to_string());
    let (same, second) = the_comment(&site);
    assert_eq!(same, id);
    assert_ne!(first, second);
    assert!(second.contains("\"gen\":2"), "{second}");
}

#[test]
fn a_run_that_was_overtaken_leaves_the_newer_comment_alone() {
    let site = Site::new(MANIFEST);
    let mut newer = site.request("plan");
    newer["event"]["run-id"] = json!(501);
    site.run(&newer).ended(0);
    let shown = the_comment(&site);
    site.run(&site.request("plan"))
        .ended(0)
        .logs("the comment shows a newer run");
    assert_eq!(the_comment(&site), shown);
}

#[test]
fn mistakes_are_annotated_and_fail_the_step_and_the_next_push_mends_the_comment() {
    let site = Site::new(&MANIFEST.replace(
        "region = \"eu-west-1\"",
        "region = \"eu-west-1\"\ncolour = 1",
    ));
    let done = site.run(&site.request("plan")).ended(1);
    let done = done
        .logs("::error file=keys.toml,line=7,")
        .says("failure-reason", "validate");
    done.says("has-changes", "false").sums_up("AK002");
    let (id, body) = the_comment(&site);
    assert!(body.contains("the manifest has errors"), "{body}");
    assert!(
        site.world.take_calls().is_empty(),
        "the account is not asked"
    );
    site.world.edit("colour = 1\n", "");
    site.run(&site.request("plan")).ended(0);
    let (same, body) = the_comment(&site);
    assert_eq!(same, id);
    assert!(body.contains("3 changes"), "{body}");
}

#[test]
fn warnings_fail_the_step_where_they_are_asked_to() {
    let site = Site::new(&MANIFEST.replace("stages = [\"chat-api/prod\"]\n", ""));
    let mut request = site.request("plan");
    site.run(&request).ended(0).logs("::warning file=keys.toml");
    request["fail-on"] = json!("warning");
    site.run(&request)
        .ended(1)
        .says("failure-reason", "validate");
}

#[test]
fn no_change_updates_a_comment_and_makes_none_where_changes_only_are_wanted() {
    let site = Site::new(MANIFEST);
    let mut request = site.request("plan");
    request["comment"] = json!("changes-only");
    site.run(&request).ended(0);
    assert!(the_comment(&site).1.contains("3 changes"));
    site.world.apply().ended(0);
    request["event"]["run-id"] = json!(501);
    site.run(&request).ended(0).says("has-changes", "false");
    assert!(the_comment(&site).1.contains("no changes"));
    site.github.state().comments.clear();
    site.run(&request).ended(0).says("comment-id", "");
    assert_eq!(site.github.bodies(NUMBER), []);
}

#[test]
fn a_comment_that_cannot_be_written_is_a_warning_and_the_verdict_stays() {
    for (status, message) in [
        (403, "Resource not accessible by integration"),
        (404, "Not Found"),
        (422, "Validation Failed"),
        (422, "Body is too long (maximum is 65536 characters)"),
        (500, "Server Error"),
    ] {
        let site = Site::new(MANIFEST);
        site.github
            .fault("POST", "/comments", Reply::say(status, message));
        let done = site.run(&site.request("plan")).ended(0);
        let done = done
            .logs("warning: the comment is not up to date")
            .logs(message);
        done.says("has-changes", "true")
            .says("comment-id", "")
            .sums_up("3 changes");
    }
}

#[test]
fn the_comment_of_a_stranger_is_never_touched_whatever_its_marker() {
    let site = Site::new(MANIFEST);
    site.run(&site.request("plan")).ended(0);
    let (ours, body) = the_comment(&site);
    site.github.state().comments.clear();
    let stranger = site.github.plant(NUMBER, &person(1, "mallory"), &body);
    let quoted = site.github.plant(NUMBER, &bot(), &format!("> {body}"));
    let impostor = json!({ "id": 2, "login": "github-actions", "type": "User" });
    let impostor = site.github.plant(NUMBER, &impostor, &body);
    let done = site.run(&site.request("plan")).ended(0);
    let bodies = site.github.bodies(NUMBER);
    assert_eq!(bodies.len(), 4);
    for (id, text) in bodies {
        if [stranger, quoted, impostor].contains(&id) {
            assert!(text.ends_with(&body), "{id}");
        } else {
            assert!(id > ours);
            assert!(
                text.contains("Another account has a comment here"),
                "{text}"
            );
            assert_eq!(done.output("comment-id"), id.to_string());
        }
    }
}

#[test]
fn a_token_of_another_account_gets_a_comment_of_its_own_that_says_so() {
    let site = Site::new(MANIFEST);
    site.run(&site.request("plan")).ended(0);
    let (old, body) = the_comment(&site);
    assert!(!body.contains("Another account"), "{body}");
    let app = json!({ "id": 99, "login": "acme-keys[bot]", "type": "Bot" });
    site.github.state().writer = Some(app);
    for _ in 0..2 {
        site.run(&site.request("plan")).ended(0);
        let bodies = site.github.bodies(NUMBER);
        assert_eq!(bodies.len(), 2);
        assert_eq!(bodies[0], (old, body.clone()), "it is left alone");
        assert!(
            bodies[1]
                .1
                .contains("the token of the workflow is of another account now")
        );
    }
    // What was applied is history, and is of nobody's concern.
    site.github.state().comments.get_mut(&NUMBER).unwrap()[0]["body"] =
        json!(body.replacen("\"gen\":1", "\"gen\":1,\"closed\":true", 1));
    site.run(&site.request("plan")).ended(0);
    assert!(!site.github.bodies(NUMBER)[1].1.contains("Another account"));
}

#[test]
fn without_a_pull_request_or_a_token_there_is_no_comment_and_no_failure() {
    let site = Site::new(MANIFEST);
    let mut queued = site.request("plan");
    queued["event"]["name"] = json!("merge_group");
    queued["event"]["pull-request"] = Value::Null;
    site.run(&queued).ended(0).says("create", "3");
    let mut silent = site.request("plan");
    silent["comment"] = json!("false");
    site.run(&silent).ended(0);
    assert!(
        site.github.state().journal.is_empty(),
        "GitHub is not asked"
    );
    let mut without = site.request("plan");
    without["github"]["token"] = Value::Null;
    site.run(&without).ended(0).logs("`github-token` is empty");
    assert_eq!(site.github.bodies(NUMBER), []);
}

#[test]
fn an_account_that_is_not_the_targets_is_refused_and_said_in_the_comment() {
    let site =
        Site::new(&MANIFEST.replace("account = \"123456789012\"", "account = \"999999999999\""));
    site.run(&site.request("plan"))
        .ended(5)
        .says("failure-reason", "guard");
    assert!(the_comment(&site).1.contains("999999999999"));
}

#[test]
fn many_manifests_and_targets_have_a_scope_each() {
    let two = MANIFEST.replace(
        "[defaults.key]",
        "[target.staging]\nprovider = \"aws-api-gateway\"\nregion = \"eu-central-1\"\n\n[defaults.key]",
    );
    let site = Site::new(&two.replace("stages = [\"chat-api/prod\"]\n", ""));
    std::fs::create_dir(site.world.folder.path().join("more")).unwrap();
    site.world.folder.write(
        "more/keys.toml",
        MANIFEST
            .replace("acme-ai", "other-ai")
            .replace("stages = [\"chat-api/prod\"]\n", ""),
    );
    let mut request = site.request("plan");
    request["manifests"] = json!(["keys.toml", "more/keys.toml"]);
    let done = site.run(&request).ended(0);
    assert_eq!(site.github.bodies(NUMBER).len(), 3);
    assert_eq!(site.plan_files().len(), 3);
    assert_eq!(done.output("plan-file").lines().count(), 3);
    request["targets"] = json!(["staging"]);
    let done = site.run(&request).ended(0);
    assert_eq!(done.output("plan-file").lines().count(), 1);
    request["targets"] = json!(["nowhere"]);
    site.run(&request)
        .ended(2)
        .logs("no manifest has a target `nowhere`");
}

#[test]
fn a_hostile_manifest_gives_the_runner_no_command_and_the_comment_no_link() {
    let hostile = MANIFEST.replace(
        "\"First\"",
        "\"::add-mask::x ##[error]y %0A::set-env @acme/team <!-- --> <img src=x> ![a](b) ``` `\"",
    );
    let site = Site::new(&hostile);
    let done = site.run(&site.request("plan")).ended(0);
    for line in done.log.lines() {
        let is_command = line.trim_start().starts_with("::") || line.contains("##[");
        let is_ours = ["::error file=", "::warning file=", "::notice file="]
            .iter()
            .any(|own| line.starts_with(own));
        assert!(!is_command || is_ours, "{line}");
    }
    let (_, body) = the_comment(&site);
    assert_eq!(
        body.matches("-->").count(),
        1 + body.matches("<!-- -->").count(),
        "{body}"
    );
    assert!(body.contains(HEAD.get(..7).unwrap()));
}

#[test]
fn a_comment_whose_answer_was_lost_is_there_once() {
    for lost in [Reply::Lose, Reply::DoBut(502)] {
        let site = Site::new(MANIFEST);
        site.github.fault("POST", "/comments", lost);
        let done = site.run(&site.request("plan")).ended(0);
        let (id, _) = the_comment(&site);
        assert_eq!(done.output("comment-id"), id.to_string());
    }
}
