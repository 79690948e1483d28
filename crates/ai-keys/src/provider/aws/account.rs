//! One account and region: the SDK's clients, and the way every call takes.

use std::error::Error;
use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use aws_config::{AppName, BehaviorVersion, Region};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_apigateway::config::{HttpClient, StalledStreamProtectionConfig};
use aws_smithy_http_client::Connector;
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use aws_types::SdkConfig;

use super::assumed_role::AssumedRole;
use super::endpoint;
use super::errors::translate;
use super::lent::NotLent;
use super::operation::Operation;
use super::partition::partition;
use super::reader::Reader;
use super::server_clock::ServerClock;
use super::web_identity::WebIdentity;
use super::writer::Writer;
use crate::output::Output;
use crate::provider::{ErrorKind, Place, ProviderError};
use crate::schedule::Scheduler;

/// How long a connection may take to come about.
const CONNECT: Duration = Duration::from_millis(3100);
/// How long one request may take. The SDK sets no such limit by itself.
const ATTEMPT: Duration = Duration::from_secs(10);
/// How long a call may take with all the SDK does around it: credentials.
const OPERATION: Duration = Duration::from_mins(1);

/// How requests find their endpoint and their credentials.
#[derive(Clone, Debug)]
pub enum Access {
    /// The standard environment of AWS: profile, web identity, endpoint …
    Environment,
    /// A role for the OIDC token of a GitHub job; the rest as the environment
    /// says.
    Role(WebIdentity),
    /// A role of a target, assumed with one of the two above.
    Assumed(AssumedRole),
    /// The embedded sandbox at an URL: nothing of the environment is used.
    Sandbox {
        /// Where the sandbox listens.
        endpoint: String,
        /// The account that it plays, 12 digits.
        account: String,
    },
}

impl Access {
    /// Returns the way to a place that is reached by a role, or without one.
    /// Roles do not add up: each is assumed with what the run started with. The
    /// sandbox has no roles: it opens every account.
    pub(crate) fn through(&self, role: Option<&str>, namespace: &str, output: &Output) -> Self {
        let base = match self {
            Self::Sandbox { .. } => return self.clone(),
            Self::Assumed(assumed) => assumed.base(),
            Self::Environment | Self::Role(_) => self,
        };
        match role {
            // What was lent is used again.
            _ if role == self.role() => self.clone(),
            None => base.clone(),
            Some(role) => {
                let assumed = AssumedRole::new(base.clone(), role, namespace, output.clone());
                Self::Assumed(assumed)
            }
        }
    }

    /// Returns the role of a target, if one is assumed.
    pub(crate) fn role(&self) -> Option<&str> {
        match self {
            Self::Assumed(assumed) => Some(assumed.role()),
            Self::Environment | Self::Role(_) | Self::Sandbox { .. } => None,
        }
    }

    /// Has the roles lent that it needs, so that an error says what STS said.
    ///
    /// # Errors
    /// Which role was not lent, why, and what to do.
    pub(crate) async fn lend(&self, region: &str) -> Result<(), NotLent> {
        match self {
            Self::Environment | Self::Sandbox { .. } => Ok(()),
            Self::Role(identity) => identity.credentials(region).await.map(drop),
            Self::Assumed(role) => role.credentials(region).await.map(drop),
        }
    }
}

/// One account and region. Clones share its budgets.
#[derive(Clone)]
pub struct Account {
    inner: Arc<Inner>,
}

struct Inner {
    gateway: aws_sdk_apigateway::Client,
    sts: aws_sdk_sts::Client,
    access: Access,
    scheduler: Scheduler,
    output: Output,
    place: Place,
    notice: Option<String>,
    problem: Option<String>,
}

/// Sends a call to a service of AWS through its scheduler, and explains its
/// errors.
pub(crate) async fn ask<T, E, F>(
    scheduler: &Scheduler,
    output: &Output,
    place: &Place,
    operation: Operation,
    mut send: impl FnMut() -> F,
) -> Result<T, ProviderError>
where
    F: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
    E: ProvideErrorMetadata + Error + 'static,
{
    let attempt = || {
        let answer = send();
        async move {
            answer
                .await
                .map_err(|error| translate(operation, &error, output))
        }
    };
    let answer = scheduler.run(operation.call(), attempt).await;
    answer.map_err(|error| error.at(place))
}

