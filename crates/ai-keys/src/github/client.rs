//! The way of every call to GitHub: pace, patience, and which calls may be repeated.

use std::time::{Duration, SystemTime};

use http::{Method, Uri};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::sync::Mutex;
use tokio::time::{Instant, sleep};

use super::endpoint::Endpoint;
use super::error::{Call, ErrorKind, GithubError};
use super::http::{Answer, Http, NoAnswer, Request};
use super::pages::next_page;
use crate::output::Output;
use crate::schedule::retry_after;
use crate::secret::Secret;
use crate::signal::Stop;

/// The most bytes of an answer that is JSON: 100 comments of 65,536 characters
/// are 25 MiB at worst.
const MOST_JSON: usize = 64 << 20;
/// More pages than this are a loop.
const MOST_PAGES: usize = 1000;
/// How often one call is sent.
const ATTEMPTS: u32 = 4;
/// The first wait of our own choice; it doubles.
const FIRST_WAIT: Duration = Duration::from_millis(500);

/// How fast, and for how long.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace {
    /// From one call that changes something to the next. GitHub asks for 1 s.
    /// <https://docs.github.com/rest/using-the-rest-api/best-practices-for-using-the-rest-api>,
    /// checked 2026-11-23.
    pub(crate) between_writes: Duration,
    /// How long all waits of a run together may take.
    pub(crate) patience: Duration,
    /// How long one attempt may take.
    pub(crate) attempt: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            between_writes: Duration::from_secs(1),
            patience: Duration::from_mins(2),
            attempt: Duration::from_secs(20),
        }
    }
}

/// Talks to one repository.
pub(crate) struct Client {
    http: Http,
    endpoint: Endpoint,
    repository: String,
    token: Option<Secret>,
    output: Output,
    pace: Pace,
    stop: Stop,
    spent: Mutex<Spent>,
}

#[derive(Default)]
struct Spent {
    waited: Duration,
    last_write: Option<Instant>,
}

impl Client {
    /// Prepares a client for a repository, written `owner/name`.
    pub(crate) fn new(
        endpoint: Endpoint,
        repository: &str,
        token: Option<Secret>,
        output: Output,
        pace: Pace,
        stop: Stop,
    ) -> Result<Self, NoAnswer> {
        Ok(Self {
            http: Http::new()?,
            endpoint,
            repository: repository.to_owned(),
            token,
            output,
            pace,
            stop,
            spent: Mutex::default(),
        })
    }

    /// Returns the repository, `owner/name`.
    pub(crate) fn repository(&self) -> &str {
        &self.repository
    }

    /// Returns whether the token is one of an app's installation: the job's own
    /// `GITHUB_TOKEN` is. Such a token may not ask `GET /user`.
    ///
    /// Source: "About authentication to GitHub", checked 2026-11-23.
    /// <https://docs.github.com/authentication/keeping-your-account-and-data-secure/about-authentication-to-github#githubs-token-formats>
    pub(super) fn is_installation_token(&self) -> bool {
        let token = self.token.as_ref();
        token.is_some_and(|token| token.expose().starts_with("ghs_"))
    }

    /// Reads one object. `route` begins with `/`.
    pub(super) async fn get<T: DeserializeOwned>(
        &self,
        call: Call,
        route: &str,
    ) -> Result<T, GithubError> {
        let answer = self.send(call, Method::GET, self.route(call, route)?, None);
        read(call, &answer.await?)
    }

    /// Sends a call without a body, and returns the whole answer.
    pub(super) async fn ask(
        &self,
        call: Call,
        method: Method,
        route: &str,
    ) -> Result<Answer, GithubError> {
        self.send(call, method, self.route(call, route)?, None)
            .await
    }

    /// Reads a list to its end, page by page.
    pub(super) async fn list<T: DeserializeOwned>(
        &self,
        call: Call,
        route: &str,
    ) -> Result<Vec<T>, GithubError> {
        self.pages(call, route, |page: Vec<T>| page).await
    }

    /// Reads a list that comes inside an object, to its end.
    pub(super) async fn pages<P: DeserializeOwned, T>(
        &self,
        call: Call,
        route: &str,
        rows: impl Fn(P) -> Vec<T>,
    ) -> Result<Vec<T>, GithubError> {
        let mut uri = self.route(call, route)?;
        let mut all = Vec::new();
        for _ in 0..MOST_PAGES {
            let answer = self.send(call, Method::GET, uri, None).await?;
            all.extend(rows(read(call, &answer)?));
            let Some(next) = answer.header("link").and_then(next_page) else {
                return Ok(all);
            };
            let next = self.endpoint.page(&next);
            uri = next.ok_or_else(|| GithubError::unreadable(call, "a page without an address"))?;
        }
        Err(GithubError::unreadable(call, "the list has no end"))
    }

    /// Creates something. Sent once, unless GitHub says that it did nothing.
    pub(super) async fn post<T: DeserializeOwned>(
        &self,
        call: Call,
        route: &str,
        body: &Value,
    ) -> Result<T, GithubError> {
        let uri = self.route(call, route)?;
        let answer = self.send(call, Method::POST, uri, Some(body)).await?;
        read(call, &answer)
    }

