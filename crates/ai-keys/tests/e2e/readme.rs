//! What the README says a second time is what its page says.

use std::path::Path;

/// Returns the table of the stores, from a page of the repository.
fn stores(page: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let text = std::fs::read_to_string(root.join(page)).unwrap();
    let from = text
        .lines()
        .skip_while(|line| !line.starts_with("| | Secrets Manager |"));
    let rows: Vec<&str> = from.take_while(|line| line.starts_with('|')).collect();
    assert!(rows.len() > 10, "{page} has the table");
    rows.join("\n")
}

#[test]
fn the_readme_shows_the_stores_as_their_page_does() {
    assert_eq!(stores("README.md"), stores("docs/secret-stores.md"));
}
