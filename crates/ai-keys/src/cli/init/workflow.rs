//! The workflow of a repository that is new to the Action.

use std::path::{Path, PathBuf};

use crate::cli::manifest_file::shown;

/// `examples/workflows/single-account.yml`, which the tests run; `cargo xtask codegen` copies it.
const TEMPLATE: &str = include_str!("keys.yml");
/// Where it goes in a repository.
const PLACE: &str = ".github/workflows/keys.yml";

/// A workflow that is to be written.
pub(super) struct Workflow {
    /// The folder of the repository.
    pub(super) root: PathBuf,
    pub(super) path: PathBuf,
    pub(super) text: String,
}

impl Workflow {
    /// Prepares the workflow for a manifest: in the repository that it is in,
    /// or else in this folder.
    pub(super) fn new(manifest: &Path) -> Self {
        let whole = std::path::absolute(manifest).unwrap_or_else(|_| manifest.to_owned());
        let mut folders = whole.ancestors().skip(1);
        let root = folders.find(|folder| folder.join(".git").exists());
        let (root, manifest) = match root {
            Some(root) => (root, whole.strip_prefix(root).unwrap_or(manifest)),
            None => (Path::new(""), manifest),
        };
        // Whoever stands in the root sees the path from there.
        let here = std::env::current_dir().unwrap_or_default();
        let root = root.strip_prefix(here).unwrap_or(root);
        Self {
            root: root.to_owned(),
            path: root.join(PLACE),
            text: text(&shown(manifest)),
        }
    }
}

/// The Action looks for `keys.toml` at the root if it is not told otherwise.
fn text(manifest: &str) -> String {
    if manifest == "keys.toml" {
        return TEMPLATE.to_owned();
    }
    // A JSON text is a YAML text, whatever the name of the file is.
    let quoted = serde_json::Value::from(manifest).to_string();
    let told = format!("        with:\n          manifest: {quoted}\n          command:");
    TEMPLATE
        .replace("paths: [keys.toml]", &format!("paths: [{quoted}]"))
        .replace("        with:\n          command:", &told)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_template_is_the_example_that_the_tests_run() {
        let example = include_str!("../../../../../examples/workflows/single-account.yml");
        assert!(TEMPLATE == example, "cargo xtask codegen");
    }

    #[test]
    fn another_manifest_is_named_where_it_is_watched_and_where_it_is_read() {
        let text = text("team/a \"b\".toml");
        assert_eq!(
            text.matches("paths: [\"team/a \\\"b\\\".toml\"]").count(),
            2,
            "{text}"
        );
        assert!(text.contains("          manifest: \"team/a \\\"b\\\".toml\"\n          command:"));
        assert!(!text.contains("[keys.toml]"));
    }
}
