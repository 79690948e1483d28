//! All the secret stores of a run: opened when first needed, one for each account, region and role.

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
    opened: Mutex<BTreeMap<AwsPlace, Pair>>,
    github: Mutex<Option<Arc<GithubSecrets>>>,
}

/// Where in AWS, and the role that is assumed to get there.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct AwsPlace {
    account: String,
    region: String,
    role: Option<String>,
}

#[derive(Clone)]
struct Pair {
    secrets: SecretsManager,
    parameters: Ssm,
}

impl Stores {
    /// Prepares the stores beside an account, whose number was read already.
    /// They take its endpoint and patience, and its credentials unless the place's
    /// target has others.
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
        let mut groups: BTreeMap<Kind, Vec<usize>> = BTreeMap::new();
        for (at, one) in wanted.iter().enumerate() {
            let kind = self.kind(&one.destination, one.role.as_deref());
            groups.entry(kind).or_default().push(at);
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
        let role = parcel.spec.role.as_deref();
        let namespace = &parcel.token.namespace;
        match self.kind(parcel.destination, role) {
            Kind::Secrets(place) => {
                let pair = self.open(&place, namespace).await?;
                pair.secrets.deliver(parcel).await
            }
            Kind::Parameters(place) => {
                let pair = self.open(&place, namespace).await?;
                pair.parameters.deliver(parcel).await
            }
            Kind::Github => self.github().await?.deliver(parcel).await,
        }
    }

    async fn observe_kind(
        &self,
        kind: Kind,
        asked: &[Wanted],
    ) -> Result<Vec<Delivered>, SinkError> {
        let namespace = asked.first().map_or("", |one| &one.namespace);
        match kind {
            Kind::Secrets(place) => {
                let pair = self.open(&place, namespace).await?;
                pair.secrets.observe(asked).await
            }
            Kind::Parameters(place) => {
                let pair = self.open(&place, namespace).await?;
                pair.parameters.observe(asked).await
            }
            Kind::Github => self.github().await?.observe(asked).await,
        }
    }

    /// Opens the stores of a place. Whose credentials they are is checked before
    /// anything is written with others than the home's, or in another account.
    async fn open(&self, place: &AwsPlace, namespace: &str) -> Result<Pair, SinkError> {
        let Inner {
            home,
            home_account,
            opened,
            ..
        } = &*self.inner;
        let AwsPlace {
            account,
            region,
            role,
        } = place;
        let mut opened = opened.lock().await;
        if let Some(pair) = opened.get(place) {
            return Ok(pair.clone());
        }
        let mut access = home
            .access()
            .through(role.as_deref(), namespace, home.output());
        if let Access::Sandbox {
            account: played, ..
        } = &mut access
        {
            account.clone_into(played);
        }
        let is_as_home = access.role() == home.access().role() && account == home_account;
        if !is_as_home {
            access.lend(region).await?;
            let elsewhere = Scheduler::beside(home.scheduler(), Pace::SecretsManager);
            let there = Account::open(region, &access, elsewhere, home.output().clone()).await;
            let found = there.id().await?;
            if found != *account {
                let wanted = account.clone();
                return Err(SinkError::WrongAccount { wanted, found });
            }
        }
        let (secrets, parameters) = store::open(home, &access, region).await?;
        let pair = Pair {
            secrets: SecretsManager::new(secrets),
            parameters: Ssm::new(parameters, account),
        };
        opened.insert(place.clone(), pair.clone());
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
    fn kind(&self, destination: &Destination, role: Option<&str>) -> Kind {
        let place = |account: &str, region: &str| {
            let account = match account {
                "" => &self.inner.home_account,
                account => account,
            };
            AwsPlace {
                account: account.to_owned(),
                region: region.to_owned(),
                role: role.map(str::to_owned),
            }
        };
        match destination {
            Destination::SecretsManager {
                region, account, ..
            } => Kind::Secrets(place(account, region)),
            Destination::Ssm {
                region, account, ..
            } => Kind::Parameters(place(account, region)),
            Destination::GithubRepository { .. }
            | Destination::GithubEnvironment { .. }
            | Destination::GithubOrganization { .. } => Kind::Github,
        }
    }
}

/// A store: its place in AWS, or GitHub.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Secrets(AwsPlace),
    Parameters(AwsPlace),
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
