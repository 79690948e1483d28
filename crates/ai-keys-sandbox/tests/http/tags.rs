//! Tags, by ARN.

use serde_json::json;

use crate::setup::{make_key, make_usage_plan, quick};

#[test]
fn tags_are_added_and_taken_away() {
    let (_sandbox, client) = quick();
    let (key, plan) = (make_key(&client, "a"), make_usage_plan(&client, "p", &[]));
    for resource in [format!("apikeys%2F{key}"), format!("usageplans%2F{plan}")] {
        let path = format!("/tags/arn%3Aaws%3Aapigateway%3Aeu-west-1%3A%3A%2F{resource}");
        let put = |tags| {
            client
                .send("PUT", &path, "", &json!({ "tags": tags }).to_string())
                .status
        };
        assert_eq!(put(json!({"a": "1", "b": "2"})), 204);
        assert_eq!(put(json!({"b": "3"})), 204);
        assert_eq!(
            client.get(&path).json(),
            json!({ "tags": {"a": "1", "b": "3"} })
        );
        assert_eq!(
            client.delete(&format!("{path}?tagKeys=a&tagKeys=x")).status,
            204
        );
        assert_eq!(client.get(&path).json(), json!({ "tags": {"b": "3"} }));
        assert_eq!(put(json!({"aws:x": "1"})), 400);
    }
    assert_eq!(
        client.get(&format!("/apikeys/{key}")).json()["tags"],
        json!({"b": "3"})
    );
}

#[test]
fn unknown_resources_are_not_found() {
    let (_sandbox, client) = quick();
    assert_eq!(
        client
            .get("/tags/arn:aws:apigateway:eu-west-1::/apikeys/absent")
            .status,
        404
    );
    assert_eq!(
        client
            .get("/tags/arn:aws:apigateway:us-east-1::/apikeys/absent")
            .status,
        400
    );
    assert_eq!(client.get("/tags/arn:aws:s3:::bucket").status, 400);
}
