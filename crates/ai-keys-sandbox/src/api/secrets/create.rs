//! Makes a secret, with or without a first version.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::json;

use super::replicas::{self, NewReplica};
use super::{
    Call, NewValue, Tag, arn, check_description, check_kms_key, invalid_request, set, tagged,
    validation,
};
use crate::answer::{ApiError, Outcome};
use crate::secrets::StoredSecret;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct NewSecret {
    name: String,
    description: Option<String>,
    kms_key_id: Option<String>,
    #[serde(default)]
    tags: Vec<Tag>,
    #[serde(default)]
    add_replica_regions: Vec<NewReplica>,
    #[serde(default)]
    force_overwrite_replica_secret: bool,
    #[serde(flatten)]
    value: NewValue,
}

/// The same token with the same value is the same request; its answer may have been lost.
pub(super) fn create(call: &mut Call<'_>) -> Outcome {
    let new: NewSecret = call.input()?;
    let payload = new.value.payload()?;
    check_name(&new.name)?;
    check_description(new.description.as_deref())?;
    let version_id = new.value.version_id(call)?;
    let tags = tagged(&BTreeMap::new(), new.tags)?;
    let (scope, now_ms) = (call.scope, call.now_ms);
    if let Some(old) = call.region().secrets.get(&new.name) {
        if old.gone_ms.is_some() {
            return Err(invalid_request(
                "You can't create this secret because a secret with this name is already scheduled for deletion.",
            ));
        }
        let version = old.versions.get(&version_id).map(|version| &version.value);
        if payload.is_none() || version != payload.as_ref() {
            return Err(exists(&format!(
                "The operation failed because the secret {} already exists.",
                new.name
            )));
        }
        let shown = json!({ "ARN": arn(scope, old), "Name": new.name, "VersionId": version_id });
        return Ok((200, shown));
    }
    check_kms_key(new.kms_key_id.as_deref())?;
    replicas::check(scope, &new.add_replica_regions)?;
    let number = call.region().next_number();
    let mut secret = StoredSecret {
        number,
        name: new.name.clone(),
        suffix: call.random.suffix(),
        description: new.description,
        kms_key: new.kms_key_id,
        tags,
        created_ms: now_ms,
        changed_ms: now_ms,
        gone_ms: None,
        versions: BTreeMap::new(),
        policy: None,
        replicas: Vec::new(),
        primary_region: None,
    };
    let mut shown = json!({ "ARN": arn(scope, &secret), "Name": new.name });
    if let Some(payload) = payload {
        secret.put(&version_id, payload, &[], now_ms);
        set(&mut shown, "VersionId", json!(version_id));
    }
    call.region().secrets.insert(new.name.clone(), secret);
    if !new.add_replica_regions.is_empty() {
        let force = new.force_overwrite_replica_secret;
        replicas::start(call, &new.name, new.add_replica_regions, force);
        let status = replicas::status(call, &new.name);
        set(&mut shown, "ReplicationStatus", status);
    }
    Ok((200, shown))
}

fn check_name(name: &str) -> Result<(), ApiError> {
    let is_fine = |c: char| c.is_ascii_alphanumeric() || "/_+=.@-".contains(c);
    if name.is_empty() || name.chars().count() > 512 || !name.chars().all(is_fine) {
        return Err(validation(
            "Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!",
        ));
    }
    Ok(())
}

pub(super) fn exists(message: &str) -> ApiError {
    ApiError::new(400, "ResourceExistsException", message)
}
