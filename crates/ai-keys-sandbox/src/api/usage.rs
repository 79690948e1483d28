//! `GetUsage` and `UpdateUsage`, from what the data plane counted.
//!
//! A week starts on Sunday, a month on its first day, both plus the quota's offset in days. The map of
//! `GetUsage` is indexed by key id (the model's text says "value"), has an entry for each day, first and last
//! included, and a position only if there are more keys: so in an answer of AWS of 2026-09-13 that is quoted in
//! <https://github.com/floci-io/floci/pull/3561>, read 2026-11-24.

use serde_json::{Map, Value, json};
use time::{Date, Duration};

use super::Call;
use super::page::page_of_map;
use super::patch::Patch;
use crate::answer::{ApiError, Outcome};
use crate::clock::{date_of, parse_date};
use crate::model::{KeyUsage, Quota};
use crate::rules::USAGE_PLAN_NOT_FOUND;

/// The longest range that one call shows: "the date range for usage cannot exceed 90 days".
/// <https://repost.aws/knowledge-center/api-gateway-usage-key>, checked 2026-11-24.
const MAX_DAYS: i64 = 90;

pub(super) fn get(call: &mut Call<'_>) -> Outcome {
    let query = call.query;
    // Texts inferred.
    let date = |name: &str| {
        let parsed = query.get(name).and_then(parse_date);
        parsed.ok_or_else(|| {
            ApiError::bad_request(format!("Invalid {name} specified, must be YYYY-MM-DD"))
        })
    };
    let (start, end) = (date("startDate")?, date("endDate")?);
    if end < start || (end - start).whole_days() > MAX_DAYS {
        return Err(ApiError::bad_request(
            "Usage dates must be in order and at most 90 days apart",
        ));
    }
    let id = call.id(0).to_owned();
    let only = query.get("keyId").filter(|id| !id.is_empty());
    let usage_plan = call
        .region()
        .usage_plan(&id)
        .ok_or_else(|| ApiError::not_found(USAGE_PLAN_NOT_FOUND))?;
    let shown = usage_plan
        .usage
        .iter()
        .filter(|(key_id, _)| only.is_none_or(|only| *only == **key_id));
    let values = shown.map(|(key_id, usage)| {
        let entries = entries(usage_plan.quota.as_ref(), usage, start, end);
        (key_id.clone(), json!(entries))
    });
    let (values, position) = page_of_map(query, values)?;
    let mut answer = answer(&id, start, end, &values);
    if let (Some(position), Some(answer)) = (position, answer.as_object_mut()) {
        answer.insert("position".to_owned(), json!(position));
    }
    Ok((200, answer))
}

/// `replace /remaining`: a temporary extension in the current period.
pub(super) fn update(call: &mut Call<'_>) -> Outcome {
    let patch: Patch = call.json()?;
    let (id, key_id, today) = (
        call.id(0).to_owned(),
        call.id(1).to_owned(),
        date_of(call.now_ms),
    );
    let region = call.region();
    let is_on = region
        .key(&key_id)
        .is_some_and(|key| key.usage_plans.contains_key(&id));
    let usage_plan = region
        .usage_plan_mut(&id)
        .ok_or_else(|| ApiError::not_found(USAGE_PLAN_NOT_FOUND))?;
    if !is_on {
        return Err(ApiError::not_found(format!(
            "Invalid API Key identifier specified for usageplan {id}"
        )));
    }
    let quota = usage_plan
        .quota
        .clone()
        .ok_or_else(|| ApiError::bad_request("Usage Plan has no quota"))?;
    let mut usage = usage_plan.usage.get(&key_id).cloned().unwrap_or_default();
    for operation in &patch.patch_operations {
        if operation.op != "replace" || operation.path != "/remaining" {
            return Err(operation.refuse(&["/remaining"]));
        }
        let wanted: i64 = operation.number()?;
        let missing = wanted.saturating_sub(remaining(&quota, &usage, today));
        *usage
            .extra
            .entry(period_start(&quota, today).to_string())
            .or_default() += missing;
    }
    let values = Map::from_iter([(
        key_id.clone(),
        json!(entries(Some(&quota), &usage, today, today)),
    )]);
    usage_plan.usage.insert(key_id, usage);
    Ok((200, answer(&id, today, today, &values)))
}

