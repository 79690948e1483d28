//! Patch documents: `{"patchOperations": [{"op", "path", "value", "from"}]}`.

use serde::Deserialize;

use crate::answer::ApiError;
use crate::rules::bad_patch_path;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Patch {
    #[serde(default)]
    pub(crate) patch_operations: Vec<PatchOperation>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PatchOperation {
    pub(crate) op: String,
    pub(crate) path: String,
    pub(crate) value: Option<String>,
    /// `copy` is not supported on keys and usage plans; read so that it is not an unknown member.
    #[expect(dead_code, reason = "part of the wire format")]
    from: Option<String>,
}

impl PatchOperation {
    /// Returns the value; absent is empty.
    pub(crate) fn text(&self) -> &str {
        self.value.as_deref().unwrap_or("")
    }

    pub(crate) fn refuse(&self, allowed: &[&str]) -> ApiError {
        bad_patch_path(&self.path, &self.op, allowed)
    }

    /// Reads a number in the value. Text inferred.
    pub(crate) fn number<T: std::str::FromStr>(&self) -> Result<T, ApiError> {
        self.text().trim().parse().map_err(|_| {
            ApiError::bad_request(format!(
                "Invalid value specified for path '{}': not a number",
                self.path
            ))
        })
    }
}

/// Splits a patch path and undoes its escapes: `~1` is a slash, `~0` a tilde.
pub(crate) fn elements(path: &str) -> Vec<String> {
    path.trim_start_matches('/')
        .split('/')
        .map(|part| part.replace("~1", "/").replace("~0", "~"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slash_inside_an_element_is_escaped() {
        assert_eq!(
            elements("/apiStages/abc:prod/throttle/~1chat~1x/GET/rateLimit"),
            [
                "apiStages",
                "abc:prod",
                "throttle",
                "/chat/x",
                "GET",
                "rateLimit"
            ]
        );
    }
}
