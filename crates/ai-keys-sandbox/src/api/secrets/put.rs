//! New versions, labels, tags and descriptions of a secret.

use serde::Deserialize;
use serde_json::{Value, json};

use super::create::exists;
use super::{
    Call, NewValue, Tag, arn, check_description, check_kms_key, find_writable, invalid_parameter,
    not_found, replicas, set, tagged,
};
use crate::answer::{ApiError, Outcome};
use crate::secrets::{CURRENT, Payload};

/// Labels of one version.
const MAX_STAGES: usize = 20;
/// Versions with labels, of one secret.
const MAX_LABELLED: usize = 100;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Put {
    secret_id: String,
    #[serde(default)]
    version_stages: Vec<String>,
    #[serde(flatten)]
    value: NewValue,
}

pub(super) fn put_value(call: &mut Call<'_>) -> Outcome {
    let put: Put = call.input()?;
    let payload = put.value.payload()?;
    let payload = payload.ok_or_else(|| {
        invalid_parameter("You must provide either SecretString or SecretBinary.")
    })?;
    let version_id = put.value.version_id(call)?;
    if put.version_stages.len() > MAX_STAGES {
        return Err(ApiError::new(
            400,
            "LimitExceededException",
            "A version can have at most 20 staging labels.",
        ));
    }
    let stages = if put.version_stages.is_empty() {
        vec![CURRENT.to_owned()]
    } else {
        put.version_stages
    };
    let scope = call.scope;
    add_version(call, &put.secret_id, &version_id, payload, &stages)?;
    let secret = find_writable(call, &put.secret_id)?;
    let stages = secret
        .versions
        .get(&version_id)
        .map(|version| &version.stages);
    let shown = json!({
        "ARN": arn(scope, secret),
        "Name": secret.name,
        "VersionId": version_id,
        "VersionStages": stages,
    });
    Ok((200, shown))
}

/// Adds a version; one that exists with the same value stays as it is, labels included.
fn add_version(
    call: &mut Call<'_>,
    id: &str,
    version_id: &str,
    payload: Payload,
    stages: &[String],
) -> Result<(), ApiError> {
    let now_ms = call.now_ms;
    let secret = find_writable(call, id)?;
    if let Some(old) = secret.versions.get(version_id) {
        return if old.value == payload {
            Ok(())
        } else {
            Err(exists(
                "You can't modify an existing version; a version with this ClientRequestToken has another value.",
            ))
        };
    }
    let labelled = secret.versions.values();
    if labelled
        .filter(|version| !version.stages.is_empty())
        .count()
        >= MAX_LABELLED
    {
        return Err(ApiError::new(
            400,
            "LimitExceededException",
            "The secret has too many versions with staging labels.",
        ));
    }
    let kms_key = secret.kms_key.clone();
    check_kms_key(kms_key.as_deref())?;
    secret.put(version_id, payload, stages, now_ms);
    let name = secret.name.clone();
    replicas::copy(call, &name);
    Ok(())
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Update {
    secret_id: String,
    description: Option<String>,
    kms_key_id: Option<String>,
    #[serde(flatten)]
    value: NewValue,
}

pub(super) fn update(call: &mut Call<'_>) -> Outcome {
    let update: Update = call.input()?;
    let payload = update.value.payload()?;
    check_description(update.description.as_deref())?;
    check_kms_key(update.kms_key_id.as_deref())?;
    let version_id = update.value.version_id(call)?;
    let (scope, now_ms) = (call.scope, call.now_ms);
    let mut shown = json!({});
    if let Some(payload) = payload {
        let stages = [CURRENT.to_owned()];
        add_version(call, &update.secret_id, &version_id, payload, &stages)?;
        set(&mut shown, "VersionId", json!(version_id));
    }
    let secret = find_writable(call, &update.secret_id)?;
    secret.changed_ms = now_ms;
    if update.description.is_some() {
        secret.description = update.description;
    }
    if update.kms_key_id.is_some() {
        secret.kms_key = update.kms_key_id;
    }
    set(&mut shown, "ARN", json!(arn(scope, secret)));
    set(&mut shown, "Name", json!(secret.name));
    let name = secret.name.clone();
    replicas::copy(call, &name);
    Ok((200, shown))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Asked {
    secret_id: String,
    version_stage: String,
    remove_from_version_id: Option<String>,
    move_to_version_id: Option<String>,
}

pub(super) fn move_stage(call: &mut Call<'_>) -> Outcome {
    let asked: Asked = call.input()?;
    let scope = call.scope;
    let secret = find_writable(call, &asked.secret_id)?;
    let stage = &asked.version_stage;
    let to = asked.move_to_version_id.as_deref();
    for id in to
        .into_iter()
        .chain(asked.remove_from_version_id.as_deref())
    {
        if !secret.versions.contains_key(id) {
            return Err(not_found(format!(
                "Secrets Manager can't find the specified secret value for VersionId: {id}"
            )));
        }
    }
    let at = secret.version_at(stage).map(str::to_owned);
    match (&at, asked.remove_from_version_id.as_deref()) {
        (Some(at), None) if Some(at.as_str()) != to => {
            return Err(invalid_parameter(format!(
                "The parameter RemoveFromVersionId can't be empty. Staging label {stage} is currently attached to \
                 version {at}, so you must explicitly reference that version in RemoveFromVersionId."
            )));
        }
        (at, Some(from)) if at.as_deref() != Some(from) => {
            return Err(invalid_parameter(format!(
                "Staging label {stage} is not attached to version {from}."
            )));
        }
        _ => {}
    }
    if stage == CURRENT && to.is_none() {
        return Err(invalid_parameter(
            "You can only move staging label AWSCURRENT to a different secret version. It can't be completely removed.",
        ));
    }
    secret.move_stage(stage, to);
    let shown = json!({ "ARN": arn(scope, secret), "Name": secret.name });
    let name = secret.name.clone();
    replicas::copy(call, &name);
    Ok((200, shown))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Tagging {
    secret_id: String,
    #[serde(default)]
    tags: Vec<Tag>,
    #[serde(default)]
    tag_keys: Vec<String>,
}

/// Additive: it never removes.
pub(super) fn tag(call: &mut Call<'_>) -> Outcome {
    let tagging: Tagging = call.input()?;
    let secret = find_writable(call, &tagging.secret_id)?;
    secret.tags = tagged(&secret.tags, tagging.tags)?;
    let name = secret.name.clone();
    replicas::copy(call, &name);
    Ok((200, Value::Object(serde_json::Map::new())))
}

pub(super) fn untag(call: &mut Call<'_>) -> Outcome {
    let tagging: Tagging = call.input()?;
    let secret = find_writable(call, &tagging.secret_id)?;
    secret.tags.retain(|key, _| !tagging.tag_keys.contains(key));
    let name = secret.name.clone();
    replicas::copy(call, &name);
    Ok((200, Value::Object(serde_json::Map::new())))
}
