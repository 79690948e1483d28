//! Makes a parameter, or a new version of one.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::json;

use super::tags::{Tag, tagged};
use super::{Call, check_kms_key, validation};
use crate::answer::{ApiError, Outcome};
use crate::parameters::{Kind, Parameter, ParameterVersion, Tier};

/// Characters of a value and of a description, and parameters of the standard tier in a region.
/// <https://docs.aws.amazon.com/general/latest/gr/ssm.html>, checked 2026-11-23.
const STANDARD_VALUE: usize = 4096;
const ADVANCED_VALUE: usize = 8192;
const MAX_DESCRIPTION: usize = 1024;
const MAX_STANDARD: usize = 10_000;
const MAX_LEVELS: usize = 15;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct New {
    name: String,
    description: Option<String>,
    value: String,
    #[serde(rename = "Type")]
    kind: Option<String>,
    key_id: Option<String>,
    #[serde(default)]
    overwrite: bool,
    #[serde(default)]
    tags: Vec<Tag>,
    tier: Option<String>,
}

pub(super) fn put(call: &mut Call<'_>) -> Outcome {
    let new: New = call.input()?;
    check_name(&new.name)?;
    if new.overwrite && !new.tags.is_empty() {
        return Err(validation(
            "Invalid request: tags and overwrite can't be used together. To create a parameter with tags, please \
             remove overwrite flag. To update tags for an existing parameter, please use AddTagsToResource or \
             RemoveTagsFromResource.",
        ));
    }
    if new
        .description
        .as_deref()
        .is_some_and(|text| text.chars().count() > MAX_DESCRIPTION)
    {
        return Err(validation(
            "1 validation error detected: Value at 'description' failed to satisfy constraint: \
             Member must have length less than or equal to 1024",
        ));
    }
    let now_ms = call.now_ms;
    let region = call.region();
    let standard = region.parameters.values();
    let standard = standard.filter(|old| old.tier == Tier::Standard).count();
    let old = region.parameters.get(&new.name);
    if old.is_some() && !new.overwrite {
        return Err(ApiError::new(
            400,
            "ParameterAlreadyExists",
            "The parameter already exists. To overwrite this value, set the overwrite option in the request to true.",
        ));
    }
    let kind = kind(new.kind.as_deref(), old)?;
    let tier = tier(new.tier.as_deref(), old, &new.value)?;
    check_kms_key(kind, new.key_id.as_deref())?;
    let tags = tagged(&BTreeMap::new(), new.tags)?;
    if old.is_none() && tier == Tier::Standard && standard >= MAX_STANDARD {
        return Err(ApiError::new(
            400,
            "ParameterLimitExceeded",
            "You have exceeded the number of parameters for this AWS account.",
        ));
    }
    let version = ParameterVersion {
        value: new.value,
        description: new.description,
        kms_key: new.key_id,
        labels: BTreeSet::new(),
        modified_ms: now_ms,
    };
    let name = new.name;
    let parameter = region
        .parameters
        .entry(name.clone())
        .or_insert_with(|| Parameter {
            name: name.clone(),
            kind,
            tier,
            tags,
            versions: BTreeMap::new(),
        });
    let number = parameter.put(version).map_err(|oldest| {
        ApiError::new(
            400,
            "ParameterMaxVersionLimitExceeded",
            format!(
                "You attempted to create a new version of {name} by calling the PutParameter API with the overwrite \
                 flag. Version {oldest}, the oldest version, can't be deleted because it has a label associated with \
                 it. Move the label to another version of the parameter, and try again."
            ),
        )
    })?;
    parameter.tier = tier;
    Ok((200, json!({ "Version": number, "Tier": tier.name() })))
}

fn check_name(name: &str) -> Result<(), ApiError> {
    let is_fine = |c: char| c.is_ascii_alphanumeric() || "_.-/".contains(c);
    let first = name.trim_start_matches('/').to_ascii_lowercase();
    if name.is_empty() || name.len() > 1011 || !name.chars().all(is_fine) {
        return Err(validation(
            "Parameter name: can only contain the following letters, numbers and symbols: a-zA-Z0-9_.-/",
        ));
    }
    if first.starts_with("aws") || first.starts_with("ssm") {
        return Err(validation(
            "Parameter name: can't be prefixed with \"aws\" or \"ssm\" (case-insensitive).",
        ));
    }
    if name.contains('/') && !name.starts_with('/') {
        return Err(validation("Parameter name must be a fully qualified name."));
    }
    if name.matches('/').count() > MAX_LEVELS {
        return Err(ApiError::new(
            400,
            "HierarchyLevelLimitExceededException",
            "A hierarchy can have a maximum of 15 levels.",
        ));
    }
    Ok(())
}

fn kind(asked: Option<&str>, old: Option<&Parameter>) -> Result<Kind, ApiError> {
    let asked = asked
        .map(|text| Kind::read(text).ok_or_else(|| validation("The type is not one that exists.")));
    match (asked.transpose()?, old) {
        (Some(kind), Some(old)) if kind != old.kind => Err(ApiError::new(
            400,
            "HierarchyTypeMismatchException",
            "Parameter Store doesn't support changing a parameter type in a hierarchy.",
        )),
        (Some(kind), _) => Ok(kind),
        (None, Some(old)) => Ok(old.kind),
        (None, None) => Err(validation(
            "A parameter type is required when you create a parameter.",
        )),
    }
}

/// Returns the tier that a parameter is to have, if its value fits.
fn tier(asked: Option<&str>, old: Option<&Parameter>, value: &str) -> Result<Tier, ApiError> {
    let length = value.chars().count();
    let was_advanced = old.is_some_and(|old| old.tier == Tier::Advanced);
    let tier = match asked {
        Some("Advanced") => Tier::Advanced,
        Some("Intelligent-Tiering") if was_advanced || length > STANDARD_VALUE => Tier::Advanced,
        Some("Standard") if was_advanced => {
            return Err(validation(
                "This parameter uses the advanced-parameter tier. You can't downgrade a parameter from the \
                 advanced-parameter tier to the standard-parameter tier.",
            ));
        }
        None if was_advanced => Tier::Advanced,
        Some("Standard" | "Intelligent-Tiering") | None => Tier::Standard,
        Some(_) => return Err(validation("The tier is not one that exists.")),
    };
    match (tier, length) {
        (_, 0) => Err(validation(
            "1 validation error detected: Value at 'value' failed to satisfy constraint: \
             Member must have length greater than or equal to 1.",
        )),
        (Tier::Standard, length) if length > STANDARD_VALUE => Err(validation(
            "Standard tier parameters support a maximum parameter value of 4096 characters. To create a larger \
             parameter value, upgrade the parameter to use the advanced-parameter tier. For more information, see \
             https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html",
        )),
        (Tier::Advanced, length) if length > ADVANCED_VALUE => Err(validation(
            "Advanced tier parameters support a maximum parameter value of 8192 characters.",
        )),
        (tier, _) => Ok(tier),
    }
}
