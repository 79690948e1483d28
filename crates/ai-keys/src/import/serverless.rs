//! The Serverless framework: what `serverless print --format json` says of keys and usage plans.
//!
//! It has names and no ids; the tags of the stack that it makes say which live objects are meant.
//! Its logical ids count keys by their place in the list, within a usage plan.
//!
//! Source: `lib/plugins/aws/package/compile/events/api-gateway/lib/{api-keys,usage-plan}.js` and
//! `lib/plugins/aws/lib/naming.js` of serverless/serverless (3.x), read 2026-11-24.

use serde_json::Value;

use super::{Address, Found, Kind, Named, Tool, Unreadable};

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
    let mut name = |kind, name: String, logical_id: String| {
        found.named.push(Named {
            kind,
            name,
            address: Address {
                whole: logical_id.clone(),
                block: logical_id,
            },
            stack: Some(stack.clone()),
        });
    };
    let all = keys.and_then(Value::as_array).into_iter().flatten();
    let mut number = 0;
    for entry in all {
        if let Some((plan, keys)) = of_usage_plan(entry, &plans) {
            number = 0;
            for key in keys {
                number += 1;
                let id = format!("ApiGatewayApiKey{}{number}", capitalised(plan));
                name(Kind::Key, name_of(key), id);
            }
        } else {
            number += 1;
            let id = format!("ApiGatewayApiKey{number}");
            name(Kind::Key, name_of(entry), id);
        }
    }
    if keys.is_some() || usage_plan.is_some() {
        for plan in &plans {
            let (suffix, plan) = if *plan == DEFAULT {
                (String::new(), format!("{service}-{stage}"))
            } else {
                (capitalised(plan), format!("{service}-{plan}-{stage}"))
            };
            name(
                Kind::UsagePlan,
                plan,
                format!("ApiGatewayUsagePlan{suffix}"),
            );
        }
    }
    Some(Ok(found))
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
