//! Credentials, STS, and what a browser may not do.

use crate::setup::quick;

#[test]
fn the_access_key_id_names_the_account() {
    let (_sandbox, client) = quick();
    let form = "content-type: application/x-www-form-urlencoded\r\n";
    let ask = |akid: &str| {
        let client = client.signed_for(akid, "us-east-1", "sts");
        client.send(
            "POST",
            "/",
            form,
            "Action=GetCallerIdentity&Version=2011-06-15",
        )
    };
    assert!(
        ask("AKIA210987654321")
            .text
            .contains("<Account>210987654321</Account>")
    );
    assert!(
        ask("AKIAIOSFODNN7EXAMPLE")
            .text
            .contains("<Account>123456789012</Account>")
    );
    let expired = ask("AKIAEXPIRED");
    assert_eq!(expired.status, 403);
    assert!(expired.text.contains("<Code>ExpiredToken</Code>"));
}

#[test]
fn wrong_credentials_have_their_codes() {
    let (_sandbox, client) = quick();
    for (akid, code) in [
        ("AKIADENIED210987654321", "403 accessdenied"),
        ("AKIAEXPIRED1", "403 expiredtoken"),
        ("AKIAUNKNOWN1", "403 unrecognizedclient"),
    ] {
        assert!(
            client
                .signed(akid, "eu-west-1")
                .get("/apikeys")
                .verdict()
                .starts_with(code),
            "{akid}"
        );
    }
}

#[test]
fn accounts_and_regions_are_apart() {
    let (_sandbox, client) = quick();
    let other = client.signed("AKIA210987654321", "eu-west-1");
    crate::setup::make_key(&other, "theirs");
    assert!(client.get("/apikeys").items().is_empty());
    assert_eq!(other.get("/apikeys").listed("name"), ["theirs"]);
}

#[test]
fn pages_of_a_browser_are_refused() {
    let (_sandbox, client) = quick();
    for target in ["/apikeys", "/_sandbox/journal"] {
        assert_eq!(
            client
                .send("GET", target, "origin: https://example.com\r\n", "")
                .status,
            403,
            "{target}"
        );
    }
}

#[test]
fn unknown_operations_are_told() {
    let (sandbox, client) = quick();
    assert!(
        client
            .post("/restapis", &serde_json::json!({}))
            .verdict()
            .starts_with("404 unknownoperation")
    );
    assert_eq!(sandbox.journal()[0].operation, None);
}
