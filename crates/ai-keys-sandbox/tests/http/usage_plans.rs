//! Usage plans, REST APIs and stages.

use serde_json::{Value, json};

use crate::setup::{make_usage_plan, quick, scope};

#[test]
fn a_usage_plan_comes_back_as_it_was_made() {
    let (sandbox, client) = quick();
    let api = sandbox.ensure_stage(&scope(), "chat-api", "prod").api_id;
    let body = json!({
        "name": "standard",
        "description": "d",
        "apiStages": [{"apiId": api, "stage": "prod", "throttle": {"/chat/POST": {"burstLimit": 2, "rateLimit": 0.5}}}],
        "throttle": {"burstLimit": 20, "rateLimit": 2.5},
        "quota": {"limit": 100, "offset": 0, "period": "MONTH"},
    });
    let made = client.post("/usageplans", &body);
    assert_eq!(made.status, 201);
    let mut expected = body;
    expected["id"] = json!(made.text_of("id"));
    assert_eq!(made.json(), expected);
    assert_eq!(client.get("/usageplans").items(), [expected.clone()]);
    expected["tags"] = json!({});
    assert_eq!(
        client
            .get(&format!("/usageplans/{}", made.text_of("id")))
            .json(),
        expected
    );
    assert_eq!(
        client.get("/usageplans/absent").verdict(),
        "404 notfound: Invalid Usage Plan ID specified"
    );
}

#[test]
fn rules_are_checked_at_creation() {
    let (sandbox, client) = quick();
    let api = sandbox.ensure_stage(&scope(), "chat-api", "prod").api_id;
    let status = |extra: Value| {
        let mut body = json!({ "name": "p" });
        body.as_object_mut()
            .unwrap()
            .extend(extra.as_object().unwrap().clone());
        client.post("/usageplans", &body).status
    };
    assert_eq!(status(json!({ "name": null })), 400);
    assert_eq!(
        status(json!({ "apiStages": [{"apiId": api, "stage": "dev"}] })),
        404
    );
    assert_eq!(
        status(json!({ "quota": {"limit": -1, "period": "DAY"} })),
        400
    );
    assert_eq!(status(json!({ "quota": {"limit": 1} })), 400);
    assert_eq!(
        status(json!({ "quota": {"limit": 1, "period": "WEEK", "offset": 7} })),
        400
    );
    assert_eq!(status(json!({ "throttle": {"burstLimit": 5} })), 400);
    assert_eq!(
        status(json!({ "throttle": {"burstLimit": 50, "rateLimit": 1} })),
        201
    );
    assert_eq!(sandbox.usage_plans(&scope()).len(), 1);
}

#[test]
fn patches_reach_every_documented_path() {
    let (sandbox, client) = quick();
    let api = sandbox.ensure_stage(&scope(), "chat-api", "prod").api_id;
    let path = format!("/usageplans/{}", make_usage_plan(&client, "p", &[]));
    let method = format!("/apiStages/{api}:prod/throttle/~1chat/POST");
    let add = |path: &str, value: &str| json!({ "op": "add", "path": path, "value": value });
    let operations = json!([
        {"op": "replace", "path": "/name", "value": "q"},
        {"op": "replace", "path": "/description", "value": "d"},
        add("/productCode", "pc"),
        add("/apiStages", &format!("{api}:prod")),
        add("/throttle/rateLimit", "3.5"),
        add("/throttle/burstLimit", "7"),
        add("/quota/limit", "10"),
        add("/quota/period", "WEEK"),
        add("/quota/offset", "6"),
        add(&format!("{method}/rateLimit"), "1"),
        add(&format!("{method}/burstLimit"), "2"),
    ]);
    let reply = client.patch(&path, &operations).json();
    assert_eq!(
        (reply["name"].as_str(), reply["productCode"].as_str()),
        (Some("q"), Some("pc"))
    );
    assert_eq!(
        reply["throttle"],
        json!({"burstLimit": 7, "rateLimit": 3.5})
    );
    assert_eq!(
        reply["quota"],
        json!({"limit": 10, "offset": 6, "period": "WEEK"})
    );
    assert_eq!(
        reply["apiStages"][0]["throttle"],
        json!({"/chat/POST": {"burstLimit": 2, "rateLimit": 1.0}})
    );
    let remove = json!([
        {"op": "remove", "path": "/quota"}, {"op": "remove", "path": "/throttle"}, {"op": "remove", "path": method},
        {"op": "remove", "path": "/apiStages", "value": format!("{api}:prod")}, {"op": "remove", "path": "/productCode"},
    ]);
    let members = client.patch(&path, &remove).json();
    assert_eq!(
        members.as_object().unwrap().keys().collect::<Vec<_>>(),
        ["apiStages", "description", "id", "name", "tags"]
    );
}

