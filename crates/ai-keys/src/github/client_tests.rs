//! The client against a GitHub on this machine that misbehaves.

use serde::Deserialize;
use serde_json::{Value, json};

use super::super::testing::{FakeGithub, Reply, bot};
use super::*;
use crate::output::Captured;

const TOKEN: &str = "ghp_AnotherTokenThatNobodyMaySee0123456789";

/// A client that loses no time.
pub(in super::super) fn client(github: &FakeGithub) -> (Client, Captured) {
    let (output, captured) = Output::captured();
    let token = Secret::received(TOKEN.to_owned(), &output);
    let pace = Pace {
        between_writes: Duration::ZERO,
        patience: Duration::from_secs(4),
        attempt: Duration::from_secs(5),
    };
    let endpoint = Endpoint::of_api(&github.url()).unwrap();
    let made = Client::new(
        endpoint,
        "acme/keys",
        Some(token),
        output,
        pace,
        Stop::default(),
    );
    (made.ok().unwrap(), captured)
}

#[derive(Deserialize)]
struct Comment {
    id: u64,
}

const COMMENTS: &str = "/repos/acme/keys/issues/7/comments?per_page=100";

async fn list(client: &Client) -> Result<Vec<u64>, GithubError> {
    let listed: Vec<Comment> = client.list(Call::ListComments, COMMENTS).await?;
    Ok(listed.into_iter().map(|comment| comment.id).collect())
}

async fn write(client: &Client) -> Result<Value, GithubError> {
    let route = "/repos/acme/keys/issues/7/comments";
    client
        .post(Call::CreateComment, route, &json!({ "body": "x" }))
        .await
}

fn calls(github: &FakeGithub, method: &str) -> usize {
    let state = github.state();
    state
        .journal
        .iter()
        .filter(|request| request.method == method)
        .count()
}

#[tokio::test]
async fn a_list_is_read_through_all_its_pages() {
    let github = FakeGithub::start();
    github.state().page = Some(3);
    let ids: Vec<u64> = (0..10)
        .map(|n| github.plant(7, &bot(), &n.to_string()))
        .collect();
    let (client, _) = client(&github);
    assert_eq!(list(&client).await.unwrap(), ids);
    assert_eq!(calls(&github, "GET"), 4);
}

#[tokio::test]
async fn a_list_that_breaks_off_is_no_list() {
    let github = FakeGithub::start();
    github.state().page = Some(1);
    for _ in 0..3 {
        github.plant(7, &bot(), "x");
    }
    github.fault("GET", "page=3", Reply::say(404, "Not Found"));
    let (client, _) = client(&github);
    let error = list(&client).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Gone);
}

#[tokio::test]
async fn what_can_be_repeated_is_repeated_after_a_breakdown_and_nothing_else() {
    let github = FakeGithub::start();
    let (client, _) = client(&github);
    github.fault("GET", "/comments", Reply::say(502, "Bad Gateway"));
    github.fault("GET", "/comments", Reply::Lose);
    assert_eq!(list(&client).await.unwrap(), [0; 0]);
    assert_eq!(calls(&github, "GET"), 3);
    for fault in [Reply::say(503, "Unavailable"), Reply::Lose] {
        github.state().journal.clear();
        github.fault("POST", "/comments", fault);
        assert!(write(&client).await.is_err());
        assert_eq!(calls(&github, "POST"), 1, "a comment may be there already");
    }
}

#[tokio::test]
async fn a_refusal_is_final() {
    let github = FakeGithub::start();
    let (client, _) = client(&github);
    for (status, kind) in [
        (401, ErrorKind::NotPermitted),
        (403, ErrorKind::NotPermitted),
        (404, ErrorKind::Gone),
        (410, ErrorKind::Gone),
        (422, ErrorKind::Refused),
    ] {
        github.state().journal.clear();
        github.fault("GET", "/comments", Reply::say(status, "no"));
        assert_eq!(list(&client).await.unwrap_err().kind(), kind, "{status}");
        assert_eq!(calls(&github, "GET"), 1);
    }
}

#[tokio::test]
async fn a_rate_limit_is_waited_out_even_for_a_write() {
    let github = FakeGithub::start();
    let (client, _) = client(&github);
    for (status, message) in [
        (429, "Too many requests"),
        (403, "You have exceeded a secondary rate limit"),
    ] {
        let asked = vec![("retry-after", "1".to_owned())];
        let reply = Reply::Say(status, asked, json!({ "message": message }));
        github.fault("POST", "/comments", reply);
        let started = Instant::now();
        write(&client).await.unwrap();
        assert!(started.elapsed() >= Duration::from_secs(1));
    }
    assert_eq!(calls(&github, "POST"), 4);
    assert_eq!(github.bodies(7).len(), 2);
}

#[tokio::test]
async fn a_wait_that_is_too_long_is_not_waited() {
    let github = FakeGithub::start();
    let (client, _) = client(&github);
    let asked = vec![
        ("x-ratelimit-remaining", "0".to_owned()),
        ("x-ratelimit-reset", "4102444800".to_owned()),
    ];
    let reply = Reply::Say(403, asked, json!({ "message": "API rate limit exceeded" }));
    github.fault("GET", "/comments", reply);
    let started = Instant::now();
    let error = list(&client).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Limited);
    assert!(started.elapsed() < Duration::from_secs(1));
}

