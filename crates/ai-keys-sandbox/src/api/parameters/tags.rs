//! Tags of parameters.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{Call, find, validation};
use crate::answer::{ApiError, Outcome};
use crate::parameters::Parameter;

const MAX_TAGS: usize = 50;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Tag {
    key: String,
    #[serde(default)]
    value: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Asked {
    resource_type: String,
    resource_id: String,
    #[serde(default)]
    tags: Vec<Tag>,
    #[serde(default)]
    tag_keys: Vec<String>,
}

pub(super) fn add(call: &mut Call<'_>) -> Outcome {
    let asked: Asked = call.input()?;
    let parameter = find_tagged(call, &asked)?;
    parameter.tags = tagged(&parameter.tags, asked.tags)?;
    Ok((200, Value::Object(Map::new())))
}

pub(super) fn remove(call: &mut Call<'_>) -> Outcome {
    let asked: Asked = call.input()?;
    let parameter = find_tagged(call, &asked)?;
    parameter
        .tags
        .retain(|key, _| !asked.tag_keys.contains(key));
    Ok((200, Value::Object(Map::new())))
}

pub(super) fn list(call: &mut Call<'_>) -> Outcome {
    let asked: Asked = call.input()?;
    let parameter = find_tagged(call, &asked)?;
    let tags: Vec<Value> = parameter
        .tags
        .iter()
        .map(|(key, value)| json!({ "Key": key, "Value": value }))
        .collect();
    Ok((200, json!({ "TagList": tags })))
}

fn find_tagged<'c>(call: &'c mut Call<'_>, asked: &Asked) -> Result<&'c mut Parameter, ApiError> {
    let refuse = |code, message| ApiError::new(400, code, message);
    if asked.resource_type != "Parameter" {
        let message = "The sandbox knows resources of type Parameter only.";
        return Err(refuse("InvalidResourceType", message));
    }
    find(call, &asked.resource_id)
        .map_err(|_| refuse("InvalidResourceId", "The resource ID isn't valid."))
}

/// Adds tags to those that a parameter has.
pub(super) fn tagged(
    old: &BTreeMap<String, String>,
    new: Vec<Tag>,
) -> Result<BTreeMap<String, String>, ApiError> {
    let mut tags = old.clone();
    for Tag { key, value } in new {
        let is_key = (1..=128).contains(&key.chars().count());
        if !is_key || value.chars().count() > 256 || key.to_ascii_lowercase().starts_with("aws:") {
            return Err(validation(
                "A tag's key or value is not one that is allowed.",
            ));
        }
        tags.insert(key, value);
    }
    if tags.len() > MAX_TAGS {
        return Err(ApiError::new(
            400,
            "TooManyTagsError",
            "The Targets parameter includes too many tags.",
        ));
    }
    Ok(tags)
}
