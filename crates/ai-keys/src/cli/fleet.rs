//! The accounts of a run: each is opened once, and looked at once until it is
//! written to, however many manifests are about it.
//!
//! AWS counts the calls of an account and region together, whoever makes them:
//! so there is one scheduler for each.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use ai_keys_core::state::{ApiName, DesiredState};
use tokio::sync::{Mutex, OnceCell, Semaphore};

use super::sandbox::Stand;
use super::targets::open_with;
use super::{Run, RunError};
use crate::provider::ProviderError;
use crate::provider::aws::{Account, NotLent, Observed, observe_apis, observe_objects};
use crate::sink::Stores;

/// Accounts that are looked at at once. One that answers slowly, or not at all,
/// keeps one of these places, and the others go on.
const AT_ONCE: usize = 16;

/// All accounts of a run.
pub(super) struct Fleet {
    homes: Mutex<BTreeMap<Place, Arc<Home>>>,
    places: Arc<Semaphore>,
}

/// The number of the account that a sandbox plays, and the region. Outside of
/// a sandbox it is the credentials that decide which account is reached: the one
/// set that a run has, or the role that is assumed with them. Of manifests with
/// one role, the first gives the session its name.
type Place = (Option<String>, String);

impl Default for Fleet {
    fn default() -> Self {
        Self {
            homes: Mutex::default(),
            places: Arc::new(Semaphore::new(AT_ONCE)),
        }
    }
}

impl Fleet {
    /// Returns the account of a target in its region, opened unless it is already.
    pub(super) async fn home(
        &self,
        desired: &DesiredState,
        stand: Option<&Stand>,
        run: &Run,
    ) -> Result<Arc<Home>, RunError> {
        let region = desired.region.as_str();
        let (access, how) = match stand {
            Some(stand) => (stand.access(desired.account.as_deref()), &desired.account),
            None => (run.access_to(desired), &desired.role),
        };
        let place = (how.clone(), region.to_owned());
        let mut homes = self.homes.lock().await;
        if let Some(home) = homes.get(&place) {
            return Ok(Arc::clone(home));
        }
        let account = open_with(region, &access, stand, run).await?;
        let home = Arc::new(Home::new(account, Arc::clone(&self.places)));
        homes.insert(place, Arc::clone(&home));
        Ok(home)
    }
}

/// One account in one region, with what is known of it.
pub(super) struct Home {
    account: Account,
    places: Arc<Semaphore>,
    lent: OnceCell<Result<(), NotLent>>,
    number: Known<String>,
    stores: OnceLock<Stores>,
    seen: Mutex<Arc<Seen>>,
}

/// An answer that is asked for once. Errors are answers too: what could not be
/// read for one scope is not tried again for each of the others.
type Known<T> = OnceCell<Result<T, ProviderError>>;

/// What was read of an account since it was last written to.
#[derive(Default)]
struct Seen {
    objects: Known<Observed>,
    apis: Known<BTreeMap<String, ApiName>>,
}

impl Home {
    fn new(account: Account, places: Arc<Semaphore>) -> Self {
        Self {
            account,
            places,
            lent: OnceCell::new(),
            number: OnceCell::new(),
            stores: OnceLock::new(),
            seen: Mutex::default(),
        }
    }

    pub(super) fn account(&self) -> &Account {
        &self.account
    }

    /// Has the roles lent that the account is reached by.
    pub(super) async fn lend(&self) -> Result<(), NotLent> {
        let access = self.account.access();
        let asked = self
            .lent
            .get_or_init(async || access.lend(self.account.region()).await);
        asked.await.clone()
    }

    /// Returns the number of the account that the credentials are of.
    pub(super) async fn number(&self) -> Result<String, ProviderError> {
        let asked = self.number.get_or_init(async || {
            let _place = self.places.acquire().await;
            self.account.id().await
        });
        asked.await.clone()
    }

    /// Returns the secret stores beside the account, whose number was read.
    pub(super) fn stores(&self, number: &str) -> &Stores {
        self.stores
            .get_or_init(|| Stores::beside(&self.account, number))
    }

    /// Returns what is live. Whoever asks while it is read waits for the same
    /// answer.
    pub(super) async fn observe(&self, with_apis: bool) -> Result<Observed, ProviderError> {
        let number = self.number().await?;
        let seen = Arc::clone(&*self.seen.lock().await);
        let reader = self.account.reader();
        let objects = seen.objects.get_or_init(async || {
            let _place = self.places.acquire().await;
            Box::pin(observe_objects(&reader, &number)).await
        });
        let apis = async {
            if !with_apis {
                return Ok(BTreeMap::new());
            }
            let asked = seen.apis.get_or_init(async || observe_apis(&reader).await);
            asked.await.clone()
        };
        let (objects, apis) = tokio::join!(objects, apis);
        let mut observed = objects.clone()?;
        observed.live.apis = apis?;
        Ok(observed)
    }

    /// Forgets what was live, because it is about to change.
    pub(super) async fn forget(&self) {
        *self.seen.lock().await = Arc::default();
    }
}
