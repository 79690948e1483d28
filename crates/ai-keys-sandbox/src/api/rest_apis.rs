//! REST APIs and stages, read only: they are made with [`Sandbox::ensure_stage`](crate::Sandbox::ensure_stage).

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::Call;
use super::page::page;
use crate::answer::{ApiError, Outcome};
use crate::ids::Ids;
use crate::model::{RestApi, World};
use crate::scope::Scope;

pub(super) fn list(call: &mut Call<'_>) -> Outcome {
    let mine = call
        .world
        .apis
        .values()
        .filter(|api| api.belongs_to(call.scope));
    let mut sorted: Vec<&RestApi> = mine.collect();
    sorted.sort_by_key(|api| api.created_ms);
    let numbered: BTreeMap<u64, &RestApi> = (1..).zip(sorted).collect();
    Ok((200, page(call.query, &numbered, |api| Some(show(api)))?))
}

pub(super) fn get(call: &mut Call<'_>) -> Outcome {
    Ok((200, show(find(call)?)))
}

/// Not paged on AWS either.
pub(super) fn list_stages(call: &mut Call<'_>) -> Outcome {
    let stages: Vec<Value> = find(call)?
        .stages
        .iter()
        .map(|(name, created)| show_stage(name, *created))
        .collect();
    Ok((200, json!({ "item": stages })))
}

pub(super) fn get_stage(call: &mut Call<'_>) -> Outcome {
    let name = call.id(1);
    let created = find(call)?.stages.get(name);
    let created =
        created.ok_or_else(|| ApiError::not_found("Invalid stage identifier specified"))?;
    Ok((200, show_stage(name, *created)))
}

fn find<'a>(call: &'a Call<'_>) -> Result<&'a RestApi, ApiError> {
    let id = call.id(0);
    let api = call
        .world
        .apis
        .get(id)
        .filter(|api| api.belongs_to(call.scope));
    api.ok_or_else(|| {
        ApiError::not_found(format!(
            "Invalid API identifier specified {}:{id}",
            call.scope.account
        ))
    })
}

fn show(api: &RestApi) -> Value {
    json!({
        "id": api.id,
        "name": api.name,
        "createdDate": api.created_ms.div_euclid(1000),
        "apiKeySource": "HEADER",
        "endpointConfiguration": { "types": ["EDGE"] },
    })
}

fn show_stage(name: &str, created_ms: i64) -> Value {
    let seconds = created_ms.div_euclid(1000);
    json!({ "stageName": name, "createdDate": seconds, "lastUpdatedDate": seconds })
}

/// Finds the REST API by name and its stage, or makes them; returns the API's id.
pub(crate) fn ensure_stage(
    world: &mut World,
    random: &mut Ids,
    scope: &Scope,
    api_name: &str,
    stage: &str,
    now_ms: i64,
) -> String {
    let known = world
        .apis
        .values()
        .find(|api| api.name == api_name && api.belongs_to(scope));
    let id = known.map_or_else(|| fresh_id(world, random), |api| api.id.clone());
    let api = world.apis.entry(id.clone()).or_insert_with(|| RestApi {
        id: id.clone(),
        name: api_name.to_owned(),
        account: scope.account.clone(),
        region: scope.region.clone(),
        created_ms: now_ms,
        stages: BTreeMap::new(),
    });
    api.stages.entry(stage.to_owned()).or_insert(now_ms);
    id
}

fn fresh_id(world: &World, random: &mut Ids) -> String {
    loop {
        let id = random.id();
        if !world.apis.contains_key(&id) {
            return id;
        }
    }
}

/// Deletes a stage, as a re-deployment does: every usage plan silently loses it.
pub(crate) fn delete_stage(world: &mut World, scope: &Scope, api_id: &str, stage: &str) {
    if let Some(api) = world
        .apis
        .get_mut(api_id)
        .filter(|api| api.belongs_to(scope))
    {
        api.stages.remove(stage);
        for usage_plan in world.region(scope).usage_plans.values_mut() {
            usage_plan.stages.retain(|known| !known.is(api_id, stage));
        }
    }
}
