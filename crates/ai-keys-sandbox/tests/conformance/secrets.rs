//! Assertions about Secrets Manager. `VersionStage` is always said: moto's default goes stale.

use serde_json::{Value, json};

use crate::client::Reply;
use crate::suite::{Assertion, line};
use crate::target::Target;

pub(crate) const ASSERTIONS: &[Assertion] = &[
    line(
        "a secret is made with a current version",
        "200 current: one",
        |t| {
            let made = create(t, "a", 1, "one");
            format!("{} current: {}", made.status, value(t, "a", "AWSCURRENT"))
        },
    ),
    line("a secret is made once", "400 resourceexists", |t| {
        create(t, "a", 1, "one");
        code(&create(t, "a", 2, "two"))
    }),
    line("the identical create is the same request", "200", |t| {
        create(t, "a", 1, "one");
        create(t, "a", 1, "one").status.to_string()
    }),
    line(
        "a name has letters, digits and few signs",
        "400 validation",
        |t| code(&create(t, "a b", 1, "one")),
    ),
    line(
        "a token has 32 characters at least",
        "400 invalidparameter",
        |t| {
            code(&ask(
                t,
                "CreateSecret",
                &json!({ "Name": "a", "SecretString": "one", "ClientRequestToken": "short" }),
            ))
        },
    ),
    line(
        "a value has 65,536 bytes at most",
        "200, 400 validation",
        |t| {
            let most = create(t, "a", 1, &"x".repeat(65_536)).status;
            format!("{most}, {}", code(&create(t, "b", 2, &"x".repeat(65_537))))
        },
    ),
    line("a put moves current and previous", "two one", |t| {
        create(t, "a", 1, "one");
        put(t, "a", 2, "two", &[]);
        format!(
            "{} {}",
            value(t, "a", "AWSCURRENT"),
            value(t, "a", "AWSPREVIOUS")
        )
    }),
    line("the identical put changes nothing", "200 two one", |t| {
        create(t, "a", 1, "one");
        put(t, "a", 2, "two", &[]);
        let again = put(t, "a", 2, "two", &[]).status;
        format!(
            "{again} {} {}",
            value(t, "a", "AWSCURRENT"),
            value(t, "a", "AWSPREVIOUS")
        )
    }),
    line("a token stands for one value", "400 resourceexists", |t| {
        create(t, "a", 1, "one");
        put(t, "a", 2, "two", &[]);
        code(&put(t, "a", 2, "three", &[]))
    }),
    line(
        "a repeated token of an older version moves nothing",
        "200 three",
        |t| {
            create(t, "a", 1, "one");
            put(t, "a", 2, "two", &[]);
            put(t, "a", 3, "three", &[]);
            let again = put(t, "a", 2, "two", &[]).status;
            format!("{again} {}", value(t, "a", "AWSCURRENT"))
        },
    ),
    line("a pending version leaves current alone", "one two", |t| {
        create(t, "a", 1, "one");
        put(t, "a", 2, "two", &["AWSPENDING"]);
        format!(
            "{} {}",
            value(t, "a", "AWSCURRENT"),
            value(t, "a", "AWSPENDING")
        )
    }),
    line(
        "the first version is current whatever is asked",
        "one",
        |t| {
            ask(t, "CreateSecret", &json!({ "Name": "a" }));
            put(t, "a", 1, "one", &["AWSPENDING"]);
            value(t, "a", "AWSCURRENT")
        },
    ),
    line(
        "a secret without a version has no value",
        "400 resourcenotfound",
        |t| {
            ask(t, "CreateSecret", &json!({ "Name": "a" }));
            code(&get(t, "a", "AWSCURRENT"))
        },
    ),
    line(
        "a label moves only from where it is said to be",
        "400 invalidparameter, 200 two one",
        |t| {
            create(t, "a", 1, "one");
            put(t, "a", 2, "two", &["AWSPENDING"]);
            let mut promote = json!({ "SecretId": "a", "VersionStage": "AWSCURRENT", "MoveToVersionId": token(2) });
            let unsaid = code(&ask(t, "UpdateSecretVersionStage", &promote));
            promote["RemoveFromVersionId"] = json!(token(1));
            let said = ask(t, "UpdateSecretVersionStage", &promote).status;
            format!(
                "{unsaid}, {said} {} {}",
                value(t, "a", "AWSCURRENT"),
                value(t, "a", "AWSPREVIOUS")
            )
        },
    ),
    line(
        "current cannot be taken away",
        "400 invalidparameter",
        |t| {
            create(t, "a", 1, "one");
            let body = json!({ "SecretId": "a", "VersionStage": "AWSCURRENT", "RemoveFromVersionId": token(1) });
            code(&ask(t, "UpdateSecretVersionStage", &body))
        },
    ),
    line(
        "versions are listed without values",
        "AWSPREVIOUS AWSCURRENT",
        |t| {
            create(t, "a", 1, "one");
            put(t, "a", 2, "two", &[]);
            let listed = ask(t, "ListSecrets", &json!({}));
            assert!(!listed.text.contains("one") && !listed.text.contains("two"));
            let stages = listed.json()["SecretList"][0]["SecretVersionsToStages"].clone();
            format!(
                "{} {}",
                text(&stages[token(1)][0]),
                text(&stages[token(2)][0])
            )
        },
    ),
    line(
        "a description shows the same labels",
        "AWSCURRENT marker",
        |t| {
            let body = json!({ "Name": "a", "Description": "marker", "SecretString": "one", "ClientRequestToken": token(1) });
            ask(t, "CreateSecret", &body);
            let shown = ask(t, "DescribeSecret", &json!({ "SecretId": "a" })).json();
            let stages = &shown["VersionIdsToStages"][token(1)][0];
            format!("{} {}", text(stages), text(&shown["Description"]))
        },
    ),
    line(
        "secrets are filtered by the beginning of their name",
        "ai/x ai/y",
        |t| {
            for (n, name) in ["ai/x", "other", "ai/y", "not-ai/z"]
                .into_iter()
                .enumerate()
            {
                create(t, name, n, "one");
            }
            let body = json!({ "Filters": [{ "Key": "name", "Values": ["ai/"] }] });
            names(&ask(t, "ListSecrets", &body)).join(" ")
        },
    ),
    line(
        "a filter has a value negated by an exclamation mark",
        "other",
        |t| {
            create(t, "ai/x", 1, "one");
            create(t, "other", 2, "one");
            let body = json!({ "Filters": [{ "Key": "name", "Values": ["!ai/"] }] });
            names(&ask(t, "ListSecrets", &body)).join(" ")
        },
    ),
    line("secrets come in pages", "2+1", |t| {
        for (n, name) in ["a", "b", "c"].into_iter().enumerate() {
            create(t, name, n, "one");
        }
        let first = ask(t, "ListSecrets", &json!({ "MaxResults": 2 }));
        let next = json!({ "MaxResults": 2, "NextToken": first.json()["NextToken"] });
        let second = ask(t, "ListSecrets", &next);
        format!("{}+{}", names(&first).len(), names(&second).len())
    }),
    line("a page has 100 secrets at most", "400", |t| {
        ask(t, "ListSecrets", &json!({ "MaxResults": 101 }))
            .status
            .to_string()
    }),
    line("a deleted secret is listed only on request", "0 1", |t| {
        create(t, "a", 1, "one");
        ask(t, "DeleteSecret", &json!({ "SecretId": "a" }));
        let active = names(&ask(t, "ListSecrets", &json!({}))).len();
        let all = names(&ask(
            t,
            "ListSecrets",
            &json!({ "IncludePlannedDeletion": true }),
        ))
        .len();
        format!("{active} {all}")
    }),
    line("a deleted secret is still described", "200 dated", |t| {
        create(t, "a", 1, "one");
        ask(t, "DeleteSecret", &json!({ "SecretId": "a" }));
        let shown = ask(t, "DescribeSecret", &json!({ "SecretId": "a" }));
        let dated = if shown.json()["DeletedDate"].is_number() {
            "dated"
        } else {
            "undated"
        };
        format!("{} {dated}", shown.status)
    }),
    line(
        "the name of a deleted secret is taken",
        "400 invalidrequest",
        |t| {
            create(t, "a", 1, "one");
            ask(t, "DeleteSecret", &json!({ "SecretId": "a" }));
            code(&create(t, "a", 2, "two"))
        },
    ),
    line(
        "a deleted secret is not read or written",
        "400 invalidrequest, 400 invalidrequest",
        |t| {
            create(t, "a", 1, "one");
            ask(t, "DeleteSecret", &json!({ "SecretId": "a" }));
            format!(
                "{}, {}",
                code(&get(t, "a", "AWSCURRENT")),
                code(&put(t, "a", 2, "two", &[]))
            )
        },
    ),
    line(
        "a deleted secret is restored with its value",
        "200 one",
        |t| {
            create(t, "a", 1, "one");
            ask(t, "DeleteSecret", &json!({ "SecretId": "a" }));
            let restored = ask(t, "RestoreSecret", &json!({ "SecretId": "a" })).status;
            format!("{restored} {}", value(t, "a", "AWSCURRENT"))
        },
    ),
    line("a forced deletion frees the name", "200 200", |t| {
        create(t, "a", 1, "one");
        let gone = json!({ "SecretId": "a", "ForceDeleteWithoutRecovery": true });
        let deleted = ask(t, "DeleteSecret", &gone).status;
        format!("{deleted} {}", create(t, "a", 2, "two").status)
    }),
    line(
        "a secret that does not exist is not found",
        "400 resourcenotfound x4",
        |t| {
            let id = json!({ "SecretId": "absent" });
            let codes = [
                code(&get(t, "absent", "AWSCURRENT")),
                code(&put(t, "absent", 1, "one", &[])),
                code(&ask(t, "DescribeSecret", &id)),
                code(&ask(t, "RestoreSecret", &id)),
            ];
            assert!(codes.iter().all(|code| *code == codes[0]), "{codes:?}");
            format!("{} x4", codes[0])
        },
    ),
    line(
        "a description is updated without a new version",
        "200 b 1",
        |t| {
            create(t, "a", 1, "one");
            let status = ask(
                t,
                "UpdateSecret",
                &json!({ "SecretId": "a", "Description": "b" }),
            )
            .status;
            let shown = ask(t, "DescribeSecret", &json!({ "SecretId": "a" })).json();
            let versions = shown["VersionIdsToStages"]
                .as_object()
                .map_or(0, serde_json::Map::len);
            format!("{status} {} {versions}", text(&shown["Description"]))
        },
    ),
    line(
        "tags of a secret are added and shown",
        "200 owner=team-chat",
        |t| {
            create(t, "a", 1, "one");
            let tags =
                json!({ "SecretId": "a", "Tags": [{ "Key": "owner", "Value": "team-chat" }] });
            let status = ask(t, "TagResource", &tags).status;
            let shown = ask(t, "DescribeSecret", &json!({ "SecretId": "a" })).json();
            format!(
                "{status} {}={}",
                text(&shown["Tags"][0]["Key"]),
                text(&shown["Tags"][0]["Value"])
            )
        },
    ),
    line("a policy is kept and read back", "200 Allow", |t| {
        create(t, "a", 1, "one");
        let status = policy(t, "arn:aws:iam::123456789012:root").status;
        let shown = ask(t, "GetResourcePolicy", &json!({ "SecretId": "a" })).json();
        let policy: Value = serde_json::from_str(&text(&shown["ResourcePolicy"])).unwrap();
        format!("{status} {}", text(&policy["Statement"][0]["Effect"]))
    }),
    line(
        "a policy for everyone is refused on request",
        "400 publicpolicy",
        |t| {
            create(t, "a", 1, "one");
            code(&policy(t, "*"))
        },
    ),
    line(
        "a secret is copied to another region",
        "200 InSync one",
        |t| {
            create(t, "a", 1, "one");
            let regions =
                json!({ "SecretId": "a", "AddReplicaRegions": [{ "Region": "us-east-1" }] });
            let reply = ask(t, "ReplicateSecretToRegions", &regions);
            let status = text(&reply.json()["ReplicationStatus"][0]["Status"]);
            let there = t.client.signed_for(AKID, "us-east-1", "secretsmanager");
            let body = json!({ "SecretId": "a", "VersionStage": "AWSCURRENT" });
            let copied = there.ask("secretsmanager.GetSecretValue", &body);
            format!(
                "{} {status} {}",
                reply.status,
                copied.text_of("SecretString")
            )
        },
    ),
    line("a copy follows its secret", "two", |t| {
        create(t, "a", 1, "one");
        let regions = json!({ "SecretId": "a", "AddReplicaRegions": [{ "Region": "us-east-1" }] });
        ask(t, "ReplicateSecretToRegions", &regions);
        put(t, "a", 2, "two", &[]);
        let there = t.client.signed_for(AKID, "us-east-1", "secretsmanager");
        let body = json!({ "SecretId": "a", "VersionStage": "AWSCURRENT" });
        there
            .ask("secretsmanager.GetSecretValue", &body)
            .text_of("SecretString")
    }),
    line("a secret with copies is not deleted", "400", |t| {
        create(t, "a", 1, "one");
        let regions = json!({ "SecretId": "a", "AddReplicaRegions": [{ "Region": "us-east-1" }] });
        ask(t, "ReplicateSecretToRegions", &regions);
        // Which of its two codes AWS sends is not known.
        let id = json!({ "SecretId": "a" });
        ask(t, "DeleteSecret", &id).status.to_string()
    }),
];

