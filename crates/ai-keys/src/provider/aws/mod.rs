//! Amazon API Gateway: the clients, what they may do, and what errors mean.
//!
//! INVARIANT: the planning path gets a [`Reader`], which has no method that
//! writes and none that returns a key value.

mod account;
mod endpoint;
mod errors;
mod operation;
mod reader;
mod request;
mod rows;
mod writer;

pub use account::{Access, Account};
pub use operation::{Needs, Operation};
pub use reader::Reader;
pub use rows::{KeyRow, MemberRow, Page, Period, Quota, StageRow, Throttle, UsagePlanRow};
pub use writer::{Deleted, Imported, NewKey, NewUsagePlan, Patch, Writer};
