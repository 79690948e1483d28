//! The state of the sandbox: REST APIs, keys and usage plans of every account and region.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::github::Github;
use crate::region::Region;
use crate::scope::Scope;

/// Everything that is saved.
#[derive(Clone, Default, Serialize, Deserialize)]
pub(crate) struct World {
    /// By id; ids are unique over the whole sandbox, because the data plane is unsigned.
    pub(crate) apis: BTreeMap<String, RestApi>,
    /// By `account/region`.
    pub(crate) regions: BTreeMap<String, Region>,
    #[serde(default)]
    pub(crate) github: Github,
}

#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct RestApi {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) account: String,
    pub(crate) region: String,
    pub(crate) created_ms: i64,
    /// Creation moment by stage name.
    pub(crate) stages: BTreeMap<String, i64>,
}

#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Key {
    pub(crate) id: String,
    pub(crate) value: String,
    pub(crate) name: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) customer_id: Option<String>,
    pub(crate) enabled: bool,
    pub(crate) created_ms: i64,
    pub(crate) updated_ms: i64,
    pub(crate) tags: BTreeMap<String, String>,
    /// Written `api/stage`; deprecated by AWS.
    pub(crate) stage_keys: Vec<String>,
    /// Usage plan id → number of the association.
    pub(crate) usage_plans: BTreeMap<String, u64>,
}

#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct UsagePlan {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    pub(crate) product_code: Option<String>,
    pub(crate) stages: Vec<ApiStage>,
    pub(crate) throttle: Option<Throttle>,
    pub(crate) quota: Option<Quota>,
    pub(crate) tags: BTreeMap<String, String>,
    /// Number of the association → key id.
    pub(crate) keys: BTreeMap<u64, String>,
    /// By key id.
    pub(crate) usage: BTreeMap<String, KeyUsage>,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ApiStage {
    pub(crate) api_id: String,
    pub(crate) stage: String,
    /// By `path/METHOD`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) throttle: BTreeMap<String, Throttle>,
}

#[derive(Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Throttle {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) burst_limit: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) rate_limit: Option<f64>,
}

#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Quota {
    #[serde(default)]
    pub(crate) limit: i64,
    #[serde(default)]
    pub(crate) offset: i64,
    #[serde(default)]
    pub(crate) period: String,
}

/// Requests of one key through one usage plan.
#[derive(Clone, Default, Serialize, Deserialize)]
pub(crate) struct KeyUsage {
    /// Requests by day, `YYYY-MM-DD`.
    pub(crate) used: BTreeMap<String, i64>,
    /// What `UpdateUsage` added to the quota, by the period's first day.
    pub(crate) extra: BTreeMap<String, i64>,
}

impl World {
    pub(crate) fn region(&mut self, scope: &Scope) -> &mut Region {
        self.regions.entry(scope.to_string()).or_default()
    }

    /// Tells whether the stage exists in this account and region.
    pub(crate) fn has_stage(&self, scope: &Scope, api_id: &str, stage: &str) -> bool {
        self.apis
            .get(api_id)
            .is_some_and(|api| api.belongs_to(scope) && api.stages.contains_key(stage))
    }

    /// Rebuilds what is not saved.
    pub(crate) fn index(&mut self) {
        for region in self.regions.values_mut() {
            region.index();
        }
    }
}

impl RestApi {
    pub(crate) fn belongs_to(&self, scope: &Scope) -> bool {
        self.account == scope.account && self.region == scope.region
    }
}

impl ApiStage {
    pub(crate) fn is(&self, api_id: &str, stage: &str) -> bool {
        self.api_id == api_id && self.stage == stage
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn key(id: &str, value: &str) -> Key {
        Key {
            id: id.to_owned(),
            value: value.to_owned(),
            name: None,
            description: None,
            customer_id: None,
            enabled: true,
            created_ms: 0,
            updated_ms: 0,
            tags: BTreeMap::new(),
            stage_keys: Vec::new(),
            usage_plans: BTreeMap::new(),
        }
    }

    pub(crate) fn usage_plan(id: &str) -> UsagePlan {
        UsagePlan {
            id: id.to_owned(),
            name: id.to_owned(),
            description: None,
            product_code: None,
            stages: Vec::new(),
            throttle: None,
            quota: None,
            tags: BTreeMap::new(),
            keys: BTreeMap::new(),
            usage: BTreeMap::new(),
        }
    }

    #[test]
    fn the_index_survives_a_round_trip() {
        let mut world = World::default();
        let scope = Scope::new("123456789012", "eu-west-1");
        world.region(&scope).insert_key(key("k1", "v1"));
        let mut again: World =
            serde_json::from_str(&serde_json::to_string(&world).unwrap()).unwrap();
        again.index();
        assert_eq!(again.region(&scope).key_with_value("v1").unwrap().id, "k1");
    }
}