#[tokio::test]
async fn writes_keep_their_distance() {
    let github = FakeGithub::start();
    let (mut client, _) = client(&github);
    client.pace.between_writes = Duration::from_millis(300);
    let started = Instant::now();
    for _ in 0..3 {
        write(&client).await.unwrap();
    }
    assert!(started.elapsed() >= Duration::from_millis(600));
    list(&client).await.unwrap();
    client.stop.request();
    write(&client).await.unwrap();
    assert!(
        started.elapsed() < Duration::from_millis(850),
        "one that is cancelled does not wait"
    );
}

#[tokio::test]
async fn an_error_says_what_github_said_and_which_permission_is_missing() {
    let github = FakeGithub::start();
    let (client, _) = client(&github);
    let message = "Resource not accessible by integration.\n::error::x";
    github.fault("POST", "/comments", Reply::say(403, message));
    let said = write(&client).await.unwrap_err().to_string();
    assert_eq!(
        said,
        "writing the comment is not permitted: Resource not accessible by integration.\\u{a}::error::x \
         (403); give the job the permission `pull-requests: write`"
    );
}

#[tokio::test]
async fn the_token_is_in_no_error() {
    let github = FakeGithub::start();
    let (client, _) = client(&github);
    github.fault(
        "GET",
        "/comments",
        Reply::say(401, &format!("Bad credentials: Bearer {TOKEN}")),
    );
    let error = list(&client).await.unwrap_err();
    assert!(!error.to_string().contains(TOKEN), "{error}");
    assert!(error.to_string().contains("***"), "{error}");
}

#[tokio::test]
async fn nobody_there_is_said_so() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", free.local_addr().unwrap());
    drop(free);
    let github = FakeGithub::start();
    let (mut client, _) = client(&github);
    client.endpoint = Endpoint::of_api(&url).unwrap();
    let error = list(&client).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Lost);
    assert!(error.to_string().contains("refused"), "{error}");
}

#[tokio::test]
async fn an_answer_that_is_no_json_is_unreadable() {
    let github = FakeGithub::start();
    let (client, _) = client(&github);
    let page = json!("<html>sign in</html>");
    github.fault("GET", "/comments", Reply::Say(200, Vec::new(), page));
    let error = list(&client).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unreadable);
    assert!(!error.to_string().contains("html"), "{error}");
}

#[tokio::test]
async fn a_download_that_is_too_large_is_given_up() {
    let github = FakeGithub::start();
    github.state().archives.insert(1, vec![0; 5000]);
    let (client, _) = client(&github);
    let route = "/repos/acme/keys/actions/artifacts/1/zip";
    let download = |most| client.download(Call::DownloadArtifact, route, most);
    assert_eq!(download(5000).await.unwrap().len(), 5000);
    let error = download(4999).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unreadable);
}

#[tokio::test]
async fn a_download_is_not_followed_to_where_there_is_no_tls() {
    let github = FakeGithub::start();
    github.state().store = Some("http://192.0.2.1".to_owned());
    let (client, _) = client(&github);
    let route = "/repos/acme/keys/actions/artifacts/1/zip";
    let error = client
        .download(Call::DownloadArtifact, route, 10)
        .await
        .unwrap_err();
    assert!(error.to_string().contains("without TLS"), "{error}");
}

const ARCHIVE: &str = "/repos/acme/keys/actions/artifacts/1/zip";

/// A GitHub whose archives are with somebody else.
fn two_hosts() -> (FakeGithub, FakeGithub) {
    let (github, store) = (FakeGithub::start(), FakeGithub::start());
    github.state().store = Some(store.url());
    store.state().archives.insert(1, b"archive".to_vec());
    (github, store)
}

#[tokio::test]
async fn a_download_is_tried_again_from_the_start_whichever_host_breaks_down() {
    let at_once = || vec![("retry-after", "0".to_owned())];
    let limited = Reply::Say(429, at_once(), json!({ "message": "slower" }));
    for fault in [
        Reply::say(500, "Server Error"),
        Reply::say(503, "Unavailable"),
        Reply::Lose,
        limited.clone(),
    ] {
        let (github, store) = two_hosts();
        let (client, _) = client(&github);
        github.fault("GET", "/zip", fault.clone());
        store.fault("GET", "/archive", fault);
        store.fault("GET", "/archive", limited.clone());
        let archive = client.download(Call::DownloadArtifact, ARCHIVE, 100).await;
        assert_eq!(archive.unwrap(), b"archive");
        assert_eq!((calls(&github, "GET"), calls(&store, "GET")), (4, 3));
        for request in &store.state().journal {
            assert_eq!(request.token, None, "the token goes to GitHub only");
        }
    }
}

#[tokio::test]
async fn a_download_that_is_refused_is_not_tried_again() {
    let (github, store) = two_hosts();
    let (client, _) = client(&github);
    store.fault("GET", "/archive", Reply::say(403, "expired"));
    let refused = client.download(Call::DownloadArtifact, ARCHIVE, 100).await;
    assert_eq!(refused.unwrap_err().kind(), ErrorKind::NotPermitted);
    assert_eq!((calls(&github, "GET"), calls(&store, "GET")), (1, 1));
}
