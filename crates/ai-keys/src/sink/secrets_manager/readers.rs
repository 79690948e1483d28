//! Who else may read a secret: one statement of its resource policy is ours.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::super::SinkError;
use super::SecretsManager;
use crate::provider::ErrorKind;
use crate::provider::aws::Operation;

/// The name of our statement; those of others stay.
const SID: &str = "AiKeysReaders";

/// Lets just these roles read the secret through its own policy.
pub(super) async fn set(
    sink: &SecretsManager,
    name: &str,
    readers: &BTreeSet<String>,
) -> Result<(), SinkError> {
    let send = || {
        sink.store
            .client()
            .get_resource_policy()
            .secret_id(name)
            .send()
    };
    let answer = sink.store.call(Operation::GetResourcePolicy, send).await?;
    let old = answer.resource_policy.as_deref();
    let old: Option<Value> = old.and_then(|text| serde_json::from_str(text).ok());
    match with_readers(old.as_ref(), readers) {
        policy if policy == old => Ok(()),
        Some(policy) => put(sink, name, &policy.to_string()).await,
        None => {
            let send = || {
                sink.store
                    .client()
                    .delete_resource_policy()
                    .secret_id(name)
                    .send()
            };
            sink.store
                .call(Operation::DeleteResourcePolicy, send)
                .await?;
            Ok(())
        }
    }
}

async fn put(sink: &SecretsManager, name: &str, policy: &str) -> Result<(), SinkError> {
    let send = || {
        let request = sink.store.client().put_resource_policy().secret_id(name);
        request
            .resource_policy(policy)
            .block_public_policy(true)
            .send()
    };
    match sink.store.call(Operation::PutResourcePolicy, send).await {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == ErrorKind::Invalid => Err(SinkError::Readers(error)),
        Err(error) => Err(error.into()),
    }
}

/// Returns a policy with our statement as it is to be; none if nothing is left.
fn with_readers(old: Option<&Value>, readers: &BTreeSet<String>) -> Option<Value> {
    let statements = old.and_then(|policy| policy.get("Statement"));
    let mut statements = match statements {
        Some(Value::Array(all)) => all.clone(),
        Some(one) => vec![one.clone()],
        None => Vec::new(),
    };
    let is_ours = |statement: &Value| statement.get("Sid").and_then(Value::as_str) == Some(SID);
    let ours = (!readers.is_empty()).then(|| statement(readers));
    match (statements.iter_mut().find(|one| is_ours(one)), ours) {
        (Some(place), Some(ours)) => *place = ours,
        (None, Some(ours)) => statements.push(ours),
        (Some(_), None) => statements.retain(|one| !is_ours(one)),
        (None, None) => {}
    }
    if statements.is_empty() {
        return None;
    }
    let version = old.and_then(|policy| policy.get("Version"));
    let version = version.cloned().unwrap_or_else(|| json!("2012-10-17"));
    Some(json!({ "Version": version, "Statement": statements }))
}

fn statement(readers: &BTreeSet<String>) -> Value {
    json!({
        "Sid": SID,
        "Effect": "Allow",
        "Principal": { "AWS": readers },
        "Action": ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"],
        // The policy hangs on one secret: its own.
        "Resource": "*",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn readers(names: &[&str]) -> BTreeSet<String> {
        names
            .iter()
            .map(|name| format!("arn:aws:iam::123456789012:role/{name}"))
            .collect()
    }

    #[test]
    fn the_statements_of_others_stay() {
        let theirs = json!({ "Sid": "Theirs", "Effect": "Deny" });
        let old = json!({ "Version": "2012-10-17", "Statement": [theirs] });
        let both = with_readers(Some(&old), &readers(&["chat"])).unwrap();
        assert_eq!(both["Statement"][0], theirs);
        assert_eq!(both["Statement"][1]["Sid"], SID);
        let changed = with_readers(Some(&both), &readers(&["batch"])).unwrap();
        assert_eq!(changed["Statement"].as_array().unwrap().len(), 2);
        assert_eq!(with_readers(Some(&changed), &readers(&[])), Some(old));
    }

    #[test]
    fn what_is_so_already_stays_and_nothing_left_is_no_policy() {
        let ours = with_readers(None, &readers(&["chat"])).unwrap();
        assert_eq!(
            with_readers(Some(&ours), &readers(&["chat"])).as_ref(),
            Some(&ours)
        );
        assert_eq!(with_readers(Some(&ours), &readers(&[])), None);
        assert_eq!(with_readers(None, &readers(&[])), None);
    }
}
