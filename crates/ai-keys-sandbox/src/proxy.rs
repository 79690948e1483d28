//! The fault proxy: the sandbox's faults and journal in front of any plain HTTP server, such as moto.
//!
//! Path, query, headers (`Authorization` included) and body go through unchanged.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::Request;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use crate::answer::Answer;
use crate::clock::Clock;
use crate::error::SandboxError;
use crate::fault_rule::FaultRule;
use crate::faults::Faults;
use crate::gate::{Gate, Reply};
use crate::journal::{Journal, JournalEntry};
use crate::lock;
use crate::protocol::find;
use crate::query::Query;
use crate::route::is_read;
use crate::scope::read_caller;
use crate::server::{Incoming, Server, idle};
use crate::turnstile::Turnstile;

/// Headers that belong to one connection, and those that hyper sets anew.
const NOT_FORWARDED: [&str; 4] = [
    "connection",
    "keep-alive",
    "transfer-encoding",
    "content-length",
];

/// A running proxy; dropping it stops it.
pub struct FaultProxy {
    server: Server,
    gate: Arc<Gate>,
    turnstile: Option<Arc<Turnstile>>,
}

impl FaultProxy {
    /// Starts a proxy in front of `http://ADDRESS:PORT`.
    ///
    /// # Errors
    /// [`SandboxError::Refused`] if the upstream is no such URL, [`SandboxError::Io`] if no port is free.
    pub fn start(upstream: &str) -> Result<Self, SandboxError> {
        Self::with(upstream, None)
    }

    /// Starts a proxy that holds each request in whose path or operation one of these texts is found
    /// until its [`Turnstile`] lets it in.
    ///
    /// # Errors
    /// As [`FaultProxy::start`].
    pub fn holding(upstream: &str, held: &'static [&'static str]) -> Result<Self, SandboxError> {
        Self::with(upstream, Some(Arc::new(Turnstile::new(held))))
    }

    /// Returns what holds the requests, if anything does.
    #[must_use]
    pub fn turnstile(&self) -> Option<Arc<Turnstile>> {
        self.turnstile.clone()
    }

    fn with(upstream: &str, turnstile: Option<Arc<Turnstile>>) -> Result<Self, SandboxError> {
        let text = upstream
            .strip_prefix("http://")
            .unwrap_or("")
            .trim_end_matches('/');
        let address: SocketAddr = text.parse().map_err(|_| {
            SandboxError::Refused("the upstream is not http://ADDRESS:PORT".to_owned())
        })?;
        let gate = Arc::new(Gate {
            faults: Mutex::new(Faults::default()),
            journal: Journal::new(None),
            clock: Clock::real(),
        });
        let serving = Arc::clone(&gate);
        let holding = turnstile.clone();
        let handler = move |request| serve(Arc::clone(&serving), holding.clone(), address, request);
        Ok(Self {
            server: Server::start(0, handler, idle())?,
            gate,
            turnstile,
        })
    }

    /// Returns `http://127.0.0.1:PORT`.
    #[must_use]
    pub fn url(&self) -> String {
        self.server.url()
    }

    /// Returns the journal so far.
    #[must_use]
    pub fn journal(&self) -> Vec<JournalEntry> {
        self.gate.journal.entries()
    }

    /// Empties the journal.
    pub fn clear_journal(&self) {
        self.gate.journal.clear();
    }

    /// Replaces the fault rules and starts counting anew.
    ///
    /// # Errors
    /// [`SandboxError::Refused`] for a bad regular expression, and for a stale read: a proxy has no state.
    pub fn set_faults(&self, rules: Vec<FaultRule>) -> Result<(), SandboxError> {
        let faults = Faults::compile(rules).map_err(SandboxError::Refused)?;
        if faults.has_stale_reads() {
            return Err(SandboxError::Refused(
                "stale reads need the sandbox".to_owned(),
            ));
        }
        *lock(&self.gate.faults) = faults;
        Ok(())
    }
}

async fn serve(
    gate: Arc<Gate>,
    turnstile: Option<Arc<Turnstile>>,
    upstream: SocketAddr,
    request: Incoming,
) -> Reply {
    let caller = read_caller(
        request.header("authorization"),
        request.header("x-amz-security-token"),
        "us-east-1",
    );
    let operation = operation_of(&request);
    gate.pass(&request, &caller.scope, operation.as_deref(), async |_| {
        let turnstile = turnstile.as_ref();
        let operation = operation.as_deref();
        let turnstile = turnstile.filter(|turnstile| turnstile.holds(&request.path, operation));
        if let Some(turnstile) = turnstile {
            let is_write = operation.map_or(request.method != "GET", |name| !is_read(name));
            turnstile.pass(is_write).await;
        }
        let answer = forward(upstream, &request).await;
        if let Some(turnstile) = turnstile {
            turnstile.answered();
        }
        answer.unwrap_or_else(|| Answer::server_error(502))
    })
    .await
}

/// Names the operation: of `X-Amz-Target` whatever it is, for services that only the upstream knows.
fn operation_of(request: &Incoming) -> Option<String> {
    let target = request.header("x-amz-target");
    if let Some((_, name)) = target.and_then(|target| target.rsplit_once('.')) {
        return Some(name.to_owned());
    }
    let query = Query::parse(request.query.as_deref());
    find(request, &query).map(|route| route.operation.name().to_owned())
}

async fn forward(upstream: SocketAddr, request: &Incoming) -> Option<Answer> {
    let stream = TcpStream::connect(upstream).await.ok()?;
    let _ = stream.set_nodelay(true);
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
        .await
        .ok()?;
    tokio::spawn(connection);
    let mut forwarded = Request::builder()
        .method(request.method.as_str())
        .uri(request.target());
    for (name, value) in &request.headers {
        if !NOT_FORWARDED.contains(&name.as_str()) {
            forwarded = forwarded.header(name, value);
        }
    }
    let forwarded = forwarded
        .body(Full::<Bytes>::new(request.body.clone()))
        .ok()?;
    let (parts, body) = sender.send_request(forwarded).await.ok()?.into_parts();
    let body = body.collect().await.ok()?.to_bytes();
    let headers = parts
        .headers
        .iter()
        .filter(|(name, _)| !NOT_FORWARDED.contains(&name.as_str()));
    let headers = headers
        .filter_map(|(name, value)| Some((name.to_string(), value.to_str().ok()?.to_owned())));
    Some(Answer {
        status: parts.status.as_u16(),
        headers: headers.collect(),
        body,
        code: None,
    })
}
