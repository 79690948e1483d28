//! Takes a key's value from where it was made to a secret store, in one hop.
//!
//! INVARIANT: a value that this run made is held until its last delivery and
//! no longer; any other is read for the moment of its delivery.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use ai_keys_core::plan::{KeyRef, Plan, Step, Wait};
use ai_keys_core::state::{DeliverySpec, Destination, Marker};
use aws_smithy_http_client::proxy::ProxyConfig;
use tokio::time::Instant;

use super::carry_out::{Hands, StepError};
use super::probe::{self, Answer};
use super::readiness::{self, Unready};
use crate::secret::Secret;
use crate::sink::{Parcel, Token};

/// A value of a key, by the key's name and generation.
type Which = (String, u32);

/// The values that this run made and has still to deliver.
#[derive(Default)]
pub(super) struct Values {
    held: Mutex<BTreeMap<Which, Held>>,
}

struct Held {
    /// Deliveries that are still to come.
    left: usize,
    /// The value and the moment at which it was made.
    made: Option<(Arc<Secret>, Instant)>,
}

impl Values {
    /// Returns what holds the values of a plan that are to be delivered.
    pub(super) fn of(plan: &Plan) -> Self {
        let mut held = BTreeMap::new();
        for change in &plan.changes {
            if let Step::Deliver { key, .. } = &change.step
                && key.handle.is_none()
            {
                let which = (key.name.clone(), key.generation);
                let nothing = Held {
                    left: 0,
                    made: None,
                };
                held.entry(which).or_insert(nothing).left += 1;
            }
        }
        Self {
            held: Mutex::new(held),
        }
    }

    /// Keeps a value that was just made, if it is to be delivered.
    pub(super) fn keep(&self, key: &KeyRef, value: Secret) {
        let which = (key.name.clone(), key.generation);
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(held) = held.get_mut(&which) {
            held.made = Some((Arc::new(value), Instant::now()));
        }
    }

    /// Hands a value out; the last delivery takes it away.
    fn take(&self, key: &KeyRef) -> Option<(Arc<Secret>, Instant)> {
        let which = (key.name.clone(), key.generation);
        let mut all = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let held = all.get_mut(&which)?;
        held.left = held.left.saturating_sub(1);
        if held.left > 0 {
            return held.made.clone();
        }
        all.remove(&which)?.made
    }
}

impl Hands {
    /// Delivers one value to one place.
    pub(super) async fn deliver(
        &self,
        key: &KeyRef,
        destination: &Destination,
        spec: &DeliverySpec,
        wait: Option<&Wait>,
    ) -> Result<(), StepError> {
        let id = self.key_id(key)?;
        let (value, made) = match self.values().take(key) {
            Some((value, made)) => (value, Some(made)),
            None => (Arc::new(self.writer().read_value(&id).await?), None),
        };
        if let Some(wait) = wait {
            self.wait_until_it_works(wait, &value, made).await?;
        }
        let token = Token {
            namespace: self.namespace().to_owned(),
            key: key.name.clone(),
            generation: key.generation,
        };
        let generations = self.generations(key, &id, destination).await?;
        let parcel = Parcel {
            destination,
            spec,
            token: &token,
            value: &value,
            generations: &generations,
        };
        self.stores().deliver(parcel).await?;
        Ok(())
    }

    /// Returns when each value of a key was made. One of this run is asked
    /// for, and only where the store tells a generation by nothing else.
    async fn generations(
        &self,
        key: &KeyRef,
        id: &str,
        destination: &Destination,
    ) -> Result<BTreeMap<u32, i64>, StepError> {
        let is_of_key =
            |marker: &&Marker| marker.namespace == self.namespace() && marker.name == key.name;
        let mut generations: BTreeMap<u32, i64> = self
            .made_at()
            .filter_map(|(marker, at)| Some((is_of_key(&marker).then_some(marker.generation)?, at)))
            .collect();
        if destination.is_dated() && !generations.contains_key(&key.generation) {
            let at = self.reader().key_made_at(id).await?;
            generations.extend(at.map(|at| (key.generation, at)));
        }
        Ok(generations)
    }

    async fn wait_until_it_works(
        &self,
        wait: &Wait,
        value: &Secret,
        made: Option<Instant>,
    ) -> Result<(), StepError> {
        // Keys of the sandbox work at once, and an address of the manifest
        // would not know them.
        if self.is_sandbox() {
            return Ok(());
        }
        let end = match (wait, made) {
            (Wait::Seconds { seconds }, Some(made)) => {
                let ready = made + Duration::from_secs(u64::from(*seconds));
                readiness::until(self.stop(), ready).await
            }
            // It was made by an earlier run.
            (Wait::Seconds { .. }, None) => Ok(()),
            (Wait::Answered { probe }, _) => {
                let proxy = ProxyConfig::from_env();
                let ask = || probe::ask(probe, value, proxy.clone());
                readiness::until_answered(self.stop(), ask).await
            }
        };
        end.map_err(|unready| unready_error(&unready, wait))
    }
}

fn unready_error(unready: &Unready, wait: &Wait) -> StepError {
    let (Unready::Tried(answer), Wait::Answered { probe }) = (unready, wait) else {
        return StepError::Stopped;
    };
    let said = match answer {
        Answer::Forbidden => {
            "answers 403 to the new value; a key that does not open it says `probe = false`"
                .to_owned()
        }
        Answer::Failed(status) => format!("answers {status}"),
        Answer::None | Answer::Let => "cannot be reached".to_owned(),
    };
    StepError::NotReady(format!(
        "not delivered, and the value before goes on working: {probe} {said}"
    ))
}