    /// Changes something.
    pub(super) async fn patch<T: DeserializeOwned>(
        &self,
        call: Call,
        route: &str,
        body: &Value,
    ) -> Result<T, GithubError> {
        let uri = self.route(call, route)?;
        let answer = self.send(call, Method::PATCH, uri, Some(body)).await?;
        read(call, &answer)
    }

    /// Puts something in its place. May be repeated: the end is the same.
    pub(super) async fn put(
        &self,
        call: Call,
        route: &str,
        body: &Value,
    ) -> Result<(), GithubError> {
        let uri = self.route(call, route)?;
        let answer = self.send(call, Method::PUT, uri, Some(body)).await?;
        if matches!(answer.status, 201 | 204) {
            return Ok(());
        }
        Err(GithubError::unreadable(call, "it is neither 201 nor 204"))
    }

    /// Deletes something.
    pub(super) async fn delete(&self, call: Call, route: &str) -> Result<(), GithubError> {
        let uri = self.route(call, route)?;
        self.send(call, Method::DELETE, uri, None).await.map(drop)
    }

    /// Asks GraphQL, which changes nothing here: sent as POST all the same.
    pub(super) async fn graphql<T: DeserializeOwned>(
        &self,
        call: Call,
        query: &str,
    ) -> Result<T, GithubError> {
        #[derive(Deserialize)]
        struct Data<T> {
            data: T,
        }
        let uri = self.endpoint.graphql();
        let uri = uri.ok_or_else(|| GithubError::unreadable(call, "no address"))?;
        let body = serde_json::json!({ "query": query });
        let answer = self.attempt(call, &Method::POST, uri, Some(&body), MOST_JSON);
        let Data { data } = read(call, &answer.await.map_err(|failed| failed.error)?)?;
        Ok(data)
    }

    /// Reads what a route answers or redirects to, at most `most` bytes. The
    /// token goes to the first address only, and a repetition begins there: the
    /// second one is good for a minute.
    pub(super) async fn download(
        &self,
        call: Call,
        route: &str,
        most: usize,
    ) -> Result<Vec<u8>, GithubError> {
        let uri = self.route(call, route)?;
        let mut sent = 0;
        loop {
            match self.download_once(call, uri.clone(), most).await {
                Ok(bytes) => return Ok(bytes),
                Err(failed) => self.before_next(failed, &mut sent, true).await?,
            }
        }
    }

    async fn download_once(&self, call: Call, uri: Uri, most: usize) -> Result<Vec<u8>, Failed> {
        let answer = self.attempt(call, &Method::GET, uri, None, most).await?;
        let Some(elsewhere) = answer.location() else {
            return Ok(answer.body);
        };
        if !super::endpoint::is_safe(&elsewhere) {
            return Err(GithubError::unreadable(call, "it is offered without TLS").into());
        }
        let request = Request {
            method: Method::GET,
            uri: elsewhere,
            token: None,
            accept: "*/*",
            body: None,
            most,
            patience: self.pace.attempt * 3,
        };
        match self.http.send(request).await {
            Ok(answer) if answer.status == 200 => Ok(answer.body),
            Ok(answer) => Err(self.refused(call, &answer)),
            Err(lost) => Err(self.lost(call, &lost).into()),
        }
    }

    /// Waits, less long if the run is asked to stop.
    pub(super) async fn pause(&self, wait: Duration) {
        tokio::select! {
            () = sleep(wait) => {}
            () = self.stop.requested() => {}
        }
    }

    fn route(&self, call: Call, route: &str) -> Result<Uri, GithubError> {
        let uri = self.endpoint.route(route);
        uri.ok_or_else(|| GithubError::unreadable(call, "no address"))
    }

    /// Sends a call until it is answered, or asking again does not help.
    async fn send(
        &self,
        call: Call,
        method: Method,
        uri: Uri,
        body: Option<&Value>,
    ) -> Result<Answer, GithubError> {
        let mut sent = 0;
        loop {
            if method != Method::GET {
                self.wait_for_turn().await;
            }
            let answer = self.attempt(call, &method, uri.clone(), body, MOST_JSON);
            match answer.await {
                Ok(answer) => return Ok(answer),
                Err(failed) => {
                    let may_repeat = method != Method::POST;
                    self.before_next(failed, &mut sent, may_repeat).await?;
                }
            }
        }
    }

    /// Waits until a call may be sent again. Returns its error where asking
    /// again does not help, or might do something twice.
    async fn before_next(
        &self,
        failed: Failed,
        sent: &mut u32,
        may_repeat: bool,
    ) -> Result<(), GithubError> {
        *sent += 1;
        let wait = match failed.error.kind {
            // Refused before it did anything.
            ErrorKind::Limited => failed.asked.unwrap_or(FIRST_WAIT * 2_u32.pow(*sent + 1)),
            ErrorKind::Failed | ErrorKind::Lost if may_repeat => {
                failed.asked.unwrap_or(FIRST_WAIT * 2_u32.pow(*sent - 1))
            }
            _ => return Err(failed.error),
        };
        if *sent == ATTEMPTS || !self.may_wait(wait).await {
            return Err(failed.error);
        }
        tokio::select! {
            () = sleep(wait) => Ok(()),
            // A run that was asked to stop repeats nothing.
            () = self.stop.requested() => Err(failed.error),
        }
    }

