//! The least time that AWS's rates allow.

use std::collections::BTreeMap;

/// Returns the least time for these calls, in milliseconds: 10 a second after 40 at once;
/// `CreateApiKey` and `DeleteApiKey` 5 a second, `UpdateUsagePlan` one in 20 seconds. Checked
/// 2026-11-23.
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html>
pub(super) fn floor_ms(calls: &BTreeMap<String, usize>) -> u64 {
    let count = |operation: &str| calls.get(operation).copied().unwrap_or_default();
    let beyond = |calls: usize, burst: usize| calls.saturating_sub(burst) as u64;
    // STS has rates of its own.
    let all = calls.values().sum::<usize>() - count("GetCallerIdentity");
    [
        beyond(all, 40) * 100,
        beyond(count("CreateApiKey"), 5) * 200,
        beyond(count("DeleteApiKey"), 5) * 200,
        beyond(count("UpdateUsagePlan"), 1) * 20_000,
    ]
    .into_iter()
    .max()
    .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_floor_is_that_of_the_slowest_rate() {
        let calls = |pairs: &[(&str, usize)]| {
            let pairs = pairs
                .iter()
                .map(|(name, count)| ((*name).to_owned(), *count));
            floor_ms(&pairs.collect())
        };
        assert_eq!(
            calls(&[("GetApiKeys", 121), ("GetCallerIdentity", 5)]),
            8_100
        );
        assert_eq!(calls(&[("CreateApiKey", 105)]), 20_000);
        assert_eq!(calls(&[("UpdateUsagePlan", 3), ("GetApiKeys", 50)]), 40_000);
    }
}
