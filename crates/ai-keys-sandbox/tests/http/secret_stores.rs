//! What the conformance suite cannot ask moto: KMS, rates, faults, the journal and the state file.

use std::time::Duration;

use ai_keys_sandbox::{Act, FaultRule, Limits, Options, Sandbox, Scope};
use serde_json::{Value, json};

use crate::client::{Client, Reply};
use crate::setup::{quick, scope, start};

const VALUE: &str = "Zx9QwErTy7UiOpAs3DfGhJkL1zXcVbNm5qWeRtYu";

fn secret(client: &Client, operation: &str, body: &Value) -> Reply {
    client.ask(&format!("secretsmanager.{operation}"), body)
}

fn parameter(client: &Client, operation: &str, body: &Value) -> Reply {
    client.ask(&format!("AmazonSSM.{operation}"), body)
}

fn code(reply: &Reply) -> String {
    let verdict = reply.verdict();
    verdict.split(':').next().unwrap_or("").to_owned()
}

#[test]
fn kms_keys_that_cannot_be_used_have_their_errors() {
    let (_sandbox, client) = quick();
    for (key, of_secret, of_parameter) in [
        ("alias/missing", "400 encryptionfailure", "400 invalidkeyid"),
        (
            "alias/disabled-1",
            "400 encryptionfailure",
            "400 invalidkeyid",
        ),
        (
            "arn:aws:kms:eu-west-1:210987654321:alias/denied",
            "400 accessdenied",
            "400 accessdenied",
        ),
        ("alias/ours", "200", "200"),
    ] {
        let body = json!({ "Name": "a", "SecretString": "v", "KmsKeyId": key });
        assert_eq!(code(&secret(&client, "CreateSecret", &body)), of_secret);
        let body = json!({ "Name": "/a", "Value": "v", "Type": "SecureString", "KeyId": key });
        assert_eq!(
            code(&parameter(&client, "PutParameter", &body)),
            of_parameter
        );
    }
}

#[test]
fn a_deleted_secret_goes_when_its_window_is_over() {
    let (sandbox, client) = quick();
    let id = json!({ "SecretId": "a", "RecoveryWindowInDays": 7 });
    secret(
        &client,
        "CreateSecret",
        &json!({ "Name": "a", "SecretString": "v" }),
    );
    secret(&client, "DeleteSecret", &id);
    assert_eq!(
        secret(&client, "CreateSecret", &json!({ "Name": "a" })).verdict(),
        "400 invalidrequest: You can't create this secret because a secret with this name is already scheduled for deletion."
    );
    assert!(sandbox.secrets(&scope())[0].is_deleted);
    sandbox
        .clock()
        .advance(Duration::from_hours(7 * 24))
        .unwrap();
    assert_eq!(
        secret(&client, "CreateSecret", &json!({ "Name": "a" })).status,
        200
    );
}

#[test]
fn a_replica_is_written_only_through_its_secret() {
    let (_sandbox, client) = quick();
    let there = client.signed("AKIAIOSFODNN7EXAMPLE", "us-east-1");
    let regions = json!([{ "Region": "us-east-1" }, { "Region": "eu-central-1" }]);
    let body = json!({ "Name": "a", "SecretString": "v", "AddReplicaRegions": regions });
    let made = secret(&client, "CreateSecret", &body);
    assert_eq!(made.json()["ReplicationStatus"][1]["Status"], "InSync");
    let put = json!({ "SecretId": "a", "SecretString": "w" });
    assert_eq!(
        code(&secret(&there, "PutSecretValue", &put)),
        "400 invalidrequest"
    );
    let remove = json!({ "SecretId": "a", "RemoveReplicaRegions": ["us-east-1"] });
    assert_eq!(
        secret(&client, "RemoveRegionsFromReplication", &remove).status,
        200
    );
    let gone = secret(&there, "DescribeSecret", &json!({ "SecretId": "a" }));
    assert_eq!(code(&gone), "400 resourcenotfound");
}

#[test]
fn a_copy_does_not_overwrite_a_secret_of_its_name() {
    let (_sandbox, client) = quick();
    let there = client.signed("AKIAIOSFODNN7EXAMPLE", "us-east-1");
    secret(
        &there,
        "CreateSecret",
        &json!({ "Name": "a", "SecretString": "theirs" }),
    );
    let regions = json!([{ "Region": "us-east-1" }]);
    let body = json!({ "Name": "a", "SecretString": "ours", "AddReplicaRegions": regions });
    let made = secret(&client, "CreateSecret", &body);
    assert_eq!(made.json()["ReplicationStatus"][0]["Status"], "Failed");
    let kept = secret(&there, "GetSecretValue", &json!({ "SecretId": "a" }));
    assert_eq!(kept.text_of("SecretString"), "theirs");
}

#[test]
fn a_secret_is_found_by_its_arn_with_and_without_its_end() {
    let (_sandbox, client) = quick();
    let body = json!({ "Name": "ai/a-b", "SecretString": "v" });
    let arn = secret(&client, "CreateSecret", &body).text_of("ARN");
    let partial = arn.rsplit_once('-').unwrap().0;
    for id in [arn.as_str(), partial, "ai/a-b"] {
        let found = secret(&client, "GetSecretValue", &json!({ "SecretId": id }));
        assert_eq!(found.text_of("SecretString"), "v", "{id}");
    }
}

