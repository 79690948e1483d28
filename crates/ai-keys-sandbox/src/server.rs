//! The HTTP/1.1 server on 127.0.0.1, on a thread and a runtime of its own.
//!
//! Its own thread, so that a test may block (on the `ai-keys` process, say) while it is served, and so
//! that [`Sandbox`](crate::Sandbox) works with and without a runtime around it.

use std::convert::Infallible;
use std::future::Future;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::thread::JoinHandle;
use std::time::Duration;
use std::{io, thread};

use bytes::Bytes;
use http_body_util::{BodyExt, Limited};
use hyper::body::{Body, Frame, SizeHint};
use hyper::header::{HeaderMap, HeaderName, HeaderValue};
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::sync::oneshot;
use tokio::time::{Instant, Sleep};

use crate::answer::Answer;
use crate::gate::Reply;

/// More than AWS takes (10 MB), and a limit all the same.
const MAX_BODY_BYTES: usize = 32 * 1024 * 1024;

/// A whole request.
pub(crate) struct Incoming {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: Option<String>,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

/// A running server; dropping it stops it.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Incoming {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// Returns path and query as they came.
    pub(crate) fn target(&self) -> String {
        match &self.query {
            Some(query) => format!("{}?{query}", self.path),
            None => self.path.clone(),
        }
    }
}

impl Server {
    /// Serves on a free port; `background` runs beside it.
    pub(crate) fn start<H, R, B>(port: u16, handler: H, background: B) -> io::Result<Self>
    where
        H: Fn(Incoming) -> R + Clone + Send + Sync + 'static,
        R: Future<Output = Reply> + Send + 'static,
        B: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let (stop, stopped) = oneshot::channel();
        let thread = thread::Builder::new()
            .name("ai-keys-sandbox".to_owned())
            .spawn(move || {
                runtime.spawn(background);
                runtime.spawn(accept(listener, handler));
                // An error means that the handle is gone: stop as well.
                let _ = runtime.block_on(stopped);
            })?;
        Ok(Self {
            address,
            stop: Some(stop),
            thread: Some(thread),
        })
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn stop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}

async fn accept<H, R>(listener: TcpListener, handler: H)
where
    H: Fn(Incoming) -> R + Clone + Send + Sync + 'static,
    R: Future<Output = Reply> + Send + 'static,
{
    let Ok(listener) = tokio::net::TcpListener::from_std(listener) else {
        return;
    };
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            continue;
        };
        let _ = stream.set_nodelay(true);
        let handler = handler.clone();
        let service = hyper::service::service_fn(move |request| answer(request, handler.clone()));
        tokio::spawn(async move {
            let _ = hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service)
                .await;
        });
    }
}

/// The service failed on purpose: hyper closes the connection without an answer.
#[derive(Debug, thiserror::Error)]
#[error("the connection is closed by a fault rule")]
struct Closed;

async fn answer<H, R>(
    request: Request<hyper::body::Incoming>,
    handler: H,
) -> Result<Response<Payload>, Closed>
where
    H: Fn(Incoming) -> R,
    R: Future<Output = Reply> + Send + 'static,
{
    let (parts, body) = request.into_parts();
    let Ok(body) = Limited::new(body, MAX_BODY_BYTES).collect().await else {
        let answer = Answer::error(413, "RequestEntityTooLargeException", "Request too long");
        return Ok(response(answer, Manner::Whole));
    };
    let request = Incoming {
        method: parts.method.as_str().to_owned(),
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().map(str::to_owned),
        headers: parts.headers,
        body: body.to_bytes(),
    };
    // A task of its own: a call is carried out to its end though the client has gone away.
    match tokio::spawn(handler(request)).await {
        Ok(Reply::Whole(answer)) => Ok(response(answer, Manner::Whole)),
        Ok(Reply::Truncated(answer)) => Ok(response(answer, Manner::Cut)),
        Ok(Reply::Dripping(answer, pause)) => Ok(response(answer, Manner::dripping(pause))),
        Ok(Reply::Close) | Err(_) => Err(Closed),
        Ok(Reply::Hang) => std::future::pending().await,
    }
}

fn response(answer: Answer, manner: Manner) -> Response<Payload> {
    let mut response = Response::new(Payload {
        body: answer.body,
        manner,
    });
    *response.status_mut() =
        StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in answer.headers {
        // A header that HTTP cannot carry is a fault rule's own garbage: left out.
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            response.headers_mut().append(name, value);
        }
    }
    response
}

/// A body that may break off half way, or come byte by byte.
struct Payload {
    body: Bytes,
    manner: Manner,
}

enum Manner {
    Whole,
    Cut,
    Dripping {
        pause: Duration,
        next: Pin<Box<Sleep>>,
    },
}

impl Manner {
    fn dripping(pause: Duration) -> Self {
        let next = Box::pin(tokio::time::sleep(pause));
        Self::Dripping { pause, next }
    }
}

impl Body for Payload {
    type Data = Bytes;
    type Error = Closed;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Closed>>> {
        let Self { body, manner } = &mut *self;
        if body.is_empty() {
            return Poll::Ready(None);
        }
        match manner {
            Manner::Whole => Poll::Ready(Some(Ok(Frame::data(std::mem::take(body))))),
            Manner::Cut => {
                let whole = std::mem::take(body);
                let half = whole.slice(..whole.len() / 2);
                *manner = Manner::Whole;
                // The declared length stays unreached: hyper closes the connection.
                Poll::Ready(if half.is_empty() {
                    Some(Err(Closed))
                } else {
                    Some(Ok(Frame::data(half)))
                })
            }
            Manner::Dripping { pause, next } => {
                ready!(next.as_mut().poll(context));
                next.as_mut().reset(Instant::now() + *pause);
                Poll::Ready(Some(Ok(Frame::data(body.split_to(1)))))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_empty() && !matches!(self.manner, Manner::Cut)
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(u64::try_from(self.body.len()).unwrap_or(0))
    }
}

/// Nothing to do in the background.
pub(crate) async fn idle() {
    let _: Infallible = std::future::pending().await;
}
