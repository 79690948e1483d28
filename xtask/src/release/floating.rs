//! The floating tag, `v1`: what the Action's users write, and the address of the manifest's schema.
//!
//! `release.yml` moves the tag of the version's own major number. Were it another one than the documents name, every
//! `uses:` that somebody copied would be of a tag that is not there.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Result, bail};

use super::version::Version;
use crate::workspace;

/// What stands before the tag in a `uses:`, and in the address of the schema.
const BEFORE: [&str; 2] = ["ai-keys-action@v", "ai-keys-action/v"];

/// Returns the major numbers that the tracked files name, each with the files.
pub(super) fn named() -> Result<BTreeMap<u32, Vec<String>>> {
    let mut named: BTreeMap<u32, Vec<String>> = BTreeMap::new();
    for file in super::git(&["ls-files"])?.lines() {
        // What is no text names nothing.
        let Ok(text) = fs::read_to_string(workspace::root().join(Path::new(file))) else {
            continue;
        };
        for major in majors(&text) {
            let files = named.entry(major).or_default();
            if files.last().is_none_or(|last| last != file) {
                files.push(file.to_owned());
            }
        }
    }
    Ok(named)
}

fn majors(text: &str) -> impl Iterator<Item = u32> + '_ {
    let after = BEFORE.iter().flat_map(|before| text.split(before).skip(1));
    after.filter_map(|rest| {
        let end = rest.find(|c: char| !c.is_ascii_digit());
        let (number, rest) = rest.split_at(end.unwrap_or(rest.len()));
        // `v1.2.0` is a release, which stays where it is.
        let is_whole = rest
            .strip_prefix('.')
            .is_none_or(|rest| !rest.starts_with(|c: char| c.is_ascii_digit()));
        number.parse().ok().filter(|_| is_whole)
    })
}

/// Refuses a release that moves another tag than the documents name.
///
/// # Errors
/// The files that name another one.
pub(super) fn check(new: &Version) -> Result<()> {
    let mut others = named()?;
    others.remove(&new.major());
    let Some((major, files)) = others.first_key_value() else {
        return Ok(());
    };
    bail!(
        "{new} would move the tag v{}, and the documents name v{major}: release {major}.x.y, or first change {}",
        new.major(),
        files.join(", ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_document_names_one_floating_tag_and_the_schema_is_under_it() {
        let named = named().unwrap();
        let [(major, files)] = named.iter().collect::<Vec<_>>()[..] else {
            panic!("more than one: {named:?}");
        };
        for file in [
            "README.md",
            "keys.schema.json",
            "examples/workflows/single-account.yml",
        ] {
            assert!(files.iter().any(|name| name == file), "{file}: {files:?}");
        }
        check(&Version::read(&format!("{major}.2.3")).unwrap()).unwrap();
        let other = Version::read(&format!("{}.0.0", major + 1)).unwrap();
        let error = check(&other).unwrap_err().to_string();
        assert!(error.contains("README.md"), "{error}");
    }

    #[test]
    fn a_release_is_no_floating_tag() {
        // Written in parts, because this file is read by the test above.
        let [uses, address] = BEFORE;
        let text =
            format!("{uses}7 # a\n{uses}1.2.0 {address}3/keys.schema.json\n{uses}4.\n{uses}N");
        let found: Vec<u32> = majors(&text).collect();
        assert_eq!(found, [7, 4, 3]);
    }
}
