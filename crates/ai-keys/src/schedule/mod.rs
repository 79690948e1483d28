//! When calls are sent to a provider, and when they are sent again.
//!
//! The SDK's own retries are off: they repeat a create whose answer was lost,
//! ignore `Retry-After` and treat a reached quota as throttling (measured with
//! aws-sdk-apigateway 1.125.0, 2026-11-23). One [`Scheduler`] serves one account
//! and region. It runs on tokio's clock, so its tests run in virtual time.

mod backoff;
mod budget;
mod scheduler;
mod speed;

pub use backoff::retry_after;
pub use budget::{Lane, Pace};
pub use scheduler::{Call, PATIENCE, Repeat, Scheduler};
pub use speed::Speed;

#[cfg(test)]
mod floor_tests;
