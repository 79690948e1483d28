//! ai-keys for its GitHub Action: bindings only. What is said is decided in the core.
//!
//! A module of its own, because the page's visitors would download what only
//! the Action shows.
#![cfg(target_arch = "wasm32")]
#![expect(clippy::must_use_candidate, reason = "JavaScript calls them")]

use ai_keys_core::report::{OfflineRequest, review_offline};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    /// The error that JavaScript throws for an argument it cannot use.
    pub type RangeError;
    #[wasm_bindgen(constructor)]
    fn new(message: &str) -> RangeError;
}

/// Checks manifests, plans against their snapshots, and renders what GitHub
/// shows. Takes and returns JSON.
///
/// # Errors
/// A `RangeError` if the request is not one.
#[wasm_bindgen]
pub fn review(request: &str) -> Result<String, RangeError> {
    let request: OfflineRequest =
        serde_json::from_str(request).map_err(|error| RangeError::new(&error.to_string()))?;
    Ok(serde_json::to_string(&review_offline(&request)).unwrap_or_default())
}

/// Returns the version of ai-keys.
#[wasm_bindgen]
pub fn version() -> String {
    env!("CARGO_PKG_VERSION").to_owned()
}