fn answer(id: &str, start: Date, end: Date, values: &Map<String, Value>) -> Value {
    json!({
        "usagePlanId": id,
        "startDate": start.to_string(),
        "endDate": end.to_string(),
        "values": values,
    })
}

/// Returns `[used, remaining]` for each day; remaining is 0 where there is no quota.
fn entries(quota: Option<&Quota>, usage: &KeyUsage, start: Date, end: Date) -> Vec<[i64; 2]> {
    let days = (end - start).whole_days();
    (0..=days)
        .filter_map(|day| start.checked_add(Duration::days(day)))
        .map(|date| {
            let used = usage.used.get(&date.to_string()).copied().unwrap_or(0);
            [
                used,
                quota.map_or(0, |quota| remaining(quota, usage, date).max(0)),
            ]
        })
        .collect()
}

/// Returns what is left on `date` in its quota period.
pub(crate) fn remaining(quota: &Quota, usage: &KeyUsage, date: Date) -> i64 {
    let start = period_start(quota, date).to_string();
    let used: i64 = usage
        .used
        .range(start.clone()..=date.to_string())
        .map(|(_, used)| used)
        .sum();
    quota
        .limit
        .saturating_add(usage.extra.get(&start).copied().unwrap_or(0))
        .saturating_sub(used)
}

/// Returns the first day of the quota period that `date` is in.
pub(crate) fn period_start(quota: &Quota, date: Date) -> Date {
    let offset = Duration::days(quota.offset);
    match quota.period.as_str() {
        "WEEK" => {
            let since_sunday = i64::from(date.weekday().number_days_from_sunday());
            let back = (since_sunday - quota.offset).rem_euclid(7);
            date.checked_sub(Duration::days(back)).unwrap_or(date)
        }
        "MONTH" => {
            let first_of = |date: Date| date.replace_day(1).unwrap_or(date);
            let this = first_of(date).saturating_add(offset);
            let month_before = || first_of(first_of(date).saturating_sub(Duration::DAY));
            if this <= date {
                this
            } else {
                month_before().saturating_add(offset)
            }
        }
        _ => date,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn start_of(period: &str, offset: i64, date: &str) -> String {
        let quota = Quota {
            limit: 1,
            offset,
            period: period.to_owned(),
        };
        period_start(&quota, parse_date(date).unwrap()).to_string()
    }

    #[test]
    fn periods_start_where_the_offset_says() {
        // 2026-11-23 is a Monday.
        assert_eq!(start_of("DAY", 0, "2026-11-23"), "2026-11-23");
        assert_eq!(start_of("WEEK", 0, "2026-11-23"), "2026-11-22");
        assert_eq!(start_of("WEEK", 2, "2026-11-23"), "2026-11-17");
        assert_eq!(start_of("MONTH", 0, "2026-11-23"), "2026-11-01");
        assert_eq!(start_of("MONTH", 27, "2026-11-23"), "2026-10-28");
    }

    #[test]
    fn the_extension_counts_in_its_period_only() {
        let quota = Quota {
            limit: 10,
            offset: 0,
            period: "MONTH".to_owned(),
        };
        let mut usage = KeyUsage::default();
        usage.used.insert("2026-11-20".to_owned(), 4);
        usage.extra.insert("2026-11-01".to_owned(), 5);
        assert_eq!(
            remaining(&quota, &usage, parse_date("2026-11-23").unwrap()),
            11
        );
        assert_eq!(
            remaining(&quota, &usage, parse_date("2026-12-01").unwrap()),
            10
        );
    }
}
