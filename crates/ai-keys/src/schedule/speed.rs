//! How fast a provider's clock runs beside ours.

use std::num::NonZeroU32;
use std::time::Duration;

/// How many seconds pass on the provider's clock in one of ours: one, but in a sandbox that was
/// told to run faster. Its rates, and whatever it asks to wait for, are meant by its own clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Speed(NonZeroU32);

impl Speed {
    /// That of every real service.
    pub const REAL: Self = Self(NonZeroU32::MIN);

    /// Returns a speed of so many seconds in one.
    #[must_use]
    pub fn times(seconds: NonZeroU32) -> Self {
        Self(seconds)
    }

    /// Returns how long a time of the provider's clock takes here.
    pub(super) fn here(self, there: Duration) -> Duration {
        there / self.0.get()
    }

    /// Returns how long a time that passes here is on the provider's clock.
    pub(super) fn there(self, here: Duration) -> Duration {
        here * self.0.get()
    }
}
