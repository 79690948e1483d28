//! The job's token, asked for at an issuer on this machine.

use super::super::testing::{FakeGithub, Reply};
use super::*;

fn issuer(url: &str) -> Result<Issuer, GithubError> {
    let (output, _) = Output::captured();
    let token = Secret::received("request-token-0123456789".to_owned(), &output);
    Issuer::new(url, token, output)
}

fn token(value: &str) -> Reply {
    Reply::Say(200, Vec::new(), serde_json::json!({ "value": value }))
}

#[tokio::test]
async fn the_token_is_asked_for_an_audience_and_masked() {
    let github = FakeGithub::start();
    let issuer = issuer(&format!("{}/idtoken?api-version=2.0", github.url())).unwrap();
    github.fault("GET", "/idtoken", token("header.payload.signature"));
    let got = issuer.token("sts.amazonaws.com").await.unwrap();
    assert_eq!(got.expose(), "header.payload.signature");
    assert_eq!(issuer.output.scrub("header.payload.signature"), "***");
    let asked = github.state().journal[0].clone();
    assert_eq!(
        asked.path,
        "/idtoken?api-version=2.0&audience=sts.amazonaws.com"
    );
    assert_eq!(asked.token.unwrap(), "Bearer request-token-0123456789");
}

#[tokio::test]
async fn a_breakdown_is_waited_out_and_a_refusal_names_the_permission() {
    let github = FakeGithub::start();
    let issuer = issuer(&format!("{}/idtoken", github.url())).unwrap();
    for fault in [Reply::say(503, "x"), Reply::say(429, "x"), Reply::Lose] {
        github.fault("GET", "/idtoken", fault);
        github.fault("GET", "/idtoken", token("header.payload.signature"));
        issuer.token("sts.amazonaws.com").await.unwrap();
    }
    for _ in 0..3 {
        github.fault("GET", "/idtoken", Reply::say(503, "x"));
    }
    let given_up = issuer.token("sts.amazonaws.com").await.err().unwrap();
    assert_eq!(given_up.kind(), ErrorKind::Failed);
    github.fault(
        "GET",
        "/idtoken",
        Reply::say(403, "quotes header.payload.signature"),
    );
    let refused = issuer.token("sts.amazonaws.com").await;
    let said = refused.err().unwrap().to_string();
    assert!(
        said.contains("`id-token: write`") && !said.contains("quotes"),
        "{said}"
    );
    github.fault(
        "GET",
        "/idtoken",
        Reply::Say(200, Vec::new(), serde_json::json!({})),
    );
    let unreadable = issuer.token("sts.amazonaws.com").await.err().unwrap();
    assert!(
        unreadable.to_string().contains("no `value`"),
        "{unreadable}"
    );
}

#[tokio::test]
async fn an_issuer_without_tls_gets_no_token() {
    for url in ["http://issuer.example/x", "x", "file:///etc/passwd"] {
        assert!(issuer(url).is_err(), "{url}");
    }
}