#[test]
fn wrong_patches_are_refused_whole() {
    let (sandbox, client) = quick();
    sandbox.ensure_stage(&scope(), "chat-api", "prod");
    let id = make_usage_plan(&client, "p", &[]);
    let verdict = |operation: Value| {
        client
            .patch(
                &format!("/usageplans/{id}"),
                &json!([{"op": "replace", "path": "/name", "value": "q"}, operation]),
            )
            .verdict()
    };
    assert!(
        verdict(json!({"op": "replace", "path": "/tags/x", "value": "y"}))
            .starts_with("400 badrequest: Invalid patch path  '/tags/x'")
    );
    assert_eq!(
        verdict(json!({"op": "remove", "path": "/apiStages"})),
        "400 badrequest: Invalid API Stage specified"
    );
    assert_eq!(
        verdict(json!({"op": "remove", "path": "/apiStages", "value": "x:y"})),
        format!(
            "404 notfound: Invalid API Stage {{api: x, stage: y}} specified for usageplan {id}"
        )
    );
    assert_eq!(
        verdict(json!({"op": "add", "path": "/quota/limit", "value": "1"})).get(..3),
        Some("400")
    );
    assert_eq!(sandbox.usage_plans(&scope())[0].name, "p");
}

#[test]
fn a_usage_plan_with_stages_is_not_deleted() {
    let (sandbox, client) = quick();
    let api = sandbox.ensure_stage(&scope(), "chat-api", "prod").api_id;
    let id = make_usage_plan(&client, "p", &[&format!("{api}:prod")]);
    let path = format!("/usageplans/{id}");
    assert_eq!(
        client.delete(&path).verdict(),
        format!(
            "400 badrequest: Cannot delete Usage Plan {id} because there are API Stages associated with it, including {api}:prod"
        )
    );
    client.patch(
        &path,
        &json!([{"op": "remove", "path": "/apiStages", "value": format!("{api}:prod")}]),
    );
    assert_eq!(client.delete(&path).status, 202);
    assert_eq!(client.delete(&path).status, 404);
}

#[test]
fn a_re_created_stage_is_on_no_usage_plan() {
    let (sandbox, client) = quick();
    let stage = sandbox.ensure_stage(&scope(), "chat-api", "prod");
    make_usage_plan(&client, "p", &[&format!("{}:prod", stage.api_id)]);
    sandbox.delete_stage(&scope(), &stage);
    assert_eq!(sandbox.ensure_stage(&scope(), "chat-api", "prod"), stage);
    assert!(sandbox.usage_plans(&scope())[0].stages.is_empty());
}

#[test]
fn rest_apis_and_stages_can_be_read() {
    let (sandbox, client) = quick();
    let api = sandbox.ensure_stage(&scope(), "chat-api", "prod").api_id;
    sandbox.ensure_stage(&scope(), "chat-api", "dev");
    assert_eq!(client.get("/restapis").listed("name"), ["chat-api"]);
    assert_eq!(
        client.get(&format!("/restapis/{api}")).text_of("name"),
        "chat-api"
    );
    assert_eq!(
        client
            .get(&format!("/restapis/{api}/stages"))
            .listed("stageName"),
        ["dev", "prod"]
    );
    assert_eq!(
        client.get(&format!("/restapis/{api}/stages/dev")).status,
        200
    );
    assert_eq!(client.get(&format!("/restapis/{api}/stages/x")).status, 404);
    assert!(
        client
            .signed("AKIA", "us-east-1")
            .get("/restapis")
            .items()
            .is_empty()
    );
}
