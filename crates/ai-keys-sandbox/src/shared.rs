//! What the server's tasks and the [`Sandbox`](crate::Sandbox) handle share.

use std::collections::BTreeSet;
use std::sync::Mutex;

use crate::data_plane::Gates;
use crate::gate::Gate;
use crate::ids::Ids;
use crate::model::World;
use crate::options::Options;
use crate::scope::Scope;
use crate::store::Store;
use crate::throttle::Buckets;

/// Each part has a lock of its own.
///
/// INVARIANT: locks are taken in the order `frozen`, `world`, `ids`, and none is held across an await.
pub(crate) struct Shared {
    pub(crate) options: Options,
    pub(crate) gate: Gate,
    pub(crate) world: Mutex<World>,
    /// The state that stale reads answer from.
    pub(crate) frozen: Mutex<Option<World>>,
    pub(crate) ids: Mutex<Ids>,
    pub(crate) buckets: Mutex<Buckets>,
    pub(crate) data_gates: Mutex<Gates>,
    /// Scopes in which a `CreateUsagePlanKey` is running.
    pub(crate) associating: Mutex<BTreeSet<Scope>>,
    pub(crate) store: Option<Store>,
    /// Tells this server from another one that took its port.
    pub(crate) instance: String,
}

impl Shared {
    pub(crate) fn new(options: Options, world: World, gate: Gate, store: Option<Store>) -> Self {
        Self {
            ids: Mutex::new(Ids::new(options.seed)),
            instance: Ids::new(None).id(),
            options,
            gate,
            world: Mutex::new(world),
            frozen: Mutex::default(),
            buckets: Mutex::default(),
            data_gates: Mutex::default(),
            associating: Mutex::default(),
            store,
        }
    }

    pub(crate) fn now_ms(&self) -> i64 {
        self.options.clock.now_ms()
    }

    /// Saves after a change: at once while the state is small, else within the second.
    pub(crate) fn changed(&self) -> std::io::Result<()> {
        self.store
            .as_ref()
            .map_or(Ok(()), |store| store.changed(&self.world))
    }

    /// Saves what was put off.
    pub(crate) fn flush(&self) -> std::io::Result<()> {
        self.store
            .as_ref()
            .map_or(Ok(()), |store| store.flush(&self.world))
    }
}
