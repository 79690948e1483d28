//! A role that AWS lends to a GitHub job for its OIDC token: nothing is stored, nothing is exported.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use aws_config::{BehaviorVersion, Region};
use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{self, ProvideCredentials, future};
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;

use super::account::https;
use super::lent::{Lent, NotLent, receive, session_name};
use crate::github::Issuer;
use crate::output::{Output, untrusted};

/// Whom the token is for.
const AUDIENCE: &str = "sts.amazonaws.com";
/// How long STS may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// Lends a role, and lends it again before it expires. Clones share it.
#[derive(Clone)]
pub struct WebIdentity {
    inner: Arc<Inner>,
}

struct Inner {
    issuer: Issuer,
    role: String,
    session: String,
    output: Output,
    lent: Lent,
}

impl WebIdentity {
    /// Prepares to ask for a role. `session` is how `CloudTrail` will name us.
    pub(crate) fn new(issuer: Issuer, role: &str, session: &str, output: Output) -> Self {
        let inner = Inner {
            issuer,
            role: role.to_owned(),
            session: session_name(session),
            output,
            lent: Lent::default(),
        };
        Self {
            inner: Arc::new(inner),
        }
    }

    /// Returns credentials that are good for some minutes at least: those of an
    /// earlier call, or new ones from the STS of a region.
    pub(crate) async fn credentials(&self, region: &str) -> Result<Credentials, NotLent> {
        self.inner.lent.get(|| self.inner.assume(region)).await
    }

    /// Returns the same as a provider for the SDK.
    pub(super) fn in_region(&self, region: &str) -> InRegion {
        InRegion {
            identity: self.clone(),
            region: region.to_owned(),
        }
    }
}

impl Inner {
    async fn assume(&self, region: &str) -> Result<Credentials, NotLent> {
        let token = self.issuer.token(AUDIENCE).await?;
        let timeouts = TimeoutConfig::builder().operation_timeout(PATIENCE).build();
        // Honours AWS_ENDPOINT_URL; needs no credentials of the environment.
        let config = aws_config::defaults(BehaviorVersion::v2026_01_12())
            .region(Region::new(region.to_owned()))
            .no_credentials()
            // Two of the same make two sessions, and harm nobody.
            .retry_config(RetryConfig::standard().with_max_attempts(3))
            .timeout_config(timeouts)
            .http_client(https(ProxyConfig::from_env()))
            .load()
            .await;
        let answer = aws_sdk_sts::Client::new(&config)
            .assume_role_with_web_identity()
            .role_arn(&self.role)
            .role_session_name(&self.session)
            .web_identity_token(token.expose())
            .send()
            .await;
        let lent = answer.map_err(|error| self.refused(&error))?.credentials;
        let lent = lent.ok_or_else(|| self.explain("STS sent no credentials", ""))?;
        Ok(receive(lent, "GitHub OIDC", &self.output))
    }

    fn refused<E>(
        &self,
        error: &SdkError<E, aws_smithy_runtime_api::client::orchestrator::HttpResponse>,
    ) -> NotLent
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        let service = error.as_service_error();
        let code = service.and_then(ProvideErrorMetadata::code).unwrap_or("");
        let message = service.and_then(ProvideErrorMetadata::message);
        let said = match message {
            Some(message) => self.output.scrub(message),
            None => "STS could not be reached".to_owned(),
        };
        self.explain(&said, code)
    }

    fn explain(&self, said: &str, code: &str) -> NotLent {
        let short: String = said
            .trim()
            .trim_end_matches('.')
            .chars()
            .take(300)
            .collect();
        let code_shown = if code.is_empty() {
            String::new()
        } else {
            format!(" ({})", untrusted(code))
        };
        NotLent::Refused {
            role: self.role.clone(),
            said: format!("{}{code_shown}", untrusted(&short)),
            help: help(code).to_owned(),
        }
    }
}

/// Says which claim or permission to look at.
///
/// Source: "Troubleshoot OIDC", and STS `AssumeRoleWithWebIdentity`, checked
/// 2026-11-23.
/// <https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html>
fn help(code: &str) -> &'static str {
    match code {
        "AccessDenied" => {
            "let the role's trust policy allow sts:AssumeRoleWithWebIdentity to this job: its claim `sub` names the repository with the branch, the pull request or the environment, and `aud` is sts.amazonaws.com"
        }
        "InvalidIdentityToken" => {
            "add GitHub as an identity provider of the account, with the audience sts.amazonaws.com: its address is the claim `iss`"
        }
        "ExpiredTokenException" => "run the job again; look at the clock of a runner of your own",
        "IDPRejectedClaim" | "IDPCommunicationError" => "run the job again later",
        "ValidationError" => "look at the input `aws-role`: it is the ARN of a role",
        "RegionDisabledException" => "activate STS for this region in the account",
        _ => "run the job again; look at the input `aws-role` and at the target's region",
    }
}

/// [`WebIdentity`] for clients of one region.
#[derive(Clone)]
pub(super) struct InRegion {
    identity: WebIdentity,
    region: String,
}

impl ProvideCredentials for InRegion {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(async move {
            let lent = self.identity.credentials(&self.region).await;
            provider::Result::from(lent.map_err(CredentialsError::provider_error))
        })
    }
}

/// Says nothing: it holds tokens.
impl fmt::Debug for WebIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WebIdentity")
    }
}

/// Says nothing: it holds tokens.
impl fmt::Debug for InRegion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("InRegion")
    }
}

#[cfg(test)]
#[path = "web_identity_tests.rs"]
mod tests;
