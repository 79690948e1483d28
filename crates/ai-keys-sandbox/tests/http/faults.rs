//! Fault rules, in the sandbox and in the proxy.

use std::time::Duration;

use ai_keys_sandbox::{Act, FaultProxy, FaultRule, Refusal, Turn};
use serde_json::json;

use crate::client::Client;
use crate::setup::{make_key, quick, scope};

#[test]
fn acts_before_leave_no_key_and_acts_after_leave_one() {
    let cases = [
        (
            Act::Throttle(Some("5".into())),
            "429 toomanyrequests: Too Many Requests",
            0,
        ),
        (
            Act::ConcurrentModification,
            "409 conflict: Unable to complete operation due to concurrent modification. Please try again later.",
            0,
        ),
        (
            Act::ExpiredToken,
            "403 expiredtoken: The security token included in the request is expired",
            0,
        ),
        (Act::LimitExceeded, "429 limitexceeded: Limit exceeded", 0),
        (Act::ErrorBefore(503), "503 -: -", 0),
        (Act::CloseBefore, "0", 0),
        (Act::HangBefore, "0", 0),
        (Act::CloseAfter, "0", 1),
        (Act::HangAfter, "0", 1),
        (Act::ErrorAfter(500), "500 -: -", 1),
        (Act::Truncate, "0", 1),
        (Act::Drip(400), "0", 1),
        (Act::Garble, "201", 1),
        (Act::Say("{}".to_owned()), "200", 0),
        (Act::Redirect("http://127.0.0.1:1/".to_owned()), "307", 0),
        (Act::Delay, "201", 1),
    ];
    for (act, verdict, keys) in cases {
        let (sandbox, mut client) = quick();
        if matches!(act, Act::HangBefore | Act::HangAfter | Act::Drip(_)) {
            client.timeout = Duration::from_millis(200);
        }
        sandbox
            .set_faults(vec![
                FaultRule::on("CreateApiKey", act.clone()).turn(Turn::Nth(1)),
            ])
            .unwrap();
        assert_eq!(
            client.post("/apikeys", &json!({})).verdict(),
            verdict,
            "{verdict}"
        );
        assert_eq!(sandbox.keys(&scope()).len(), keys, "{verdict}");
        client.timeout = Duration::from_secs(20);
        assert_eq!(
            client.post("/apikeys", &json!({})).status,
            201,
            "the second call is not the rule's"
        );
        assert!(sandbox.journal()[0].injected && !sandbox.journal()[1].injected);
    }
}

#[test]
fn a_throttle_says_any_retry_after() {
    let (sandbox, client) = quick();
    for text in ["5", "soon", "Mon, 23 Nov 2026 12:00:05 GMT"] {
        sandbox
            .set_faults(vec![FaultRule::everywhere(Act::Throttle(Some(
                text.into(),
            )))])
            .unwrap();
        assert_eq!(
            client.get("/apikeys").header("retry-after"),
            Some(text.to_ascii_lowercase().as_str())
        );
    }
    sandbox
        .set_faults(vec![FaultRule::everywhere(Act::Throttle(None))])
        .unwrap();
    assert_eq!(client.get("/apikeys").header("retry-after"), None);
}

#[test]
fn a_call_that_the_client_gave_up_is_carried_out_all_the_same() {
    let (sandbox, mut client) = quick();
    client.timeout = Duration::from_millis(20);
    sandbox
        .set_faults(vec![FaultRule::on("CreateApiKey", Act::Delay).delay_ms(60)])
        .unwrap();
    assert_eq!(client.post("/apikeys", &json!({})).status, 0);
    client.timeout = Duration::from_secs(5);
    while sandbox.journal().is_empty() {
        client.get("/_sandbox/health");
    }
    assert_eq!(
        (sandbox.journal()[0].status, sandbox.keys(&scope()).len()),
        (Some(201), 1)
    );
}

#[test]
fn a_stale_read_shows_the_state_of_before() {
    let (sandbox, client) = quick();
    make_key(&client, "old");
    sandbox
        .set_faults(vec![
            FaultRule::on("GetApiKeys", Act::StaleRead).turn(Turn::First(1)),
        ])
        .unwrap();
    make_key(&client, "new");
    assert_eq!(client.get("/apikeys").listed("name"), ["old"]);
    assert_eq!(client.get("/apikeys").listed("name"), ["new", "old"]);
}

