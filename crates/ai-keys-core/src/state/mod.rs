//! What a valid manifest asks for, what the cloud reports now, and the note that ties them.

mod delivery;
mod desired;
mod live;
mod marker;
mod shared;
mod usage;

pub use delivery::{Delivered, DeliverySpec, Destination};
pub use desired::{
    DesiredKey, DesiredState, DesiredUsagePlan, ResolveError, RotateNow, Rotation, StageName,
    UsagePlanRef, resolve,
};
pub use live::{
    ApiName, Handle, LiveKey, LiveState, LiveUsagePlan, Liveness, SNAPSHOT_FORMAT, SnapshotError,
    StageId,
};
pub use marker::{Marker, MarkerDate};
pub use shared::Shared;
pub use usage::{DayOfUse, Usage};
