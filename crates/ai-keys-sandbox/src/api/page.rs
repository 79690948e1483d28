//! Paging: `limit` (25 unless told, 500 at most) and the opaque `position`.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::answer::ApiError;
use crate::query::Query;

const DEFAULT_LIMIT: usize = 25;
const MAX_LIMIT: usize = 500;
/// Keeps a cursor from looking like a number that a client may compute with.
const SCRAMBLE: u64 = 0x5deb_9a3c_71f0_24c6;

/// Lists what `show` shows, newest first, from the cursor on.
pub(crate) fn page<T>(
    query: &Query,
    items: &BTreeMap<u64, T>,
    mut show: impl FnMut(&T) -> Option<Value>,
) -> Result<Value, ApiError> {
    let before = match query
        .get("position")
        .filter(|position| !position.is_empty())
    {
        Some(position) => read_cursor(position)?,
        None => u64::MAX,
    };
    let limit = limit_in(query);
    let mut shown = Vec::new();
    let mut last = 0;
    let mut position = None;
    for (number, item) in items.range(..before).rev() {
        let Some(value) = show(item) else { continue };
        if shown.len() == limit {
            position = Some(cursor(last));
            break;
        }
        shown.push(value);
        last = *number;
    }
    let mut answer = Map::from_iter([("item".to_owned(), Value::Array(shown))]);
    if let Some(position) = position {
        answer.insert("position".to_owned(), json!(position));
    }
    Ok(Value::Object(answer))
}

/// Shows a part of a map, from the cursor on, and where the next one starts.
///
/// Which order AWS keeps is not documented; ours is that of `items`.
pub(crate) fn page_of_map(
    query: &Query,
    items: impl Iterator<Item = (String, Value)>,
) -> Result<(Map<String, Value>, Option<String>), ApiError> {
    let start = match query
        .get("position")
        .filter(|position| !position.is_empty())
    {
        Some(position) => read_cursor(position)?,
        None => 0,
    };
    let limit = limit_in(query);
    let mut items = items.skip(usize::try_from(start).unwrap_or(usize::MAX));
    let shown: Map<String, Value> = items.by_ref().take(limit).collect();
    let next = start.saturating_add(u64::try_from(limit).unwrap_or(u64::MAX));
    let position = items.next().map(|_| cursor(next));
    Ok((shown, position))
}

/// An invalid limit is not an error on AWS: the default or the maximum is taken.
fn limit_in(query: &Query) -> usize {
    match query.get("limit").and_then(|text| text.parse::<i64>().ok()) {
        Some(limit) if limit > 0 => usize::try_from(limit).unwrap_or(MAX_LIMIT).min(MAX_LIMIT),
        _ => DEFAULT_LIMIT,
    }
}

fn cursor(number: u64) -> String {
    format!("{:016x}", number ^ SCRAMBLE)
}

fn read_cursor(text: &str) -> Result<u64, ApiError> {
    // Text inferred.
    let invalid = || ApiError::bad_request("Invalid position parameter");
    let scrambled = u64::from_str_radix(text, 16).map_err(|_| invalid())?;
    Some(scrambled ^ SCRAMBLE)
        .filter(|number| *number < 1 << 48)
        .ok_or_else(invalid)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(items: &BTreeMap<u64, u64>, query: &str) -> (Vec<u64>, Option<String>) {
        let answer = page(&Query::parse(Some(query)), items, |n| Some(json!(n)))
            .ok()
            .unwrap();
        let shown = answer["item"]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(Value::as_u64)
            .collect();
        (shown, answer["position"].as_str().map(str::to_owned))
    }

    #[test]
    fn pages_go_from_new_to_old_and_end_without_a_position() {
        let items: BTreeMap<u64, u64> = (1..=30).map(|n| (n, n)).collect();
        let (first, position) = list(&items, "");
        assert_eq!((first.len(), first[0]), (25, 30));
        let (second, end) = list(&items, &format!("position={}", position.unwrap()));
        assert_eq!(second, [5, 4, 3, 2, 1]);
        assert!(end.is_none());
    }

    #[test]
    fn limits_are_bounded_and_never_an_error() {
        let items: BTreeMap<u64, u64> = (1..=600).map(|n| (n, n)).collect();
        assert_eq!(list(&items, "limit=9999").0.len(), 500);
        assert_eq!(list(&items, "limit=-1").0.len(), 25);
        assert_eq!(list(&items, "limit=two").0.len(), 25);
        assert_eq!(list(&items, "limit=600").0.len(), 500);
    }

    #[test]
    fn a_full_last_page_has_no_position() {
        let items: BTreeMap<u64, u64> = (1..=2).map(|n| (n, n)).collect();
        assert!(list(&items, "limit=2").1.is_none());
    }

    #[test]
    fn an_item_that_comes_or_goes_between_pages_moves_nothing_else() {
        let mut items: BTreeMap<u64, u64> = (1..=4).map(|n| (n, n)).collect();
        let position = list(&items, "limit=2").1.unwrap();
        items.insert(5, 5);
        items.remove(&3);
        assert_eq!(
            list(&items, &format!("limit=2&position={position}")).0,
            [2, 1]
        );
    }

    #[test]
    fn a_made_up_cursor_is_refused() {
        for text in ["7", "next", "0000000000000001"] {
            assert!(
                page(
                    &Query::parse(Some(&format!("position={text}"))),
                    &BTreeMap::from([(1, 1)]),
                    |_| None
                )
                .is_err()
            );
        }
    }
}
