//! CloudFormation: the resources of a stack, which have ids, or a template,
//! which has names. Either way the live account says the rest.
//!
//! Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ListStackResources.html>
//! and `AWS::ApiGateway::ApiKey`, checked 2026-11-23.

use ai_keys_core::state::Handle;
use serde_json::Value;

use super::{Address, Found, Kind, Named, Object, Tool, Unreadable};

fn kind(name: &str) -> Option<Kind> {
    match name {
        "AWS::ApiGateway::ApiKey" => Some(Kind::Key),
        "AWS::ApiGateway::UsagePlan" => Some(Kind::UsagePlan),
        _ => None,
    }
}

const MEMBERSHIP: &str = "AWS::ApiGateway::UsagePlanKey";

/// Reads a stack's resources or a template, if it is one.
pub(super) fn read(document: &Value) -> Option<Result<Found, Unreadable>> {
    let listed = ["StackResourceSummaries", "StackResources"];
    let stack = listed
        .iter()
        .find_map(|name| document.get(name)?.as_array());
    let mut found = Found {
        tool: Tool::CloudFormation,
        ..Found::default()
    };
    if let Some(stack) = stack {
        for resource in stack {
            read_stack_resource(resource, &mut found);
        }
    } else {
        // `get-template` wraps it.
        let template = document.get("TemplateBody").unwrap_or(document);
        for (logical_id, resource) in template.get("Resources")?.as_object()? {
            read_template_resource(logical_id, resource, &mut found);
        }
    }
    Some(Ok(found))
}

fn read_stack_resource(resource: &Value, found: &mut Found) {
    let text = |name| resource.get(name).and_then(Value::as_str);
    let (Some(logical_id), Some(id)) = (text("LogicalResourceId"), text("PhysicalResourceId"))
    else {
        return;
    };
    let address = address(logical_id);
    let handle = Handle::of_id(id);
    match text("ResourceType").and_then(kind) {
        Some(Kind::Key) => {
            found.keys.insert(
                handle,
                Object {
                    address,
                    live: None,
                },
            );
        }
        Some(Kind::UsagePlan) => {
            found.usage_plans.insert(
                handle,
                Object {
                    address,
                    live: None,
                },
            );
        }
        None if text("ResourceType") == Some(MEMBERSHIP) => found.memberships.push(address),
        None => {}
    }
}

fn read_template_resource(logical_id: &str, resource: &Value, found: &mut Found) {
    let name_of = |kind| match kind {
        Kind::Key => resource.pointer("/Properties/Name"),
        Kind::UsagePlan => resource.pointer("/Properties/UsagePlanName"),
    };
    let resource_type = resource
        .get("Type")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let Some(kind) = kind(resource_type) else {
        if resource_type == MEMBERSHIP {
            found.memberships.push(address(logical_id));
        }
        return;
    };
    // A name that is computed, or that the service makes up, is found by the
    // logical id, which CloudFormation writes into the tags.
    let name = name_of(kind).and_then(Value::as_str).unwrap_or_default();
    found.named.push(Named {
        kind,
        name: name.to_owned(),
        address: address(logical_id),
        stack: None,
    });
}

fn address(logical_id: &str) -> Address {
    Address {
        whole: logical_id.to_owned(),
        block: logical_id.to_owned(),
    }
}
