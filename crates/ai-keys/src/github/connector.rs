//! Connections to GitHub: straight, or through the proxy that the environment names.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use http::Uri;
use http::uri::Scheme;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::proxy::Tunnel;
use hyper_util::client::proxy::matcher::Matcher;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tower_service::Service;

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Opens connections, TLS not included. `https` goes through a proxy where one
/// is named; `http`, which only a test or a local server speaks, never does.
#[derive(Clone)]
pub(super) struct Connector {
    straight: HttpConnector,
    proxies: Arc<Matcher>,
}

impl Connector {
    /// Reads `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY`, in capitals or not.
    pub(super) fn from_environment() -> Self {
        Self::through(Matcher::from_env())
    }

    fn through(proxies: Matcher) -> Self {
        let mut straight = HttpConnector::new();
        // TLS is spoken above it.
        straight.enforce_http(false);
        Self {
            straight,
            proxies: Arc::new(proxies),
        }
    }
}

impl Service<Uri> for Connector {
    type Response = TokioIo<TcpStream>;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn poll_ready(&mut self, _context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, to: Uri) -> Self::Future {
        let mut straight = self.straight.clone();
        let is_https = to.scheme() == Some(&Scheme::HTTPS);
        let Some(proxy) = self.proxies.intercept(&to).filter(|_| is_https) else {
            return Box::pin(async move { Ok(straight.call(to).await?) });
        };
        let mut tunnel = Tunnel::new(proxy.uri().clone(), straight);
        if let Some(credentials) = proxy.basic_auth() {
            tunnel = tunnel.with_auth(credentials.clone());
        }
        Box::pin(async move { Ok(tunnel.call(to).await?) })
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;

    use super::*;

    /// Answers one connection, and returns what it was asked.
    async fn asked(listener: TcpListener) -> String {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut head = [0; 512];
        let length = stream.read(&mut head).await.unwrap();
        stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.unwrap();
        String::from_utf8_lossy(&head[..length]).into_owned()
    }

    async fn connect(proxies: Matcher, to: &str) -> Result<(), BoxError> {
        let mut connector = Connector::through(proxies);
        connector.call(to.parse().unwrap()).await.map(drop)
    }

    #[tokio::test]
    async fn github_is_reached_through_the_proxy_that_is_named() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let proxy = format!("http://me:word@{}", listener.local_addr().unwrap());
        let asked = tokio::spawn(asked(listener));
        let proxies = Matcher::builder().https(proxy).build();
        connect(proxies, "https://api.github.com/user")
            .await
            .unwrap();
        let head = asked.await.unwrap();
        assert!(
            head.starts_with("CONNECT api.github.com:443 HTTP/1.1\r\n"),
            "{head}"
        );
        assert!(
            head.contains("bWU6d29yZA=="),
            "the proxy gets its own credentials"
        );
    }

    #[tokio::test]
    async fn what_needs_no_proxy_is_reached_straight() {
        let nobody = "http://127.0.0.1:9";
        for proxies in [
            Matcher::builder().https(nobody).no("127.0.0.1").build(),
            Matcher::builder().build(),
        ] {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let to = format!("https://{}", listener.local_addr().unwrap());
            connect(proxies, &to).await.unwrap();
        }
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let to = format!("http://{}", listener.local_addr().unwrap());
        let proxies = Matcher::builder().all(nobody).build();
        connect(proxies, &to).await.unwrap();
    }
}
