//! A secret that is a JSON object, of which one field is ours.
//!
//! The other fields are read, kept and written back in this process; they are
//! masked like values, and overwritten in memory when they are done with.

use serde_json::{Map, Value};
use zeroize::{Zeroize, Zeroizing};

use super::super::{Parcel, SinkError};
use super::SecretsManager;
use super::seen::Seen;
use crate::output::Output;
use crate::provider::aws::Operation;
use crate::secret::Secret;

/// An object whose texts are overwritten when it is dropped.
pub(super) struct Object(Map<String, Value>);

impl Drop for Object {
    fn drop(&mut self) {
        self.0.values_mut().for_each(wipe);
    }
}

/// Reads what the current version holds. None is an empty secret, and also one
/// that is not ours and that the manifest says to overwrite.
pub(super) async fn read(
    sink: &SecretsManager,
    parcel: Parcel<'_>,
    seen: &Seen,
) -> Result<Option<Object>, SinkError> {
    let Some(current) = &seen.current else {
        return Ok(None);
    };
    let send = || {
        let request = sink.store.client().get_secret_value();
        let request = request.secret_id(parcel.destination.name());
        request.version_id(current).send()
    };
    let answer = sink.store.call(Operation::GetSecretValue, send).await?;
    let text = answer.secret_string.map(Zeroizing::new);
    let parsed = text.and_then(|text| {
        sink.store.output().mask(&text);
        serde_json::from_str(&text).ok()
    });
    match parsed {
        Some(Value::Object(fields)) => {
            let object = Object(fields);
            object
                .0
                .values()
                .for_each(|value| mask(value, sink.store.output()));
            Ok(Some(object))
        }
        other => {
            if let Some(mut value) = other {
                wipe(&mut value);
            }
            if parcel.spec.takes_over {
                Ok(None)
            } else {
                Err(SinkError::NotAnObject(parcel.destination.clone()))
            }
        }
    }
}

/// Writes the object with the value in its field.
pub(super) fn with_field(old: Option<Object>, field: &str, value: &Secret) -> Zeroizing<String> {
    let mut object = old.unwrap_or_else(|| Object(Map::new()));
    let value = Value::String(value.expose().to_owned());
    if let Some(mut replaced) = object.0.insert(field.to_owned(), value) {
        wipe(&mut replaced);
    }
    let text = serde_json::to_string(&object.0);
    // Texts and numbers of a parsed object can always be written.
    Zeroizing::new(text.unwrap_or_default())
}

fn mask(value: &Value, output: &Output) {
    match value {
        Value::String(text) => output.mask(text),
        Value::Array(all) => all.iter().for_each(|one| mask(one, output)),
        Value::Object(fields) => fields.values().for_each(|one| mask(one, output)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn wipe(value: &mut Value) {
    match value {
        Value::String(text) => text.zeroize(),
        Value::Array(all) => all.iter_mut().for_each(wipe),
        Value::Object(fields) => fields.values_mut().for_each(wipe),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_fields_are_kept() {
        let (output, captured) = Output::captured();
        let value = Secret::received("Zx9QwErTy7UiOpAs3DfG".to_owned(), &output);
        let old = r#"{"user":"chat","key":"old-value","n":1,"deep":{"pass":"another-secret"}}"#;
        let Ok(Value::Object(fields)) = serde_json::from_str(old) else {
            panic!("an object");
        };
        let object = Object(fields);
        object.0.values().for_each(|value| mask(value, &output));
        let text = with_field(Some(object), "key", &value);
        let read: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(read["key"], "Zx9QwErTy7UiOpAs3DfG");
        assert_eq!((&read["user"], &read["n"]), (&"chat".into(), &1.into()));
        output.print("old-value another-secret\n");
        assert_eq!(captured.stdout(), "*** ***\n");
        let alone = with_field(None, "key", &value);
        assert_eq!(alone.as_str(), r#"{"key":"Zx9QwErTy7UiOpAs3DfG"}"#);
    }
}
