//! Looking into a sandbox, and changing it behind the client's back.

use bytes::Bytes;
use hyper::HeaderMap;
use hyper::header::{HeaderName, HeaderValue};
use serde_json::Value;

use crate::api::{delete_stage, ensure_stage};
use crate::error::SandboxError;
use crate::gate::View;
use crate::lock;
use crate::protocol::find;
use crate::query::Query;
use crate::records::{
    GithubSecretRecord, KeyRecord, ParameterRecord, SecretRecord, SeedKey, SeedUsagePlan, StageRef,
    UsagePlanRecord,
};
use crate::route::{Route, route};
use crate::sandbox::Sandbox;
use crate::scope::Scope;
use crate::seed;
use crate::server::Incoming;
use crate::service;

impl Sandbox {
    /// Makes the REST API (by name) and the stage if they do not exist.
    #[expect(
        clippy::must_use_candidate,
        reason = "the stage is made whether or not its id is wanted"
    )]
    pub fn ensure_stage(&self, scope: &Scope, api_name: &str, stage: &str) -> StageRef {
        let shared = &self.shared;
        let now_ms = shared.now_ms();
        let api_id = ensure_stage(
            &mut lock(&shared.world),
            &mut lock(&shared.ids),
            scope,
            api_name,
            stage,
            now_ms,
        );
        // A state that cannot be saved now is saved, or reported, with the next change.
        let _ = shared.changed();
        StageRef {
            api_id,
            stage: stage.to_owned(),
        }
    }

    /// Deletes a stage, which silently takes it off every usage plan.
    pub fn delete_stage(&self, scope: &Scope, stage: &StageRef) {
        delete_stage(
            &mut lock(&self.shared.world),
            scope,
            &stage.api_id,
            &stage.stage,
        );
        let _ = self.shared.changed();
    }

    /// Returns the keys of an account and region, newest first.
    #[must_use]
    pub fn keys(&self, scope: &Scope) -> Vec<KeyRecord> {
        seed::key_records(lock(&self.shared.world).region(scope))
    }

    /// Returns the usage plans of an account and region, newest first.
    #[must_use]
    pub fn usage_plans(&self, scope: &Scope) -> Vec<UsagePlanRecord> {
        seed::usage_plan_records(lock(&self.shared.world).region(scope))
    }

    /// Returns the secrets of an account and region by name, those scheduled for deletion too.
    #[must_use]
    pub fn secrets(&self, scope: &Scope) -> Vec<SecretRecord> {
        seed::secret_records(lock(&self.shared.world).region(scope))
    }

    /// Returns the parameters of an account and region by name.
    #[must_use]
    pub fn parameters(&self, scope: &Scope) -> Vec<ParameterRecord> {
        seed::parameter_records(lock(&self.shared.world).region(scope))
    }

    /// Returns GitHub's secrets by holder and name.
    #[must_use]
    pub fn github_secrets(&self) -> Vec<GithubSecretRecord> {
        seed::github_records(&lock(&self.shared.world).github)
    }

    /// Returns every key value in the sandbox, for canary tests.
    #[must_use]
    pub fn values(&self) -> Vec<String> {
        let world = lock(&self.shared.world);
        world
            .regions
            .values()
            .flat_map(|region| region.keys.values())
            .map(|key| key.value.clone())
            .collect()
    }

    /// Puts usage plans and keys in, past rates and journal; 10,000 keys take milliseconds.
    ///
    /// Returns the keys' ids in their order.
    ///
    /// # Errors
    /// [`SandboxError::Refused`] if a key names no seeded or existing usage plan or breaks a rule of AWS.
    pub fn seed(
        &self,
        scope: &Scope,
        usage_plans: &[SeedUsagePlan],
        keys: &[SeedKey],
    ) -> Result<Vec<String>, SandboxError> {
        let shared = &self.shared;
        let now_ms = shared.now_ms();
        let mut world = lock(&shared.world);
        let mut changed = world.clone();
        let ids = seed::seed(
            &mut changed,
            &mut lock(&shared.ids),
            scope,
            usage_plans,
            keys,
            now_ms,
        )
        .map_err(|error| SandboxError::Refused(error.message))?;
        *world = changed;
        drop(world);
        shared.changed()?;
        Ok(ids)
    }

    /// Notes that a key was used so often through a usage plan, as the data plane does; `day` is `YYYY-MM-DD`.
    ///
    /// # Errors
    /// [`SandboxError::Refused`] if there is no such usage plan or day.
    pub fn seed_usage(
        &self,
        scope: &Scope,
        usage_plan_id: &str,
        key_id: &str,
        days: &[(&str, u32)],
    ) -> Result<(), SandboxError> {
        let mut world = lock(&self.shared.world);
        seed::seed_usage(world.region(scope), usage_plan_id, key_id, days)
            .map_err(|error| SandboxError::Refused(error.message))?;
        drop(world);
        Ok(self.shared.changed()?)
    }

    /// Carries out one operation behind the client's back: no rates, no faults, no journal.
    ///
    /// `target` is path and query. Returns status and answer, e.g. of `DELETE /apikeys/abc`.
    ///
    /// # Errors
    /// [`SandboxError::Refused`] if there is no such operation.
    pub fn out_of_band(
        &self,
        scope: &Scope,
        method: &str,
        target: &str,
        body: Option<&Value>,
    ) -> Result<(u16, Value), SandboxError> {
        let (path, query) = match target.split_once('?') {
            Some((path, query)) => (path, Some(query.to_owned())),
            None => (target, None),
        };
        let parsed = Query::parse(query.as_deref());
        let found = route(method, path, &parsed);
        let found = found.ok_or_else(|| SandboxError::Refused("no such operation".to_owned()))?;
        let body = body
            .map(|body| Bytes::from(body.to_string()))
            .unwrap_or_default();
        let request = Incoming {
            method: method.to_owned(),
            path: path.to_owned(),
            query,
            headers: HeaderMap::new(),
            body,
        };
        Ok(self.run_out_of_band(scope, &found, &parsed, &request))
    }

    /// As [`Sandbox::out_of_band`], for Secrets Manager and SSM: `target` is such as
    /// `secretsmanager.DeleteSecret`.
    ///
    /// # Errors
    /// [`SandboxError::Refused`] if there is no such operation.
    pub fn out_of_band_json(
        &self,
        scope: &Scope,
        target: &str,
        body: &Value,
    ) -> Result<(u16, Value), SandboxError> {
        let refused = || SandboxError::Refused("no such operation".to_owned());
        let header = HeaderValue::from_str(target).map_err(|_| refused())?;
        let query = Query::parse(None);
        let request = Incoming {
            method: "POST".to_owned(),
            path: "/".to_owned(),
            query: None,
            headers: HeaderMap::from_iter([(HeaderName::from_static("x-amz-target"), header)]),
            body: Bytes::from(body.to_string()),
        };
        let found = find(&request, &query).ok_or_else(refused)?;
        Ok(self.run_out_of_band(scope, &found, &query, &request))
    }

    fn run_out_of_band(
        &self,
        scope: &Scope,
        route: &Route,
        query: &Query,
        request: &Incoming,
    ) -> (u16, Value) {
        let answer = service::run(&self.shared, scope, route, query, request, View::Live);
        let body = serde_json::from_slice(&answer.body).unwrap_or(Value::Null);
        (answer.status, body)
    }
}
