//! Looks at the places that a manifest delivers to: which value each holds, without reading one.

use std::collections::{BTreeMap, BTreeSet};

use ai_keys_core::state::DesiredState;

use super::observe::Observed;
use crate::sink::{SinkError, Stores, Wanted};

/// Adds to what was observed what is seen at each destination of the manifest.
/// Asks nothing where nothing is delivered.
///
/// # Errors
/// If the run was asked to stop, or the credentials themselves are refused; a
/// store that cannot be looked at is seen as unknown.
pub async fn observe_deliveries(
    stores: &Stores,
    desired: &DesiredState,
    observed: &mut Observed,
) -> Result<(), SinkError> {
    let wanted = wanted_deliveries(desired, observed);
    if wanted.is_empty() {
        return Ok(());
    }
    let seen = Box::pin(stores.observe(&wanted)).await?;
    let places = wanted.into_iter().map(|one| one.destination);
    observed.live.deliveries = places.zip(seen).collect();
    Ok(())
}

/// Returns what is looked for in secret stores: every place that the manifest
/// delivers to, with the values that its key has.
fn wanted_deliveries(desired: &DesiredState, observed: &Observed) -> Vec<Wanted> {
    let delivered = desired
        .keys
        .iter()
        .filter(|(_, key)| !key.deliveries.is_empty());
    let mut generations: BTreeMap<&str, BTreeMap<u32, i64>> = delivered
        .clone()
        .map(|(name, _)| (name.as_str(), BTreeMap::new()))
        .collect();
    let mut named: BTreeSet<(&str, String)> = BTreeSet::new();
    for (handle, live) in &observed.live.keys {
        let Some(marker) = &live.marker else { continue };
        if marker.namespace == desired.namespace
            && let Some(known) = generations.get_mut(marker.name.as_str())
        {
            // Without a date it would look as if every secret were newer.
            let made = observed.made_at.get(handle).copied().unwrap_or(i64::MAX);
            known.insert(marker.generation, made);
            let places = marker.destinations();
            named.extend(places.map(|place| (marker.name.as_str(), place.to_owned())));
        }
    }
    let mut wanted = Vec::new();
    for (name, key) in delivered {
        for (destination, spec) in &key.deliveries {
            wanted.push(Wanted {
                destination: destination.clone(),
                namespace: desired.namespace.clone(),
                key: name.clone(),
                generations: generations.get(name.as_str()).cloned().unwrap_or_default(),
                settings: spec.fingerprint(),
                role: spec.role.clone(),
                is_named: named.contains(&(name.as_str(), destination.to_string())),
            });
        }
    }
    wanted
}
