//! Lists parameters without their values: filtered, and in pages.

use std::ops::Bound;

use serde::Deserialize;
use serde_json::json;

use super::read::metadata;
use super::{Call, arn, set, validation};
use crate::answer::{ApiError, Outcome};
use crate::parameters::Parameter;

const PAGE: usize = 10;
const MAX_PAGE: usize = 50;
const MAX_VALUES: usize = 50;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Asked {
    max_results: Option<usize>,
    next_token: Option<String>,
    #[serde(default)]
    parameter_filters: Vec<Filter>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Filter {
    key: String,
    option: Option<String>,
    #[serde(default)]
    values: Vec<String>,
}

/// By name; the next token is the last name of a page.
pub(super) fn describe(call: &mut Call<'_>) -> Outcome {
    let asked: Asked = call.input()?;
    let size = asked.max_results.unwrap_or(PAGE);
    if !(1..=MAX_PAGE).contains(&size) {
        return Err(validation(
            "1 validation error detected: Value at 'maxResults' failed to satisfy constraint: \
             Member must have value between 1 and 50",
        ));
    }
    for filter in &asked.parameter_filters {
        filter.check()?;
    }
    let scope = call.scope;
    let from = match asked.next_token {
        Some(after) => Bound::Excluded(after),
        None => Bound::Unbounded,
    };
    let mut rest = call
        .region()
        .parameters
        .range::<String, _>((from, Bound::Unbounded))
        .map(|(_, parameter)| parameter)
        .filter(|parameter| {
            asked
                .parameter_filters
                .iter()
                .all(|filter| filter.takes(parameter))
        });
    let page: Vec<&Parameter> = rest.by_ref().take(size).collect();
    let mut shown = Vec::new();
    for parameter in &page {
        if let Some((number, version)) = parameter.newest() {
            let mut one = metadata(scope, parameter, number, version);
            set(&mut one, "ARN", json!(arn(scope, &parameter.name)));
            shown.push(one);
        }
    }
    let mut answer = json!({ "Parameters": shown });
    if rest.next().is_some()
        && let Some(last) = page.last()
    {
        set(&mut answer, "NextToken", json!(last.name));
    }
    Ok((200, answer))
}

impl Filter {
    /// The keys and options that the sandbox knows are these.
    /// <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_ParameterStringFilter.html>,
    /// checked 2026-11-23.
    fn check(&self) -> Result<(), ApiError> {
        let options: &[&str] = match self.key.as_str() {
            "Name" => &["Equals", "BeginsWith", "Contains"],
            "Path" => &["Recursive", "OneLevel"],
            "Type" | "Tier" => &["Equals"],
            key if key.starts_with("tag:") => &["Equals", "BeginsWith"],
            _ => {
                let message = format!("The following filter key is not valid: {}.", self.key);
                return Err(ApiError::new(400, "InvalidFilterKey", message));
            }
        };
        if self
            .option
            .as_deref()
            .is_some_and(|option| !options.contains(&option))
        {
            let message = format!("The following filter option is not valid for {}.", self.key);
            return Err(ApiError::new(400, "InvalidFilterOption", message));
        }
        if self.values.is_empty() || self.values.len() > MAX_VALUES {
            return Err(ApiError::new(
                400,
                "InvalidFilterValue",
                "A filter has 1 to 50 values.",
            ));
        }
        Ok(())
    }

    fn takes(&self, parameter: &Parameter) -> bool {
        let option = self.option.as_deref();
        let matches = |text: &str, value: &str| match option {
            Some("BeginsWith") => text.starts_with(value),
            Some("Contains") => text.contains(value),
            _ => text == value,
        };
        self.values.iter().any(|value| match self.key.as_str() {
            "Name" => matches(&parameter.name, value),
            "Type" => parameter.kind.name() == value,
            "Tier" => parameter.tier.name() == value,
            "Path" => {
                let path = format!("{}/", value.trim_end_matches('/'));
                let below = parameter.name.strip_prefix(&path);
                below.is_some_and(|below| option == Some("Recursive") || !below.contains('/'))
            }
            key => {
                let tag = key
                    .strip_prefix("tag:")
                    .and_then(|key| parameter.tags.get(key));
                tag.is_some_and(|tag| matches(tag, value))
            }
        })
    }
}
