//! Whether a value that was just made works: one request with it, at an address of the user's.

use std::time::Duration;

use aws_smithy_http_client::Connector;
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_runtime_api::client::http::HttpConnector as _;
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;

use crate::secret::Secret;

/// How long one answer may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// What was answered to a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// 403: it does not work yet, or it opens nothing there.
    Forbidden,
    /// Anything else that the API behind the address says.
    Let,
    /// A server error: the value was not judged.
    Failed(u16),
    /// Nothing.
    None,
}

/// Asks an address with a value in `x-api-key`, as callers send it.
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-key-source.html>,
/// checked 2026-11-23.
///
/// A redirect is an answer: the value is sent nowhere else. A proxy is asked for
/// a tunnel and sees no value, since only this machine is asked without TLS.
pub(super) async fn ask(address: &str, value: &Secret, proxy: ProxyConfig) -> Answer {
    let connector = Connector::builder()
        .tls_provider(Provider::Rustls(CryptoMode::Ring))
        .proxy_config(proxy)
        .build();
    let mut request = HttpRequest::empty();
    if request.set_uri(address).is_err() || request.set_method("GET").is_err() {
        return Answer::None;
    }
    let is_set = request
        .headers_mut()
        .try_insert("x-api-key", value.expose().to_owned());
    if is_set.is_err() {
        return Answer::None;
    }
    match tokio::time::timeout(PATIENCE, connector.call(request)).await {
        Ok(Ok(response)) => match response.status().as_u16() {
            403 => Answer::Forbidden,
            status @ 500.. => Answer::Failed(status),
            _ => Answer::Let,
        },
        Ok(Err(_)) | Err(_) => Answer::None,
    }
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead as _, BufReader, Write as _};
    use std::net::TcpListener;
    use std::sync::mpsc::{Receiver, channel};
    use std::thread;

    use super::*;
    use crate::output::Output;

    const VALUE: &str = "Zx9QwErTy7UiOpAs3DfGhJkL1zXcVbNm5qWeRtYu";

    /// Answers every request so, and tells its lines.
    fn serve(answer: String) -> (String, Receiver<Vec<String>>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let host = listener.local_addr().unwrap().to_string();
        let (sender, asked) = channel();
        thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let reader = BufReader::new(stream.try_clone().unwrap());
                let head = reader.lines().map_while(Result::ok);
                let lines: Vec<String> = head.take_while(|line| !line.is_empty()).collect();
                let _ = stream.write_all(answer.as_bytes());
                if sender.send(lines).is_err() {
                    return;
                }
            }
        });
        (host, asked)
    }

    fn answering(status: &str, headers: &str) -> (String, Receiver<Vec<String>>) {
        serve(format!(
            "HTTP/1.1 {status}\r\n{headers}content-length: 0\r\nconnection: close\r\n\r\n"
        ))
    }

    async fn asked(address: &str, proxy: ProxyConfig) -> Answer {
        let value = Secret::received(VALUE.to_owned(), &Output::captured().0);
        ask(address, &value, proxy).await
    }

    #[tokio::test]
    async fn an_answer_says_whether_the_value_was_let_through() {
        for (status, expected) in [
            ("200 OK", Answer::Let),
            ("404 Not Found", Answer::Let),
            ("429 Too Many Requests", Answer::Let),
            ("403 Forbidden", Answer::Forbidden),
            ("500 Internal Server Error", Answer::Failed(500)),
            ("503 Service Unavailable", Answer::Failed(503)),
        ] {
            let (host, requests) = answering(status, "");
            let answer = asked(&format!("http://{host}/health"), ProxyConfig::disabled()).await;
            assert_eq!(answer, expected, "{status}");
            let head = requests.recv().unwrap();
            assert_eq!(head[0], "GET /health HTTP/1.1");
            assert!(head.contains(&format!("x-api-key: {VALUE}")), "{head:?}");
        }
    }

    #[tokio::test]
    async fn a_connection_that_is_refused_is_no_answer() {
        let free = TcpListener::bind("127.0.0.1:0").unwrap();
        let host = free.local_addr().unwrap();
        drop(free);
        let answer = asked(&format!("http://{host}/"), ProxyConfig::disabled()).await;
        assert_eq!(answer, Answer::None);
    }

    #[tokio::test]
    async fn a_redirect_is_not_followed() {
        let (elsewhere, never) = answering("200 OK", "");
        let (host, _requests) =
            answering("302 Found", &format!("location: http://{elsewhere}/\r\n"));
        let answer = asked(&format!("http://{host}/"), ProxyConfig::disabled()).await;
        assert_eq!(answer, Answer::Let);
        assert!(never.try_recv().is_err());
    }

    #[tokio::test]
    async fn a_proxy_is_asked_for_a_tunnel_and_sees_no_value() {
        let (host, requests) = answering("502 Bad Gateway", "");
        let proxy = ProxyConfig::https(format!("http://{host}")).unwrap();
        let answer = asked("https://api.example.com/health", proxy).await;
        assert_eq!(answer, Answer::None);
        let head = requests.recv().unwrap();
        assert_eq!(head[0], "CONNECT api.example.com:443 HTTP/1.1");
        assert!(!head.iter().any(|line| line.contains(VALUE)), "{head:?}");
    }
}
