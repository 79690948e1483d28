//! Assertions about usage plans.

use serde_json::{Value, json};

use crate::suite::{Assertion, line};
use crate::target::Target;

pub(crate) const ASSERTIONS: &[Assertion] = &[
    line(
        "a usage plan is created, read and listed",
        "201 p 10 p",
        |t| {
            let body = json!({ "name": "p", "throttle": {"burstLimit": 20, "rateLimit": 10}, "quota": {"limit": 9, "period": "DAY"} });
            let made = t.client.post("/usageplans", &body);
            let got = t
                .client
                .get(&format!("/usageplans/{}", made.text_of("id")))
                .json();
            let rate = got["throttle"]["rateLimit"].as_f64().unwrap_or_default();
            format!(
                "{} {} {rate} {}",
                made.status,
                got["name"].as_str().unwrap_or(""),
                t.client.get("/usageplans").listed("name").join(" ")
            )
        },
    ),
    line(
        "an unknown usage plan is not found",
        "404 notfound: Invalid Usage Plan ID specified",
        |t| t.client.get("/usageplans/absent").verdict(),
    ),
    line("usage plans are paged", "1+1", |t| {
        t.usage_plan("a", &[]);
        t.usage_plan("b", &[]);
        let first = t.client.get("/usageplans?limit=1");
        let rest = t.client.get(&format!(
            "/usageplans?limit=1&position={}",
            first.text_of("position")
        ));
        format!("{}+{}", first.items().len(), rest.items().len())
    }),
    line(
        "a usage plan with an unknown stage is refused",
        "404",
        |t| {
            create(
                t,
                &json!({ "apiStages": [{"apiId": "absent", "stage": "prod"}] }),
            )
        },
    ),
    line("a negative quota is refused", "400", |t| {
        create(t, &json!({ "quota": {"limit": -1, "period": "DAY"} }))
    }),
    line("a quota offset fits its period", "400", |t| {
        create(
            t,
            &json!({ "quota": {"limit": 1, "period": "WEEK", "offset": 7} }),
        )
    }),
    line("a quota needs a period", "400", |t| {
        create(t, &json!({ "quota": {"limit": 1} }))
    }),
    line("a burst above the rate is accepted", "201", |t| {
        create(
            t,
            &json!({ "throttle": {"burstLimit": 100, "rateLimit": 1} }),
        )
    }),
    line("a rate may be a fraction", "200 3.5", |t| {
        let made = t.client.post(
            "/usageplans",
            &json!({ "name": "p", "throttle": {"burstLimit": 5, "rateLimit": 1} }),
        );
        let reply = t.replace(
            &format!("/usageplans/{}", made.text_of("id")),
            "/throttle/rateLimit",
            "3.5",
        );
        format!("{} {}", reply.status, reply.json()["throttle"]["rateLimit"])
    }),
    line("a patched quota is still a number", "200 7", |t| {
        let quota = json!({ "name": "p", "quota": {"limit": 9, "period": "DAY"} });
        let made = t.client.post("/usageplans", &quota);
        let path = format!("/usageplans/{}", made.text_of("id"));
        let reply = t.replace(&path, "/quota/limit", "7");
        format!("{} {}", reply.status, reply.json()["quota"]["limit"])
    }),
    line("a method has a throttle of its own", "200 2.0", |t| {
        let api = t.make_stage();
        let id = t.usage_plan("p", &[format!("{api}:prod")]);
        let path = format!("/apiStages/{api}:prod/throttle/~1chat/POST/rateLimit");
        let reply = t.client.patch(
            &format!("/usageplans/{id}"),
            &json!([{"op": "add", "path": path, "value": "2"}]),
        );
        format!(
            "{} {}",
            reply.status,
            reply.json()["apiStages"][0]["throttle"]["/chat/POST"]["rateLimit"]
        )
    }),
    line("a path that is not documented is refused", "400", |t| {
        let id = t.usage_plan("p", &[]);
        t.replace(&format!("/usageplans/{id}"), "/bogus", "x")
            .status
            .to_string()
    }),
    line(
        "an unknown stage is not removed",
        "404 notfound: Invalid API Stage {api: x, stage: y} specified for usageplan ID",
        |t| {
            let id = t.usage_plan("p", &[]);
            let patch = json!([{"op": "remove", "path": "/apiStages", "value": "x:y"}]);
            t.client
                .patch(&format!("/usageplans/{id}"), &patch)
                .verdict()
                .replace(&id, "ID")
        },
    ),
    line("a stage is added and removed", "1 0", |t| {
        let api = t.make_stage();
        let path = format!("/usageplans/{}", t.usage_plan("p", &[]));
        let stages = |op: &str| {
            t.client.patch(
                &path,
                &json!([{"op": op, "path": "/apiStages", "value": format!("{api}:prod")}]),
            );
            t.client.get(&path).json()["apiStages"]
                .as_array()
                .map_or(0, Vec::len)
        };
        format!("{} {}", stages("add"), stages("remove"))
    }),
    line(
        "a usage plan with stages is not deleted",
        "400 badrequest: Cannot delete Usage Plan ID because there are API Stages associated with it, including API:prod",
        |t| {
            let api = t.make_stage();
            let id = t.usage_plan("p", &[format!("{api}:prod")]);
            t.client
                .delete(&format!("/usageplans/{id}"))
                .verdict()
                .replace(&id, "ID")
                .replace(&api, "API")
        },
    ),
    line(
        "a usage plan is deleted once",
        "202, 404 notfound: Invalid Usage Plan ID specified",
        |t| {
            let path = format!("/usageplans/{}", t.usage_plan("p", &[]));
            format!(
                "{}, {}",
                t.client.delete(&path).verdict(),
                t.client.delete(&path).verdict()
            )
        },
    ),
    line("a deleted stage leaves its usage plans", "0", |t| {
        let api = t.make_stage();
        let id = t.usage_plan("p", &[format!("{api}:prod")]);
        t.delete_stage(&api);
        let stages = t.client.get(&format!("/usageplans/{id}")).json();
        stages["apiStages"]
            .as_array()
            .map_or(0, Vec::len)
            .to_string()
    }),
    line("usage is read", "200 {}", |t| {
        let id = t.usage_plan("p", &[]);
        let reply = t.client.get(&format!(
            "/usageplans/{id}/usage?startDate=2026-11-01&endDate=2026-11-02"
        ));
        format!("{} {}", reply.status, reply.text_of("values"))
    }),
    line("remaining usage is extended", "200", |t| {
        let body = json!({ "name": "p", "quota": {"limit": 9, "period": "MONTH"} });
        let (id, key) = (
            t.client.post("/usageplans", &body).text_of("id"),
            t.key("k"),
        );
        t.put_on(&id, &key);
        t.replace(
            &format!("/usageplans/{id}/keys/{key}/usage"),
            "/remaining",
            "20",
        )
        .status
        .to_string()
    }),
    line("300 usage plans are the most", "429", |t| {
        (0..300).for_each(|n| drop(t.usage_plan(&format!("p{n}"), &[])));
        create(t, &json!({}))
    }),
];

fn create(t: &Target, extra: &Value) -> String {
    let mut body = json!({ "name": "p" });
    body.as_object_mut()
        .unwrap()
        .extend(extra.as_object().unwrap().clone());
    t.client.post("/usageplans", &body).status.to_string()
}
