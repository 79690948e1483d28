//! ai-keys for JavaScript: bindings only. What is said is decided in the core.
//!
//! Two modules are built from it: the whole, and without the feature `whole`
//! the part that checks a manifest, which is half as large.
//!
//! Answers cross the border as JSON text, which the engine's own parser turns
//! into objects: no second serializer in the file, and the bytes are those
//! that the command prints.
#![cfg(target_arch = "wasm32")]
#![expect(
    clippy::missing_errors_doc,
    reason = "the documentation is copied into the TypeScript declarations"
)]
#![expect(clippy::must_use_candidate, reason = "JavaScript calls them")]
#![expect(
    clippy::needless_pass_by_value,
    reason = "an optional argument crosses the border by value"
)]

#[cfg(feature = "whole")]
mod whole;

use ai_keys_core::check::check_text;
use ai_keys_core::date::Date;
use ai_keys_core::report::{self, describe_limits};
use ai_keys_core::source::PositionEncoding;
use serde::Serialize;
use wasm_bindgen::prelude::*;

#[cfg(feature = "whole")]
pub use whole::{explain, lives, plan, schema};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = JSON, js_name = parse)]
    fn parse_json(text: &str) -> JsValue;

    /// The error that JavaScript throws for an argument it cannot use.
    pub type RangeError;
    #[wasm_bindgen(constructor)]
    fn new(message: &str) -> RangeError;
}

/// Reports every mistake in a manifest. Columns count UTF-16 units, as editors
/// do.
///
/// `today` is a day written `YYYY-MM-DD`. Without it, what depends on the date
/// is not checked. Throws a `RangeError` if it is anything else.
#[wasm_bindgen(unchecked_return_type = "Report")]
pub fn validate(text: &str, today: Option<String>) -> Result<JsValue, RangeError> {
    let today = today.as_deref().map(day).transpose()?;
    Ok(object(&report::validate(
        text,
        today,
        PositionEncoding::Utf16,
    )))
}

/// Returns the names of a manifest's targets; nothing while its syntax or
/// shape is wrong.
#[wasm_bindgen(unchecked_return_type = "string[] | undefined")]
pub fn targets(text: &str) -> JsValue {
    report::targets(text).map_or(JsValue::UNDEFINED, |targets| object(&targets))
}

/// Says what each usage plan allows, in words; nothing while the manifest has
/// errors.
#[wasm_bindgen(unchecked_return_type = "UsagePlanLimits[] | undefined")]
pub fn limits(text: &str) -> JsValue {
    let checked = check_text(text, None);
    let limits = checked.valid().map(describe_limits);
    limits.map_or(JsValue::UNDEFINED, |limits| object(&limits))
}

/// Returns the version of ai-keys.
#[wasm_bindgen]
pub fn version() -> String {
    env!("CARGO_PKG_VERSION").to_owned()
}

fn day(text: &str) -> Result<Date, RangeError> {
    text.parse::<Date>()
        .map_err(|error| RangeError::new(&format!("today is {error}")))
}

fn object<T: Serialize>(value: &T) -> JsValue {
    // Our own types: string keys, finite numbers. `parse_json` gets valid JSON.
    serde_json::to_string(value).map_or(JsValue::UNDEFINED, |text| parse_json(&text))
}
