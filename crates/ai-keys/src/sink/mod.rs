//! Where values of keys go: secret stores, each behind one small trait.
//!
//! Looking reads no value: generation and settings stand in descriptions and
//! version ids. Delivering is idempotent: it looks first, and a repeat after a
//! lost answer or a crash ends in the same state.
//!
//! INVARIANT: what is not this key's is not overwritten unless the manifest
//! says so. INVARIANT: a secret that is scheduled for deletion is reported,
//! never restored or made anew.

mod error;
mod github_secret;
mod note;
mod sealed_box;
mod secrets_manager;
mod ssm;
mod store;
mod stores;
mod token;

use std::collections::BTreeMap;
use std::future::Future;

use ai_keys_core::state::{Delivered, DeliverySpec, Destination};

pub use error::SinkError;
pub use stores::Stores;
pub use token::Token;

use crate::secret::Secret;

/// What is looked for at one destination.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// The place.
    pub destination: Destination,
    /// The namespace of the manifest.
    pub namespace: String,
    /// The key's name there.
    pub key: String,
    /// Its live generations, and when each was made, in seconds since 1970.
    pub generations: BTreeMap<u32, i64>,
    /// [`DeliverySpec::fingerprint`] of what is asked for.
    pub settings: String,
    /// The role that is assumed to get there.
    pub role: Option<String>,
    /// Whether a marker of the key names the place: for a store that does not
    /// say whose a secret is.
    pub is_named: bool,
}

/// What was delivered where. Never a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The ARN or the route of the secret.
    pub handle: String,
    /// The version that holds the value, where the store tells.
    pub version: Option<String>,
}

/// One delivery.
#[derive(Clone, Copy)]
pub struct Parcel<'p> {
    /// Where to.
    pub destination: &'p Destination,
    /// How.
    pub spec: &'p DeliverySpec,
    /// Which value of which key.
    pub token: &'p Token,
    /// The value.
    pub value: &'p Secret,
    /// The key's values as far as they are known, and when each was made, in
    /// seconds since 1970: for a store that shows only when it was last
    /// written.
    pub generations: &'p BTreeMap<u32, i64>,
}

/// A secret store.
pub trait Sink {
    /// Looks, without reading a value; the answers stand in the order of the
    /// questions.
    fn observe(
        &self,
        wanted: &[Wanted],
    ) -> impl Future<Output = Result<Vec<Delivered>, SinkError>> + Send;

    /// Delivers; done already is done.
    fn deliver(
        &self,
        parcel: Parcel<'_>,
    ) -> impl Future<Output = Result<Receipt, SinkError>> + Send;
}

/// Refuses to put an older value over a newer one of the same key.
fn refuse_newer(parcel: Parcel<'_>, found: Option<u32>) -> Result<(), SinkError> {
    match found {
        Some(found) if found > parcel.token.generation => Err(SinkError::Newer {
            destination: parcel.destination.clone(),
            found,
        }),
        _ => Ok(()),
    }
}

/// Tells whether what was seen is what is asked for, so that no second look is
/// worth its call.
fn is_as_wanted(seen: &Delivered, wanted: &Wanted) -> bool {
    let newest = wanted.generations.keys().next_back();
    matches!(
        seen,
        Delivered::Generation { number, settings: Some(settings) }
            if Some(number) == newest && *settings == wanted.settings
    )
}
