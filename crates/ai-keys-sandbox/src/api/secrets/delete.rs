//! Schedules a secret for deletion, and takes that back.

use serde::Deserialize;
use serde_json::json;

use super::{Call, arn, find, find_active, invalid_parameter, invalid_request, seconds};
use crate::answer::Outcome;

const DAY_MS: i64 = 86_400_000;
/// Days in which a deleted secret can be restored: what may be asked, and what is if nothing is said.
const WINDOW_DAYS: std::ops::RangeInclusive<i64> = 7..=30;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Asked {
    secret_id: String,
    recovery_window_in_days: Option<i64>,
    #[serde(default)]
    force_delete_without_recovery: bool,
}

pub(super) fn delete(call: &mut Call<'_>) -> Outcome {
    let asked: Asked = call.input()?;
    let days = asked.recovery_window_in_days;
    if asked.force_delete_without_recovery && days.is_some() {
        return Err(invalid_parameter(
            "You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.",
        ));
    }
    let days = days.unwrap_or(*WINDOW_DAYS.end());
    if !WINDOW_DAYS.contains(&days) {
        return Err(invalid_parameter(
            "The RecoveryWindowInDays value must be between 7 and 30 days (inclusive).",
        ));
    }
    let (scope, now_ms) = (call.scope, call.now_ms);
    let secret = if asked.force_delete_without_recovery {
        find(call, &asked.secret_id)?
    } else {
        find_active(call, &asked.secret_id)?
    };
    if secret.primary_region.is_some() || !secret.replicas.is_empty() {
        let regions: Vec<&str> = secret.replicas.iter().map(|r| r.region.as_str()).collect();
        return Err(invalid_request(format!(
            "You can't delete secret {} that still has replica regions [{}]",
            secret.name,
            regions.join(", ")
        )));
    }
    let gone_ms = if asked.force_delete_without_recovery {
        now_ms
    } else {
        now_ms + days * DAY_MS
    };
    secret.gone_ms = Some(gone_ms);
    let (shown_arn, name) = (arn(scope, secret), secret.name.clone());
    if asked.force_delete_without_recovery {
        call.region().secrets.remove(&name);
    }
    let shown = json!({ "ARN": shown_arn, "Name": name, "DeletionDate": seconds(gone_ms) });
    Ok((200, shown))
}

pub(super) fn restore(call: &mut Call<'_>) -> Outcome {
    let asked: Asked = call.input()?;
    let scope = call.scope;
    let secret = find(call, &asked.secret_id)?;
    secret.gone_ms = None;
    Ok((
        200,
        json!({ "ARN": arn(scope, secret), "Name": secret.name }),
    ))
}
