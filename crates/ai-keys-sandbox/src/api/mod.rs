//! The operations, one file for each kind of object.

pub(crate) mod github;
mod import_keys;
mod keys;
mod page;
mod parameters;
mod patch;
mod rest_apis;
mod secrets;
pub(crate) mod sts;
mod tags;
mod usage;
mod usage_plan_keys;
mod usage_plan_patch;
mod usage_plans;
mod view;

pub(crate) use keys::fresh_id as fresh_key_id;
pub(crate) use rest_apis::{delete_stage, ensure_stage};
pub(crate) use usage::{period_start, remaining};
pub(crate) use usage_plan_keys::check_association;

use bytes::Bytes;
use serde::de::DeserializeOwned;

use crate::answer::{ApiError, Outcome};
use crate::ids::Ids;
use crate::model::World;
use crate::options::Options;
use crate::query::Query;
use crate::region::Region;
use crate::route::{Operation, Route, Service};
use crate::scope::Scope;

/// Everything that an operation sees.
pub(crate) struct Call<'a> {
    pub(crate) scope: &'a Scope,
    pub(crate) ids: &'a [String],
    pub(crate) query: &'a Query,
    pub(crate) body: &'a Bytes,
    pub(crate) world: &'a mut World,
    pub(crate) random: &'a mut Ids,
    pub(crate) options: &'a Options,
    pub(crate) now_ms: i64,
    /// The row that an import refuses, from 1: a fault.
    pub(crate) refused_row: Option<u32>,
}

impl Call<'_> {
    fn region(&mut self) -> &mut Region {
        self.world.region(self.scope)
    }

    /// Returns the n-th id of the path.
    fn id(&self, index: usize) -> &str {
        self.ids.get(index).map_or("", String::as_str)
    }

    /// Reads the JSON body. The text of the refusal is inferred; it never quotes the body.
    fn json<T: DeserializeOwned>(&self) -> Result<T, ApiError> {
        let body: &[u8] = if self.body.is_empty() {
            b"{}"
        } else {
            self.body
        };
        serde_json::from_slice(body).map_err(|_| ApiError::bad_request("Invalid request body"))
    }

    /// Reads the input of a JSON service, which leaves out what it does not know.
    fn input<T: DeserializeOwned>(&self) -> Result<T, ApiError> {
        serde_json::from_slice(self.body)
            .map_err(|_| ApiError::new(400, "SerializationException", "The request cannot be read"))
    }
}

/// Carries out one operation, whole or not at all.
pub(crate) fn carry_out(route: &Route, call: &mut Call<'_>) -> Outcome {
    match route.operation {
        Operation::CreateApiKey => keys::create(call),
        Operation::GetApiKeys => keys::list(call),
        Operation::GetApiKey => keys::get(call),
        Operation::UpdateApiKey => keys::update(call),
        Operation::DeleteApiKey => keys::delete(call),
        Operation::ImportApiKeys => import_keys::import(call),
        Operation::CreateUsagePlan => usage_plans::create(call),
        Operation::GetUsagePlans => usage_plans::list(call),
        Operation::GetUsagePlan => usage_plans::get(call),
        Operation::UpdateUsagePlan => usage_plans::update(call),
        Operation::DeleteUsagePlan => usage_plans::delete(call),
        Operation::CreateUsagePlanKey => usage_plan_keys::create(call),
        Operation::GetUsagePlanKeys => usage_plan_keys::list(call),
        Operation::GetUsagePlanKey => usage_plan_keys::get(call),
        Operation::DeleteUsagePlanKey => usage_plan_keys::delete(call),
        Operation::TagResource => tags::tag(call),
        Operation::UntagResource => tags::untag(call),
        Operation::GetTags => tags::get(call),
        Operation::GetUsage => usage::get(call),
        Operation::UpdateUsage => usage::update(call),
        Operation::GetRestApis => rest_apis::list(call),
        Operation::GetRestApi => rest_apis::get(call),
        Operation::GetStages => rest_apis::list_stages(call),
        Operation::GetStage => rest_apis::get_stage(call),
        operation => match operation.service() {
            Service::SecretsManager => secrets::carry_out(operation, call),
            Service::Ssm => parameters::carry_out(operation, call),
            Service::Sts | Service::Github | Service::ApiGateway => {
                Err(ApiError::not_found("carried out elsewhere"))
            }
        },
    }
}
