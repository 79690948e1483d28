//! The job's OIDC token, with which AWS lends a role.

use http::{Method, Uri};
use serde::Deserialize;
use std::time::Duration;

use super::endpoint::is_safe;
use super::error::{Call, ErrorKind, GithubError};
use super::http::{Http, Request};
use crate::output::Output;
use crate::secret::Secret;

/// The most bytes of an answer; a token has some two thousand.
const MOST: usize = 1 << 20;
/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// How often it is asked for.
const ATTEMPTS: u32 = 3;

/// Where the job asks for tokens: `ACTIONS_ID_TOKEN_REQUEST_URL` and the token
/// that belongs to it.
pub(crate) struct Issuer {
    http: Http,
    url: String,
    token: Secret,
    output: Output,
}

impl Issuer {
    /// Prepares to ask. To be called inside a runtime.
    pub(crate) fn new(url: &str, token: Secret, output: Output) -> Result<Self, GithubError> {
        let refused = |why: &str| GithubError {
            kind: ErrorKind::Refused,
            call: Call::IdToken,
            status: None,
            message: why.to_owned(),
        };
        let address: Uri = url.parse().map_err(|_| refused("its address is no URL"))?;
        if !is_safe(&address) {
            return Err(refused("its address must begin with https://"));
        }
        Ok(Self {
            http: Http::new().map_err(|why| refused(&why.to_string()))?,
            url: url.to_owned(),
            token,
            output,
        })
    }

    /// Returns a token for an audience, registered for masking.
    ///
    /// Source: "`OpenID` Connect reference", checked 2026-11-23.
    /// <https://docs.github.com/actions/reference/security/oidc>
    pub(crate) async fn token(&self, audience: &str) -> Result<Secret, GithubError> {
        #[derive(Deserialize)]
        struct Said {
            value: String,
        }
        let join = if self.url.contains('?') { '&' } else { '?' };
        let uri: Uri = format!("{}{join}audience={audience}", self.url)
            .parse()
            .map_err(|_| GithubError::unreadable(Call::IdToken, "no address"))?;
        let mut attempt = 0;
        loop {
            attempt += 1;
            let request = Request {
                method: Method::GET,
                uri: uri.clone(),
                token: Some(&self.token),
                accept: "application/json",
                body: None,
                most: MOST,
                patience: PATIENCE,
            };
            let failed = match self.http.send(request).await {
                Ok(answer) if answer.status == 200 => {
                    let said: Said = serde_json::from_slice(&answer.body)
                        .map_err(|_| GithubError::unreadable(Call::IdToken, "it has no `value`"))?;
                    return Ok(Secret::received(said.value, &self.output));
                }
                // The body may be anything, the token among it.
                Ok(answer) => GithubError {
                    kind: ErrorKind::of(answer.status, ""),
                    call: Call::IdToken,
                    status: Some(answer.status),
                    message: String::new(),
                },
                Err(lost) => GithubError {
                    kind: ErrorKind::Lost,
                    call: Call::IdToken,
                    status: None,
                    message: self.output.scrub(&lost.to_string()),
                },
            };
            let is_passing = matches!(
                failed.kind,
                ErrorKind::Failed | ErrorKind::Lost | ErrorKind::Limited
            );
            if !is_passing || attempt == ATTEMPTS {
                return Err(failed);
            }
            tokio::time::sleep(Duration::from_millis(500) * attempt).await;
        }
    }
}

#[cfg(test)]
#[path = "oidc_tests.rs"]
mod tests;
