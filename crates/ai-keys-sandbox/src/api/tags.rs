//! Tags of keys and usage plans, by ARN.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

use super::Call;
use crate::answer::{ApiError, Outcome};
use crate::rules;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewTags {
    tags: BTreeMap<String, String>,
}

/// Additive: it never removes.
pub(super) fn tag(call: &mut Call<'_>) -> Outcome {
    let new: NewTags = call.json()?;
    let tags = tags_of(call)?;
    let mut changed = tags.clone();
    changed.extend(new.tags);
    rules::check_tags(&changed)?;
    *tags = changed;
    Ok((204, Value::Null))
}

pub(super) fn untag(call: &mut Call<'_>) -> Outcome {
    let query = call.query;
    let tags = tags_of(call)?;
    for name in query.all("tagKeys").flat_map(|names| names.split(',')) {
        tags.remove(name);
    }
    Ok((204, Value::Null))
}

pub(super) fn get(call: &mut Call<'_>) -> Outcome {
    Ok((200, json!({ "tags": tags_of(call)? })))
}

/// Finds the tags behind `arn:aws:apigateway:{region}::/apikeys/{id}` or `…::/usageplans/{id}`.
fn tags_of<'a>(call: &'a mut Call<'_>) -> Result<&'a mut BTreeMap<String, String>, ApiError> {
    // Texts inferred.
    let arn = call.id(0).to_owned();
    let prefix = format!("arn:aws:apigateway:{}::/", call.scope.region);
    let resource = arn
        .strip_prefix(&prefix)
        .ok_or_else(|| ApiError::bad_request("Invalid ARN specified in the request"))?;
    let region = call.region();
    let tags = match resource.split_once('/') {
        Some(("apikeys", id)) => region.key_mut(id).map(|key| &mut key.tags),
        Some(("usageplans", id)) => region
            .usage_plan_mut(id)
            .map(|usage_plan| &mut usage_plan.tags),
        _ => {
            return Err(ApiError::bad_request(
                "Invalid ARN specified in the request",
            ));
        }
    };
    tags.ok_or_else(|| ApiError::not_found("Invalid Resource identifier specified"))
}
