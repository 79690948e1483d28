//! What a page needs once it asks what would change, or what something means.

use ai_keys_core::diagnostic::find_code;
use ai_keys_core::manifest::json_schema;
use ai_keys_core::report::{self, PreviewRequest};
use ai_keys_core::source::PositionEncoding;
use wasm_bindgen::prelude::*;

use crate::{RangeError, day, object};

/// Works out what an apply would change on the day `today`, written
/// `YYYY-MM-DD`. Throws a `RangeError` if `today` is anything else; all other
/// mistakes are answers.
///
/// `snapshot` is the text that `ai-keys snapshot` writes; without one, nothing
/// exists yet. `target` may be left out where the manifest has only one.
#[wasm_bindgen(unchecked_return_type = "Preview")]
pub fn plan(
    manifest: &str,
    snapshot: Option<String>,
    target: Option<String>,
    today: &str,
) -> Result<JsValue, RangeError> {
    Ok(object(&report::preview(&PreviewRequest {
        manifest,
        snapshot: snapshot.as_deref(),
        target: target.as_deref(),
        today: day(today)?,
        encoding: PositionEncoding::Utf16,
    })))
}

/// Tells every key's life as dates: how each of its values is and when, and
/// what happens on which day, the next to change first. Takes what `plan`
/// takes.
#[wasm_bindgen(unchecked_return_type = "Lives")]
pub fn lives(
    manifest: &str,
    snapshot: Option<String>,
    target: Option<String>,
    today: &str,
) -> Result<JsValue, RangeError> {
    Ok(object(&report::preview_lives(&PreviewRequest {
        manifest,
        snapshot: snapshot.as_deref(),
        target: target.as_deref(),
        today: day(today)?,
        encoding: PositionEncoding::Utf16,
    })))
}

/// Explains a diagnostic by its code or name, in Markdown; nothing if there is
/// no such diagnostic.
#[wasm_bindgen]
pub fn explain(code: &str) -> Option<String> {
    find_code(code).map(report::explain)
}

/// Returns the JSON Schema of manifests.
#[wasm_bindgen(unchecked_return_type = "Record<string, unknown>")]
pub fn schema() -> JsValue {
    object(&json_schema())
}