#[test]
fn rates_are_those_of_each_service_and_nothing_says_when_to_come_back() {
    let options = Options {
        limits: Limits::Aws,
        ..Options::for_tests()
    };
    let (_sandbox, client) = start(options);
    let put = |n: usize| {
        let body = json!({ "Name": format!("/a{n}"), "Value": "v", "Type": "SecureString" });
        parameter(&client, "PutParameter", &body)
    };
    assert!((0..3).all(|n| put(n).status == 200));
    let refused = put(3);
    assert_eq!(refused.verdict(), "400 throttling: Rate exceeded");
    assert_eq!(refused.header("retry-after"), None);
    let body = json!({ "Name": "a", "SecretString": "v" });
    assert_eq!(secret(&client, "CreateSecret", &body).status, 200);
}

#[test]
fn faults_and_credentials_speak_json() {
    let (sandbox, client) = quick();
    let faults = [
        (Act::Throttle(None), "400 throttling"),
        (Act::ExpiredToken, "400 expiredtoken"),
        (Act::CloseBefore, "0"),
    ];
    for (act, expected) in faults {
        sandbox
            .set_faults(vec![FaultRule::on("CreateSecret", act)])
            .unwrap();
        let refused = secret(&client, "CreateSecret", &json!({ "Name": "a" }));
        assert_eq!(code(&refused), expected);
    }
    sandbox.set_faults(Vec::new()).unwrap();
    let denied = client.signed("AKIADENIED210987654321", "eu-west-1");
    let refused = parameter(&denied, "DescribeParameters", &json!({}));
    assert_eq!(code(&refused), "400 accessdenied");
    let unknown = secret(&client, "RotateSecret", &json!({ "SecretId": "a" }));
    assert_eq!(code(&unknown), "400 unknownoperation");
    let unreadable = secret(&client, "CreateSecret", &json!({ "Name": 1 }));
    assert_eq!(code(&unreadable), "400 serialization");
}

#[test]
fn the_journal_shows_no_value_and_knows_reads_from_writes() {
    let (sandbox, client) = quick();
    secret(
        &client,
        "CreateSecret",
        &json!({ "Name": "a", "SecretString": VALUE }),
    );
    secret(&client, "GetSecretValue", &json!({ "SecretId": "a" }));
    let body = json!({ "Name": "/a", "Value": VALUE, "Type": "SecureString" });
    parameter(&client, "PutParameter", &body);
    parameter(&client, "DescribeParameters", &json!({}));
    let journal = sandbox.journal();
    let writes: Vec<bool> = journal
        .iter()
        .map(ai_keys_sandbox::JournalEntry::is_write)
        .collect();
    assert_eq!(writes, [true, false, true, false]);
    assert!(!serde_json::to_string(&journal).unwrap().contains(VALUE));
    assert!(!format!("{:?}", sandbox.secrets(&scope())).contains(VALUE));
    assert!(!format!("{:?}", sandbox.parameters(&scope())).contains(VALUE));
}

#[test]
fn secrets_and_parameters_outlive_the_sandbox() {
    let dir = std::env::temp_dir().join(format!("ai-keys-sandbox-secrets-{}", std::process::id()));
    let sandbox = Sandbox::open(&dir, Options::for_tests()).unwrap();
    let client = Client::new(sandbox.url());
    secret(
        &client,
        "CreateSecret",
        &json!({ "Name": "a", "SecretString": VALUE }),
    );
    let body = json!({ "Name": "/a", "Value": VALUE, "Type": "SecureString" });
    parameter(&client, "PutParameter", &body);
    sandbox.shutdown().unwrap();
    let sandbox = Sandbox::open(&dir, Options::for_tests()).unwrap();
    assert_eq!(sandbox.secrets(&scope())[0].value.as_deref(), Some(VALUE));
    assert_eq!(sandbox.parameters(&scope())[0].value, VALUE);
    drop(sandbox);
    std::fs::remove_dir_all(&dir).unwrap();
}

#[test]
fn accounts_have_secrets_of_their_own_and_tests_may_change_them() {
    let (sandbox, client) = quick();
    let other = client.signed("AKIA210987654321", "eu-west-1");
    secret(
        &other,
        "CreateSecret",
        &json!({ "Name": "a", "SecretString": "v" }),
    );
    assert!(sandbox.secrets(&scope()).is_empty());
    let theirs = Scope::new("210987654321", "eu-west-1");
    let deleted = sandbox
        .out_of_band_json(
            &theirs,
            "secretsmanager.DeleteSecret",
            &json!({ "SecretId": "a" }),
        )
        .unwrap();
    assert_eq!(deleted.0, 200);
    assert!(sandbox.secrets(&theirs)[0].is_deleted);
    assert!(
        sandbox
            .out_of_band_json(&theirs, "secretsmanager.Nothing", &json!({}))
            .is_err()
    );
}
