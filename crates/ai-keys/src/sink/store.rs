//! The clients of Secrets Manager and SSM in one account and region.

use std::error::Error;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_types::SdkConfig;

use super::error::SinkError;
use crate::output::Output;
use crate::provider::aws::endpoint::{self, Service};
use crate::provider::aws::{Access, Account, Operation, ask, sdk_config};
use crate::provider::{Place, ProviderError};
use crate::schedule::{Pace, Scheduler};

/// One service in one account and region. Clones share its budgets.
#[derive(Clone)]
pub(super) struct Store<C> {
    inner: Arc<Inner<C>>,
}

struct Inner<C> {
    client: C,
    scheduler: Scheduler,
    output: Output,
    place: Place,
}

pub(super) type Secrets = Store<aws_sdk_secretsmanager::Client>;
pub(super) type Parameters = Store<aws_sdk_ssm::Client>;

/// Opens both services. No request is sent but those that the environment
/// needs to find its credentials.
pub(super) async fn open(
    home: &Account,
    access: &Access,
    region: &str,
) -> Result<(Secrets, Parameters), SinkError> {
    let config = sdk_config(region, access).await;
    let secrets = Store::new(
        aws_sdk_secretsmanager::Client::new(&config),
        home,
        place(&config, access, region, endpoint::SECRETS_MANAGER, home)?,
        Pace::SecretsManager,
    );
    let parameters = Store::new(
        aws_sdk_ssm::Client::new(&config),
        home,
        place(&config, access, region, endpoint::SSM, home)?,
        Pace::Ssm,
    );
    Ok((secrets, parameters))
}

/// Returns where the values go, and tells of an endpoint that is not AWS's own.
fn place(
    config: &SdkConfig,
    access: &Access,
    region: &str,
    service: Service,
    home: &Account,
) -> Result<Place, SinkError> {
    if let Access::Sandbox { endpoint, .. } = access {
        return Ok(Place {
            region: region.to_owned(),
            endpoint: Some(endpoint.clone()),
        });
    }
    let configured = endpoint::configured(config, service);
    if let Some(problem) = configured.as_ref().and_then(endpoint::problem) {
        return Err(SinkError::Endpoint(problem));
    }
    // The one of all services was announced with the account.
    let own = configured
        .as_ref()
        .filter(|one| one.by != "AWS_ENDPOINT_URL");
    if let Some(notice) = own.and_then(endpoint::notice) {
        home.output().notice(&format!("notice: {notice}"));
    }
    Ok(Place {
        region: region.to_owned(),
        endpoint: configured.map(|endpoint| endpoint.url),
    })
}

impl<C> Store<C> {
    fn new(client: C, home: &Account, place: Place, budgets: Pace) -> Self {
        let inner = Inner {
            client,
            scheduler: home.scheduler().beside(budgets),
            output: home.output().clone(),
            place,
        };
        Self {
            inner: Arc::new(inner),
        }
    }

    pub(super) fn client(&self) -> &C {
        &self.inner.client
    }

    pub(super) fn output(&self) -> &Output {
        &self.inner.output
    }

    pub(super) fn region(&self) -> &str {
        &self.inner.place.region
    }

    /// Waits, but not longer than until the run is asked to stop.
    pub(super) async fn pause(&self, time: Duration) {
        self.inner.scheduler.pause(time).await;
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
}
