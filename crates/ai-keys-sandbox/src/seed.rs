//! Putting state in and taking records out, past the HTTP interface.

use std::collections::{BTreeMap, HashMap};

use crate::answer::ApiError;
use crate::api::{check_association, ensure_stage, fresh_key_id};
use crate::clock::parse_date;
use crate::github::Github;
use crate::ids::Ids;
use crate::model::{ApiStage, Key, Quota, Throttle, UsagePlan, World};
use crate::parameters::Parameter;
use crate::records::{
    GithubSecretRecord, KeyRecord, ParameterRecord, SecretRecord, SeedKey, SeedUsagePlan,
    UsagePlanRecord,
};
use crate::region::Region;
use crate::rules;
use crate::scope::Scope;
use crate::secrets::{CURRENT, Payload, StoredSecret};

/// Adds usage plans and keys; returns the ids of the keys.
pub(crate) fn seed(
    world: &mut World,
    random: &mut Ids,
    scope: &Scope,
    usage_plans: &[SeedUsagePlan],
    keys: &[SeedKey],
    now_ms: i64,
) -> Result<Vec<String>, ApiError> {
    for usage_plan in usage_plans {
        add_usage_plan(world, random, scope, usage_plan, now_ms)?;
    }
    let region = world.region(scope);
    let by_name: HashMap<String, String> = region
        .usage_plans
        .values()
        .map(|usage_plan| (usage_plan.name.clone(), usage_plan.id.clone()))
        .collect();
    keys.iter()
        .map(|key| add_key(region, random, &by_name, key, now_ms))
        .collect()
}

fn add_usage_plan(
    world: &mut World,
    random: &mut Ids,
    scope: &Scope,
    new: &SeedUsagePlan,
    now_ms: i64,
) -> Result<(), ApiError> {
    let mut stages = Vec::new();
    for text in &new.stages {
        let (api, stage) = text
            .split_once('/')
            .ok_or_else(|| ApiError::bad_request("a stage is written api-name/stage"))?;
        let api_id = ensure_stage(world, random, scope, api, stage, now_ms);
        stages.push(ApiStage {
            api_id,
            stage: stage.to_owned(),
            throttle: BTreeMap::new(),
        });
    }
    let quota = new.quota.clone().map(|(limit, period)| Quota {
        limit,
        offset: 0,
        period,
    });
    if let Some(quota) = &quota {
        rules::check_quota(quota)?;
    }
    let throttle = new.throttle.map(|(rate, burst)| Throttle {
        rate_limit: Some(rate),
        burst_limit: Some(burst),
    });
    world.region(scope).insert_usage_plan(UsagePlan {
        id: random.usage_plan_id(),
        name: new.name.clone(),
        description: Some(new.description.clone()).filter(|text| !text.is_empty()),
        product_code: None,
        stages,
        throttle,
        quota,
        tags: BTreeMap::new(),
        keys: BTreeMap::new(),
        usage: BTreeMap::new(),
    });
    Ok(())
}

fn add_key(
    region: &mut Region,
    random: &mut Ids,
    usage_plan_ids: &HashMap<String, String>,
    new: &SeedKey,
    now_ms: i64,
) -> Result<String, ApiError> {
    let value = new.value.clone().unwrap_or_else(|| random.value());
    rules::check_value(&value)?;
    if region.key_with_value(&value).is_some() {
        return Err(ApiError::conflict(rules::DUPLICATE_VALUE));
    }
    let id = fresh_key_id(region, random);
    region.insert_key(Key {
        id: id.clone(),
        value,
        name: Some(new.name.clone()).filter(|text| !text.is_empty()),
        description: Some(new.description.clone()).filter(|text| !text.is_empty()),
        customer_id: None,
        enabled: new.enabled,
        created_ms: now_ms,
        updated_ms: now_ms,
        tags: BTreeMap::new(),
        stage_keys: Vec::new(),
        usage_plans: BTreeMap::new(),
    });
    for name in &new.usage_plans {
        let usage_plan_id = usage_plan_ids
            .get(name)
            .ok_or_else(|| ApiError::not_found(format!("no usage plan is named `{name}`")))?;
        check_association(region, usage_plan_id, &id)?;
        region.associate(usage_plan_id, &id);
    }
    Ok(id)
}

