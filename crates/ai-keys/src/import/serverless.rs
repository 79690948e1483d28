//! The Serverless framework: what `serverless print --format json` says of keys and usage plans.
//!
//! It has names and no ids; the tags of the stack that it makes say which live objects are meant.
//! Its logical ids count keys by their place in the list, within a usage plan.
//!
//! Source: `lib/plugins/aws/package/compile/events/api-gateway/lib/{api-keys,usage-plan}.js` and
//! `lib/plugins/aws/lib/naming.js` of serverless/serverless (3.x), read 2026-11-24.

use serde_json::Value;

use super::{Address, Found, Kind, Membership, Named, Tool, Unreadable};

/// What the framework calls the usage plan that has no name.
const DEFAULT: &str = "default";

/// Reads a resolved service, if it is one.
pub(super) fn read(document: &Value) -> Option<Result<Found, Unreadable>> {
    // Version 1 writes an object here, all later ones a text.
    let service = document.get("service")?;
    let service = service.as_str().or_else(|| service.get("name")?.as_str())?;
    let provider = document.get("provider")?;
    let text = |name| provider.get(name).and_then(Value::as_str);
    let stage = text("stage").unwrap_or("dev");
    let stack = text("stackName").map_or_else(|| format!("{service}-{stage}"), str::to_owned);
    let mut found = Found {
        tool: Tool::Serverless,
        region: text("region").map(str::to_owned),
        ..Found::default()
    };
    let (keys, usage_plan) = (setting(provider, "apiKeys"), setting(provider, "usagePlan"));
    let plans = usage_plans(usage_plan);
    let mut name = |kind, name: String, logical_id: &str| {
        found.named.push(Named {
            kind,
            name,
            address: Address::of_one(logical_id),
            stack: Some(stack.clone()),
        });
    };
    let mut places = Vec::new();
    let all = keys.and_then(Value::as_array).into_iter().flatten();
    let mut number = 0;
    for entry in all {
        let (keys, suffix) = match of_usage_plan(entry, &plans) {
            Some((plan, keys)) => {
                number = 0;
                (keys, capitalised(plan))
            }
            None => (std::slice::from_ref(entry), String::new()),
        };
        for key in keys {
            number += 1;
            let place = format!("{suffix}{number}");
            name(Kind::Key, name_of(key), &key_id(&place));
            places.push(place);
        }
    }
    if keys.is_some() || usage_plan.is_some() {
        for plan in &plans {
            let (suffix, plan) = if *plan == DEFAULT {
                (String::new(), format!("{service}-{stage}"))
            } else {
                (capitalised(plan), format!("{service}-{plan}-{stage}"))
            };
            let logical_id = format!("ApiGatewayUsagePlan{suffix}");
            name(Kind::UsagePlan, plan, &logical_id);
        }
    }
    found.memberships = places.iter().map(|place| membership(place)).collect();
    Some(Ok(found))
}

fn key_id(place: &str) -> String {
    format!("ApiGatewayApiKey{place}")
}

/// Every key is put on its usage plan by a resource of its own.
fn membership(place: &str) -> Membership {
    Membership {
        address: Address::of_one(&format!("ApiGatewayUsagePlanKey{place}")),
        key: Some(Address::of_one(&key_id(place))),
        usage_plan: None,
    }
}

/// Returns a setting of `provider.apiGateway`, or of `provider` as version 1
/// had it.
fn setting<'d>(provider: &'d Value, name: &str) -> Option<&'d Value> {
    let today = provider.get("apiGateway").and_then(|api| api.get(name));
    today.or_else(|| provider.get(name))
}

/// Returns the names of the usage plans: a list has a name for each.
fn usage_plans(setting: Option<&Value>) -> Vec<&str> {
    match setting {
        Some(Value::Array(list)) => {
            let names = list.iter().filter_map(Value::as_object);
            names
                .filter_map(|plan| plan.keys().next())
                .map(String::as_str)
                .collect()
        }
        _ => vec![DEFAULT],
    }
}

/// Returns the usage plan and the keys of an entry such as `{"free": ["a"]}`.
fn of_usage_plan<'d>(entry: &'d Value, plans: &[&str]) -> Option<(&'d str, &'d [Value])> {
    let (plan, keys) = entry.as_object()?.iter().next()?;
    let keys = keys.as_array().filter(|_| plans.contains(&plan.as_str()))?;
    Some((plan, keys))
}

/// A key is a name, or an object with one.
fn name_of(key: &Value) -> String {
    let name = key.as_str().or_else(|| key.get("name")?.as_str());
    name.unwrap_or_default().to_owned()
}

fn capitalised(name: &str) -> String {
    let mut letters = name.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}
