//! Assertions about usage plan keys.

use serde_json::json;

use crate::suite::{Assertion, line};
use crate::target::Target;

pub(crate) const ASSERTIONS: &[Assertion] = &[
    line(
        "a key is put on a usage plan and taken off",
        "201 a, 202, 0 keys",
        |t| {
            let (plan, key) = (t.usage_plan("p", &[]), t.key("a"));
            let made = t.put_on(&plan, &key);
            let gone = t
                .client
                .delete(&format!("/usageplans/{plan}/keys/{key}"))
                .status;
            format!(
                "{} {}, {gone}, {} keys",
                made.status,
                made.text_of("name"),
                names(t, &plan).len()
            )
        },
    ),
    line("usage plan keys show values unasked", "40 40", |t| {
        let (plan, key) = (t.usage_plan("p", &[]), t.key("a"));
        t.put_on(&plan, &key);
        let listed = t
            .client
            .get(&format!("/usageplans/{plan}/keys"))
            .listed("value")[0]
            .len();
        format!(
            "{listed} {}",
            t.client
                .get(&format!("/usageplans/{plan}/keys/{key}"))
                .text_of("value")
                .len()
        )
    }),
    line("usage plan keys are paged from new to old", "b", |t| {
        let plan = t.usage_plan("p", &[]);
        for name in ["a", "b"] {
            t.put_on(&plan, &t.key(name));
        }
        t.client
            .get(&format!("/usageplans/{plan}/keys?limit=1"))
            .listed("name")
            .join(" ")
    }),
    line("an unknown usage plan has no keys", "200 0", |t| {
        let reply = t.client.get("/usageplans/absent/keys");
        format!("{} {}", reply.status, reply.items().len())
    }),
    line(
        "a key is not put on an unknown usage plan",
        "404 notfound: Invalid Usage Plan ID specified",
        |t| t.put_on("absent", &t.key("a")).verdict(),
    ),
    line("an unknown key is not put on a usage plan", "404", |t| {
        t.put_on(&t.usage_plan("p", &[]), "absent")
            .status
            .to_string()
    }),
    line("a key is put on a usage plan once", "201 409", |t| {
        let (plan, key) = (t.usage_plan("p", &[]), t.key("a"));
        format!(
            "{} {}",
            t.put_on(&plan, &key).status,
            t.put_on(&plan, &key).status
        )
    }),
    line(
        "a key reaches a stage through one usage plan",
        "201 409",
        |t| {
            let stage = [format!("{}:prod", t.make_stage())];
            let key = t.key("a");
            let put = |name| t.put_on(&t.usage_plan(name, &stage), &key).status;
            format!("{} {}", put("p"), put("q"))
        },
    ),
    line("a key is on ten usage plans at most", "429", |t| {
        let key = t.key("a");
        let put = |n| t.put_on(&t.usage_plan(&format!("p{n}"), &[]), &key).status;
        (0..10).for_each(|n| assert_eq!(put(n), 201));
        put(10).to_string()
    }),
    line("the key type is API_KEY", "400", |t| {
        let (plan, key) = (t.usage_plan("p", &[]), t.key("a"));
        let body = json!({ "keyId": key, "keyType": "TOKEN" });
        t.client
            .post(&format!("/usageplans/{plan}/keys"), &body)
            .status
            .to_string()
    }),
    line(
        "a renamed key has its new name on its usage plan",
        "b",
        |t| {
            let (plan, key) = (t.usage_plan("p", &[]), t.key("a"));
            t.put_on(&plan, &key);
            t.replace(&format!("/apikeys/{key}"), "/name", "b");
            names(t, &plan).join(" ")
        },
    ),
    line("a deleted key is on no usage plan", "202 0", |t| {
        let (plan, key) = (t.usage_plan("p", &[]), t.key("a"));
        t.put_on(&plan, &key);
        let deleted = t.client.delete(&format!("/apikeys/{key}")).status;
        format!("{deleted} {}", names(t, &plan).len())
    }),
    line("a key is taken off a usage plan once", "202 404", |t| {
        let (plan, key) = (t.usage_plan("p", &[]), t.key("a"));
        t.put_on(&plan, &key);
        let path = format!("/usageplans/{plan}/keys/{key}");
        format!(
            "{} {}",
            t.client.delete(&path).status,
            t.client.delete(&path).status
        )
    }),
    line("usage plans are found by their key", "q", |t| {
        let (_, plan, key) = (t.usage_plan("p", &[]), t.usage_plan("q", &[]), t.key("a"));
        t.put_on(&plan, &key);
        t.client
            .get(&format!("/usageplans?keyId={key}"))
            .listed("name")
            .join(" ")
    }),
];

fn names(t: &Target, usage_plan: &str) -> Vec<String> {
    t.client
        .get(&format!("/usageplans/{usage_plan}/keys"))
        .listed("name")
}