/// Whose credentials are used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The account, 12 digits.
    pub account: String,
    /// The user or the role.
    pub arn: String,
}

impl Account {
    /// Prepares the clients. No request is sent but those that the environment
    /// needs to find its credentials.
    pub async fn open(region: &str, access: &Access, scheduler: Scheduler, output: Output) -> Self {
        let config = sdk_config(region, access).await;
        let configured = endpoint::configured(&config, endpoint::API_GATEWAY);
        let (custom, notice, problem) = match access {
            Access::Sandbox { endpoint, .. } => (Some(endpoint.clone()), None, None),
            Access::Environment | Access::Role(_) | Access::Assumed(_) => {
                let notice = configured.as_ref().and_then(endpoint::notice);
                let problem = configured.as_ref().and_then(endpoint::problem);
                (configured.map(|endpoint| endpoint.url), notice, problem)
            }
        };
        let place = Place {
            region: region.to_owned(),
            endpoint: custom,
        };
        let inner = Inner {
            gateway: aws_sdk_apigateway::Client::new(&config),
            sts: aws_sdk_sts::Client::new(&config),
            access: access.clone(),
            scheduler,
            output,
            place,
            notice,
            problem,
        };
        Self {
            inner: Arc::new(inner),
        }
    }

    /// Returns what the user should know about where requests go.
    #[must_use]
    pub fn notice(&self) -> Option<&str> {
        self.inner.notice.as_deref()
    }

    /// Returns why no request can be sent at all, if so.
    #[must_use]
    pub fn problem(&self) -> Option<&str> {
        self.inner.problem.as_deref()
    }

    /// Returns the account id that the credentials belong to, to be compared
    /// with the target's before anything else is asked.
    ///
    /// # Errors
    /// If STS cannot be reached or does not accept the credentials.
    pub async fn id(&self) -> Result<String, ProviderError> {
        let operation = Operation::GetCallerIdentity;
        let answer = self
            .call(operation, || self.inner.sts.get_caller_identity().send())
            .await?;
        answer
            .account
            .ok_or_else(|| self.without(operation, "an account"))
    }

    /// Returns the ARN of who the credentials belong to, for a log.
    ///
    /// # Errors
    /// As [`Account::id`].
    pub async fn caller(&self) -> Result<String, ProviderError> {
        let operation = Operation::GetCallerIdentity;
        let answer = self
            .call(operation, || self.inner.sts.get_caller_identity().send())
            .await?;
        answer.arn.ok_or_else(|| self.without(operation, "an ARN"))
    }

    /// Asks whose the credentials are, and what time it is there.
    pub async fn look_up(&self) -> (Result<Caller, ProviderError>, Option<SystemTime>) {
        let operation = Operation::GetCallerIdentity;
        let clock = ServerClock::default();
        let asked = self.call(operation, || {
            let request = self.inner.sts.get_caller_identity().customize();
            request.interceptor(clock.clone()).send()
        });
        let caller = asked.await.and_then(|answer| {
            let (account, arn) = answer
                .account
                .zip(answer.arn)
                .ok_or_else(|| self.without(operation, "an account or an ARN"))?;
            Ok(Caller { account, arn })
        });
        (caller, clock.seen())
    }

    /// Returns what may read.
    #[must_use]
    pub fn reader(&self) -> Reader {
        Reader::new(self.clone())
    }

    /// Returns what may write, and see key values.
    #[must_use]
    pub fn writer(&self) -> Writer {
        Writer::new(self.clone())
    }

    /// Returns the region.
    #[must_use]
    pub fn region(&self) -> &str {
        &self.inner.place.region
    }

    /// Returns how its requests find their endpoint and their credentials.
    pub(crate) fn access(&self) -> &Access {
        &self.inner.access
    }

