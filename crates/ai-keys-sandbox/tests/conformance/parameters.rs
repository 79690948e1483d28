//! Assertions about SSM's Parameter Store.

use serde_json::{Value, json};

use crate::client::Reply;
use crate::suite::{Assertion, line};
use crate::target::Target;

pub(crate) const ASSERTIONS: &[Assertion] = &[
    line("a parameter is made and read", "200 1 one", |t| {
        let made = put(t, "/a", "one", json!({}));
        format!(
            "{} {} {}",
            made.status,
            made.text_of("Version"),
            value(t, "/a")
        )
    }),
    line(
        "an encrypted value is not shown undecrypted",
        "hidden",
        |t| {
            put(t, "/a", "one", json!({}));
            let shown = ask(t, "GetParameter", &json!({ "Name": "/a" })).text;
            if shown.contains("one") {
                "shown"
            } else {
                "hidden"
            }
            .to_owned()
        },
    ),
    line(
        "a parameter is made once",
        "400 parameteralreadyexists",
        |t| {
            put(t, "/a", "one", json!({}));
            code(&put(t, "/a", "two", json!({})))
        },
    ),
    line("overwriting adds a version", "2 two", |t| {
        put(t, "/a", "one", json!({}));
        let second = put(t, "/a", "two", json!({ "Overwrite": true }));
        format!("{} {}", second.text_of("Version"), value(t, "/a"))
    }),
    line("the identical overwrite is one more version", "3", |t| {
        put(t, "/a", "one", json!({}));
        put(t, "/a", "two", json!({ "Overwrite": true }));
        put(t, "/a", "two", json!({ "Overwrite": true })).text_of("Version")
    }),
    line(
        "tags and overwrite do not go together",
        "400 validation",
        |t| {
            put(t, "/a", "one", json!({}));
            let tags = json!({ "Overwrite": true, "Tags": [{ "Key": "k", "Value": "v" }] });
            code(&put(t, "/a", "two", tags))
        },
    ),
    line(
        "a standard value has 4,096 characters at most",
        "200, 400 validation",
        |t| {
            let most = put(t, "/a", &"x".repeat(4096), json!({})).status;
            format!(
                "{most}, {}",
                code(&put(t, "/b", &"x".repeat(4097), json!({})))
            )
        },
    ),
    line(
        "an advanced value has 8,192 characters at most",
        "200, 400 validation",
        |t| {
            let advanced = || json!({ "Tier": "Advanced" });
            let most = put(t, "/a", &"x".repeat(8192), advanced()).status;
            format!(
                "{most}, {}",
                code(&put(t, "/b", &"x".repeat(8193), advanced()))
            )
        },
    ),
    line("an advanced parameter stays so", "400 validation", |t| {
        put(t, "/a", "one", json!({ "Tier": "Advanced" }));
        code(&put(
            t,
            "/a",
            "two",
            json!({ "Tier": "Standard", "Overwrite": true }),
        ))
    }),
    line("a name does not begin with aws", "400 validation", |t| {
        code(&put(t, "/aws-a", "one", json!({})))
    }),
    line(
        "a name with a slash begins with one",
        "400 validation",
        |t| code(&put(t, "a/b", "one", json!({}))),
    ),
    line("a name has 15 levels at most", "200 400", |t| {
        let most = put(t, &"/a".repeat(15), "one", json!({})).status;
        format!(
            "{most} {}",
            put(t, &"/a".repeat(16), "one", json!({})).status
        )
    }),
    line(
        "a description is shown with the newest version",
        "2 second",
        |t| {
            put(t, "/a", "one", json!({ "Description": "first" }));
            put(
                t,
                "/a",
                "two",
                json!({ "Description": "second", "Overwrite": true }),
            );
            let shown = ask(t, "DescribeParameters", &json!({})).json()["Parameters"][0].clone();
            format!("{} {}", shown["Version"], text(&shown["Description"]))
        },
    ),
    line(
        "parameters are described without values",
        "SecureString Standard",
        |t| {
            put(t, "/a", "the-value", json!({}));
            let listed = ask(t, "DescribeParameters", &json!({}));
            assert!(!listed.text.contains("the-value"));
            let shown = &listed.json()["Parameters"][0];
            format!("{} {}", text(&shown["Type"]), text(&shown["Tier"]))
        },
    ),
    line("parameters are found by their names", "/a /c", |t| {
        for name in ["/a", "/b", "/c"] {
            put(t, name, "one", json!({}));
        }
        let filter = json!([{ "Key": "Name", "Option": "Equals", "Values": ["/a", "/c", "/d"] }]);
        let body = json!({ "ParameterFilters": filter });
        names(&ask(t, "DescribeParameters", &body)).join(" ")
    }),
    line("parameters come in pages of 50 at most", "2+1, 400", |t| {
        for name in ["/a", "/b", "/c"] {
            put(t, name, "one", json!({}));
        }
        let first = ask(t, "DescribeParameters", &json!({ "MaxResults": 2 }));
        let next = json!({ "MaxResults": 2, "NextToken": first.json()["NextToken"] });
        let second = names(&ask(t, "DescribeParameters", &next)).len();
        let more = ask(t, "DescribeParameters", &json!({ "MaxResults": 51 })).status;
        format!("{}+{second}, {more}", names(&first).len())
    }),
    line("a label names a version and moves", "one, two", |t| {
        put(t, "/a", "one", json!({}));
        put(t, "/a", "two", json!({ "Overwrite": true }));
        let label = |n: u32| {
            let body = json!({ "Name": "/a", "ParameterVersion": n, "Labels": ["gen"] });
            assert_eq!(ask(t, "LabelParameterVersion", &body).status, 200);
            value(t, "/a:gen")
        };
        format!("{}, {}", label(1), label(2))
    }),
    line("a label that is no label is told", "200 2nd", |t| {
        put(t, "/a", "one", json!({}));
        let body = json!({ "Name": "/a", "ParameterVersion": 1, "Labels": ["2nd"] });
        let reply = ask(t, "LabelParameterVersion", &body);
        format!(
            "{} {}",
            reply.status,
            text(&reply.json()["InvalidLabels"][0])
        )
    }),
    line(
        "a version has ten labels at most",
        "400 parameterversionlabellimitexceeded",
        |t| {
            put(t, "/a", "one", json!({}));
            let labels: Vec<String> = (0..11).map(|n| format!("l{n}")).collect();
            let body = json!({ "Name": "/a", "ParameterVersion": 1, "Labels": labels });
            code(&ask(t, "LabelParameterVersion", &body))
        },
    ),
    line(
        "history shows versions with their labels",
        "1 gen, 2 -",
        |t| {
            put(t, "/a", "one", json!({}));
            put(t, "/a", "two", json!({ "Overwrite": true }));
            let label = json!({ "Name": "/a", "ParameterVersion": 1, "Labels": ["gen"] });
            ask(t, "LabelParameterVersion", &label);
            let shown = ask(t, "GetParameterHistory", &json!({ "Name": "/a" })).json();
            let row = |n: usize| {
                let one = &shown["Parameters"][n];
                format!("{} {}", one["Version"], text(&one["Labels"][0]))
            };
            format!("{}, {}", row(0), row(1))
        },
    ),
    line(
        "the oldest of 100 versions goes",
        "101, 400 parameterversionnotfound",
        |t| {
            put(t, "/a", "v", json!({}));
            for _ in 0..99 {
                put(t, "/a", "v", json!({ "Overwrite": true }));
            }
            let newest = put(t, "/a", "v", json!({ "Overwrite": true })).text_of("Version");
            let first = ask(
                t,
                "GetParameter",
                &json!({ "Name": "/a:1", "WithDecryption": true }),
            );
            format!("{newest}, {}", code(&first))
        },
    ),
    line(
        "an oldest version with a label cannot go",
        "400 parametermaxversionlimitexceeded",
        |t| {
            put(t, "/a", "v", json!({}));
            let label = json!({ "Name": "/a", "ParameterVersion": 1, "Labels": ["kept"] });
            ask(t, "LabelParameterVersion", &label);
            for _ in 0..99 {
                put(t, "/a", "v", json!({ "Overwrite": true }));
            }
            code(&put(t, "/a", "v", json!({ "Overwrite": true })))
        },
    ),
    line(
        "tags of a parameter are added and listed",
        "200 owner=team-chat",
        |t| {
            put(t, "/a", "one", json!({}));
            let tags = json!({
                "ResourceType": "Parameter", "ResourceId": "/a",
                "Tags": [{ "Key": "owner", "Value": "team-chat" }],
            });
            let status = ask(t, "AddTagsToResource", &tags).status;
            let id = json!({ "ResourceType": "Parameter", "ResourceId": "/a" });
            let shown = ask(t, "ListTagsForResource", &id).json()["TagList"][0].clone();
            format!("{status} {}={}", text(&shown["Key"]), text(&shown["Value"]))
        },
    ),
    line(
        "a parameter that does not exist is not found",
        "400 parameternotfound x3",
        |t| {
            let codes = [
                code(&ask(t, "GetParameter", &json!({ "Name": "/absent" }))),
                code(&ask(t, "DeleteParameter", &json!({ "Name": "/absent" }))),
                code(&ask(
                    t,
                    "LabelParameterVersion",
                    &json!({ "Name": "/absent", "Labels": ["l"] }),
                )),
            ];
            assert!(codes.iter().all(|code| *code == codes[0]), "{codes:?}");
            format!("{} x3", codes[0])
        },
    ),
    line("a deleted parameter frees its name", "200 1", |t| {
        put(t, "/a", "one", json!({}));
        let deleted = ask(t, "DeleteParameter", &json!({ "Name": "/a" })).status;
        format!(
            "{deleted} {}",
            put(t, "/a", "two", json!({})).text_of("Version")
        )
    }),
];

