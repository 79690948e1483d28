//! Secrets Manager.
//!
//! Texts are AWS's where a public record of them is known; the others are inferred.

mod create;
mod delete;
mod list;
mod policy;
mod put;
mod read;
mod replicas;
mod view;

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

use super::Call;
use crate::answer::{ApiError, Outcome};
use crate::route::Operation;
use crate::scope::Scope;
use crate::secrets::{Payload, StoredSecret};

/// The most bytes of a value.
/// <https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html>, checked 2026-11-23.
const MAX_VALUE_BYTES: usize = 65_536;
const MAX_DESCRIPTION: usize = 2048;
const MAX_TAGS: usize = 50;

/// Carries out one operation.
pub(super) fn carry_out(operation: Operation, call: &mut Call<'_>) -> Outcome {
    let now_ms = call.now_ms;
    for region in call.world.regions.values_mut() {
        // What was scheduled for deletion goes when its time is over.
        region
            .secrets
            .retain(|_, secret| secret.gone_ms.is_none_or(|gone_ms| gone_ms > now_ms));
    }
    match operation {
        Operation::CreateSecret => create::create(call),
        Operation::PutSecretValue => put::put_value(call),
        Operation::UpdateSecret => put::update(call),
        Operation::UpdateSecretVersionStage => put::move_stage(call),
        Operation::DescribeSecret => read::describe(call),
        Operation::GetSecretValue => read::value(call),
        Operation::ListSecrets => list::list(call),
        Operation::DeleteSecret => delete::delete(call),
        Operation::RestoreSecret => delete::restore(call),
        Operation::TagSecret => put::tag(call),
        Operation::UntagSecret => put::untag(call),
        Operation::PutResourcePolicy => policy::put(call),
        Operation::GetResourcePolicy => policy::get(call),
        Operation::DeleteResourcePolicy => policy::delete(call),
        Operation::ReplicateSecretToRegions => replicas::add(call),
        Operation::RemoveRegionsFromReplication => replicas::remove(call),
        _ => Err(ApiError::not_found("not an operation of Secrets Manager")),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Tag {
    key: String,
    #[serde(default)]
    value: String,
}

/// The members of a request that name a secret and carry a value.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct NewValue {
    client_request_token: Option<String>,
    secret_string: Option<String>,
    secret_binary: Option<String>,
}

impl NewValue {
    /// Returns the value, if there is one.
    fn payload(&self) -> Result<Option<Payload>, ApiError> {
        let payload = match (&self.secret_string, &self.secret_binary) {
            (Some(_), Some(_)) => {
                return Err(invalid_parameter(
                    "You can't specify both a binary secret value and a string secret value in the same secret.",
                ));
            }
            (Some(text), None) => Some((Payload::String(text.clone()), text.len())),
            // Four characters of base64 are three bytes.
            (None, Some(base64)) => Some((Payload::Binary(base64.clone()), base64.len() / 4 * 3)),
            (None, None) => None,
        };
        match payload {
            Some((_, bytes)) if bytes > MAX_VALUE_BYTES => Err(validation(format!(
                "1 validation error detected: Value at 'secretString' failed to satisfy constraint: \
                 Member must have length less than or equal to {MAX_VALUE_BYTES}"
            ))),
            payload => Ok(payload.map(|(payload, _)| payload)),
        }
    }

    /// Returns the id of the version to be: the token, or one of the service's own.
    fn version_id(&self, call: &mut Call<'_>) -> Result<String, ApiError> {
        match &self.client_request_token {
            Some(token) if (32..=64).contains(&token.len()) => Ok(token.clone()),
            Some(_) => Err(invalid_parameter(
                "ClientRequestToken must be 32-64 characters long.",
            )),
            None => Ok(call.random.uuid()),
        }
    }
}

fn check_description(description: Option<&str>) -> Result<(), ApiError> {
    if description.is_some_and(|text| text.chars().count() > MAX_DESCRIPTION) {
        return Err(validation(format!(
            "1 validation error detected: Value at 'description' failed to satisfy constraint: \
             Member must have length less than or equal to {MAX_DESCRIPTION}"
        )));
    }
    Ok(())
}

/// Adds tags to those that a secret has.
fn tagged(
    old: &BTreeMap<String, String>,
    new: Vec<Tag>,
) -> Result<BTreeMap<String, String>, ApiError> {
    let mut tags = old.clone();
    for Tag { key, value } in new {
        if key.is_empty() || key.chars().count() > 128 || value.chars().count() > 256 {
            return Err(invalid_parameter(
                "A tag key has 1 to 128 characters, a tag value at most 256.",
            ));
        }
        if key.to_ascii_lowercase().starts_with("aws:") {
            return Err(invalid_parameter("Tag keys can't start with aws:."));
        }
        tags.insert(key, value);
    }
    if tags.len() > MAX_TAGS {
        return Err(invalid_parameter("A secret can have at most 50 tags."));
    }
    Ok(tags)
}

/// Checks a KMS key as far as a sandbox without KMS can: keys and aliases that begin with `missing`,
/// `disabled` or `denied` are what they say, any other exists.
fn check_kms_key(key: Option<&str>) -> Result<(), ApiError> {
    match kms_name(key.unwrap_or("")) {
        name if name.starts_with("missing") || name.starts_with("disabled") => Err(ApiError::new(
            400,
            "EncryptionFailure",
            "Secrets Manager can't encrypt the protected secret text using the provided KMS key. \
             Check that the KMS key is available, enabled, and not in an invalid state.",
        )),
        name if name.starts_with("denied") => Err(ApiError::new(
            400,
            "AccessDeniedException",
            "Access to KMS is not allowed",
        )),
        _ => Ok(()),
    }
}

/// Returns what follows `alias/` or `key/`.
pub(super) fn kms_name(key: &str) -> &str {
    key.rsplit('/').next().unwrap_or(key)
}

/// Returns the name of a secret that a request gives by name, by ARN, or by an ARN without its end.
fn name_of(scope: &Scope, id: &str, secrets: &BTreeMap<String, StoredSecret>) -> Option<String> {
    let prefix = format!(
        "arn:aws:secretsmanager:{}:{}:secret:",
        scope.region, scope.account
    );
    let Some(name) = id.strip_prefix(&prefix) else {
        return secrets.contains_key(id).then(|| id.to_owned());
    };
    let whole = name.rsplit_once('-').filter(|(name, suffix)| {
        secrets
            .get(*name)
            .is_some_and(|secret| secret.suffix == *suffix)
    });
    match whole {
        Some((name, _)) => Some(name.to_owned()),
        None => secrets.contains_key(name).then(|| name.to_owned()),
    }
}

/// Finds a secret that a request may read, scheduled for deletion or not.
fn find<'c>(call: &'c mut Call<'_>, id: &str) -> Result<&'c mut StoredSecret, ApiError> {
    let scope = call.scope;
    let secrets = &mut call.region().secrets;
    name_of(scope, id, secrets)
        .and_then(|name| secrets.get_mut(&name))
        .ok_or_else(|| not_found("Secrets Manager can't find the specified secret."))
}

/// Finds a secret that is not scheduled for deletion.
fn find_active<'c>(call: &'c mut Call<'_>, id: &str) -> Result<&'c mut StoredSecret, ApiError> {
    let secret = find(call, id)?;
    if secret.gone_ms.is_some() {
        return Err(invalid_request(
            "You can't perform this operation on the secret because it was marked for deletion.",
        ));
    }
    Ok(secret)
}

/// Finds a secret that may be changed: a replica may not.
fn find_writable<'c>(call: &'c mut Call<'_>, id: &str) -> Result<&'c mut StoredSecret, ApiError> {
    let secret = find_active(call, id)?;
    if secret.primary_region.is_some() {
        return Err(invalid_request(
            "You can't perform this operation on a replica secret; use the primary secret.",
        ));
    }
    Ok(secret)
}

fn arn(scope: &Scope, secret: &StoredSecret) -> String {
    let StoredSecret { name, suffix, .. } = secret;
    format!(
        "arn:aws:secretsmanager:{}:{}:secret:{name}-{suffix}",
        scope.region, scope.account
    )
}

/// Writes a moment as the protocol does: seconds with a fraction.
#[expect(
    clippy::cast_precision_loss,
    reason = "milliseconds of this century fit in 53 bits"
)]
pub(super) fn seconds(ms: i64) -> Value {
    json!(ms as f64 / 1000.0)
}

/// Adds a member to an answer.
pub(super) fn set(answer: &mut Value, name: &str, value: Value) {
    if let Some(members) = answer.as_object_mut() {
        members.insert(name.to_owned(), value);
    }
}

fn not_found(message: impl Into<String>) -> ApiError {
    ApiError::new(400, "ResourceNotFoundException", message)
}

fn invalid_request(message: impl Into<String>) -> ApiError {
    ApiError::new(400, "InvalidRequestException", message)
}

fn invalid_parameter(message: impl Into<String>) -> ApiError {
    ApiError::new(400, "InvalidParameterException", message)
}

pub(super) fn validation(message: impl Into<String>) -> ApiError {
    ApiError::new(400, "ValidationException", message)
}
