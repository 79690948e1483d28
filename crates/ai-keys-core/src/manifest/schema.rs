//! `keys.schema.json`: the shapes of the manifest as a JSON Schema, for editors.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::decode::Decode as _;
use super::model::Manifest;
use super::name::ID_PATTERN;
use super::shape::{Record, Shape};

/// Returns the JSON Schema (draft 2020-12) of a manifest.
///
/// TOML dates reach a validator as strings, so they are described as such.
#[must_use]
pub fn json_schema() -> Value {
    let mut definitions = BTreeMap::new();
    let root = schema_of(&Manifest::shape(), &mut definitions);
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "https://raw.githubusercontent.com/org/ai-keys-action/v1/keys.schema.json",
        "title": "ai-keys manifest",
        "allOf": [root],
        "$defs": definitions,
    })
}

fn schema_of(shape: &Shape, definitions: &mut BTreeMap<&'static str, Value>) -> Value {
    match shape {
        Shape::Text {
            pattern: Some(pattern),
            ..
        } => json!({ "type": "string", "pattern": pattern }),
        Shape::Text { pattern: None, .. } => json!({ "type": "string" }),
        Shape::Choice(words) => json!({ "enum": words }),
        Shape::Integer => {
            json!({ "type": "integer", "minimum": 0, "maximum": super::scalar::MAX_WHOLE })
        }
        Shape::Number => json!({ "type": "number", "minimum": 0 }),
        Shape::Flag => json!({ "type": "boolean" }),
        Shape::Date => json!({ "type": "string", "format": "date" }),
        Shape::List(item) => json!({ "type": "array", "items": schema_of(item, definitions) }),
        Shape::Names(item) => {
            let item_schema = schema_of(item, definitions);
            let mut schema = json!({ "type": "object", "additionalProperties": item_schema });
            let has_ids =
                matches!(**item, Shape::Record(ref record) if record.name != "ThrottleTable");
            if let (true, Some(members)) = (has_ids, schema.as_object_mut()) {
                members.insert("propertyNames".to_owned(), json!({ "pattern": ID_PATTERN }));
            }
            schema
        }
        Shape::Either(shapes) => {
            let any: Vec<Value> = shapes
                .iter()
                .map(|shape| schema_of(shape, definitions))
                .collect();
            json!({ "anyOf": any })
        }
        Shape::Record(record) => {
            if !definitions.contains_key(record.name) {
                // Held open while its fields are described, so that a record
                // that contains itself would end.
                definitions.insert(record.name, Value::Null);
                let schema = record_schema(record, definitions);
                definitions.insert(record.name, schema);
            }
            json!({ "$ref": format!("#/$defs/{}", record.name) })
        }
    }
}

fn record_schema(record: &Record, definitions: &mut BTreeMap<&'static str, Value>) -> Value {
    let mut properties = Map::new();
    for field in &record.fields {
        let mut schema = schema_of(&field.shape, definitions);
        if let Some(members) = schema.as_object_mut() {
            members.insert("description".to_owned(), prose(field.doc).into());
        }
        properties.insert(field.name.to_owned(), schema);
    }
    let required: Vec<&str> = record
        .fields
        .iter()
        .filter(|field| field.is_required)
        .map(|field| field.name)
        .collect();
    json!({
        "type": "object",
        "description": prose(record.doc),
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    })
}

/// Joins the lines of a doc comment into one paragraph.
pub(crate) fn prose(doc: &str) -> String {
    doc.split_whitespace().collect::<Vec<_>>().join(" ")
}
