//! What a secret is, and what it holds.

use serde::Deserialize;
use serde_json::json;

use super::view::show;
use super::{Call, arn, find, find_active, not_found, seconds, set};
use crate::answer::Outcome;
use crate::secrets::{CURRENT, Payload};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Asked {
    secret_id: String,
    version_id: Option<String>,
    version_stage: Option<String>,
}

/// Shows a secret that is scheduled for deletion too.
pub(super) fn describe(call: &mut Call<'_>) -> Outcome {
    let asked: Asked = call.input()?;
    let scope = call.scope;
    let secret = find(call, &asked.secret_id)?;
    let mut shown = show(scope, secret);
    if let Some(stages) = shown
        .as_object_mut()
        .and_then(|shown| shown.remove("SecretVersionsToStages"))
    {
        set(&mut shown, "VersionIdsToStages", stages);
    }
    Ok((200, shown))
}

pub(super) fn value(call: &mut Call<'_>) -> Outcome {
    let asked: Asked = call.input()?;
    let scope = call.scope;
    let secret = find_active(call, &asked.secret_id)?;
    let stage = match (&asked.version_stage, &asked.version_id) {
        (None, None) => Some(CURRENT),
        (stage, _) => stage.as_deref(),
    };
    let missing = |what: &str, which: &str| {
        not_found(format!(
            "Secrets Manager can't find the specified secret value for {what}: {which}"
        ))
    };
    let at = stage.map(|stage| {
        secret
            .version_at(stage)
            .ok_or_else(|| missing("staging label", stage))
    });
    let id = match (at.transpose()?, asked.version_id.as_deref()) {
        (Some(at), Some(id)) if at != id => {
            return Err(missing("VersionId", id));
        }
        (at, id) => id.or(at).unwrap_or_default(),
    };
    let version = secret
        .versions
        .get(id)
        .ok_or_else(|| missing("VersionId", id))?;
    let mut shown = json!({
        "ARN": arn(scope, secret),
        "Name": secret.name,
        "VersionId": id,
        "VersionStages": version.stages,
        "CreatedDate": seconds(version.created_ms),
    });
    match &version.value {
        Payload::String(text) => set(&mut shown, "SecretString", json!(text)),
        Payload::Binary(base64) => set(&mut shown, "SecretBinary", json!(base64)),
    }
    Ok((200, shown))
}