    /// Returns what keeps its budgets.
    pub(crate) fn scheduler(&self) -> &Scheduler {
        &self.inner.scheduler
    }

    /// Returns the ARN of a key, for tags.
    pub(super) fn key_arn(&self, key_id: &str) -> String {
        let region = self.region();
        let partition = partition(region);
        format!("arn:{partition}:apigateway:{region}::/apikeys/{key_id}")
    }

    pub(super) fn gateway(&self) -> &aws_sdk_apigateway::Client {
        &self.inner.gateway
    }

    pub(crate) fn output(&self) -> &Output {
        &self.inner.output
    }

    /// Sends a call through the scheduler, and explains its errors.
    pub(super) async fn call<T, E, F>(
        &self,
        operation: Operation,
        send: impl FnMut() -> F,
    ) -> Result<T, ProviderError>
    where
        F: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
        E: ProvideErrorMetadata + Error + 'static,
    {
        let Inner {
            scheduler,
            output,
            place,
            ..
        } = &*self.inner;
        ask(scheduler, output, place, operation, send).await
    }

    /// Returns the error for an answer that lacks what it must have.
    pub(super) fn without(&self, operation: Operation, what: &str) -> ProviderError {
        let message = format!("the answer lacks {what}");
        ProviderError::new(ErrorKind::Ambiguous, operation.call().operation)
            .saying(None, None, Some(message))
            .at(&self.inner.place)
    }
}

/// Builds the SDK's configuration: its retries off, its timeouts set.
pub(crate) async fn sdk_config(region: &str, access: &Access) -> SdkConfig {
    let version = BehaviorVersion::v2026_01_12();
    let region_name = region.to_owned();
    let region = Region::new(region_name.clone());
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(CONNECT)
        .operation_attempt_timeout(ATTEMPT)
        .operation_timeout(OPERATION)
        .build();
    if let Access::Sandbox { endpoint, account } = access {
        // The sandbox tells accounts apart by the last digits of the access key id.
        let id = format!("SANDBOX{account}");
        let credentials = Credentials::new(id, "sandbox", None, None, "sandbox");
        return SdkConfig::builder()
            .behavior_version(version)
            .region(region)
            .retry_config(RetryConfig::disabled())
            .timeout_config(timeouts)
            .http_client(https(ProxyConfig::disabled()))
            .endpoint_url(endpoint)
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .build();
    }
    // An answer that stops in the middle is given up after 5 s without a byte.
    let stalls = StalledStreamProtectionConfig::enabled().grace_period(Duration::from_secs(5));
    let mut loader = aws_config::defaults(version)
        .region(region)
        .retry_config(RetryConfig::disabled())
        .timeout_config(timeouts)
        .stalled_stream_protection(stalls.build())
        .http_client(https(ProxyConfig::from_env()));
    if let Ok(name) = AppName::new("ai-keys") {
        loader = loader.app_name(name);
    }
    match access {
        Access::Role(identity) => {
            loader = loader.credentials_provider(identity.in_region(&region_name));
        }
        Access::Assumed(role) => {
            loader = loader.credentials_provider(role.in_region(&region_name));
        }
        Access::Environment | Access::Sandbox { .. } => {}
    }
    loader.load().await
}

/// Returns an HTTP client with rustls on ring: no C library to build or ship.
///
/// The SDK's own client takes no notice of `HTTPS_PROXY` unless it is told to.
pub(super) fn https(proxy: ProxyConfig) -> impl HttpClient + 'static {
    let client = aws_smithy_http_client::Builder::new();
    client.build_with_connector_fn(move |settings, components| {
        let mut connector = Connector::builder();
        connector.set_connector_settings(settings.cloned());
        connector.set_sleep_impl(components.and_then(RuntimeComponents::sleep_impl));
        connector
            .tls_provider(Provider::Rustls(CryptoMode::Ring))
            .proxy_config(proxy.clone())
            .build()
    })
}

#[cfg(test)]
#[path = "account_tests.rs"]
mod tests;
