//! Assertions about API keys.

use serde_json::{Value, json};

use crate::suite::{Assertion, line};
use crate::target::Target;

const VALUE: &str = "abcdefghijklmnopqrstuvwxyz0123456789ABCD";

pub(crate) const ASSERTIONS: &[Assertion] = &[
    line(
        "a created key has a 10 character id, a 40 character value, and is disabled",
        "201 10 40 false",
        |t| {
            let reply = t.make_key(&json!({ "name": "a" }));
            let (id, value) = (reply.text_of("id").len(), reply.text_of("value").len());
            format!("{} {id} {value} {}", reply.status, reply.text_of("enabled"))
        },
    ),
    line("unset members are absent, not null", "no null", |t| {
        let reply = t.make_key(&json!({}));
        if reply.text.contains("null") {
            "null".into()
        } else {
            "no null".into()
        }
    }),
    line(
        "a value is unique",
        "201, 409 conflict: API Key already exists",
        |t| {
            let create = || {
                t.make_key(&json!({ "name": "a", "value": VALUE }))
                    .verdict()
            };
            format!("{}, {}", create(), create())
        },
    ),
    line(
        "a value has 20 characters at least",
        "400 badrequest: API Key value should be at least 20 characters",
        |t| t.make_key(&json!({ "value": "a".repeat(19) })).verdict(),
    ),
    line(
        "a value has 128 characters at most",
        "400 badrequest: API Key value exceeds maximum size of 128 characters",
        |t| t.make_key(&json!({ "value": "a".repeat(129) })).verdict(),
    ),
    line(
        "a name has 1024 characters at most",
        "400 badrequest: Invalid API Key name, can be at most 1024 characters.",
        |t| t.make_key(&json!({ "name": "a".repeat(1025) })).verdict(),
    ),
    line(
        "a description has 125,000 characters at most",
        "400 badrequest: Invalid API Key description specified.",
        |t| {
            t.make_key(&json!({ "description": "a".repeat(125_001) }))
                .verdict()
        },
    ),
    line("a key has 50 tags at most", "400", |t| {
        let tags: Value = (0..51)
            .map(|n| (format!("k{n}"), json!("v")))
            .collect::<serde_json::Map<_, _>>()
            .into();
        t.make_key(&json!({ "tags": tags })).status.to_string()
    }),
    line("a tag key does not start with aws:", "400", |t| {
        t.make_key(&json!({ "tags": {"aws:x": "y"} }))
            .status
            .to_string()
    }),
    line("an unknown member is refused", "400", |t| {
        t.make_key(&json!({ "nmae": "a" })).status.to_string()
    }),
    line("a body that is not JSON is refused", "400", |t| {
        t.client
            .send("POST", "/apikeys", "", "{")
            .status
            .to_string()
    }),
    line("stage keys are strings", "201 [api/prod]", |t| {
        let api = t.make_stage();
        let reply = t.make_key(&json!({ "stageKeys": [{"restApiId": api, "stageName": "prod"}] }));
        format!(
            "{} {}",
            reply.status,
            reply
                .text_of("stageKeys")
                .replace(&api, "api")
                .replace('"', "")
        )
    }),
    line("an unknown stage key is refused", "404", |t| {
        t.make_key(&json!({ "stageKeys": [{"restApiId": "absent", "stageName": "prod"}] }))
            .status
            .to_string()
    }),
    line("a list shows 25 keys and a position", "25 true", |t| {
        (0..26).for_each(|n| drop(t.key(&format!("k{n}"))));
        let reply = t.client.get("/apikeys");
        format!(
            "{} {}",
            reply.items().len(),
            !reply.text_of("position").is_empty()
        )
    }),
    line("limit and position page through the keys", "2+1", |t| {
        (0..3).for_each(|n| drop(t.key(&format!("k{n}"))));
        let first = t.client.get("/apikeys?limit=2");
        let rest = t.client.get(&format!(
            "/apikeys?limit=2&position={}",
            first.text_of("position")
        ));
        format!("{}+{}", first.items().len(), rest.items().len())
    }),
    line("a made-up position is refused", "400", |t| {
        t.key("a");
        t.client.get("/apikeys?position=bogus").status.to_string()
    }),
    line("keys are listed from new to old", "b a", |t| {
        t.key("a");
        t.key("b");
        t.client.get("/apikeys").listed("name").join(" ")
    }),
    line(
        "names are filtered by case-sensitive prefix",
        "chat-web",
        |t| {
            for name in ["chat-web", "Chat-app", "my-chat"] {
                t.key(name);
            }
            t.client.get("/apikeys?name=chat").listed("name").join(" ")
        },
    ),
    line("customers are filtered", "a", |t| {
        t.make_key(&json!({ "name": "a", "customerId": "c1" }));
        t.make_key(&json!({ "name": "b", "customerId": "c2" }));
        t.client
            .get("/apikeys?customerId=c1")
            .listed("name")
            .join(" ")
    }),
    line(
        "values are read only when asked for",
        "list 0 40, get 0 40",
        |t| {
            let id = t.key("a");
            let listed =
                |query: &str| t.client.get(&format!("/apikeys{query}")).listed("value")[0].len();
            let got = |query: &str| {
                t.client
                    .get(&format!("/apikeys/{id}{query}"))
                    .text_of("value")
                    .len()
            };
            let lists = (listed(""), listed("?includeValues=true"));
            format!(
                "list {} {}, get {} {}",
                lists.0,
                lists.1,
                got(""),
                got("?includeValue=true")
            )
        },
    ),
    line(
        "an unknown key is not found",
        "404 notfound: Invalid API Key identifier specified",
        |t| t.client.get("/apikeys/absent").verdict(),
    ),
    line(
        "an update changes name, description and enabled",
        "200 b c true",
        |t| {
            let path = format!("/apikeys/{}", t.key("a"));
            let patch = json!([
                {"op": "replace", "path": "/name", "value": "b"},
                {"op": "replace", "path": "/description", "value": "c"},
                {"op": "replace", "path": "/enabled", "value": "true"},
            ]);
            let status = t.client.patch(&path, &patch).status;
            let key = t.client.get(&path);
            format!(
                "{status} {} {} {}",
                key.text_of("name"),
                key.text_of("description"),
                key.text_of("enabled")
            )
        },
    ),
    line("an update does not show the value", "value absent", |t| {
        let path = format!("/apikeys/{}", t.key("a"));
        let reply = t.replace(&path, "/name", "b");
        if reply.text_of("value").is_empty() {
            "value absent".into()
        } else {
            "value shown".into()
        }
    }),
    line("enabled takes garbage for false", "200 false", |t| {
        let path = format!(
            "/apikeys/{}",
            t.make_key(&json!({ "enabled": true })).text_of("id")
        );
        let reply = t.replace(&path, "/enabled", "not-a-boolean");
        format!("{} {}", reply.status, reply.text_of("enabled"))
    }),
    line(
        "a value cannot be patched",
        "400 badrequest: Invalid patch path  '/value' specified for op 'replace'. Must be one of: [/description, /enabled, /name, /customerId]",
        |t| {
            t.replace(&format!("/apikeys/{}", t.key("a")), "/value", VALUE)
                .verdict()
        },
    ),
    line(
        "a path that only looks like name renames nothing",
        "400 a",
        |t| {
            let path = format!("/apikeys/{}", t.key("a"));
            format!(
                "{} {}",
                t.replace(&path, "/nameX", "b").status,
                t.client.get(&path).text_of("name")
            )
        },
    ),
    line("labels may be added", "200", |t| {
        let path = format!("/apikeys/{}", t.key("a"));
        t.client
            .patch(
                &path,
                &json!([{"op": "add", "path": "/labels", "value": "x"}]),
            )
            .status
            .to_string()
    }),
    line("an update moves lastUpdatedDate", "moves", |t| {
        let made = t.make_key(&json!({ "name": "a" }));
        t.pass_a_second();
        let changed = t.replace(&format!("/apikeys/{}", made.text_of("id")), "/name", "b");
        if changed.text_of("lastUpdatedDate") == made.text_of("lastUpdatedDate") {
            "stands".into()
        } else {
            "moves".into()
        }
    }),
    line(
        "a second delete is not found",
        "202, 404 notfound: Invalid API Key identifier specified",
        |t| {
            let path = format!("/apikeys/{}", t.key("a"));
            format!(
                "{}, {}",
                t.client.delete(&path).verdict(),
                t.client.delete(&path).verdict()
            )
        },
    ),
    line(
        "an import makes keys and repeats safely",
        "201 2, 201 2, 2 keys",
        |t| {
            let csv = format!("name,key,enabled\na,{VALUE},true\nb,{VALUE}x,\n");
            let import = || {
                let reply = t.client.send(
                    "POST",
                    "/apikeys?mode=import&format=csv&failonwarnings=true",
                    "",
                    &csv,
                );
                format!(
                    "{} {}",
                    reply.status,
                    reply.json()["ids"].as_array().map_or(0, Vec::len)
                )
            };
            let (first, second) = (import(), import());
            format!(
                "{first}, {second}, {} keys",
                t.client.get("/apikeys").items().len()
            )
        },
    ),
    line(
        "tags are put, read and taken away",
        "204 204 {\"b\":\"2\"}",
        |t| {
            let path = format!(
                "/tags/arn%3Aaws%3Aapigateway%3Aeu-west-1%3A%3A%2Fapikeys%2F{}",
                t.key("a")
            );
            let put = t
                .client
                .send(
                    "PUT",
                    &path,
                    "",
                    &json!({ "tags": {"a": "1", "b": "2"} }).to_string(),
                )
                .status;
            let deleted = t.client.delete(&format!("{path}?tagKeys=a")).status;
            format!("{put} {deleted} {}", t.client.get(&path).text_of("tags"))
        },
    ),
    line(
        "tags given at creation are shown by get and list",
        "{\"a\":\"b\"} {\"a\":\"b\"}",
        |t| {
            let id = t.make_key(&json!({ "tags": {"a": "b"} })).text_of("id");
            let listed = t.client.get("/apikeys").items()[0]["tags"].to_string();
            format!(
                "{} {listed}",
                t.client.get(&format!("/apikeys/{id}")).text_of("tags")
            )
        },
    ),
    line("regions are apart", "0 1", |t: &Target| {
        t.key("a");
        let elsewhere = t
            .client
            .signed("AKIAIOSFODNN7EXAMPLE", "us-east-1")
            .get("/apikeys")
            .items()
            .len();
        format!("{elsewhere} {}", t.client.get("/apikeys").items().len())
    }),
    line(
        "calls above the rate are refused with Retry-After",
        "429 toomanyrequests: Too Many Requests, Retry-After",
        |t| {
            let t = t.with_rates();
            let list = || t.client.get("/apikeys?limit=1");
            (0..49).for_each(|_| drop(list()));
            let last = list();
            let retry_after = if last.header("retry-after").is_some() {
                "Retry-After"
            } else {
                "none"
            };
            format!("{}, {retry_after}", last.verdict())
        },
    ),
    line("STS names the account", "200 true", |t| {
        let client = t
            .client
            .signed_for("AKIAIOSFODNN7EXAMPLE", "us-east-1", "sts");
        let form = "content-type: application/x-www-form-urlencoded\r\n";
        let reply = client.send(
            "POST",
            "/",
            form,
            "Action=GetCallerIdentity&Version=2011-06-15",
        );
        format!(
            "{} {}",
            reply.status,
            reply.text.contains("<Account>123456789012</Account>")
        )
    }),
];
