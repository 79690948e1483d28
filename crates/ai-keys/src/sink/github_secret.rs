//! GitHub Actions secrets: of a repository, an environment, an organisation.
//!
//! GitHub shows a secret's name and the moment of its last change, neither its
//! value nor who wrote it. So the generation follows from the moment: the
//! newest that was made by then. A secret that is older than every value of
//! the key, or that no marker of the key names, is somebody else's; what
//! somebody else wrote over ours later cannot be told from ours.

use std::collections::BTreeMap;

use ai_keys_core::state::{Delivered, Destination};
use tokio::sync::Mutex;

use super::error::SinkError;
use super::sealed_box::seal;
use super::{Parcel, Receipt, Sink, Wanted, refuse_newer};
use crate::github::{Client, Endpoint, Holder, Pace, PublicKey, Sealed, SecretSeen, secrets};
use crate::output::{Output, untrusted};
use crate::secret::Secret;
use crate::signal::Stop;

/// The most bytes of a value.
///
/// Source: "Secrets reference", checked 2026-11-23.
/// <https://docs.github.com/actions/reference/security/secrets#limits-for-secrets>
const MOST: usize = 48 * 1024;

/// The variable that holds the token: never the job's own `GITHUB_TOKEN`, for
/// which no workflow can ask the permission.
/// <https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax#permissions>,
/// checked 2026-11-24.
pub(super) const TOKEN: &str = "AI_KEYS_GITHUB_TOKEN";

/// The variable that holds the address of GitHub's API, and what it is if not set.
const API: &str = "GITHUB_API_URL";
const GITHUB: &str = "https://api.github.com";

/// What stands for a token in the sandbox.
pub(super) const SANDBOX: &str = "the-token-of-the-sandbox-and-of-nobody-else";

/// The Actions secrets of every place that one token may write.
pub(super) struct GithubSecrets {
    client: Client,
    keys: Mutex<BTreeMap<String, PublicKey>>,
}

impl GithubSecrets {
    /// Opens GitHub as the environment says. No request is sent.
    pub(super) fn open(
        variable: impl Fn(&str) -> Option<String>,
        pace: Pace,
        output: &Output,
        stop: Stop,
    ) -> Result<Self, SinkError> {
        let set = |name| variable(name).filter(|value| !value.is_empty());
        let token = set(TOKEN).ok_or_else(|| {
            SinkError::Github(format!(
                "{TOKEN} is not set: give it a token of a GitHub App or a fine-grained personal access token \
                 with write access to Secrets (for an environment: Environments); GITHUB_TOKEN cannot write secrets"
            ))
        })?;
        let token = Secret::received(token, output);
        let api = set(API).unwrap_or_else(|| GITHUB.to_owned());
        // It names the key that values are sealed with.
        if api.trim_end_matches('/') != GITHUB && token.expose() != SANDBOX {
            let api = untrusted(&api);
            output.notice(&format!(
                "secrets of GitHub go to {api} because {API} is set"
            ));
        }
        let endpoint = Endpoint::of_api(&api);
        let endpoint = endpoint.map_err(|refused| SinkError::Github(refused.to_string()))?;
        let client = Client::new(endpoint, "", Some(token), output.clone(), pace, stop);
        Ok(Self {
            client: client.map_err(|error| SinkError::Github(error.to_string()))?,
            keys: Mutex::default(),
        })
    }

    /// Returns the key that values of a place are sealed with, asked for once.
    async fn public_key(&self, holder: Holder<'_>) -> Result<PublicKey, SinkError> {
        let mut keys = self.keys.lock().await;
        let route = holder.route();
        if let Some(key) = keys.get(&route) {
            return Ok(key.clone());
        }
        let key = secrets::public_key(&self.client, holder).await?;
        keys.insert(route, key.clone());
        Ok(key)
    }
}

impl Sink for GithubSecrets {
    async fn observe(&self, wanted: &[Wanted]) -> Result<Vec<Delivered>, SinkError> {
        let mut lists = BTreeMap::new();
        let mut seen = Vec::with_capacity(wanted.len());
        for one in wanted {
            let holder = holder(&one.destination)?;
            let route = holder.route();
            if !lists.contains_key(&route) {
                let listed = secrets::list_secrets(&self.client, holder).await;
                lists.insert(route.clone(), listed);
            }
            let name = one.destination.name();
            seen.push(match lists.get(&route) {
                Some(Ok(listed)) => {
                    let found = listed.iter().find(|s| s.name.eq_ignore_ascii_case(name));
                    match found {
                        None => Delivered::Absent,
                        Some(_) if !one.is_named => Delivered::Foreign,
                        Some(found) => generation(found.updated(), &one.generations),
                    }
                }
                Some(Err(error)) => Delivered::Unknown {
                    why: error.to_string(),
                },
                None => Delivered::Absent,
            });
        }
        Ok(seen)
    }

    async fn deliver(&self, parcel: Parcel<'_>) -> Result<Receipt, SinkError> {
        let size = parcel.value.expose().len();
        if size > MOST {
            let message =
                format!("a secret of GitHub has at most {MOST} bytes, the value has {size}");
            return Err(SinkError::Github(message));
        }
        let (holder, name) = (holder(parcel.destination)?, parcel.destination.name());
        let key = self.public_key(holder).await?;
        let old = secrets::read_secret(&self.client, holder, name).await?;
        let seen = old.as_ref().map(SecretSeen::updated);
        match seen.map(|updated| generation(updated, parcel.generations)) {
            Some(Delivered::Generation { number, .. }) => refuse_newer(parcel, Some(number))?,
            Some(Delivered::Unknown { why }) => return Err(SinkError::Github(why)),
            Some(_) if !parcel.spec.takes_over => {
                return Err(SinkError::Foreign(parcel.destination.clone()));
            }
            _ => {}
        }
        let sealed = seal(parcel.value, &key.key);
        let sealed = sealed.map_err(|error| SinkError::Github(error.to_string()))?;
        let sealed = Sealed {
            value: &sealed,
            key_id: &key.key_id,
        };
        secrets::put_secret(&self.client, holder, name, &sealed, old).await?;
        Ok(Receipt {
            handle: format!("{}/{name}", holder.route()),
            version: None,
        })
    }
}

/// Turns the moment of the last change into what is there.
fn generation(updated: Option<i64>, generations: &BTreeMap<u32, i64>) -> Delivered {
    let Some(updated) = updated else {
        return Delivered::Unknown {
            why: "GitHub gave no date of its last change".to_owned(),
        };
    };
    let by_then = generations.iter().filter(|(_, made)| **made <= updated);
    by_then
        .map(|(number, _)| *number)
        .max()
        .map_or(Delivered::Foreign, |number| Delivered::Generation {
            number,
            settings: None,
        })
}

fn holder(destination: &Destination) -> Result<Holder<'_>, SinkError> {
    match destination {
        Destination::GithubRepository { repository, .. } => Ok(Holder::Repository(repository)),
        Destination::GithubEnvironment {
            repository,
            environment,
            ..
        } => Ok(Holder::Environment(repository, environment)),
        Destination::GithubOrganization { organization, .. } => {
            Ok(Holder::Organization(organization))
        }
        other => Err(SinkError::Elsewhere(other.clone())),
    }
}

#[cfg(test)]
#[path = "github_secret_tests.rs"]
mod tests;
