//! Copies of a secret in other regions. AWS makes them in the background; here they are there at once.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{Call, arn, find_writable, invalid_parameter, kms_name, set};
use crate::answer::{ApiError, Outcome};
use crate::scope::Scope;
use crate::secrets::{Replica, StoredSecret};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct NewReplica {
    region: String,
    kms_key_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Asked {
    secret_id: String,
    #[serde(default)]
    add_replica_regions: Vec<NewReplica>,
    #[serde(default)]
    force_overwrite_replica_secret: bool,
    #[serde(default)]
    remove_replica_regions: Vec<String>,
}

pub(super) fn add(call: &mut Call<'_>) -> Outcome {
    let asked: Asked = call.input()?;
    let scope = call.scope;
    check(scope, &asked.add_replica_regions)?;
    let secret = find_writable(call, &asked.secret_id)?;
    let (shown_arn, name) = (arn(scope, secret), secret.name.clone());
    let force = asked.force_overwrite_replica_secret;
    start(call, &name, asked.add_replica_regions, force);
    let status = status(call, &name);
    Ok((
        200,
        json!({ "ARN": shown_arn, "ReplicationStatus": status }),
    ))
}

pub(super) fn remove(call: &mut Call<'_>) -> Outcome {
    let asked: Asked = call.input()?;
    let scope = call.scope.clone();
    let secret = find_writable(call, &asked.secret_id)?;
    let is_going = |region: &String| asked.remove_replica_regions.contains(region);
    let gone: Vec<Replica> = secret
        .replicas
        .extract_if(.., |replica| is_going(&replica.region))
        .collect();
    let (shown_arn, name) = (arn(&scope, secret), secret.name.clone());
    for replica in gone.into_iter().filter(|replica| replica.problem.is_none()) {
        let there = Scope::new(&scope.account, &replica.region);
        call.world.region(&there).secrets.remove(&name);
    }
    let status = status(call, &name);
    Ok((
        200,
        json!({ "ARN": shown_arn, "ReplicationStatus": status }),
    ))
}

pub(super) fn check(scope: &Scope, new: &[NewReplica]) -> Result<(), ApiError> {
    if new.iter().any(|replica| replica.region == scope.region) {
        return Err(invalid_parameter("Invalid replica region."));
    }
    Ok(())
}

/// Makes the copies; one that cannot be made says why.
pub(super) fn start(call: &mut Call<'_>, name: &str, new: Vec<NewReplica>, force: bool) {
    let scope = call.scope;
    for NewReplica { region, kms_key_id } in new {
        let there = Scope::new(&scope.account, &region);
        let other = call.world.region(&there).secrets.get(name);
        let is_taken =
            other.is_some_and(|other| other.primary_region.as_deref() != Some(&scope.region));
        let key = kms_key_id.as_deref().map_or("", kms_name);
        let problem = if is_taken && !force {
            Some(format!(
                "Replication failed: Secret name {name} already exists in region {region}"
            ))
        } else if key.starts_with("missing") || key.starts_with("disabled") {
            Some("Replication failed: the KMS key cannot be used".to_owned())
        } else {
            None
        };
        let replica = Replica {
            region,
            kms_key: kms_key_id,
            problem,
        };
        if let Some(secret) = call.region().secrets.get_mut(name) {
            secret.replicas.retain(|old| old.region != replica.region);
            secret.replicas.push(replica);
        }
    }
    copy(call, name);
}

/// Brings the copies up to date.
pub(super) fn copy(call: &mut Call<'_>, name: &str) {
    let scope = call.scope;
    let Some(secret) = call.region().secrets.get(name).cloned() else {
        return;
    };
    for replica in secret
        .replicas
        .iter()
        .filter(|replica| replica.problem.is_none())
    {
        let there = Scope::new(&scope.account, &replica.region);
        let copy = StoredSecret {
            kms_key: replica.kms_key.clone(),
            replicas: Vec::new(),
            policy: None,
            primary_region: Some(scope.region.clone()),
            ..secret.clone()
        };
        call.world
            .region(&there)
            .secrets
            .insert(name.to_owned(), copy);
    }
}

pub(super) fn status(call: &mut Call<'_>, name: &str) -> Value {
    call.region()
        .secrets
        .get(name)
        .map_or_else(|| json!([]), shown)
}

pub(super) fn shown(secret: &StoredSecret) -> Value {
    let show = |replica: &Replica| {
        let mut shown = json!({ "Region": replica.region, "Status": "InSync" });
        if let Some(problem) = &replica.problem {
            set(&mut shown, "Status", json!("Failed"));
            set(&mut shown, "StatusMessage", json!(problem));
        }
        if let Some(key) = &replica.kms_key {
            set(&mut shown, "KmsKeyId", json!(key));
        }
        shown
    };
    secret.replicas.iter().map(show).collect()
}
