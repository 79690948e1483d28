//! `ImportApiKeys`: a CSV body, an upsert by value.
//!
//! What AWS leaves open is decided so: an absent or empty `usageplanIds` detaches nothing, an empty
//! description clears the old one, an absent column keeps it. Warnings name the row, never a value.
//! Source: <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-key-file-format.html>,
//! checked 2026-11-23.

use std::collections::BTreeMap;

use serde_json::json;

use super::Call;
use super::keys::{check_room, filled, fresh_id};
use super::usage_plan_keys::check_association;
use crate::answer::{ApiError, Outcome};
use crate::ids::Ids;
use crate::model::Key;
use crate::region::Region;
use crate::rules;

struct Columns {
    name: usize,
    key: usize,
    description: Option<usize>,
    enabled: Option<usize>,
    usage_plan_ids: Option<usize>,
}

pub(super) fn import(call: &mut Call<'_>) -> Outcome {
    let is_strict = call.query.is_true("failonwarnings");
    let mut reader = csv::ReaderBuilder::new()
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(&call.body[..]);
    let columns = Columns::find(reader.headers().map_err(|_| unreadable())?)?;
    let now_ms = call.now_ms;
    let mut region = call.world.region(call.scope).clone();
    let (mut ids, mut warnings) = (Vec::new(), Vec::new());
    for (index, row) in reader.records().enumerate() {
        let row = row.map_err(|_| unreadable())?;
        // Row 1 is the header.
        let place = format!("Row {}", index + 2);
        if call
            .refused_row
            .is_some_and(|refused| refused as usize == index + 1)
        {
            warnings.push(format!("{place}: refused"));
            continue;
        }
        match import_row(&columns, &row, &mut region, call.random, now_ms) {
            Ok((id, problems)) => {
                ids.push(id);
                warnings.extend(
                    problems
                        .into_iter()
                        .map(|problem| format!("{place}: {problem}")),
                );
            }
            Err(error) if error.status == 429 => return Err(error),
            Err(error) => warnings.push(format!("{place}: {}", error.message)),
        }
    }
    if is_strict && !warnings.is_empty() {
        // Nothing was put into the real region: that is the roll-back.
        return Err(ApiError::bad_request(warnings.join("; ")));
    }
    *call.region() = region;
    Ok((201, json!({ "ids": ids, "warnings": warnings })))
}

fn unreadable() -> ApiError {
    ApiError::bad_request("The CSV body cannot be read")
}

impl Columns {
    fn find(header: &csv::StringRecord) -> Result<Self, ApiError> {
        let find = |wanted: &str| {
            header
                .iter()
                .position(|name| name.eq_ignore_ascii_case(wanted))
        };
        let missing =
            |name: &str| ApiError::bad_request(format!("Missing required column '{name}'"));
        Ok(Self {
            key: find("key").ok_or_else(|| missing("Key"))?,
            name: find("name").ok_or_else(|| missing("Name"))?,
            description: find("description"),
            enabled: find("enabled"),
            usage_plan_ids: find("usageplanIds"),
        })
    }
}

fn import_row(
    columns: &Columns,
    row: &csv::StringRecord,
    region: &mut Region,
    random: &mut Ids,
    now_ms: i64,
) -> Result<(String, Vec<String>), ApiError> {
    let cell = |index: usize| row.get(index).unwrap_or("");
    let optional = |index: Option<usize>| index.map(cell);
    let (name, value) = (cell(columns.name), cell(columns.key));
    rules::check_name(name)?;
    rules::check_value(value)?;
    let description = optional(columns.description);
    rules::check_description(description.unwrap_or(""))?;
    let enabled = match optional(columns.enabled).unwrap_or("") {
        "" => true,
        text if text.eq_ignore_ascii_case("true") => true,
        text if text.eq_ignore_ascii_case("false") => false,
        _ => {
            return Err(ApiError::bad_request(
                "Column 'enabled' is neither true nor false",
            ));
        }
    };
    let known = region.key_with_value(value).map(|key| key.id.clone());
    let id = if let Some(id) = known {
        id
    } else {
        check_room(region)?;
        let id = fresh_id(region, random);
        region.insert_key(blank(&id, value, now_ms));
        id
    };
    if let Some(key) = region.key_mut(&id) {
        key.name = filled(Some(name.to_owned()));
        key.enabled = enabled;
        key.updated_ms = now_ms;
        if let Some(description) = description {
            key.description = filled(Some(description.to_owned()));
        }
    }
    let wanted = optional(columns.usage_plan_ids).unwrap_or("");
    let mut problems = Vec::new();
    for usage_plan_id in wanted.split(',').map(str::trim).filter(|id| !id.is_empty()) {
        if region
            .key(&id)
            .is_some_and(|key| key.usage_plans.contains_key(usage_plan_id))
        {
            continue;
        }
        match check_association(region, usage_plan_id, &id) {
            Ok(()) => region.associate(usage_plan_id, &id),
            Err(error) => problems.push(format!("usage plan {usage_plan_id}: {}", error.message)),
        }
    }
    Ok((id, problems))
}

fn blank(id: &str, value: &str, now_ms: i64) -> Key {
    Key {
        id: id.to_owned(),
        value: value.to_owned(),
        name: None,
        description: None,
        customer_id: None,
        enabled: true,
        created_ms: now_ms,
        updated_ms: now_ms,
        tags: BTreeMap::new(),
        stage_keys: Vec::new(),
        usage_plans: BTreeMap::new(),
    }
}
