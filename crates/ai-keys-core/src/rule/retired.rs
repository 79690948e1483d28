//! Codes that nothing reports any more. Their numbers are never given again.

use crate::diagnostic::code;

code! {
    /// ## What it checks
    /// Nothing any more. Early versions checked deliveries to GitHub and made none.
    /// ## Why it matters
    /// It may still stand in an old report.
    /// ## What to do
    /// Nothing: values are delivered to GitHub Actions secrets as the file says.
    AK390 "delivery-not-carried-out" Warning
}

code! {
    /// ## What it checks
    /// Nothing any more. Early versions checked `rotate` and did not rotate.
    /// ## Why it matters
    /// It may still stand in an old report.
    /// ## What to do
    /// Nothing: keys are rotated as the file says.
    AK391 "rotation-not-carried-out" Warning
}
