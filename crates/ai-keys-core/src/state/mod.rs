//! What a valid manifest asks for, what the cloud reports now, and the note that ties them.

mod desired;
mod live;
mod marker;

pub use desired::{
    DesiredKey, DesiredState, DesiredUsagePlan, ResolveError, StageName, UsagePlanRef, resolve,
};
pub use live::{
    ApiName, Handle, LiveKey, LiveState, LiveUsagePlan, Liveness, SNAPSHOT_FORMAT, SnapshotError,
    StageId,
};
pub use marker::{Marker, MarkerDate};
