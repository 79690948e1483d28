//! Resource policies: who else may read a secret. They are kept and judged, never enforced.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{Call, arn, find_writable, set};
use crate::answer::{ApiError, Outcome};

const MAX_POLICY: usize = 20_480;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Asked {
    secret_id: String,
    #[serde(default)]
    resource_policy: String,
    #[serde(default)]
    block_public_policy: bool,
}

pub(super) fn put(call: &mut Call<'_>) -> Outcome {
    let asked: Asked = call.input()?;
    let policy: Value = serde_json::from_str(&asked.resource_policy)
        .map_err(|_| malformed("This resource policy contains invalid Json."))?;
    if asked.resource_policy.len() > MAX_POLICY {
        return Err(malformed("This resource policy is too long."));
    }
    let statements = policy.get("Statement").and_then(Value::as_array);
    let statements = statements
        .filter(|statements| !statements.is_empty())
        .ok_or_else(|| malformed("This resource policy contains a syntax error."))?;
    for statement in statements {
        let principals = principals(statement.get("Principal"));
        if principals.is_empty() {
            return Err(malformed(
                "This resource policy contains an unsupported principal.",
            ));
        }
        for principal in principals {
            let is_everyone = principal == "*" && statement.get("Condition").is_none();
            if is_everyone && asked.block_public_policy {
                return Err(ApiError::new(
                    400,
                    "PublicPolicyException",
                    "You can't attach a resource policy that grants broad access to your secret.",
                ));
            }
            // A principal that does not exist cannot be resolved: names that begin with `missing`.
            let name = principal.rsplit('/').next().unwrap_or("");
            if name.starts_with("missing") {
                return Err(malformed(
                    "This resource policy contains an unsupported principal.",
                ));
            }
        }
    }
    let scope = call.scope;
    let secret = find_writable(call, &asked.secret_id)?;
    secret.policy = Some(asked.resource_policy);
    Ok((
        200,
        json!({ "ARN": arn(scope, secret), "Name": secret.name }),
    ))
}

pub(super) fn get(call: &mut Call<'_>) -> Outcome {
    let asked: Asked = call.input()?;
    let scope = call.scope;
    let secret = find_writable(call, &asked.secret_id)?;
    let mut shown = json!({ "ARN": arn(scope, secret), "Name": secret.name });
    if let Some(policy) = &secret.policy {
        set(&mut shown, "ResourcePolicy", json!(policy));
    }
    Ok((200, shown))
}

pub(super) fn delete(call: &mut Call<'_>) -> Outcome {
    let asked: Asked = call.input()?;
    let scope = call.scope;
    let secret = find_writable(call, &asked.secret_id)?;
    secret.policy = None;
    Ok((
        200,
        json!({ "ARN": arn(scope, secret), "Name": secret.name }),
    ))
}

/// Returns the texts of `"*"`, of `{"AWS": "…"}` and of `{"AWS": ["…"]}`.
fn principals(principal: Option<&Value>) -> Vec<&str> {
    match principal {
        Some(Value::String(text)) => vec![text],
        Some(Value::Array(all)) => all.iter().filter_map(Value::as_str).collect(),
        Some(Value::Object(kinds)) => kinds
            .values()
            .flat_map(|kind| principals(Some(kind)))
            .collect(),
        _ => Vec::new(),
    }
}

fn malformed(message: &str) -> ApiError {
    ApiError::new(400, "MalformedPolicyDocumentException", message)
}
