//! Pulumi: the output of `pulumi stack export`.
//!
//! Source: <https://www.pulumi.com/docs/iac/cli/commands/pulumi_stack_export/>,
//! checked 2026-11-23.

use serde_json::Value;

use super::resource::{Resource, ResourceKind, Resources};
use super::{Address, Found, Tool, Unreadable};

fn kind(name: &str) -> Option<ResourceKind> {
    match name {
        "aws:apigateway/apiKey:ApiKey" => Some(ResourceKind::Key),
        "aws:apigateway/usagePlan:UsagePlan" => Some(ResourceKind::UsagePlan),
        "aws:apigateway/usagePlanKey:UsagePlanKey" => Some(ResourceKind::Membership),
        "aws:apigateway/restApi:RestApi" => Some(ResourceKind::RestApi),
        _ => None,
    }
}

/// Reads an export, if it is one.
pub(super) fn read(document: &Value) -> Option<Result<Found, Unreadable>> {
    let deployment = document.get("deployment")?;
    let version = document.get("version").and_then(Value::as_u64);
    if version != Some(3) {
        let text =
            "it is a Pulumi export of another version than 3: export it with a current Pulumi"
                .to_owned();
        return Some(Err(Unreadable::Version(text)));
    }
    let mut resources = Resources::default();
    for resource in deployment.get("resources").and_then(Value::as_array)? {
        let text = |name| resource.get(name).and_then(Value::as_str);
        let (Some(kind), Some(id), Some(urn)) =
            (text("type").and_then(kind), text("id"), text("urn"))
        else {
            continue;
        };
        // What is about to be replaced stands in the export a second time.
        if resource.get("delete").and_then(Value::as_bool) == Some(true) {
            continue;
        }
        resources.add(Resource {
            kind,
            address: Address::of_one(urn),
            id,
            attributes: resource.get("outputs").unwrap_or(&Value::Null),
        });
    }
    let mut found = resources.finish();
    found.tool = Tool::Pulumi;
    Some(Ok(found))
}
