//! One request, one answer: octocrab's client without its own ideas.
//!
//! octocrab 0.54.9 sends `update_comment` as POST, where GitHub documents
//! PATCH, and turns errors into text of its own. So only its transport and its
//! raw routes are used; what an answer means is said in `error`. The token is
//! added to each request here, never by octocrab, so that no redirect can carry
//! it to another host.

use std::time::Duration;

use http::header::{ACCEPT, AUTHORIZATION, HeaderMap, HeaderValue, LOCATION};
use http::{Method, Uri};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use hyper_rustls::HttpsConnectorBuilder;
use hyper_timeout::TimeoutConnector;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use octocrab::{AuthState, OctoBody, Octocrab, OctocrabBuilder};
use serde_json::Value;

use super::connector::Connector;
use crate::secret::Secret;

/// How long a connection may take to come about.
const CONNECT: Duration = Duration::from_millis(3100);
/// How long nothing may arrive.
const SILENCE: Duration = Duration::from_secs(10);

/// Sends requests. Follows no redirect.
#[derive(Clone)]
pub(crate) struct Http {
    octocrab: Octocrab,
}

/// A request without its token.
pub(crate) struct Request<'r> {
    pub(crate) method: Method,
    pub(crate) uri: Uri,
    pub(crate) token: Option<&'r Secret>,
    /// What kinds of answers are welcome.
    pub(crate) accept: &'static str,
    pub(crate) body: Option<&'r Value>,
    /// The most bytes that the answer may have.
    pub(crate) most: usize,
    /// How long the whole of it may take.
    pub(crate) patience: Duration,
}

/// A whole answer, whatever its status.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

/// Why there is no answer. The texts hold nothing of the request.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NoAnswer {
    /// The request cannot be sent at all.
    #[error("the request cannot be made")]
    Unfit,
    /// No connection, or it broke.
    #[error("{0}")]
    Broken(String),
    /// It took too long.
    #[error("nothing came within {} s", .0.as_secs())]
    TooSlow(Duration),
    /// It is larger than we take.
    #[error("the answer is larger than {0} bytes")]
    TooLarge(usize),
}

impl Http {
    /// Prepares a client. To be called inside a runtime.
    pub(crate) fn new() -> Result<Self, NoAnswer> {
        let tls = HttpsConnectorBuilder::new()
            .with_native_roots()
            .map_err(|error| NoAnswer::Broken(causes(&error)))?
            .https_or_http()
            .enable_http1()
            .wrap_connector(Connector::from_environment());
        let mut connector = TimeoutConnector::new(tls);
        connector.set_connect_timeout(Some(CONNECT));
        connector.set_read_timeout(Some(SILENCE));
        connector.set_write_timeout(Some(SILENCE));
        let client = Client::builder(TokioExecutor::new()).build::<_, OctoBody>(connector);
        let built = OctocrabBuilder::new_empty()
            .with_service(client)
            .with_auth(AuthState::None)
            .build();
        match built {
            Ok(octocrab) => Ok(Self { octocrab }),
            Err(never) => match never {},
        }
    }

    /// Sends a request and reads its answer to the end.
    pub(crate) async fn send(&self, request: Request<'_>) -> Result<Answer, NoAnswer> {
        let (most, patience) = (request.most, request.patience);
        let sent = async {
            let request = self.build(&request)?;
            let answer = self.octocrab.send(request).await;
            let answer = answer.map_err(|error| NoAnswer::Broken(causes(&error)))?;
            let (parts, body) = answer.into_parts();
            let body = Limited::new(body, most).collect().await.map_err(|error| {
                if error.is::<LengthLimitError>() {
                    NoAnswer::TooLarge(most)
                } else {
                    NoAnswer::Broken(causes(&*error))
                }
            })?;
            Ok(Answer {
                status: parts.status.as_u16(),
                headers: parts.headers,
                body: body.to_bytes().to_vec(),
            })
        };
        match tokio::time::timeout(patience, sent).await {
            Ok(answer) => answer,
            Err(_) => Err(NoAnswer::TooSlow(patience)),
        }
    }

    fn build(&self, request: &Request<'_>) -> Result<http::Request<OctoBody>, NoAnswer> {
        let mut builder = http::Request::builder()
            .method(request.method.clone())
            .uri(request.uri.clone())
            .header(ACCEPT, request.accept);
        if let Some(token) = request.token {
            let words = zeroize::Zeroizing::new(format!("Bearer {}", token.expose()));
            let mut value = HeaderValue::from_str(&words).map_err(|_| NoAnswer::Unfit)?;
            value.set_sensitive(true);
            builder = builder.header(AUTHORIZATION, value);
        }
        let built = self.octocrab.build_request(builder, request.body);
        built.map_err(|_| NoAnswer::Unfit)
    }
}

impl Answer {
    /// Returns a header as text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Returns where a redirect leads.
    pub(crate) fn location(&self) -> Option<Uri> {
        let is_redirect = matches!(self.status, 301 | 302 | 303 | 307 | 308);
        let location = self.headers.get(LOCATION).filter(|_| is_redirect)?;
        location.to_str().ok()?.parse().ok()
    }
}

/// Returns the last causes of an error, which say what happened. octocrab's own
/// texts end in a stack trace.
fn causes(error: &(dyn std::error::Error + 'static)) -> String {
    let chain = std::iter::successors(Some(error), |cause| (*cause).source());
    let all: Vec<String> = chain
        .map(ToString::to_string)
        .filter(|text| !text.contains('\n'))
        .collect();
    let last = all.len().saturating_sub(2);
    all.get(last..).unwrap_or_default().join(": ")
}
