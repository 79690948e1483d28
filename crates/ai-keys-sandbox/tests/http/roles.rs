//! Temporary credentials of roles.

use std::time::Duration;

use ai_keys_sandbox::{Act, FaultRule};
use serde_json::json;

use crate::client::{Client, Reply};
use crate::setup::quick;

const ROLE: &str = "arn:aws:iam::210987654321:role/ci/deploy";
/// `{"aud":"sts.amazonaws.com","exp":4102444800,"iss":"https://token.actions.githubusercontent.com","sub":"repo:acme/keys:ref:refs/heads/main"}`
const TOKEN: &str = "e30.eyJhdWQiOiJzdHMuYW1hem9uYXdzLmNvbSIsImV4cCI6NDEwMjQ0NDgwMCwiaXNzIjoiaHR0cHM6Ly90b2tlbi5hY3Rpb25zLmdpdGh1YnVzZXJjb250ZW50LmNvbSIsInN1YiI6InJlcG86YWNtZS9rZXlzOnJlZjpyZWZzL2hlYWRzL21haW4ifQ.c2ln";

fn ask(client: &Client, form: &str) -> Reply {
    let header = "content-type: application/x-www-form-urlencoded\r\n";
    client.send("POST", "/", header, form)
}

fn web_identity(client: &Client, role: &str, token: &str) -> Reply {
    ask(
        client,
        &format!(
            "Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn={role}&RoleSessionName=ci-1&WebIdentityToken={token}"
        ),
    )
}

fn element(reply: &Reply, name: &str) -> String {
    let text = reply.text.split_once(&format!("<{name}>")).unwrap().1;
    text.split_once('<').unwrap().0.to_owned()
}

/// Signs with the credentials of an answer.
fn list_keys(client: &Client, reply: &Reply) -> Reply {
    let client = client.signed(&element(reply, "AccessKeyId"), "eu-west-1");
    let token = format!(
        "x-amz-security-token: {}\r\n",
        element(reply, "SessionToken")
    );
    client.send("GET", "/apikeys", &token, "")
}

#[test]
fn a_web_identity_gets_credentials_of_the_roles_account() {
    let (_sandbox, client) = quick();
    let reply = web_identity(&client, ROLE, TOKEN);
    assert_eq!(reply.status, 200, "{}", reply.text);
    assert_eq!(
        element(&reply, "SubjectFromWebIdentityToken"),
        "repo:acme/keys:ref:refs/heads/main"
    );
    let other = client.signed("AKIA210987654321", "eu-west-1");
    other.post("/apikeys", &json!({ "name": "theirs" }));
    assert_eq!(list_keys(&client, &reply).listed("name"), ["theirs"]);
    let who = client.signed_for(&element(&reply, "AccessKeyId"), "eu-west-1", "sts");
    let header = format!(
        "content-type: application/x-www-form-urlencoded\r\nx-amz-security-token: {}\r\n",
        element(&reply, "SessionToken")
    );
    let who = who.send("POST", "/", &header, "Action=GetCallerIdentity");
    assert_eq!(
        element(&who, "Arn"),
        "arn:aws:sts::210987654321:assumed-role/deploy/ci-1"
    );
}

#[test]
fn temporary_credentials_end_and_cannot_be_made_up() {
    let (sandbox, client) = quick();
    let reply = web_identity(&client, ROLE, TOKEN);
    assert_eq!(list_keys(&client, &reply).status, 200);
    sandbox.clock().advance(Duration::from_hours(1)).unwrap();
    assert!(
        list_keys(&client, &reply)
            .verdict()
            .starts_with("403 expiredtoken")
    );
    let made_up = client.signed("ASIAABCD210987654321", "eu-west-1");
    assert!(
        made_up
            .get("/apikeys")
            .verdict()
            .starts_with("403 unrecognizedclient")
    );
}

#[test]
fn a_role_is_assumed_with_the_credentials_of_another_account() {
    let (_sandbox, client) = quick();
    let form = format!("Action=AssumeRole&RoleArn={ROLE}&RoleSessionName=ci&DurationSeconds=900");
    let reply = ask(&client, &form);
    assert!(element(&reply, "AccessKeyId").ends_with("210987654321"));
    assert_eq!(list_keys(&client, &reply).status, 200);
}

#[test]
fn what_sts_refuses() {
    let (_sandbox, client) = quick();
    let code = |reply: Reply| format!("{} {}", reply.status, element(&reply, "Code"));
    assert_eq!(
        code(web_identity(
            &client,
            "arn:aws:iam::210987654321:role/denied-ci",
            TOKEN
        )),
        "403 AccessDenied"
    );
    assert_eq!(
        code(web_identity(&client, ROLE, "e30.e30")),
        "400 InvalidIdentityToken"
    );
    assert_eq!(
        code(web_identity(&client, "deploy", TOKEN)),
        "400 ValidationError"
    );
    for form in [
        format!("Action=AssumeRole&RoleArn={ROLE}&RoleSessionName=a b"),
        format!("Action=AssumeRole&RoleArn={ROLE}&RoleSessionName=ci&DurationSeconds=60"),
    ] {
        assert_eq!(code(ask(&client, &form)), "400 ValidationError", "{form}");
    }
    assert_eq!(
        code(ask(&client, "Action=GetSessionToken")),
        "400 InvalidAction"
    );
}

#[test]
fn faults_speak_the_protocol_of_sts_and_the_journal_holds_no_token() {
    let (sandbox, client) = quick();
    let name = "AssumeRoleWithWebIdentity";
    sandbox
        .set_faults(vec![FaultRule::on(name, Act::Throttle(None))])
        .unwrap();
    let reply = web_identity(&client, ROLE, TOKEN);
    assert_eq!(
        (reply.status, element(&reply, "Code").as_str()),
        (400, "Throttling")
    );
    let journal = sandbox.journal();
    assert_eq!(journal[0].operation.as_deref(), Some(name));
    assert_eq!(journal[0].error.as_deref(), Some("Throttling"));
    assert!(!journal[0].is_write());
    assert!(!serde_json::to_string(&journal).unwrap().contains("e30.eyJ"));
}
