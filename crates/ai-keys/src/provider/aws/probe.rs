//! Whether a value that was just made works: one request with it, at an address of the user's.

use std::time::Duration;

use aws_smithy_http_client::Connector;
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
    /// Nothing.
    None,
}

/// Asks an address with a value in `x-api-key`, as callers send it.
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-key-source.html>,
/// checked 2026-11-23.
///
/// A redirect is an answer: the value is sent nowhere else.
pub(super) async fn ask(address: &str, value: &Secret) -> Answer {
    let connector = Connector::builder()
        .tls_provider(Provider::Rustls(CryptoMode::Ring))
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
        Ok(Ok(response)) if response.status().as_u16() == 403 => Answer::Forbidden,
        // The service itself is not well: the value was not judged.
        Ok(Ok(response)) if response.status().is_server_error() => Answer::None,
        Ok(Ok(_)) => Answer::Let,
        Ok(Err(_)) | Err(_) => Answer::None,
    }
}
