//! What a parameter holds and held; and its end.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{Call, DEFAULT_KEY, arn, find, seconds, set, validation};
use crate::answer::{ApiError, Outcome};
use crate::parameters::{Kind, Parameter, ParameterVersion};
use crate::scope::Scope;

const MAX_HISTORY: usize = 50;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Asked {
    name: String,
    #[serde(default)]
    with_decryption: bool,
    max_results: Option<usize>,
    next_token: Option<String>,
}

/// `name`, `name:version` or `name:label`.
pub(super) fn get(call: &mut Call<'_>) -> Outcome {
    let asked: Asked = call.input()?;
    let (name, selector) = match asked.name.rsplit_once(':') {
        Some((name, selector)) if !asked.name.starts_with("arn:") => (name, Some(selector)),
        _ => (asked.name.as_str(), None),
    };
    let scope = call.scope;
    let parameter = find(call, name)?;
    let (number, version) = parameter.select(selector).ok_or_else(|| {
        let message = format!(
            "Systems Manager could not find version {} of {name}.",
            selector.unwrap_or("")
        );
        ApiError::new(400, "ParameterVersionNotFound", message)
    })?;
    let mut shown = json!({
        "Name": parameter.name,
        "ARN": arn(scope, &parameter.name),
        "Type": parameter.kind.name(),
        "Version": number,
        "Value": value(parameter, version, asked.with_decryption),
        "LastModifiedDate": seconds(version.modified_ms),
        "DataType": "text",
    });
    if let Some(selector) = selector {
        set(&mut shown, "Selector", json!(format!(":{selector}")));
    }
    Ok((200, json!({ "Parameter": shown })))
}

/// From the oldest version to the newest.
pub(super) fn history(call: &mut Call<'_>) -> Outcome {
    let asked: Asked = call.input()?;
    let size = asked.max_results.unwrap_or(MAX_HISTORY);
    if !(1..=MAX_HISTORY).contains(&size) {
        return Err(validation(
            "1 validation error detected: Value at 'maxResults' failed to satisfy constraint: \
             Member must have value between 1 and 50",
        ));
    }
    let after = asked.next_token.as_deref().map_or(Ok(0), str::parse);
    let after: u64 = after.map_err(|_| ApiError::new(400, "InvalidNextToken", ""))?;
    let scope = call.scope;
    let parameter = find(call, &asked.name)?;
    let mut rest = parameter.versions.range(after + 1..);
    let page: Vec<_> = rest.by_ref().take(size).collect();
    let shown: Vec<Value> = page
        .iter()
        .map(|(number, version)| {
            let mut shown = metadata(scope, parameter, **number, version);
            set(
                &mut shown,
                "Value",
                json!(value(parameter, version, asked.with_decryption)),
            );
            set(&mut shown, "Labels", json!(version.labels));
            shown
        })
        .collect();
    let mut answer = json!({ "Parameters": shown });
    if rest.next().is_some()
        && let Some((last, _)) = page.last()
    {
        set(&mut answer, "NextToken", json!(last.to_string()));
    }
    Ok((200, answer))
}

pub(super) fn delete(call: &mut Call<'_>) -> Outcome {
    let asked: Asked = call.input()?;
    let name = find(call, &asked.name)?.name.clone();
    call.region().parameters.remove(&name);
    Ok((200, Value::Object(Map::new())))
}

/// A `SecureString` that is not decrypted shows nothing of what it holds.
fn value(parameter: &Parameter, version: &ParameterVersion, is_decrypted: bool) -> String {
    match parameter.kind {
        Kind::SecureString if !is_decrypted => format!("encrypted-by-{DEFAULT_KEY}"),
        _ => version.value.clone(),
    }
}

/// Shows all but the value.
pub(super) fn metadata(
    scope: &Scope,
    parameter: &Parameter,
    number: u64,
    version: &ParameterVersion,
) -> Value {
    let mut shown = json!({
        "Name": parameter.name,
        "Type": parameter.kind.name(),
        "Version": number,
        "LastModifiedDate": seconds(version.modified_ms),
        "LastModifiedUser": format!("arn:aws:iam::{}:user/sandbox", scope.account),
        "Tier": parameter.tier.name(),
        "Policies": [],
        "DataType": "text",
    });
    if parameter.kind == Kind::SecureString {
        set(
            &mut shown,
            "KeyId",
            json!(version.kms_key.as_deref().unwrap_or(DEFAULT_KEY)),
        );
    }
    if let Some(description) = &version.description {
        set(&mut shown, "Description", json!(description));
    }
    shown
}
