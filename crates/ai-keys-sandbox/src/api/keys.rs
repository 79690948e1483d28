//! API keys.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};

use super::Call;
use super::page::page;
use super::patch::{Patch, PatchOperation};
use super::view::{Tags, show_key};
use crate::answer::{ApiError, Outcome};
use crate::ids::Ids;
use crate::model::{Key, World};
use crate::options::ListTags;
use crate::region::Region;
use crate::rules::{self, DUPLICATE_VALUE, KEY_NOT_FOUND, MAX_KEYS};
use crate::scope::Scope;

/// In AWS's own order.
const REPLACE_PATHS: [&str; 4] = ["/description", "/enabled", "/name", "/customerId"];
const STAGE_PATHS: [&str; 2] = ["/stages", "/labels"];

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct NewKey {
    name: Option<String>,
    description: Option<String>,
    #[serde(default)]
    enabled: bool,
    value: Option<String>,
    customer_id: Option<String>,
    #[serde(default)]
    tags: BTreeMap<String, String>,
    #[serde(default)]
    stage_keys: Vec<StageKey>,
    /// Deprecated; `false` makes the id equal to the value.
    generate_distinct_id: Option<bool>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct StageKey {
    rest_api_id: String,
    stage_name: String,
}

pub(super) fn create(call: &mut Call<'_>) -> Outcome {
    let new: NewKey = call.json()?;
    rules::check_name(new.name.as_deref().unwrap_or(""))?;
    rules::check_description(new.description.as_deref().unwrap_or(""))?;
    rules::check_tags(&new.tags)?;
    let mut stage_keys = Vec::new();
    for stage in &new.stage_keys {
        stage_keys.push(known_stage(
            call.world,
            call.scope,
            &stage.rest_api_id,
            &stage.stage_name,
        )?);
    }
    let region = call.world.region(call.scope);
    let value = match new.value.filter(|value| !value.is_empty()) {
        Some(value) => {
            rules::check_value(&value)?;
            value
        }
        None => call.random.value(),
    };
    if region.key_with_value(&value).is_some() {
        return Err(ApiError::conflict(DUPLICATE_VALUE));
    }
    check_room(region)?;
    let id = if new.generate_distinct_id == Some(false) {
        value.clone()
    } else {
        fresh_id(region, call.random)
    };
    let key = Key {
        id,
        value,
        name: filled(new.name),
        description: filled(new.description),
        customer_id: filled(new.customer_id),
        enabled: new.enabled,
        created_ms: call.now_ms,
        updated_ms: call.now_ms,
        tags: new.tags,
        stage_keys,
        usage_plans: BTreeMap::new(),
    };
    let shown = show_key(&key, true, Tags::WhenAny);
    region.insert_key(key);
    Ok((201, shown))
}

pub(super) fn list(call: &mut Call<'_>) -> Outcome {
    let prefix = call.query.get("name").unwrap_or("").to_owned();
    let customer = call
        .query
        .get("customerId")
        .filter(|id| !id.is_empty())
        .map(str::to_owned);
    let with_values = call.query.is_true("includeValues");
    let tags = match call.options.list_tags {
        ListTags::Shown => Tags::WhenAny,
        ListTags::Hidden => Tags::Never,
    };
    let (delay, now_ms, query) = (call.options.list_delay, call.now_ms, call.query);
    let answer = page(query, &call.region().keys, |key| {
        let is_listed = key.name.as_deref().unwrap_or("").starts_with(&prefix)
            && customer
                .as_ref()
                .is_none_or(|customer| key.customer_id.as_ref() == Some(customer))
            && is_visible(key, delay, now_ms);
        is_listed.then(|| show_key(key, with_values, tags))
    })?;
    Ok((200, answer))
}

pub(super) fn get(call: &mut Call<'_>) -> Outcome {
    let with_value = call.query.is_true("includeValue");
    let (delay, now_ms, id) = (call.options.get_delay, call.now_ms, call.id(0).to_owned());
    let key = call
        .region()
        .key(&id)
        .filter(|key| is_visible(key, delay, now_ms));
    let key = key.ok_or_else(|| ApiError::not_found(KEY_NOT_FOUND))?;
    Ok((200, show_key(key, with_value, Tags::Always)))
}

pub(super) fn update(call: &mut Call<'_>) -> Outcome {
    let patch: Patch = call.json()?;
    let (id, now_ms) = (call.id(0).to_owned(), call.now_ms);
    let mut changed = call
        .region()
        .key(&id)
        .cloned()
        .ok_or_else(|| ApiError::not_found(KEY_NOT_FOUND))?;
    for operation in &patch.patch_operations {
        apply(operation, &mut changed, call.world, call.scope)?;
    }
    changed.updated_ms = now_ms;
    let mut shown = show_key(&changed, false, Tags::Never);
    if let Value::Object(members) = &mut shown {
        // AWS shows no tags here even when there are some.
        members.insert("tags".to_owned(), json!({}));
    }
    if let Some(key) = call.region().key_mut(&id) {
        *key = changed;
    }
    Ok((200, shown))
}

pub(super) fn delete(call: &mut Call<'_>) -> Outcome {
    let id = call.id(0).to_owned();
    if !call.region().remove_key(&id) {
        return Err(ApiError::not_found(KEY_NOT_FOUND));
    }
    Ok((202, Value::Null))
}

fn apply(
    operation: &PatchOperation,
    key: &mut Key,
    world: &World,
    scope: &Scope,
) -> Result<(), ApiError> {
    let text = operation.text();
    match (operation.op.as_str(), operation.path.as_str()) {
        ("replace", "/name") => {
            rules::check_name(text)?;
            key.name = filled(operation.value.clone());
        }
        ("replace", "/description") => {
            rules::check_description(text)?;
            key.description = filled(operation.value.clone());
        }
        // Garbage is false on AWS, not an error.
        ("replace", "/enabled") => key.enabled = text.eq_ignore_ascii_case("true"),
        ("replace", "/customerId") => key.customer_id = filled(operation.value.clone()),
        ("add", "/stages") => {
            let (api, stage) = text
                .split_once('/')
                .ok_or_else(|| ApiError::bad_request(rules::INVALID_STAGE))?;
            let stage_key = known_stage(world, scope, api, stage)?;
            if !key.stage_keys.contains(&stage_key) {
                key.stage_keys.push(stage_key);
            }
        }
        ("remove", "/stages") => key.stage_keys.retain(|stage| stage != text),
        ("add" | "remove", "/labels") => {}
        ("add" | "remove", _) => return Err(operation.refuse(&STAGE_PATHS)),
        _ => return Err(operation.refuse(&REPLACE_PATHS)),
    }
    Ok(())
}

fn known_stage(
    world: &World,
    scope: &Scope,
    api_id: &str,
    stage: &str,
) -> Result<String, ApiError> {
    if world.has_stage(scope, api_id, stage) {
        return Ok(format!("{api_id}/{stage}"));
    }
    // Text inferred.
    Err(ApiError::not_found(format!(
        "Invalid API Stage {{api: {api_id}, stage: {stage}}} specified"
    )))
}

pub(super) fn check_room(region: &Region) -> Result<(), ApiError> {
    if region.keys.len() >= MAX_KEYS {
        // The code is inferred from other quotas of the service, the text too.
        return Err(ApiError::limit_exceeded(
            "Maximum number of API keys has been reached",
        ));
    }
    Ok(())
}

pub(crate) fn fresh_id(region: &Region, random: &mut Ids) -> String {
    loop {
        let id = random.id();
        if region.key(&id).is_none() {
            return id;
        }
    }
}

/// AWS keeps no empty texts: they are the same as absent.
pub(super) fn filled(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.is_empty())
}

fn is_visible(key: &Key, delay: Duration, now_ms: i64) -> bool {
    delay.is_zero()
        || i128::from(now_ms - key.created_ms) >= i128::try_from(delay.as_millis()).unwrap_or(0)
}
