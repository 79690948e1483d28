//! All the secret stores of a run: opened when first needed, one for each account and region.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use ai_keys_core::state::{Delivered, Destination};
use tokio::sync::Mutex;

use super::error::SinkError;
use super::github_secret::{GithubSecrets, SANDBOX, TOKEN};
use super::secrets_manager::SecretsManager;
use super::ssm::Ssm;
use super::{Parcel, Receipt, Sink, Wanted, store};
use crate::github::Pace as GithubPace;
use crate::provider::ErrorKind;
use crate::provider::aws::{Access, Account};
use crate::schedule::{Pace, Scheduler};

/// The secret stores that the keys of one target are delivered to. Clones share
/// clients and budgets.
#[derive(Clone)]
pub struct Stores {
    inner: Arc<Inner>,
}

struct Inner {
    home: Account,
    home_account: String,
    opened: Mutex<BTreeMap<(String, String), Pair>>,
    github: Mutex<Option<Arc<GithubSecrets>>>,
}

#[derive(Clone)]
struct Pair {
    secrets: SecretsManager,
    parameters: Ssm,
}

impl Stores {
    /// Prepares the stores beside an account, whose number was read already.
    /// They take its credentials, endpoint and patience.
    #[must_use]
    pub fn beside(home: &Account, home_account: &str) -> Self {
        let inner = Inner {
            home: home.clone(),
            home_account: home_account.to_owned(),
            opened: Mutex::default(),
            github: Mutex::default(),
        };
        Self {
            inner: Arc::new(inner),
        }
    }

    /// Looks at all destinations; the answers stand in the order of the
    /// questions. A store that cannot be looked at is [`Delivered::Unknown`].
    ///
    /// # Errors
    /// If the run was asked to stop, or the credentials themselves are refused.
    pub async fn observe(&self, wanted: &[Wanted]) -> Result<Vec<Delivered>, SinkError> {
        let mut groups: BTreeMap<Kind<'_>, Vec<usize>> = BTreeMap::new();
        for (at, one) in wanted.iter().enumerate() {
            groups
                .entry(self.kind(&one.destination))
                .or_default()
                .push(at);
        }
        let mut seen: Vec<Option<Delivered>> = wanted.iter().map(|_| None).collect();
        for (kind, places) in groups {
            let asked: Vec<Wanted> = places
                .iter()
                .filter_map(|at| wanted.get(*at).cloned())
                .collect();
            let answers = match self.observe_kind(kind, &asked).await {
                Ok(answers) => answers,
                Err(error) if stops_all(&error) => return Err(error),
                Err(error) => {
                    let why = error.to_string();
                    asked
                        .iter()
                        .map(|_| Delivered::Unknown { why: why.clone() })
                        .collect()
                }
            };
            for (at, answer) in places.into_iter().zip(answers) {
                if let Some(place) = seen.get_mut(at) {
                    *place = Some(answer);
                }
            }
        }
        let unseen = || Delivered::Unknown {
            why: "it was not looked at".to_owned(),
        };
        Ok(seen
            .into_iter()
            .map(|one| one.unwrap_or_else(unseen))
            .collect())
    }

    /// Delivers one value.
    ///
    /// # Errors
    /// Why it is not there, or may not be: then a repeat is safe.
    pub async fn deliver(&self, parcel: Parcel<'_>) -> Result<Receipt, SinkError> {
        match self.kind(parcel.destination) {
            Kind::Secrets(account, region) => {
                self.open(account, region)
                    .await?
                    .secrets
                    .deliver(parcel)
                    .await
            }
            Kind::Parameters(account, region) => {
                self.open(account, region)
                    .await?
                    .parameters
                    .deliver(parcel)
                    .await
            }
            Kind::Github => self.github().await?.deliver(parcel).await,
        }
    }

