//! Usage plans.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::Call;
use super::keys::filled;
use super::page::page;
use super::patch::Patch;
use super::usage_plan_patch::apply;
use super::view::Tags;
use crate::answer::{ApiError, Outcome};
use crate::model::{ApiStage, Quota, Throttle, UsagePlan};
use crate::options::ListTags;
use crate::region::Region;
use crate::rules::{self, MAX_METHOD_THROTTLES, MAX_USAGE_PLANS, USAGE_PLAN_NOT_FOUND};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct NewUsagePlan {
    name: Option<String>,
    description: Option<String>,
    #[serde(default)]
    api_stages: Vec<ApiStage>,
    throttle: Option<Throttle>,
    quota: Option<Quota>,
    #[serde(default)]
    tags: BTreeMap<String, String>,
}

pub(super) fn create(call: &mut Call<'_>) -> Outcome {
    let new: NewUsagePlan = call.json()?;
    // Text inferred.
    let name = filled(new.name)
        .ok_or_else(|| ApiError::bad_request("Usage Plan name must be specified"))?;
    rules::check_tags(&new.tags)?;
    let mut usage_plan = UsagePlan {
        id: String::new(),
        name,
        description: filled(new.description),
        product_code: None,
        stages: new.api_stages,
        throttle: new.throttle,
        quota: new.quota,
        tags: new.tags,
        keys: BTreeMap::new(),
        usage: BTreeMap::new(),
    };
    let id = loop {
        let id = call.random.usage_plan_id();
        if call.region().usage_plan(&id).is_none() {
            break id;
        }
    };
    usage_plan.id = id;
    check(call, &usage_plan)?;
    if call.region().usage_plans.len() >= MAX_USAGE_PLANS {
        return Err(ApiError::limit_exceeded(
            "Maximum number of usage plans has been reached",
        ));
    }
    let shown = show(&usage_plan, Tags::WhenAny);
    call.region().insert_usage_plan(usage_plan);
    Ok((201, shown))
}

pub(super) fn list(call: &mut Call<'_>) -> Outcome {
    let tags = match call.options.list_tags {
        ListTags::Shown => Tags::WhenAny,
        ListTags::Hidden => Tags::Never,
    };
    let query = call.query;
    let key_id = query.get("keyId").filter(|id| !id.is_empty());
    let region = call.region();
    let on: Option<BTreeSet<&String>> = key_id.map(|id| {
        region
            .key(id)
            .into_iter()
            .flat_map(|key| key.usage_plans.keys())
            .collect()
    });
    let answer = page(query, &region.usage_plans, |usage_plan| {
        on.as_ref()
            .is_none_or(|on| on.contains(&usage_plan.id))
            .then(|| show(usage_plan, tags))
    })?;
    Ok((200, answer))
}

pub(super) fn get(call: &mut Call<'_>) -> Outcome {
    let id = call.id(0).to_owned();
    let usage_plan = call.region().usage_plan(&id).ok_or_else(not_found)?;
    Ok((200, show(usage_plan, Tags::Always)))
}

pub(super) fn update(call: &mut Call<'_>) -> Outcome {
    let patch: Patch = call.json()?;
    let id = call.id(0).to_owned();
    let mut changed = call
        .region()
        .usage_plan(&id)
        .cloned()
        .ok_or_else(not_found)?;
    for operation in &patch.patch_operations {
        apply(operation, &mut changed)?;
    }
    check(call, &changed)?;
    check_keys_reach_stages_once(call.region(), &changed)?;
    let shown = show(&changed, Tags::Always);
    if let Some(usage_plan) = call.region().usage_plan_mut(&id) {
        *usage_plan = changed;
    }
    Ok((200, shown))
}

pub(super) fn delete(call: &mut Call<'_>) -> Outcome {
    let id = call.id(0).to_owned();
    let usage_plan = call.region().usage_plan(&id).ok_or_else(not_found)?;
    if !usage_plan.stages.is_empty() {
        let stages: Vec<String> = usage_plan
            .stages
            .iter()
            .map(|stage| format!("{}:{}", stage.api_id, stage.stage))
            .collect();
        return Err(ApiError::bad_request(format!(
            "Cannot delete Usage Plan {id} because there are API Stages associated with it, including {}",
            stages.join(", ")
        )));
    }
    call.region().remove_usage_plan(&id);
    Ok((202, Value::Null))
}

fn not_found() -> ApiError {
    ApiError::not_found(USAGE_PLAN_NOT_FOUND)
}

/// Checks a usage plan as a whole, after creation and after the last patch operation.
fn check(call: &Call<'_>, usage_plan: &UsagePlan) -> Result<(), ApiError> {
    if let Some(quota) = &usage_plan.quota {
        rules::check_quota(quota)?;
    }
    if let Some(throttle) = &usage_plan.throttle {
        rules::check_throttle(throttle)?;
    }
    let mut seen = BTreeSet::new();
    for stage in &usage_plan.stages {
        if !call
            .world
            .has_stage(call.scope, &stage.api_id, &stage.stage)
        {
            return Err(rules::unknown_stage(
                &stage.api_id,
                &stage.stage,
                &usage_plan.id,
            ));
        }
        if !seen.insert((&stage.api_id, &stage.stage)) {
            // Text inferred.
            return Err(ApiError::conflict(
                "API Stage is already associated with this Usage Plan",
            ));
        }
        if stage.throttle.len() > MAX_METHOD_THROTTLES {
            return Err(ApiError::limit_exceeded(
                "Maximum number of method throttle settings has been reached",
            ));
        }
        stage
            .throttle
            .values()
            .try_for_each(rules::check_throttle)?;
    }
    Ok(())
}

/// A new stage must not give one of the usage plan's keys a second usage plan for it.
fn check_keys_reach_stages_once(region: &Region, changed: &UsagePlan) -> Result<(), ApiError> {
    let keys = changed.keys.values().filter_map(|id| region.key(id));
    for other in keys
        .flat_map(|key| key.usage_plans.keys())
        .filter(|id| **id != changed.id)
    {
        if region
            .usage_plan(other)
            .is_some_and(|other| share_stage(other, changed))
        {
            return Err(super::usage_plan_keys::second_usage_plan());
        }
    }
    Ok(())
}

pub(super) fn share_stage(left: &UsagePlan, right: &UsagePlan) -> bool {
    left.stages.iter().any(|stage| {
        right
            .stages
            .iter()
            .any(|other| other.is(&stage.api_id, &stage.stage))
    })
}

fn show(usage_plan: &UsagePlan, tags: Tags) -> Value {
    let mut members = Map::new();
    members.insert("id".to_owned(), json!(usage_plan.id));
    members.insert("name".to_owned(), json!(usage_plan.name));
    members.insert("apiStages".to_owned(), json!(usage_plan.stages));
    let mut put = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            members.insert(name.to_owned(), value);
        }
    };
    put(
        "description",
        usage_plan.description.as_ref().map(|text| json!(text)),
    );
    put(
        "productCode",
        usage_plan.product_code.as_ref().map(|text| json!(text)),
    );
    put(
        "throttle",
        usage_plan.throttle.map(|throttle| json!(throttle)),
    );
    put("quota", usage_plan.quota.as_ref().map(|quota| json!(quota)));
    tags.put(&usage_plan.tags, &mut members);
    Value::Object(members)
}
