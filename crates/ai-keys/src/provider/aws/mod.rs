//! Amazon API Gateway: the clients, what they may do, and what errors mean.
//!
//! INVARIANT: the planning path gets a [`Reader`], which has no method that
//! writes and none that returns a key value.

mod account;
mod assumed_role;
mod bulk;
mod bulk_disable;
mod carry_out;
mod deliver;
pub(crate) mod endpoint;
mod errors;
mod import_file;
mod lent;
mod observe;
mod observe_deliveries;
mod operation;
mod partition;
mod patch;
mod policy;
mod probe;
mod reader;
mod readiness;
mod request;
mod rows;
mod server_clock;
mod usage;
mod web_identity;
mod writer;

pub use account::{Access, Account, Caller};
pub(crate) use account::{ask, sdk_config};
pub use carry_out::{Hands, StepError};
pub use lent::NotLent;
pub use observe::{Observed, observe, observe_apis, observe_objects};
pub use observe_deliveries::observe_deliveries;
pub use operation::{Needs, Operation};
pub(crate) use partition::partition;
pub use policy::{Role, assumed_policies, policy};
pub use reader::Reader;
pub use rows::{FoundKey, ListedKey, Page};
pub use usage::read_usage;
pub use web_identity::WebIdentity;
pub use writer::{Deleted, Patch, Writer};
