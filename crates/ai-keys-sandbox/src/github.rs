//! The Actions secrets of GitHub that the sandbox keeps: those of one GitHub, for all accounts.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What this GitHub holds.
#[derive(Clone, Default, Serialize, Deserialize)]
pub(crate) struct Github {
    /// The key that opens what is sent, in base64; made when it is first asked for.
    pub(crate) secret_key: Option<String>,
    /// By holder, such as `repos/acme/chat/environments/prod`, then by name in capitals.
    pub(crate) secrets: BTreeMap<String, BTreeMap<String, GithubSecret>>,
}

/// A secret that GitHub shows to workflows only.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct GithubSecret {
    pub(crate) value: String,
    pub(crate) created_ms: i64,
    pub(crate) updated_ms: i64,
    /// Of an organisation's: which repositories have it.
    pub(crate) visibility: Option<String>,
}