fn ask(t: &Target, operation: &str, body: &Value) -> Reply {
    let client = t
        .client
        .signed_for("AKIAIOSFODNN7EXAMPLE", "eu-west-1", "ssm");
    client.ask(&format!("AmazonSSM.{operation}"), body)
}

/// Puts an encrypted parameter; `more` are further members of the request.
fn put(t: &Target, name: &str, value: &str, more: Value) -> Reply {
    let mut body = json!({ "Name": name, "Value": value, "Type": "SecureString" });
    if let (Some(body), Value::Object(more)) = (body.as_object_mut(), more) {
        body.extend(more);
    }
    ask(t, "PutParameter", &body)
}

fn value(t: &Target, name: &str) -> String {
    let reply = ask(
        t,
        "GetParameter",
        &json!({ "Name": name, "WithDecryption": true }),
    );
    text(&reply.json()["Parameter"]["Value"])
}

fn names(reply: &Reply) -> Vec<String> {
    let list = reply.json()["Parameters"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    list.iter()
        .map(|parameter| text(&parameter["Name"]))
        .collect()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or("-").to_owned()
}

/// Status and code, without the message.
fn code(reply: &Reply) -> String {
    let verdict = reply.verdict();
    verdict.split(':').next().unwrap_or("").to_owned()
}