const AKID: &str = "AKIAIOSFODNN7EXAMPLE";

fn ask(t: &Target, operation: &str, body: &Value) -> Reply {
    let client = t.client.signed_for(AKID, "eu-west-1", "secretsmanager");
    client.ask(&format!("secretsmanager.{operation}"), body)
}

fn token(n: usize) -> String {
    format!("00000000-0000-4000-8000-{n:012}")
}

fn create(t: &Target, name: &str, n: usize, value: &str) -> Reply {
    let body = json!({ "Name": name, "SecretString": value, "ClientRequestToken": token(n) });
    ask(t, "CreateSecret", &body)
}

fn put(t: &Target, name: &str, n: usize, value: &str, stages: &[&str]) -> Reply {
    let mut body =
        json!({ "SecretId": name, "SecretString": value, "ClientRequestToken": token(n) });
    if !stages.is_empty() {
        body["VersionStages"] = json!(stages);
    }
    ask(t, "PutSecretValue", &body)
}

fn get(t: &Target, name: &str, stage: &str) -> Reply {
    let body = json!({ "SecretId": name, "VersionStage": stage });
    ask(t, "GetSecretValue", &body)
}

fn value(t: &Target, name: &str, stage: &str) -> String {
    get(t, name, stage).text_of("SecretString")
}

fn policy(t: &Target, principal: &str) -> Reply {
    let policy = json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Effect": "Allow",
            "Principal": { "AWS": principal },
            "Action": "secretsmanager:GetSecretValue",
            "Resource": "*",
        }],
    });
    let body =
        json!({ "SecretId": "a", "ResourcePolicy": policy.to_string(), "BlockPublicPolicy": true });
    ask(t, "PutResourcePolicy", &body)
}

fn names(reply: &Reply) -> Vec<String> {
    let list = reply.json()["SecretList"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    list.iter().map(|secret| text(&secret["Name"])).collect()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or("-").to_owned()
}

/// Status and code, without the message.
fn code(reply: &Reply) -> String {
    let verdict = reply.verdict();
    verdict.split(':').next().unwrap_or("").to_owned()
}