/// Adds requests to the days of a key on a usage plan.
pub(crate) fn seed_usage(
    region: &mut Region,
    usage_plan_id: &str,
    key_id: &str,
    days: &[(&str, u32)],
) -> Result<(), ApiError> {
    let usage_plan = region
        .usage_plan_mut(usage_plan_id)
        .ok_or_else(|| ApiError::not_found(rules::USAGE_PLAN_NOT_FOUND))?;
    let usage = usage_plan.usage.entry(key_id.to_owned()).or_default();
    for (day, requests) in days {
        let day = parse_date(day).ok_or_else(|| ApiError::bad_request("a date is YYYY-MM-DD"))?;
        *usage.used.entry(day.to_string()).or_default() += i64::from(*requests);
    }
    Ok(())
}

/// Returns the secrets of a region by name, those scheduled for deletion too.
pub(crate) fn secret_records(region: &Region) -> Vec<SecretRecord> {
    let record = |secret: &StoredSecret| {
        let current = secret
            .version_at(CURRENT)
            .and_then(|id| secret.versions.get(id));
        let value = current.map(|version| match &version.value {
            Payload::String(text) | Payload::Binary(text) => text.clone(),
        });
        let versions = secret.versions.iter();
        let replicas = secret.replicas.iter();
        SecretRecord {
            name: secret.name.clone(),
            value,
            description: secret.description.clone(),
            tags: secret.tags.clone(),
            versions: versions
                .map(|(id, version)| (id.clone(), version.stages.iter().cloned().collect()))
                .collect(),
            kms_key: secret.kms_key.clone(),
            policy: secret.policy.clone(),
            replicas: replicas
                .filter(|replica| replica.problem.is_none())
                .map(|replica| replica.region.clone())
                .collect(),
            is_deleted: secret.gone_ms.is_some(),
        }
    };
    region.secrets.values().map(record).collect()
}

/// Returns the parameters of a region by name.
pub(crate) fn parameter_records(region: &Region) -> Vec<ParameterRecord> {
    let record = |parameter: &Parameter| {
        let (number, version) = parameter.newest()?;
        Some(ParameterRecord {
            name: parameter.name.clone(),
            value: version.value.clone(),
            description: version.description.clone(),
            kind: parameter.kind.name().to_owned(),
            tier: parameter.tier.name().to_owned(),
            version: number,
            labels: version.labels.iter().cloned().collect(),
            tags: parameter.tags.clone(),
        })
    };
    region.parameters.values().filter_map(record).collect()
}

/// Returns the secrets of GitHub by holder and name.
pub(crate) fn github_records(github: &Github) -> Vec<GithubSecretRecord> {
    let secrets = github.secrets.iter().flat_map(|(holder, all)| {
        all.iter().map(move |(name, secret)| GithubSecretRecord {
            holder: holder.clone(),
            name: name.clone(),
            value: secret.value.clone(),
        })
    });
    secrets.collect()
}

pub(crate) fn key_records(region: &Region) -> Vec<KeyRecord> {
    let record = |key: &Key| KeyRecord {
        id: key.id.clone(),
        value: key.value.clone(),
        name: key.name.clone(),
        description: key.description.clone(),
        enabled: key.enabled,
        tags: key.tags.clone(),
        usage_plans: key.usage_plans.keys().cloned().collect(),
    };
    region.keys.values().rev().map(record).collect()
}

pub(crate) fn usage_plan_records(region: &Region) -> Vec<UsagePlanRecord> {
    let record = |usage_plan: &UsagePlan| UsagePlanRecord {
        id: usage_plan.id.clone(),
        name: usage_plan.name.clone(),
        description: usage_plan.description.clone(),
        stages: usage_plan
            .stages
            .iter()
            .map(|stage| format!("{}/{}", stage.api_id, stage.stage))
            .collect(),
        keys: usage_plan.keys.len(),
    };
    region.usage_plans.values().rev().map(record).collect()
}