#[test]
fn rules_and_journal_go_over_http_too() {
    let (_sandbox, client) = quick();
    let rules = json!([{"path": "limit=500", "act": {"refuse": {"status": 400, "code": "BadRequestException", "message": "gone"}}}]);
    assert_eq!(client.post("/_sandbox/faults", &rules).status, 200);
    assert_eq!(
        client.get("/apikeys?limit=500").verdict(),
        "400 badrequest: gone"
    );
    assert_eq!(client.get("/apikeys").status, 200);
    assert_eq!(
        client
            .post("/_sandbox/faults", &json!([{"act": "explode"}]))
            .status,
        400
    );
    let journal = client.get("/_sandbox/journal").json();
    assert_eq!(journal[0]["operation"], "GetApiKeys");
    assert_eq!(
        journal.as_array().unwrap().len(),
        2,
        "control calls are not journalled"
    );
}

#[test]
fn the_journal_tells_attempts_and_equal_bodies_but_no_values() {
    let (sandbox, client) = quick();
    let body = json!({ "value": "abcdefghijklmnopqrstuvwxyz" }).to_string();
    client.send(
        "POST",
        "/apikeys",
        "amz-sdk-request: attempt=1; max=3\r\n",
        &body,
    );
    client.send(
        "POST",
        "/apikeys",
        "amz-sdk-request: attempt=2; max=3\r\n",
        &body,
    );
    let journal = sandbox.journal();
    assert_eq!((journal[0].attempt, journal[1].attempt), (1, 2));
    assert_eq!(journal[0].body_mark, journal[1].body_mark);
    assert_eq!(journal[1].error.as_deref(), Some("ConflictException"));
    assert!(journal[0].is_write());
    assert!(
        !serde_json::to_string(&journal)
            .unwrap()
            .contains("abcdefghij")
    );
}

#[test]
fn the_proxy_puts_faults_in_front_of_another_server() {
    let (sandbox, direct) = quick();
    let proxy = FaultProxy::start(sandbox.url()).unwrap();
    let client = Client::new(&proxy.url()).signed("AKIA210987654321", "us-east-1");
    proxy
        .set_faults(vec![
            FaultRule::on("CreateApiKey", Act::CloseAfter).turn(Turn::Nth(1)),
        ])
        .unwrap();
    assert_eq!(client.post("/apikeys", &json!({ "name": "a" })).status, 0);
    assert_eq!(
        client.get("/apikeys?name=a").listed("name"),
        ["a"],
        "it was carried out"
    );
    assert!(
        direct.get("/apikeys").items().is_empty(),
        "the account went through"
    );
    let journal = proxy.journal();
    assert_eq!(
        (journal[0].operation.as_deref(), journal[0].status),
        (Some("CreateApiKey"), None)
    );
    assert_eq!(journal[1].path, "/apikeys?name");
    assert!(
        proxy
            .set_faults(vec![FaultRule::everywhere(Act::StaleRead)])
            .is_err()
    );
}

#[test]
fn the_proxy_names_json_operations_and_survives_a_dead_upstream() {
    let (sandbox, _client) = quick();
    let proxy = FaultProxy::start(sandbox.url()).unwrap();
    let client = Client::new(&proxy.url());
    let refusal = Refusal {
        status: 400,
        code: "LimitExceededException".into(),
        message: "no".into(),
    };
    proxy
        .set_faults(vec![FaultRule::on("PutSecretValue", Act::Refuse(refusal))])
        .unwrap();
    let reply = client.send(
        "POST",
        "/",
        "x-amz-target: secretsmanager.PutSecretValue\r\n",
        "{}",
    );
    assert_eq!(reply.verdict(), "400 limitexceeded: no");
    assert_eq!(
        proxy.journal()[0].operation.as_deref(),
        Some("PutSecretValue")
    );
    drop(sandbox);
    assert_eq!(client.get("/apikeys").status, 502);
}

#[test]
fn a_seventy_percent_storm_is_even() {
    let (sandbox, client) = quick();
    sandbox
        .set_faults(vec![
            FaultRule::everywhere(Act::Throttle(Some("1".into()))).turn(Turn::Percent(70)),
        ])
        .unwrap();
    let refused = (0..100)
        .filter(|_| client.get("/apikeys").status == 429)
        .count();
    assert_eq!(refused, 70);
}
