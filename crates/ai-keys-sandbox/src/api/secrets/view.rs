//! How a secret is shown; its values never are.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{arn, replicas, seconds};
use crate::scope::Scope;
use crate::secrets::StoredSecret;

/// Shows a secret as `ListSecrets` does: versions without a label are left out.
pub(super) fn show(scope: &Scope, secret: &StoredSecret) -> Value {
    let stages: BTreeMap<_, _> = secret
        .versions
        .iter()
        .filter(|(_, version)| !version.stages.is_empty())
        .map(|(id, version)| (id, &version.stages))
        .collect();
    let tags: Vec<Value> = secret
        .tags
        .iter()
        .map(|(key, value)| json!({ "Key": key, "Value": value }))
        .collect();
    let mut shown = Map::new();
    let mut add = |name: &str, value: Value| shown.insert(name.to_owned(), value);
    add("ARN", json!(arn(scope, secret)));
    add("Name", json!(secret.name));
    add("CreatedDate", seconds(secret.created_ms));
    add("LastChangedDate", seconds(secret.changed_ms));
    add("Tags", json!(tags));
    add("SecretVersionsToStages", json!(stages));
    if let Some(description) = &secret.description {
        add("Description", json!(description));
    }
    if let Some(key) = &secret.kms_key {
        add("KmsKeyId", json!(key));
    }
    if let Some(gone_ms) = secret.gone_ms {
        add("DeletedDate", seconds(gone_ms));
    }
    if let Some(region) = &secret.primary_region {
        add("PrimaryRegion", json!(region));
    } else if !secret.replicas.is_empty() {
        add("PrimaryRegion", json!(scope.region));
        add("ReplicationStatus", replicas::shown(secret));
    }
    Value::Object(shown)
}
