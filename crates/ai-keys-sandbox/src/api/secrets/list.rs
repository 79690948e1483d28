//! Lists secrets without their values: filtered, and in pages.

use serde::Deserialize;
use serde_json::json;

use super::view::show;
use super::{Call, invalid_parameter, set, validation};
use crate::answer::{ApiError, Outcome};
use crate::secrets::StoredSecret;

const MAX_RESULTS: usize = 100;
/// Filters of a request, and values of a filter.
const MAX_FILTERS: usize = 10;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Asked {
    max_results: Option<usize>,
    next_token: Option<String>,
    #[serde(default)]
    filters: Vec<Filter>,
    #[serde(default)]
    include_planned_deletion: bool,
    sort_order: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Filter {
    key: String,
    #[serde(default)]
    values: Vec<String>,
}

pub(super) fn list(call: &mut Call<'_>) -> Outcome {
    let asked: Asked = call.input()?;
    let size = match asked.max_results {
        None => MAX_RESULTS,
        Some(size @ 1..=MAX_RESULTS) => size,
        Some(_) => {
            return Err(validation(
                "1 validation error detected: Value at 'maxResults' failed to satisfy constraint: \
                 Member must have value between 1 and 100",
            ));
        }
    };
    for filter in &asked.filters {
        check(filter)?;
    }
    if asked.filters.len() > MAX_FILTERS {
        return Err(validation("A request has at most 10 filters."));
    }
    let after = asked.next_token.as_deref().map(str::parse::<u64>);
    let after = after
        .transpose()
        .map_err(|_| ApiError::new(400, "InvalidNextTokenException", "Invalid NextToken."))?;
    let is_descending = asked.sort_order.as_deref() == Some("desc");
    let scope = call.scope;
    let mut found: Vec<&StoredSecret> = call
        .region()
        .secrets
        .values()
        .filter(|secret| asked.include_planned_deletion || secret.gone_ms.is_none())
        .filter(|secret| asked.filters.iter().all(|filter| filter.takes(secret)))
        .collect();
    found.sort_by_key(|secret| secret.number);
    if is_descending {
        found.reverse();
    }
    let is_later = |secret: &&StoredSecret| match after {
        Some(after) if is_descending => secret.number < after,
        Some(after) => secret.number > after,
        None => true,
    };
    let mut rest = found.into_iter().filter(is_later);
    let page: Vec<&StoredSecret> = rest.by_ref().take(size).collect();
    let shown: Vec<_> = page.iter().map(|secret| show(scope, secret)).collect();
    let mut answer = json!({ "SecretList": shown });
    if rest.next().is_some()
        && let Some(last) = page.last()
    {
        set(&mut answer, "NextToken", json!(last.number.to_string()));
    }
    Ok((200, answer))
}

fn check(filter: &Filter) -> Result<(), ApiError> {
    let keys = ["description", "name", "tag-key", "tag-value", "all"];
    if !keys.contains(&filter.key.as_str()) {
        return Err(invalid_parameter(
            "A filter's key is not one that the sandbox knows.",
        ));
    }
    if filter.values.is_empty() || filter.values.len() > MAX_FILTERS {
        return Err(invalid_parameter("A filter has 1 to 10 values."));
    }
    Ok(())
}

impl Filter {
    /// Values are prefixes, with case but for descriptions; any of them will do, and `!` in front of
    /// one means none of them.
    /// <https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_Filter.html>, checked 2026-11-23.
    fn takes(&self, secret: &StoredSecret) -> bool {
        let (not, is): (Vec<_>, Vec<_>) =
            self.values.iter().partition(|value| value.starts_with('!'));
        let not = not.iter().filter_map(|value| value.strip_prefix('!'));
        (is.is_empty() || is.into_iter().any(|value| self.has(secret, value)))
            && !not.into_iter().any(|value| self.has(secret, value))
    }

    fn has(&self, secret: &StoredSecret, prefix: &str) -> bool {
        let folded = prefix.to_lowercase();
        let is_described = || {
            let description = secret.description.as_deref().unwrap_or("");
            description.to_lowercase().starts_with(&folded)
        };
        match self.key.as_str() {
            "name" => secret.name.starts_with(prefix),
            "description" => is_described(),
            "tag-key" => secret.tags.keys().any(|key| key.starts_with(prefix)),
            "tag-value" => secret.tags.values().any(|value| value.starts_with(prefix)),
            _ => {
                let tags = secret.tags.iter().flat_map(|(key, value)| [key, value]);
                is_described()
                    || tags
                        .chain([&secret.name])
                        .any(|text| text.to_lowercase().starts_with(&folded))
            }
        }
    }
}
