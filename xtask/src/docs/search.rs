//! The search of the site: an index that knows every page, and finds a word on the page that it is on.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use super::markdown;

/// A word and a page that tells of it. The word is its own stem.
const FOUND: (&str, &str) = ("pulumi", "guides/from-pulumi.html");

/// Checks the index of the site against its table of contents, and returns how many sections it knows.
///
/// # Errors
/// If there is no index, or what it does not find.
pub(super) fn check(site: &Path, contents: &str) -> Result<usize> {
    let index = parse(&read(site)?).context("the search index is not what mdBook 0.5 writes")?;
    let addresses = addresses(&index).context("the search index has no addresses")?;
    let pages: BTreeSet<&str> = addresses
        .iter()
        .map(|address| address.split('#').next().unwrap_or_default())
        .collect();
    for page in markdown::links(contents) {
        let page = page.replace(".md", ".html");
        if !pages.contains(page.as_str()) {
            bail!("the search does not know `{page}`");
        }
    }
    let (word, page) = FOUND;
    let found = sections(&index, word);
    let mut found = found.iter().filter_map(|at| addresses.get(*at));
    if !found.any(|address| address.starts_with(page)) {
        bail!("the search for `{word}` does not find `{page}`");
    }
    Ok(addresses.len())
}

/// Reads the index, whose name holds a hash.
fn read(site: &Path) -> Result<String> {
    for entry in fs::read_dir(site)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name.starts_with("searchindex") && name.ends_with(".js") {
            return Ok(fs::read_to_string(&path)?);
        }
    }
    bail!("`{}` has no search index", site.display())
}

/// Takes the JSON out of `… JSON.parse('…'));`, a text of JavaScript.
fn parse(script: &str) -> Option<Value> {
    let (_, rest) = script.split_once("JSON.parse('")?;
    let (quoted, _) = rest.rsplit_once("')")?;
    let mut json = String::with_capacity(quoted.len());
    let mut characters = quoted.chars();
    while let Some(character) = characters.next() {
        json.push(match character {
            '\\' => characters.next()?,
            other => other,
        });
    }
    serde_json::from_str(&json).ok()
}

/// Returns the address of each section, by its number.
fn addresses(index: &Value) -> Option<Vec<String>> {
    let urls = index.get("doc_urls")?.as_array()?.iter();
    urls.map(|url| Some(url.as_str()?.to_owned())).collect()
}

/// Returns the numbers of the sections that have a word, letter by letter through the tree.
fn sections(index: &Value, word: &str) -> Vec<usize> {
    let mut node = index.pointer("/index/index/body/root");
    for letter in word.chars() {
        node = node.and_then(|node| node.get(letter.to_string()));
    }
    let sections = node.and_then(|node| node.get("docs")?.as_object());
    let numbers = sections.into_iter().flat_map(|sections| sections.keys());
    numbers.filter_map(|number| number.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCRIPT: &str = r#"window.search = Object.assign(window.search, JSON.parse('{"doc_urls":["a.html#a","guides/from-pulumi.html#it\'s"],
        "index":{"index":{"body":{"root":{"p":{"u":{"docs":{"1":{"tf":1.0}}}}}}}},"text":"a \\"quoted\\" word"}'));"#;

    #[test]
    fn a_word_is_found_letter_by_letter_in_the_script_that_the_site_loads() {
        let index = parse(SCRIPT).unwrap();
        assert_eq!(index["text"], "a \"quoted\" word");
        assert_eq!(sections(&index, "pu"), [1]);
        assert_eq!(sections(&index, "px"), [0; 0]);
        assert_eq!(
            addresses(&index).unwrap()[1],
            "guides/from-pulumi.html#it's"
        );
    }
}
