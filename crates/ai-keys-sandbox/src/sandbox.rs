//! The handle: start or open a sandbox, watch it, break it, stop it.

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::clock::Clock;
use crate::control;
use crate::error::SandboxError;
use crate::fault_rule::FaultRule;
use crate::faults::Faults;
use crate::gate::Gate;
use crate::journal::{Journal, JournalEntry};
use crate::model::World;
use crate::options::Options;
use crate::running::Running;
use crate::server::Server;
use crate::service;
use crate::shared::Shared;
use crate::store::{ServerFile, Store};

/// How often a large state is saved.
const SAVE_EVERY: Duration = Duration::from_secs(1);

/// A running sandbox. It serves on a thread of its own; dropping it saves the state and stops it.
pub struct Sandbox {
    pub(crate) shared: Arc<Shared>,
    server: Server,
    url: String,
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
