//! A local API Gateway control plane that enforces AWS's rules and limits.
//!
//! It speaks API Gateway's rest-json protocol over HTTP on 127.0.0.1, so the same SDK and HTTP path
//! that runs against AWS runs against it. [`Sandbox::start`] keeps its state in memory (tests);
//! [`Sandbox::open`] keeps it in a directory (`ai-keys apply --sandbox`). [`FaultProxy`] puts the same
//! faults and the same journal in front of any other HTTP server.
//!
//! ```
//! use ai_keys_sandbox::{Options, Sandbox, Scope};
//!
//! let sandbox = Sandbox::start(Options::for_tests())?;
//! let scope = Scope::new("123456789012", "eu-west-1");
//! let stage = sandbox.ensure_stage(&scope, "chat-api", "prod");
//! assert_eq!(stage.api_id.len(), 10);
//! assert!(sandbox.url().starts_with("http://127.0.0.1:"));
//! assert!(sandbox.keys(&scope).is_empty());
//! # Ok::<(), ai_keys_sandbox::SandboxError>(())
//! ```

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}

mod answer;
mod api;
mod clock;
mod control;
mod data_plane;
mod error;
mod fault_rule;
mod faults;
mod gate;
mod github;
mod ids;
mod inspect;
mod journal;
mod model;
mod options;
mod parameters;
mod protocol;
mod proxy;
mod query;
mod records;
mod region;
mod route;
mod rules;
mod running;
mod sandbox;
mod scope;
mod secrets;
mod seed;
mod server;
mod service;
mod session;
mod shared;
mod store;
mod throttle;
mod turnstile;

use std::sync::{Mutex, MutexGuard, PoisonError};

pub use crate::clock::{Clock, ClockError};
pub use crate::error::SandboxError;
pub use crate::fault_rule::{Act, FaultRule, Refusal, Turn};
pub use crate::journal::JournalEntry;
pub use crate::options::{Limits, ListTags, Options};
pub use crate::proxy::FaultProxy;
pub use crate::records::{
    GithubSecretRecord, KeyRecord, ParameterRecord, SecretRecord, SeedKey, SeedUsagePlan, StageRef,
    UsagePlanRecord,
};
pub use crate::running::Running;
pub use crate::sandbox::Sandbox;
pub use crate::scope::{DEFAULT_ACCOUNT, Scope};
pub use crate::turnstile::Turnstile;

/// Locks a mutex whose holder may have panicked: the sandbox's data stays consistent between writes.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};
    use std::sync::atomic::{AtomicU32, Ordering};

    /// A directory of its own, removed on drop.
    pub(crate) struct TempDir(PathBuf);

    impl TempDir {
        pub(crate) fn new() -> Self {
            static NEXT: AtomicU32 = AtomicU32::new(0);
            let number = NEXT.fetch_add(1, Ordering::Relaxed);
            let dir = std::env::temp_dir()
                .join(format!("ai-keys-sandbox-{}-{number}", std::process::id()));
            std::fs::create_dir_all(&dir).unwrap();
            Self(dir)
        }

        pub(crate) fn path(&self) -> &Path {
            &self.0
        }
    }

    impl Drop for TempDir {
        fn drop(&mut self) {
            let _ = std::fs::remove_dir_all(&self.0);
        }
    }
}
