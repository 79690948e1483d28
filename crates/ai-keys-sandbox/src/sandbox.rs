//! The handle: start or open a sandbox, look into it, change it behind the client's back.

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use hyper::HeaderMap;
use serde_json::Value;
use thiserror::Error;

use crate::api::{delete_stage, ensure_stage};
use crate::clock::Clock;
use crate::control;
use crate::faults::{FaultRule, Faults};
use crate::gate::{Gate, View};
use crate::journal::{Journal, JournalEntry};
use crate::lock;
use crate::model::World;
use crate::options::Options;
use crate::query::Query;
use crate::records::{KeyRecord, SeedKey, SeedUsagePlan, StageRef, UsagePlanRecord};
use crate::route::route;
use crate::running::Running;
use crate::scope::Scope;
use crate::seed;
use crate::server::{Incoming, Server};
use crate::service;
use crate::shared::Shared;
use crate::store::{ServerFile, Store};

/// How often a large state is saved.
const SAVE_EVERY: Duration = Duration::from_secs(1);

/// A running sandbox. It serves on a thread of its own; dropping it saves the state and stops it.
pub struct Sandbox {
    shared: Arc<Shared>,
    server: Server,
    url: String,
}

/// Why a sandbox cannot be started or used.
#[derive(Debug, Error)]
pub enum SandboxError {
    /// A file or a connection failed.
    #[error(transparent)]
    Io(#[from] std::io::Error),
    /// Another process has the directory open; [`Running::find`] tells where it listens.
    #[error("the sandbox directory is in use by another process")]
    InUse,
    /// The state file is of another version.
    #[error("the sandbox state has format {found}, which this version does not read")]
    Format {
        /// The number in the file.
        found: u32,
    },
    /// The state file is not what a sandbox writes.
    #[error("the sandbox state cannot be read: line {line} of `state.json`")]
    Unreadable {
        /// Counted from 1.
        line: usize,
    },
    /// The sandbox said no.
    #[error("the sandbox refused: {0}")]
    Refused(String),
}

impl Sandbox {
    /// Starts a sandbox in memory, on a free port of 127.0.0.1.
    ///
    /// # Errors
    /// [`SandboxError::Io`] if no port or thread can be had.
    pub fn start(options: Options) -> Result<Self, SandboxError> {
        Self::serve(options, World::default(), None, 0)
    }

    /// Opens a sandbox that keeps its state in `dir`, and announces it in `dir/server.json`.
    ///
    /// # Errors
    /// [`SandboxError::InUse`] while another process has it, and when its files cannot be read or written.
    pub fn open(dir: &Path, options: Options) -> Result<Self, SandboxError> {
        Self::open_on(dir, options, 0)
    }

    /// As [`Sandbox::open`], on a port of the caller's choice.
    ///
    /// # Errors
    /// As [`Sandbox::open`]; [`SandboxError::Io`] if the port is taken.
    pub fn open_on(dir: &Path, options: Options, port: u16) -> Result<Self, SandboxError> {
        let (store, world) = Store::open(dir)?;
        Self::serve(options, world, Some(store), port)
    }

    fn serve(
        options: Options,
        world: World,
        store: Option<Store>,
        port: u16,
    ) -> Result<Self, SandboxError> {
        let journal = Journal::new(store.as_ref().map(Store::journal).transpose()?);
        let clock = options.clock.clone();
        let gate = Gate {
            faults: Mutex::new(Faults::default()),
            journal,
            clock,
        };
        let shared = Arc::new(Shared::new(options, world, gate, store));
        let serving = Arc::clone(&shared);
        let handler = move |request| service::serve(Arc::clone(&serving), request);
        let server = Server::start(port, handler, save_in_the_background(Arc::clone(&shared)))?;
        let url = server.url();
        if let Some(store) = &shared.store {
            let instance = shared.instance.clone();
            store.announce(&ServerFile {
                url: url.clone(),
                instance,
                pid: std::process::id(),
            })?;
        }
        Ok(Self {
            shared,
            server,
            url,
        })
    }

    /// Returns `http://127.0.0.1:PORT`: the endpoint for API Gateway and STS, and the data plane's host.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Returns the URL under which a stage is called with an `x-api-key` header.
    #[must_use]
    pub fn invoke_url(&self, api: &str, stage: &str, path: &str) -> String {
        format!(
            "{}/restapis/{api}/{stage}/_user_request_/{}",
            self.url,
            path.trim_start_matches('/')
        )
    }

    /// Returns the clock, for tests to move.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.shared.options.clock
    }

    /// Returns the requests of this run so far, in the order of their answers.
    #[must_use]
    pub fn journal(&self) -> Vec<JournalEntry> {
        self.shared.gate.journal.entries()
    }

    /// Empties the journal in memory.
    pub fn clear_journal(&self) {
        self.shared.gate.journal.clear();
    }

    /// Replaces the fault rules and starts counting anew; an empty list ends all faults.
    ///
    /// # Errors
    /// [`SandboxError::Refused`] for a bad regular expression.
    pub fn set_faults(&self, rules: Vec<FaultRule>) -> Result<(), SandboxError> {
        control::set_faults(&self.shared, rules).map_err(SandboxError::Refused)
    }

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
        let headers = HeaderMap::new();
        let request = Incoming {
            method: method.to_owned(),
            path: path.to_owned(),
            query,
            headers,
            body,
        };
        let answer = service::run(&self.shared, scope, &found, &parsed, &request, View::Live);
        Ok((
            answer.status,
            serde_json::from_slice(&answer.body).unwrap_or(Value::Null),
        ))
    }

    /// Stops serving and saves.
    ///
    /// # Errors
    /// [`SandboxError::Io`] if the state cannot be saved; dropping the sandbox would not tell.
    pub fn shutdown(mut self) -> Result<(), SandboxError> {
        self.server.stop();
        Ok(self.shared.flush()?)
    }

    /// Returns how another process sees this sandbox.
    #[must_use]
    pub fn running(&self) -> Option<Running> {
        Running::at(&self.url)
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        self.server.stop();
        let _ = self.shared.flush();
    }
}

async fn save_in_the_background(shared: Arc<Shared>) {
    loop {
        tokio::time::sleep(SAVE_EVERY).await;
        // A failure is tried again, and told by `shutdown`.
        let _ = shared.flush();
    }
}
