//! AWS's rules and their texts. Checked 2026-11-23 against the documentation and recorded answers.
//!
//! A text marked *inferred* is ours: the rule is AWS's, its wording is not known.

use std::collections::BTreeMap;

use crate::answer::ApiError;
use crate::model::{Quota, Throttle};

pub(crate) const KEY_NOT_FOUND: &str = "Invalid API Key identifier specified";
pub(crate) const USAGE_PLAN_NOT_FOUND: &str = "Invalid Usage Plan ID specified";
pub(crate) const DUPLICATE_VALUE: &str = "API Key already exists";
pub(crate) const CONCURRENT_MODIFICATION: &str =
    "Unable to complete operation due to concurrent modification. Please try again later.";
pub(crate) const INVALID_STAGE: &str = "Invalid API Stage specified";

/// API keys per account and region, not raisable.
pub(crate) const MAX_KEYS: usize = 10_000;
/// Usage plans per account and region.
pub(crate) const MAX_USAGE_PLANS: usize = 300;
/// Usage plans per API key.
pub(crate) const MAX_USAGE_PLANS_PER_KEY: usize = 10;
/// Method throttle settings per stage in a usage plan.
pub(crate) const MAX_METHOD_THROTTLES: usize = 20;
const MAX_TAGS: usize = 50;

type Check = Result<(), ApiError>;

pub(crate) fn check_value(value: &str) -> Check {
    match value.chars().count() {
        0..20 => Err(ApiError::bad_request(
            "API Key value should be at least 20 characters",
        )),
        20..=128 => Ok(()),
        _ => Err(ApiError::bad_request(
            "API Key value exceeds maximum size of 128 characters",
        )),
    }
}

pub(crate) fn check_name(name: &str) -> Check {
    if name.chars().count() > 1024 {
        return Err(ApiError::bad_request(
            "Invalid API Key name, can be at most 1024 characters.",
        ));
    }
    Ok(())
}

pub(crate) fn check_description(description: &str) -> Check {
    if description.chars().count() > 125_000 {
        return Err(ApiError::bad_request(
            "Invalid API Key description specified.",
        ));
    }
    Ok(())
}

/// Checks a whole tag map. Texts inferred.
pub(crate) fn check_tags(tags: &BTreeMap<String, String>) -> Check {
    if tags.len() > MAX_TAGS {
        return Err(ApiError::bad_request("A resource can have at most 50 tags"));
    }
    for (key, value) in tags {
        if key.is_empty() || key.chars().count() > 128 || value.chars().count() > 256 {
            return Err(ApiError::bad_request(
                "A tag key has 1 to 128 characters, a tag value at most 256",
            ));
        }
        if key.starts_with("aws:") {
            return Err(ApiError::bad_request("Tag keys must not start with aws:"));
        }
        let is_fine = |c: char| c.is_alphanumeric() || " +-=._:/@".contains(c);
        if !key.chars().all(is_fine) || !value.chars().all(is_fine) {
            return Err(ApiError::bad_request(
                "A tag has a character that is not allowed",
            ));
        }
    }
    Ok(())
}

/// Checks limit, period and offset together. Texts inferred.
pub(crate) fn check_quota(quota: &Quota) -> Check {
    if quota.limit < 0 {
        return Err(ApiError::bad_request(
            "Usage Plan quota limit must not be negative",
        ));
    }
    let last_offset = match quota.period.as_str() {
        "DAY" => 0,
        "WEEK" => 6,
        "MONTH" => 27,
        _ => {
            return Err(ApiError::bad_request(
                "Usage Plan quota period must be one of: [DAY, WEEK, MONTH]",
            ));
        }
    };
    if !(0..=last_offset).contains(&quota.offset) {
        return Err(ApiError::bad_request(format!(
            "Usage Plan quota offset must be between 0 and {last_offset} for period {}",
            quota.period
        )));
    }
    Ok(())
}

/// Checks a throttle; a burst above the rate is fine. Texts inferred.
pub(crate) fn check_throttle(throttle: &Throttle) -> Check {
    if throttle.burst_limit.is_some_and(|burst| burst < 0)
        || throttle.rate_limit.is_some_and(|rate| rate < 0.0)
    {
        return Err(ApiError::bad_request(
            "Usage Plan throttle limits must not be negative",
        ));
    }
    if throttle.burst_limit.is_some() && throttle.rate_limit.is_none() {
        return Err(ApiError::bad_request(
            "Usage Plan throttle needs a rate limit with its burst limit",
        ));
    }
    Ok(())
}

/// Returns AWS's refusal of a patch path, two blanks included.
pub(crate) fn bad_patch_path(path: &str, op: &str, allowed: &[&str]) -> ApiError {
    ApiError::bad_request(format!(
        "Invalid patch path  '{path}' specified for op '{op}'. Must be one of: [{}]",
        allowed.join(", ")
    ))
}

pub(crate) fn unknown_stage(api_id: &str, stage: &str, usage_plan_id: &str) -> ApiError {
    ApiError::not_found(format!(
        "Invalid API Stage {{api: {api_id}, stage: {stage}}} specified for usageplan {usage_plan_id}"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(check: Check) -> String {
        check.err().map(|error| error.message).unwrap_or_default()
    }

    #[test]
    fn values_have_20_to_128_characters() {
        assert_eq!(
            message(check_value(&"a".repeat(19))),
            "API Key value should be at least 20 characters"
        );
        assert_eq!(
            message(check_value(&"a".repeat(129))),
            "API Key value exceeds maximum size of 128 characters"
        );
        assert_eq!(
            message(check_value(&"a".repeat(20))) + &message(check_value(&"a".repeat(128))),
            ""
        );
    }

    #[test]
    fn quota_offsets_depend_on_the_period() {
        let quota = |period: &str, offset| Quota {
            limit: 1,
            offset,
            period: period.to_owned(),
        };
        for (period, last) in [("DAY", 0), ("WEEK", 6), ("MONTH", 27)] {
            assert!(check_quota(&quota(period, last)).is_ok());
            assert!(check_quota(&quota(period, last + 1)).is_err());
            assert!(check_quota(&quota(period, -1)).is_err());
        }
        assert!(check_quota(&quota("", 0)).is_err());
    }

    #[test]
    fn tags_are_limited() {
        let tag = |key: &str, value: &str| BTreeMap::from([(key.to_owned(), value.to_owned())]);
        assert!(check_tags(&tag("cost-center", "cc-42")).is_ok());
        for (key, value) in [("", "x"), ("aws:x", "x"), ("a\u{7}", "x"), ("a", "{}")] {
            assert!(check_tags(&tag(key, value)).is_err());
        }
        let many = (0..51).map(|n| (format!("k{n}"), String::new())).collect();
        assert!(check_tags(&many).is_err());
    }

    #[test]
    fn the_patch_path_text_has_two_blanks() {
        assert_eq!(
            bad_patch_path("/id", "replace", &["/description", "/enabled"]).message,
            "Invalid patch path  '/id' specified for op 'replace'. Must be one of: [/description, /enabled]"
        );
    }
}
