//! `aws-role`: the job's OIDC token for a role, and no credentials in any environment or file.

use serde_json::{Value, json};

use super::step::{Done, Site};
use super::testing::Reply;
use crate::support::{MANIFEST, Running};

/// `{"aud":"sts.amazonaws.com","exp":2000000000,"iss":"https://token.actions.githubusercontent.com","sub":"repo:acme/keys:ref:refs/heads/main"}`
const TOKEN: &str = "e30.eyJhdWQiOiJzdHMuYW1hem9uYXdzLmNvbSIsImV4cCI6MjAwMDAwMDAwMCwiaXNzIjoiaHR0cHM6Ly90b2tlbi5hY3Rpb25zLmdpdGh1YnVzZXJjb250ZW50LmNvbSIsInN1YiI6InJlcG86YWNtZS9rZXlzOnJlZjpyZWZzL2hlYWRzL21haW4ifQ.c2ln";
const ASKING: &str = "the-token-that-asks-for-tokens";

fn request(site: &Site, command: &str, role: &str) -> Value {
    let mut request = site.request(command);
    request["aws-role"] = json!(format!("arn:aws:iam::123456789012:role/{role}"));
    let url = format!("{}/idtoken?api-version=2.0", site.github.url());
    request["oidc"] = json!({ "url": url, "token": ASKING });
    request
}

fn run(site: &Site, request: &Value) -> Done {
    std::fs::create_dir_all(site.world.folder.path().join("temp")).unwrap();
    let mut command = site.command(&request.to_string());
    command
        .env_remove("AWS_ACCESS_KEY_ID")
        .env_remove("AWS_SECRET_ACCESS_KEY");
    let done = Running::start_reading(&mut command).end_step(site);
    for secret in [TOKEN, ASKING] {
        assert!(!done.log.contains(secret) && !done.summary.contains(secret));
    }
    done
}

fn issues(site: &Site, token: &str) {
    let reply = Reply::Say(200, Vec::new(), json!({ "value": token }));
    site.github.fault("GET", "/idtoken", reply);
}

#[test]
fn a_role_is_borrowed_once_for_a_whole_run() {
    let site = Site::new(MANIFEST);
    issues(&site, TOKEN);
    let mut apply = request(&site, "apply", "ai-keys");
    apply["event"]["name"] = json!("workflow_dispatch");
    run(&site, &apply).ended(0).says("applied", "5");
    let journal = site.github.state().journal.clone();
    let asked: Vec<_> = journal
        .iter()
        .filter(|request| request.path.starts_with("/idtoken"))
        .collect();
    assert_eq!(asked.len(), 1);
    assert_eq!(
        asked[0].path,
        "/idtoken?api-version=2.0&audience=sts.amazonaws.com"
    );
    assert_eq!(
        asked[0].token.as_deref(),
        Some(format!("Bearer {ASKING}").as_str())
    );
    let calls = site.world.take_calls();
    let lent = calls
        .iter()
        .filter(|call| *call == "AssumeRoleWithWebIdentity");
    assert_eq!(lent.count(), 1, "{calls:?}");
}

#[test]
fn the_role_of_a_target_is_assumed_with_the_borrowed_one() {
    let account = "account = \"123456789012\"\n";
    let role = format!("{account}role = \"arn:aws:iam::123456789012:role/of-the-target\"\n");
    let site = Site::new(&MANIFEST.replace(account, &role));
    issues(&site, TOKEN);
    let mut apply = request(&site, "apply", "ai-keys");
    apply["event"]["name"] = json!("workflow_dispatch");
    run(&site, &apply).ended(0).says("applied", "5");
    let calls = site.world.take_calls();
    let way = [
        "AssumeRoleWithWebIdentity",
        "AssumeRole",
        "GetCallerIdentity",
    ];
    assert_eq!(calls[..3], way);
    let borrowed = calls.iter().filter(|call| call.starts_with("AssumeRole"));
    assert_eq!(borrowed.count(), 2, "{calls:?}");
}

#[test]
fn a_role_that_is_not_lent_says_which_claim_to_look_at() {
    let site = Site::new(MANIFEST);
    issues(&site, TOKEN);
    let done = run(&site, &request(&site, "plan", "denied-role")).ended(6);
    let done = done.logs("the role arn:aws:iam::123456789012:role/denied-role was not lent");
    done.logs("its claim `sub` names the repository")
        .says("failure-reason", "cloud");
    // {"iss":"https://a"}
    issues(&site, "e30.eyJpc3MiOiJodHRwczovL2EifQ.c2ln");
    let done = run(&site, &request(&site, "plan", "ai-keys")).ended(6);
    done.logs("Incorrect token audience")
        .logs("with the audience sts.amazonaws.com");
}

#[test]
fn a_job_that_may_not_ask_for_a_token_is_told_the_permission() {
    let site = Site::new(MANIFEST);
    site.github.fault("GET", "/idtoken", Reply::say(403, "no"));
    let done = run(&site, &request(&site, "plan", "ai-keys")).ended(6);
    done.logs("asking for the job's OIDC token is not permitted")
        .logs("`id-token: write`");
}

#[test]
fn an_issuer_that_is_not_github_gets_nothing() {
    let site = Site::new(MANIFEST);
    let mut request = request(&site, "plan", "ai-keys");
    request["oidc"]["url"] = json!("http://issuer.example/token");
    let done = run(&site, &request);
    assert_eq!(done.code, 6, "{}", done.log);
    done.logs("its address must begin with https://");
}
