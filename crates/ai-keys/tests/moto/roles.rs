//! Accounts that are reached by a role: moto keeps each account apart, and selects it by the role's credentials.

use serde_json::{Value, json};

use crate::moto_support::{Folder, Moto};

const ROLE: &str = "arn:aws:iam::222222222222:role/ai-keys";

const MANIFEST: &str = r#"version = 1
namespace = "acme-ai"

[target.prod]
provider = "aws-api-gateway"
region = "eu-west-1"
account = "123456789012"

[target.vault]
provider = "aws-api-gateway"
region = "eu-west-1"
account = "222222222222"
role = "arn:aws:iam::222222222222:role/ai-keys"

[key.alpha]
description = "First"
targets = ["prod"]
deliver = [
  { to = "secrets-manager", name = "ai/{key}", target = "vault" },
  { to = "ssm", name = "/ai/{key}", target = "vault" },
]

[key.beta]
description = "Second"
targets = ["vault"]
"#;

/// Assumes a role, as its account's people do, and returns what selects that account.
fn assume(moto: &Moto, role: &str) -> String {
    let form = "content-type: application/x-www-form-urlencoded\r\n";
    let body =
        format!("Action=AssumeRole&Version=2011-06-15&RoleSessionName=theirs&RoleArn={role}");
    let answer = moto.exchange(Moto::OWN, "sts", "POST /", form, &body);
    let answer = answer.unwrap();
    let (_, id) = answer.split_once("<AccessKeyId>").unwrap();
    id.split('<').next().unwrap().to_owned()
}

/// Asks Secrets Manager or SSM; `target` is such as `secretsmanager.GetSecretValue`.
fn ask(moto: &Moto, signer: &str, target: &str, body: &Value) -> Option<Value> {
    let service = if target.starts_with("AmazonSSM") {
        "ssm"
    } else {
        "secretsmanager"
    };
    let headers = format!("content-type: application/x-amz-json-1.1\r\nx-amz-target: {target}\r\n");
    let answer = moto.exchange(signer, service, "POST /", &headers, &body.to_string())?;
    Some(serde_json::from_str(&answer).unwrap_or(Value::Null))
}

fn secret(moto: &Moto, signer: &str) -> Option<Value> {
    let body = json!({ "SecretId": "ai/alpha", "VersionStage": "AWSCURRENT" });
    ask(moto, signer, "secretsmanager.GetSecretValue", &body)
}

fn parameter(moto: &Moto, signer: &str) -> Option<Value> {
    let body = json!({ "Name": "/ai/alpha", "WithDecryption": true });
    ask(moto, signer, "AmazonSSM.GetParameter", &body)
}

#[test]
fn a_key_of_one_account_is_delivered_to_another_by_the_role_there() {
    let Some(moto) = Moto::start() else { return };
    let folder = Folder::new();
    folder.write("keys.toml", MANIFEST);
    moto.ai_keys(&folder, &["apply", "--yes"]).ended(0);

    let here = moto.keys();
    assert_eq!(here.keys().collect::<Vec<_>>(), ["alpha"]);
    let there = assume(&moto, ROLE);
    let value = &here["alpha"]["value"];
    assert_eq!(secret(&moto, &there).unwrap()["SecretString"], *value);
    assert_eq!(
        parameter(&moto, &there).unwrap()["Parameter"]["Value"],
        *value
    );
    assert_eq!(secret(&moto, Moto::OWN), None);
    assert_eq!(parameter(&moto, Moto::OWN), None);
    let keys_there = moto.keys_of(&there);
    assert_eq!(keys_there.keys().collect::<Vec<_>>(), ["beta"]);

    moto.take_writes();
    let plan = ["plan", "--detailed-exitcode"];
    moto.ai_keys(&folder, &plan).ended(0).shows(&["no changes"]);
    assert_eq!(moto.take_writes(), [""; 0]);
}

#[test]
fn without_its_role_another_account_is_never_written() {
    let Some(moto) = Moto::start() else { return };
    let folder = Folder::new();
    let lines = MANIFEST.lines();
    let without: Vec<&str> = lines.filter(|line| !line.starts_with("role =")).collect();
    folder.write("keys.toml", &without.join("\n"));
    let words = ["apply", "--yes", "--target", "prod"];
    // The key is made; its value waits for the day on which the place can be seen.
    let ran = moto.ai_keys(&folder, &words).ended(0);
    ran.says(&["belongs into account 222222222222, but the credentials are of account 123456789012: give the target of account 222222222222 a `role`"]);
    assert_eq!(secret(&moto, Moto::OWN), None);
    assert_eq!(parameter(&moto, Moto::OWN), None);
}
