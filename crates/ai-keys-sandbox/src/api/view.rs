//! What an answer shows of a key, and of tags.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::model::Key;

/// When an answer carries tags.
#[derive(Clone, Copy)]
pub(super) enum Tags {
    Always,
    WhenAny,
    Never,
}

impl Tags {
    /// Adds tags to an answer.
    pub(super) fn put(self, tags: &BTreeMap<String, String>, members: &mut Map<String, Value>) {
        let is_shown = match self {
            Self::Always => true,
            Self::WhenAny => !tags.is_empty(),
            Self::Never => false,
        };
        if is_shown {
            members.insert("tags".to_owned(), json!(tags));
        }
    }
}

/// Shows a key; unset members are absent, never null.
pub(super) fn show_key(key: &Key, with_value: bool, tags: Tags) -> Value {
    let mut members = Map::new();
    let mut put = |name: &str, value: Option<&String>| {
        if let Some(value) = value {
            members.insert(name.to_owned(), json!(value));
        }
    };
    put("id", Some(&key.id));
    put("value", with_value.then_some(&key.value));
    put("name", key.name.as_ref());
    put("description", key.description.as_ref());
    put("customerId", key.customer_id.as_ref());
    members.insert("enabled".to_owned(), json!(key.enabled));
    members.insert(
        "createdDate".to_owned(),
        json!(key.created_ms.div_euclid(1000)),
    );
    members.insert(
        "lastUpdatedDate".to_owned(),
        json!(key.updated_ms.div_euclid(1000)),
    );
    members.insert("stageKeys".to_owned(), json!(key.stage_keys));
    tags.put(&key.tags, &mut members);
    Value::Object(members)
}
