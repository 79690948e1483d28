//! What we ship as an example passes its own policy, with no warning but those that it shows.
#![expect(clippy::disallowed_methods, reason = "this test reads the examples")]

use std::fs;
use std::path::{Path, PathBuf};

use ai_keys_core::check::check_text;

/// The playground shows this one because it is wrong.
const WRONG: &str = "mistakes.toml";
/// This one shows a trial that ends soon.
const SHOWS: (&str, &str) = ("life.toml", "AK229");

fn manifests(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let found = entries.flat_map(|entry| match entry.path() {
        path if path.is_dir() => manifests(&path),
        path => vec![path],
    });
    found
        .filter(|path| path.extension().is_some_and(|kind| kind == "toml"))
        .collect()
}

#[test]
fn every_example_passes_its_own_policy() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let folders = ["examples", "playground/examples"];
    let found: Vec<PathBuf> = folders
        .iter()
        .flat_map(|folder| manifests(&root.join(folder)))
        .collect();
    assert!(found.len() >= 3, "{found:?}");
    let today = "2026-11-23".parse().ok();
    for path in found.iter().filter(|path| !path.ends_with(WRONG)) {
        let text = fs::read_to_string(path).unwrap();
        let said: Vec<String> = check_text(&text, today)
            .diagnostics
            .iter()
            // What this version does not do yet is no fault of the example.
            .filter(|found| !found.code.id.starts_with("AK39"))
            .filter(|found| !(path.ends_with(SHOWS.0) && found.code.id == SHOWS.1))
            .map(|found| format!("{} {}", found.code, found.message))
            .collect();
        assert!(said.is_empty(), "{}: {said:#?}", path.display());
    }
}
