//! A role of a target, assumed with the credentials that a run starts with: how one job works in many accounts.

use std::fmt;
use std::sync::Arc;

use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{self, ProvideCredentials, future};
use aws_smithy_types::retry::RetryConfig;

use super::account::{Access, sdk_config};
use super::errors::translate;
use super::lent::{Lent, NotLent, receive, session_name};
use super::operation::Operation;
use crate::output::Output;
use crate::provider::{ErrorKind, ProviderError};

/// A role, assumed when it is first needed and again before it ends. Clones
/// share it.
#[derive(Clone)]
pub struct AssumedRole {
    inner: Arc<Inner>,
}

struct Inner {
    base: Access,
    role: String,
    session: String,
    output: Output,
    lent: Lent,
}

impl AssumedRole {
    /// Prepares to assume a role. `CloudTrail` will name us by the namespace.
    pub(super) fn new(base: Access, role: &str, namespace: &str, output: Output) -> Self {
        let inner = Inner {
            base,
            role: role.to_owned(),
            session: session_name(&format!("ai-keys-{namespace}")),
            output,
            lent: Lent::default(),
        };
        Self {
            inner: Arc::new(inner),
        }
    }

    /// Returns the ARN of the role.
    pub(super) fn role(&self) -> &str {
        &self.inner.role
    }

    /// Returns what the role is assumed with.
    pub(super) fn base(&self) -> &Access {
        &self.inner.base
    }

    /// Returns credentials of the role, from the STS of a region.
    pub(super) async fn credentials(&self, region: &str) -> Result<Credentials, NotLent> {
        self.inner.lent.get(|| self.inner.assume(region)).await
    }

    /// Returns the same as a provider for the SDK.
    pub(super) fn in_region(&self, region: &str) -> InRegion {
        InRegion {
            role: self.clone(),
            region: region.to_owned(),
        }
    }
}

impl Inner {
    async fn assume(&self, region: &str) -> Result<Credentials, NotLent> {
        if let Access::Role(identity) = &self.base {
            // Its own error says what GitHub or STS said.
            identity.credentials(region).await?;
        }
        let config = sdk_config(region, &self.base).await;
        // Two of the same make two sessions, and harm nobody.
        let retry = RetryConfig::standard().with_max_attempts(3);
        let config = aws_sdk_sts::config::Builder::from(&config).retry_config(retry);
        let asked = aws_sdk_sts::Client::from_conf(config.build())
            .assume_role()
            .role_arn(&self.role)
            .role_session_name(&self.session)
            .send();
        let answer = asked.await.map_err(|error| {
            let error = translate(Operation::AssumeRole, &error, &self.output);
            self.refused(&error)
        })?;
        match answer.credentials {
            Some(lent) => Ok(receive(lent, "AssumeRole", &self.output)),
            None => Err(NotLent::Refused {
                role: self.role.clone(),
                said: "STS sent no credentials".to_owned(),
                help: "run again".to_owned(),
            }),
        }
    }

    fn refused(&self, error: &ProviderError) -> NotLent {
        let (said, help) = error.in_two();
        let help = match error.kind() {
            ErrorKind::Denied { .. } => {
                "allow `sts:AssumeRole` on it to the credentials of this run, and let its trust policy name them"
                    .to_owned()
            }
            ErrorKind::Invalid => "look at `role` of the target: it is the ARN of a role".to_owned(),
            _ => help,
        };
        NotLent::Refused {
            role: self.role.clone(),
            said,
            help,
        }
    }
}

/// [`AssumedRole`] for clients of one region.
#[derive(Clone)]
pub(super) struct InRegion {
    role: AssumedRole,
    region: String,
}

impl ProvideCredentials for InRegion {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(async move {
            let lent = self.role.credentials(&self.region).await;
            provider::Result::from(lent.map_err(CredentialsError::provider_error))
        })
    }
}

/// Says which role, and nothing that was lent.
impl fmt::Debug for AssumedRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("AssumedRole").field(&self.role()).finish()
    }
}

/// Says nothing: it holds credentials.
impl fmt::Debug for InRegion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("InRegion")
    }
}