    async fn observe_kind(
        &self,
        kind: Kind<'_>,
        asked: &[Wanted],
    ) -> Result<Vec<Delivered>, SinkError> {
        match kind {
            Kind::Secrets(account, region) => {
                self.open(account, region)
                    .await?
                    .secrets
                    .observe(asked)
                    .await
            }
            Kind::Parameters(account, region) => {
                self.open(account, region)
                    .await?
                    .parameters
                    .observe(asked)
                    .await
            }
            Kind::Github => self.github().await?.observe(asked).await,
        }
    }

    /// Opens the stores of an account and region. An account that is not the
    /// home's is checked before anything is written there.
    async fn open(&self, account: &str, region: &str) -> Result<Pair, SinkError> {
        let Inner {
            home,
            home_account,
            opened,
            ..
        } = &*self.inner;
        let mut opened = opened.lock().await;
        let place = (account.to_owned(), region.to_owned());
        if let Some(pair) = opened.get(&place) {
            return Ok(pair.clone());
        }
        let mut access = home.access().clone();
        if let Access::Sandbox {
            account: played, ..
        } = &mut access
        {
            account.clone_into(played);
        }
        if account != home_account {
            let elsewhere = Scheduler::beside(home.scheduler(), Pace::SecretsManager);
            let there = Account::open(region, &access, elsewhere, home.output().clone()).await;
            let found = there.id().await?;
            if found != account {
                let wanted = account.to_owned();
                return Err(SinkError::WrongAccount { wanted, found });
            }
        }
        let (secrets, parameters) = store::open(home, &access, region).await?;
        let pair = Pair {
            secrets: SecretsManager::new(secrets),
            parameters: Ssm::new(parameters, account),
        };
        opened.insert(place, pair.clone());
        Ok(pair)
    }

    /// Opens GitHub, once. With the sandbox it is the sandbox's own, whatever
    /// the environment says.
    async fn github(&self) -> Result<Arc<GithubSecrets>, SinkError> {
        let home = &self.inner.home;
        let mut opened = self.inner.github.lock().await;
        if let Some(github) = &*opened {
            return Ok(Arc::clone(github));
        }
        let stop = home.scheduler().stop().clone();
        let made = if let Access::Sandbox { endpoint, .. } = home.access() {
            let played = |name: &str| match name {
                TOKEN => Some(SANDBOX.to_owned()),
                _ => Some(format!("{}/github", endpoint.trim_end_matches('/'))),
            };
            let pace = GithubPace {
                between_writes: Duration::ZERO,
                ..GithubPace::default()
            };
            GithubSecrets::open(played, pace, home.output(), stop)?
        } else {
            let variable = |name: &str| std::env::var(name).ok();
            GithubSecrets::open(variable, GithubPace::default(), home.output(), stop)?
        };
        let made = Arc::new(made);
        *opened = Some(Arc::clone(&made));
        Ok(made)
    }

    /// Sorts a destination by its store. No account is the home's.
    fn kind<'d>(&'d self, destination: &'d Destination) -> Kind<'d> {
        let or_home = |account: &'d str| {
            if account.is_empty() {
                &self.inner.home_account
            } else {
                account
            }
        };
        match destination {
            Destination::SecretsManager {
                region, account, ..
            } => Kind::Secrets(or_home(account), region),
            Destination::Ssm {
                region, account, ..
            } => Kind::Parameters(or_home(account), region),
            Destination::GithubRepository { .. }
            | Destination::GithubEnvironment { .. }
            | Destination::GithubOrganization { .. } => Kind::Github,
        }
    }
}

/// A store: its account and its region.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind<'d> {
    Secrets(&'d str, &'d str),
    Parameters(&'d str, &'d str),
    Github,
}

/// Returns whether no other store can be looked at either.
fn stops_all(error: &SinkError) -> bool {
    error.provider().is_some_and(|error| {
        matches!(
            error.kind(),
            ErrorKind::Interrupted
                | ErrorKind::NoCredentials
                | ErrorKind::ExpiredCredentials
                | ErrorKind::WrongCredentials
                | ErrorKind::WrongClock
        )
    })
}
