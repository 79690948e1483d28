//! The whole way of a call, against a server on this machine.

use std::sync::Mutex;

use ai_keys_core::date::Date;
use ai_keys_core::plan::NewKey;
use ai_keys_core::state::Liveness;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::*;
use crate::output::Captured;
use crate::provider::aws::Deleted;
use crate::schedule::Pace;
use crate::secret::Secret;
use crate::signal::Stop;

/// What the server does with one request.
#[derive(Clone, Copy)]
enum Reply {
    Json(u16, &'static str),
    Xml(&'static str),
    /// Takes the request and closes the connection: was it carried out?
    Drop,
    /// Promises more bytes than it sends.
    Truncated,
}

type Requests = Arc<Mutex<Vec<String>>>;

/// Serves one connection per reply, in order.
async fn serve(replies: Vec<Reply>) -> (String, Requests) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let requests = Requests::default();
    let kept = requests.clone();
    tokio::spawn(async move {
        for reply in replies {
            let (mut stream, _) = listener.accept().await.unwrap();
            let request = read(&mut stream).await;
            kept.lock().unwrap().push(request);
            let (head, body) = match reply {
                Reply::Json(status, body) => (
                    format!("{status} X\r\ncontent-length: {}", body.len()),
                    body,
                ),
                Reply::Xml(body) => (
                    format!(
                        "200 OK\r\ncontent-type: text/xml\r\ncontent-length: {}",
                        body.len()
                    ),
                    body,
                ),
                Reply::Truncated => (
                    "201 Created\r\ncontent-length: 500".to_owned(),
                    "{\"id\":\"abc",
                ),
                Reply::Drop => continue,
            };
            let answer = format!("HTTP/1.1 {head}\r\nconnection: close\r\n\r\n{body}");
            stream.write_all(answer.as_bytes()).await.unwrap();
        }
    });
    (url, requests)
}

async fn read(stream: &mut TcpStream) -> String {
    let mut request = String::new();
    let mut buffer = [0; 4096];
    loop {
        let count = stream.read(&mut buffer).await.unwrap();
        if count == 0 {
            return request;
        }
        request.push_str(std::str::from_utf8(&buffer[..count]).unwrap());
        let Some((head, body)) = request.split_once("\r\n\r\n") else {
            continue;
        };
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "));
        if body.len() >= length.map_or(0, |length| length.parse().unwrap()) {
            return request;
        }
    }
}

/// Opens an account at a server. Nothing is repeated: patience is zero.
async fn open(endpoint: String) -> (Account, Captured) {
    let (output, captured) = Output::captured();
    let scheduler = Scheduler::new(Pace::Unlimited, Stop::default());
    let account = "123456789012".to_owned();
    let access = Access::Sandbox { endpoint, account };
    let scheduler = scheduler.with_patience(Duration::ZERO);
    let account = Account::open("eu-west-1", &access, scheduler, output).await;
    (account, captured)
}

const KEYS: &str = r#"{"position":"next","item":[{"id":"abc123def4","name":"chat","value":"VALUE-0123456789abcdef","enabled":true,"createdDate":1700000000},{"id":"0123456789012345678901234567890123456789","name":"legacy"}]}"#;

#[tokio::test]
async fn a_list_has_full_pages_no_values_and_hides_ids_that_may_be_values() {
    let (url, requests) = serve(vec![Reply::Json(200, KEYS)]).await;
    let (account, captured) = open(url).await;
    let page = account.reader().keys(Some("p/1".to_owned())).await.unwrap();
    assert_eq!(page.next.as_deref(), Some("next"));
    let (id, key) = &page.rows[0];
    assert_eq!(
        (id.as_str(), key.live.name.as_str()),
        ("abc123def4", "chat")
    );
    assert_eq!(key.live.liveness, Liveness::Active);
    assert_eq!(key.live.created, Date::from_ymd(2023, 11, 14));
    let request = requests.lock().unwrap()[0].clone();
    assert!(request.starts_with("GET /apikeys?"), "{request}");
    assert!(request.contains("limit=500") && request.contains("position=p%2F1"));
    assert!(request.contains("includeValues=false"), "{request}");
    account
        .output()
        .print(&format!("{} {}\n", page.rows[0].0, page.rows[1].0));
    assert_eq!(captured.stdout(), "abc123def4 ***\n");
}

#[tokio::test]
async fn the_real_id_of_a_usage_plan_is_kept_however_long_it_is() {
    // One answer that is a list of keys as well as of usage plans, since the
    // two are asked for at once; then who is on the usage plan.
    let row = r#"{"item":[{"id":"abcdefghij0123456789","name":"x"}]}"#;
    let replies = vec![
        Reply::Json(200, row),
        Reply::Json(200, row),
        Reply::Json(200, "{}"),
    ];
    let (url, _) = serve(replies).await;
    let reader = open(url).await.0.reader();
    let observed = Box::pin(crate::provider::aws::observe(
        &reader,
        "123456789012",
        false,
    ));
    let observed = observed.await.unwrap();
    let id = "abcdefghij0123456789";
    let handle = ai_keys_core::state::Handle::of_id(id);
    assert_eq!(
        observed.usage_plan_ids.get(&handle).map(String::as_str),
        Some(id)
    );
    assert!(!observed.live.to_json().contains(id));
}

#[tokio::test]
async fn a_row_without_an_id_makes_the_list_unusable() {
    let (url, _) = serve(vec![Reply::Json(200, r#"{"item":[{"name":"x"}]}"#)]).await;
    let error = open(url).await.0.reader().keys(None).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Ambiguous);
}

#[tokio::test]
async fn the_account_is_asked_of_sts() {
    let xml = "<GetCallerIdentityResponse><GetCallerIdentityResult><Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>";
    let (url, _) = serve(vec![Reply::Xml(xml)]).await;
    assert_eq!(open(url).await.0.id().await.unwrap(), "123456789012");
}

fn new_key() -> NewKey {
    NewKey {
        name: "chat".to_owned(),
        description: String::new(),
        is_enabled: true,
        customer_id: None,
        tags: std::collections::BTreeMap::new(),
    }
}

/// Creates a key at a server that does this, and returns the error.
async fn create(reply: Reply) -> ProviderError {
    let (url, requests) = serve(vec![reply]).await;
    let (account, captured) = open(url).await;
    let value = Secret::generate(account.output()).unwrap();
    let outcome = account.writer().create_key(&new_key(), &value).await;
    let error = outcome.unwrap_err();
    let request = requests.lock().unwrap()[0].clone();
    assert!(request.contains(value.expose()), "our own value is sent");
    assert!(!error.to_string().contains(value.expose()));
    assert_eq!(captured.stdout() + &captured.stderr(), "");
    error
}

#[tokio::test]
async fn a_create_whose_answer_is_lost_is_ambiguous() {
    for reply in [Reply::Drop, Reply::Truncated, Reply::Json(503, "")] {
        let error = create(reply).await;
        assert_eq!(error.kind(), ErrorKind::Ambiguous, "{error}");
    }
}

#[tokio::test]
async fn a_second_create_with_the_same_value_is_told_apart() {
    let body = r#"{"__type":"ConflictException","message":"API Key already exists"}"#;
    let error = create(Reply::Json(409, body)).await;
    assert_eq!(error.kind(), ErrorKind::ConflictExists, "{error}");
}

#[tokio::test]
async fn a_refusal_names_operation_region_endpoint_and_permission() {
    let body = r#"{"__type":"AccessDeniedException","message":"User: x is not authorized"}"#;
    let line = create(Reply::Json(403, body)).await.to_string();
    assert!(
        line.starts_with("CreateApiKey in eu-west-1 at http://127.0.0.1:"),
        "{line}"
    );
    assert!(
        line.contains("is not allowed: User: x is not authorized (403 AccessDeniedException)"),
        "{line}"
    );
    assert!(
        line.contains("`apigateway:POST` on `arn:aws:apigateway:eu-west-1::/apikeys`"),
        "{line}"
    );
}

#[tokio::test]
async fn an_endpoint_where_nobody_listens_is_unreachable() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let error = open(url.clone())
        .await
        .0
        .reader()
        .keys(None)
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unreachable, "{error}");
    let help = format!("check that something listens at {url}");
    assert!(error.to_string().ends_with(&help), "{error}");
}

#[tokio::test]
async fn what_is_gone_counts_as_deleted() {
    let gone = r#"{"__type":"NotFoundException","message":"Invalid API Key identifier specified"}"#;
    let (url, _) = serve(vec![Reply::Json(202, ""), Reply::Json(404, gone)]).await;
    let writer = open(url).await.0.writer();
    assert_eq!(writer.delete_key("a").await.unwrap(), Deleted::Now);
    assert_eq!(writer.delete_key("a").await.unwrap(), Deleted::Before);
}
