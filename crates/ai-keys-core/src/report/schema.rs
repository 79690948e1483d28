//! JSON Schemas of what this program writes: the contract of those who read it.

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::Value;

use super::checkup::Checkup;
use super::json::Report;
use super::usage::UsageReport;
use crate::plan::Plan;
use crate::state::LiveState;

/// Returns the JSON Schema (draft 2020-12) of a plan file.
#[must_use]
pub fn plan_schema() -> Value {
    schema_of::<Plan>("ai-keys plan")
}

/// Returns the JSON Schema of a snapshot.
#[must_use]
pub fn snapshot_schema() -> Value {
    schema_of::<LiveState>("ai-keys snapshot")
}

/// Returns the JSON Schema of a diagnostic report.
#[must_use]
pub fn report_schema() -> Value {
    schema_of::<Report>("ai-keys report")
}

/// Returns the JSON Schema of what `ai-keys doctor --format json` writes.
#[must_use]
pub fn checkup_schema() -> Value {
    schema_of::<Checkup>("ai-keys doctor")
}

/// Returns the JSON Schema of what `ai-keys usage --format json` writes.
#[must_use]
pub fn usage_schema() -> Value {
    schema_of::<UsageReport>("ai-keys usage")
}

fn schema_of<T: JsonSchema>(title: &str) -> Value {
    // As it is written, not as it may be read: optional members are absent.
    let generator = SchemaSettings::draft2020_12()
        .for_serialize()
        .into_generator();
    let mut schema = generator.into_root_schema_for::<T>();
    schema.insert("title".to_owned(), title.into());
    schema.to_value()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_schema_names_the_members_that_are_always_there() {
        for (schema, member) in [
            (plan_schema(), "digest"),
            (snapshot_schema(), "usage-plans"),
            (report_schema(), "summary"),
            (usage_schema(), "targets"),
            (checkup_schema(), "checks"),
        ] {
            let required = schema["required"].as_array().unwrap();
            assert!(
                required.iter().any(|name| name == member),
                "{member} in {schema:#}"
            );
        }
    }
}