    async fn attempt(
        &self,
        call: Call,
        method: &Method,
        uri: Uri,
        body: Option<&Value>,
        most: usize,
    ) -> Result<Answer, Failed> {
        let request = Request {
            method: method.clone(),
            uri,
            token: self.token.as_ref(),
            accept: "application/json",
            body,
            most,
            patience: self.pace.attempt,
        };
        let answer = self.http.send(request).await;
        let answer = answer.map_err(|lost| Failed::from(self.lost(call, &lost)))?;
        if answer.status < 400 {
            return Ok(answer);
        }
        Err(self.refused(call, &answer))
    }

    /// Tells a rate limit from other refusals.
    fn refused(&self, call: Call, answer: &Answer) -> Failed {
        let mut error = self.explain(call, answer);
        if is_rate_limit(answer, &error.message) {
            error.kind = ErrorKind::Limited;
        }
        let asked = asked_wait(answer);
        Failed { error, asked }
    }

    /// Explains an answer by its status and its message.
    fn explain(&self, call: Call, answer: &Answer) -> GithubError {
        #[derive(Default, Deserialize)]
        #[serde(default)]
        struct Said {
            message: String,
            errors: Vec<Value>,
        }
        let said: Said = serde_json::from_slice(&answer.body).unwrap_or_default();
        let details = said.errors.iter().filter_map(|error| {
            let message = error.get("message").unwrap_or(error);
            message.as_str()
        });
        let message: Vec<&str> = std::iter::once(said.message.as_str())
            .chain(details)
            .filter(|part| !part.is_empty())
            .collect();
        let message = message.join(": ");
        GithubError {
            kind: ErrorKind::of(answer.status, &message),
            call,
            status: Some(answer.status),
            message: self.output.scrub(&message),
        }
    }

    fn lost(&self, call: Call, lost: &NoAnswer) -> GithubError {
        let kind = match lost {
            NoAnswer::TooLarge(_) => ErrorKind::Unreadable,
            NoAnswer::Unfit => ErrorKind::Refused,
            NoAnswer::Broken(_) | NoAnswer::TooSlow(_) => ErrorKind::Lost,
        };
        GithubError {
            kind,
            call,
            status: None,
            message: self.output.scrub(&lost.to_string()),
        }
    }

    async fn wait_for_turn(&self) {
        let mut spent = self.spent.lock().await;
        if let Some(last) = spent.last_write {
            // A run that is cancelled has one thing left to say.
            tokio::select! {
                () = tokio::time::sleep_until(last + self.pace.between_writes) => {}
                () = self.stop.requested() => {}
            }
        }
        spent.last_write = Some(Instant::now());
    }

    /// Takes a wait out of what the run may still wait.
    async fn may_wait(&self, wait: Duration) -> bool {
        let mut spent = self.spent.lock().await;
        let waited = spent.waited.saturating_add(wait);
        let may = waited <= self.pace.patience;
        if may {
            spent.waited = waited;
        }
        may
    }
}

/// An attempt that did not succeed, and how long GitHub asks us to wait.
struct Failed {
    error: GithubError,
    asked: Option<Duration>,
}

impl From<GithubError> for Failed {
    fn from(error: GithubError) -> Self {
        Self { error, asked: None }
    }
}

fn read<T: DeserializeOwned>(call: Call, answer: &Answer) -> Result<T, GithubError> {
    // The error would quote the answer.
    serde_json::from_slice(&answer.body)
        .map_err(|_| GithubError::unreadable(call, "it is not the JSON that GitHub documents"))
}

/// Returns whether an answer is a rate limit, primary or secondary: GitHub
/// answers both with 403 or 429.
///
/// Source: "Rate limits for the REST API", checked 2026-11-23.
/// <https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api>
fn is_rate_limit(answer: &Answer, message: &str) -> bool {
    let is_used_up = answer.header("x-ratelimit-remaining") == Some("0");
    let has_date = answer.header("retry-after").is_some();
    answer.status == 429
        || (answer.status == 403 && (is_used_up || has_date || message.contains("rate limit")))
}

/// Returns how long an answer asks us to wait.
fn asked_wait(answer: &Answer) -> Option<Duration> {
    if let Some(asked) = answer.header("retry-after") {
        return retry_after(asked, SystemTime::now());
    }
    if answer.header("x-ratelimit-remaining") != Some("0") {
        return None;
    }
    let reset: u64 = answer.header("x-ratelimit-reset")?.parse().ok()?;
    let reset = SystemTime::UNIX_EPOCH + Duration::from_secs(reset);
    Some(reset.duration_since(SystemTime::now()).unwrap_or_default())
}

#[cfg(test)]
#[path = "client_tests.rs"]
pub(super) mod tests;
