//! Terraform and `OpenTofu`: a state file of version 4, or `terraform show -json`.
//!
//! Source: <https://developer.hashicorp.com/terraform/internals/json-format>,
//! checked 2026-11-23.

use serde_json::Value;

use super::resource::{Resource, ResourceKind, Resources};
use super::{Address, Found, Tool, Unreadable};

fn kind(name: &str) -> Option<ResourceKind> {
    match name {
        "aws_api_gateway_api_key" => Some(ResourceKind::Key),
        "aws_api_gateway_usage_plan" => Some(ResourceKind::UsagePlan),
        "aws_api_gateway_usage_plan_key" => Some(ResourceKind::Membership),
        "aws_api_gateway_rest_api" => Some(ResourceKind::RestApi),
        _ => None,
    }
}

/// Reads a state, if it is one.
pub(super) fn read(document: &Value) -> Option<Result<Found, Unreadable>> {
    document.get("terraform_version")?;
    let mut resources = Resources::default();
    if let Some(version) = document.get("version").and_then(Value::as_u64) {
        if version != 4 {
            let text = format!(
                "it is a Terraform state of version {version}, and this program reads version 4: give the output of `terraform show -json`"
            );
            return Some(Err(Unreadable::Version(text)));
        }
        read_state(document, &mut resources);
    } else {
        // Of a saved plan, what is there now; of a state, all there is.
        let prior = document.pointer("/prior_state/values/root_module");
        let root = prior.or_else(|| document.pointer("/values/root_module"));
        read_module(root.unwrap_or(&Value::Null), &mut resources);
    }
    let mut found = resources.finish();
    found.tool = Tool::Terraform;
    Some(Ok(found))
}

fn read_state(document: &Value, resources: &mut Resources) {
    for resource in list(document, "resources") {
        let text = |name| resource.get(name).and_then(Value::as_str);
        let (Some("managed"), Some(kind)) = (text("mode"), text("type").and_then(kind)) else {
            continue;
        };
        let module = text("module")
            .map(|module| format!("{module}."))
            .unwrap_or_default();
        let block = format!(
            "{module}{}.{}",
            text("type").unwrap_or_default(),
            text("name").unwrap_or_default()
        );
        for instance in list(resource, "instances") {
            // What was replaced, and is about to be destroyed.
            if instance.get("deposed").is_some() {
                continue;
            }
            let index = match instance.get("index_key") {
                Some(key @ Value::String(_)) => format!("[{key}]"),
                Some(Value::Number(number)) => format!("[{number}]"),
                _ => String::new(),
            };
            let attributes = instance.get("attributes").unwrap_or(&Value::Null);
            add(kind, &format!("{block}{index}"), attributes, resources);
        }
    }
}

fn read_module(module: &Value, resources: &mut Resources) {
    for resource in list(module, "resources") {
        let text = |name| resource.get(name).and_then(Value::as_str);
        let (Some("managed"), Some(kind)) = (text("mode"), text("type").and_then(kind)) else {
            continue;
        };
        // What was replaced, and is about to be destroyed.
        if resource.get("deposed_key").is_some() {
            continue;
        }
        let whole = text("address").unwrap_or_default();
        let attributes = resource.get("values").unwrap_or(&Value::Null);
        add(kind, whole, attributes, resources);
    }
    for child in list(module, "child_modules") {
        read_module(child, resources);
    }
}

fn add(kind: ResourceKind, whole: &str, attributes: &Value, resources: &mut Resources) {
    let Some(id) = attributes.get("id").and_then(Value::as_str) else {
        return;
    };
    resources.add(Resource {
        kind,
        address: Address {
            whole: whole.to_owned(),
            block: without_indexes(whole),
        },
        id,
        attributes,
    });
}

/// A block of the source has no instance keys, and its modules have none either.
fn without_indexes(address: &str) -> String {
    let mut block = String::new();
    let mut depth = 0_u32;
    let mut is_quoted = false;
    let mut is_escaped = false;
    for c in address.chars() {
        match c {
            '"' if depth > 0 && !is_escaped => is_quoted = !is_quoted,
            '[' if !is_quoted => depth += 1,
            ']' if !is_quoted => depth = depth.saturating_sub(1),
            c if depth == 0 => block.push(c),
            _ => {}
        }
        is_escaped = c == '\\' && !is_escaped;
    }
    block
}

fn list<'d>(value: &'d Value, name: &str) -> impl Iterator<Item = &'d Value> {
    value
        .get(name)
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
}
