//! Usage plan keys: which key is on which usage plan.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::Call;
use super::page::page;
use super::usage_plans::share_stage;
use crate::answer::{ApiError, Outcome};
use crate::model::Key;
use crate::region::Region;
use crate::rules::{KEY_NOT_FOUND, MAX_USAGE_PLANS_PER_KEY, USAGE_PLAN_NOT_FOUND};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct NewUsagePlanKey {
    key_id: String,
    key_type: String,
}

pub(super) fn create(call: &mut Call<'_>) -> Outcome {
    let new: NewUsagePlanKey = call.json()?;
    if new.key_type != "API_KEY" {
        // Text inferred.
        return Err(ApiError::bad_request(
            "Invalid key type specified. Must be one of: [API_KEY]",
        ));
    }
    let usage_plan_id = call.id(0).to_owned();
    let region = call.region();
    check_association(region, &usage_plan_id, &new.key_id)?;
    region.associate(&usage_plan_id, &new.key_id);
    let key = region
        .key(&new.key_id)
        .ok_or_else(|| ApiError::not_found(KEY_NOT_FOUND))?;
    Ok((201, show(key)))
}

/// An unknown usage plan has no keys; that is not an error on AWS.
pub(super) fn list(call: &mut Call<'_>) -> Outcome {
    let prefix = call.query.get("name").unwrap_or("").to_owned();
    let (query, id) = (call.query, call.id(0).to_owned());
    let region = call.region();
    let Some(usage_plan) = region.usage_plan(&id) else {
        return Ok((200, json!({ "item": [] })));
    };
    let answer = page(query, &usage_plan.keys, |key_id| {
        let key = region.key(key_id)?;
        key.name
            .as_deref()
            .unwrap_or("")
            .starts_with(&prefix)
            .then(|| show(key))
    })?;
    Ok((200, answer))
}

pub(super) fn get(call: &mut Call<'_>) -> Outcome {
    let (usage_plan_id, key_id) = (call.id(0).to_owned(), call.id(1).to_owned());
    let region = call.region();
    region
        .usage_plan(&usage_plan_id)
        .ok_or_else(|| ApiError::not_found(USAGE_PLAN_NOT_FOUND))?;
    let key = region
        .key(&key_id)
        .filter(|key| key.usage_plans.contains_key(&usage_plan_id));
    Ok((200, show(key.ok_or_else(|| not_on(&usage_plan_id))?)))
}

pub(super) fn delete(call: &mut Call<'_>) -> Outcome {
    let (usage_plan_id, key_id) = (call.id(0).to_owned(), call.id(1).to_owned());
    let region = call.region();
    region
        .usage_plan(&usage_plan_id)
        .ok_or_else(|| ApiError::not_found(USAGE_PLAN_NOT_FOUND))?;
    if !region.dissociate(&usage_plan_id, &key_id) {
        return Err(not_on(&usage_plan_id));
    }
    Ok((202, Value::Null))
}

/// Checks AWS's rules for one more association.
pub(crate) fn check_association(
    region: &Region,
    usage_plan_id: &str,
    key_id: &str,
) -> Result<(), ApiError> {
    let usage_plan = region
        .usage_plan(usage_plan_id)
        .ok_or_else(|| ApiError::not_found(USAGE_PLAN_NOT_FOUND))?;
    let key = region
        .key(key_id)
        .ok_or_else(|| ApiError::not_found(KEY_NOT_FOUND))?;
    if key.usage_plans.contains_key(usage_plan_id) {
        // Text inferred.
        return Err(ApiError::conflict(
            "API Key is already associated with this Usage Plan",
        ));
    }
    if key
        .usage_plans
        .keys()
        .filter_map(|id| region.usage_plan(id))
        .any(|other| share_stage(other, usage_plan))
    {
        return Err(second_usage_plan());
    }
    if key.usage_plans.len() >= MAX_USAGE_PLANS_PER_KEY {
        return Err(ApiError::limit_exceeded(
            "Maximum number of usage plans per API key has been reached",
        ));
    }
    Ok(())
}

/// The refusal of a second usage plan for one stage. Text inferred.
pub(super) fn second_usage_plan() -> ApiError {
    ApiError::conflict(
        "API Key is already associated with another Usage Plan for the same API Stage",
    )
}

/// Text inferred.
fn not_on(usage_plan_id: &str) -> ApiError {
    ApiError::not_found(format!(
        "Invalid API Key identifier specified for usageplan {usage_plan_id}"
    ))
}

fn show(key: &Key) -> Value {
    let mut members = Map::new();
    members.insert("id".to_owned(), json!(key.id));
    members.insert("type".to_owned(), json!("API_KEY"));
    members.insert("value".to_owned(), json!(key.value));
    if let Some(name) = &key.name {
        members.insert("name".to_owned(), json!(name));
    }
    Value::Object(members)
}
