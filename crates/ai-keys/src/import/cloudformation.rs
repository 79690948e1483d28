//! CloudFormation: the resources of a stack, which have ids, or a template,
//! which has names. Either way the live account says the rest.
//!
//! Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ListStackResources.html>
//! and `AWS::ApiGateway::ApiKey`, checked 2026-11-23.

use ai_keys_core::state::Handle;
use serde_json::Value;

use super::{Address, Found, Kind, Membership, Named, Object, Tool, Unreadable};

fn kind(name: &str) -> Option<Kind> {
    match name {
        "AWS::ApiGateway::ApiKey" => Some(Kind::Key),
        "AWS::ApiGateway::UsagePlan" => Some(Kind::UsagePlan),
        _ => None,
    }
}

/// What puts a key on a usage plan; its id is `key:usage-plan`.
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
        // A membership may stand before its key.
        for resource in stack {
            read_stack_membership(resource, &mut found);
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
    let Some((logical_id, id)) = ids(resource) else {
        return;
    };
    let (handle, address) = (Handle::of_id(id), Address::of_one(logical_id));
    match resource_type(resource).and_then(kind) {
        Some(Kind::Key) => {
            let live = None;
            found.keys.insert(handle, Object { address, live });
        }
        Some(Kind::UsagePlan) => {
            let live = None;
            found.usage_plans.insert(handle, Object { address, live });
        }
        None => {}
    }
}

fn read_stack_membership(resource: &Value, found: &mut Found) {
    if resource_type(resource) != Some(MEMBERSHIP) {
        return;
    }
    let Some((logical_id, id)) = ids(resource) else {
        return;
    };
    let (key, usage_plan) = id.split_once(':').unwrap_or((id, ""));
    let key = found.keys.get(&Handle::of_id(key));
    found.memberships.push(Membership {
        address: Address::of_one(logical_id),
        key: key.map(|key| key.address.clone()),
        usage_plan: Some(Handle::of_id(usage_plan)),
    });
}

fn resource_type(resource: &Value) -> Option<&str> {
    resource.get("ResourceType").and_then(Value::as_str)
}

/// Returns the logical and the physical id.
fn ids(resource: &Value) -> Option<(&str, &str)> {
    let text = |name| resource.get(name).and_then(Value::as_str);
    Some((text("LogicalResourceId")?, text("PhysicalResourceId")?))
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
            found.memberships.push(Membership {
                address: Address::of_one(logical_id),
                key: resource.pointer("/Properties/KeyId").and_then(referred),
                usage_plan: None,
            });
        }
        return;
    };
    // A name that is computed, or that the service makes up, is found by the
    // logical id, which CloudFormation writes into the tags.
    let name = name_of(kind).and_then(Value::as_str).unwrap_or_default();
    found.named.push(Named {
        kind,
        name: name.to_owned(),
        address: Address::of_one(logical_id),
        stack: None,
    });
}

/// Returns what `Ref` or `Fn::GetAtt` refers to. What is referred to in another
/// way is of another stack.
fn referred(value: &Value) -> Option<Address> {
    let of_attribute = || {
        let attribute = value.get("Fn::GetAtt")?;
        let first = attribute.get(0).unwrap_or(attribute).as_str()?;
        first.split('.').next()
    };
    let reference = value.get("Ref").and_then(Value::as_str);
    reference.or_else(of_attribute).map(Address::of_one)
}
