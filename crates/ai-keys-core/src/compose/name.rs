//! Names of entries, made from names that the cloud allows.

use std::collections::BTreeSet;

use crate::manifest::is_id;

/// The longest name of an entry, in characters.
const LONGEST: usize = 54;

/// The names that were given.
#[derive(Debug, Default)]
pub(super) struct Names(BTreeSet<String>);

impl Names {
    /// Gives an entry a name of its own that is as near to `cloud_name` as an
    /// id can be.
    pub(super) fn give(&mut self, cloud_name: &str, otherwise: &str) -> String {
        let base = id_like(cloud_name, otherwise);
        let mut name = base.clone();
        let mut number = 1_u32;
        while !self.0.insert(name.clone()) {
            number += 1;
            let suffix = format!("-{number}");
            let kept: String = base.chars().take(LONGEST - suffix.len()).collect();
            name = format!("{}{suffix}", kept.trim_end_matches('-'));
        }
        name
    }
}

/// Returns lower-case words joined by hyphens: `ChatWeb EU_2` is `chat-web-eu-2`.
fn id_like(cloud_name: &str, otherwise: &str) -> String {
    if is_id(cloud_name) {
        return cloud_name.to_owned();
    }
    let mut id = String::new();
    let mut was_lower = false;
    for c in cloud_name.chars() {
        if c.is_ascii_alphanumeric() {
            if c.is_ascii_uppercase() && was_lower {
                id.push('-');
            }
            id.push(c.to_ascii_lowercase());
        } else if !id.is_empty() && !id.ends_with('-') {
            id.push('-');
        }
        was_lower = c.is_ascii_lowercase() || c.is_ascii_digit();
    }
    if !id.starts_with(|c: char| c.is_ascii_lowercase()) {
        id.insert_str(0, &format!("{otherwise}-"));
    }
    id.truncate(LONGEST);
    let id = id.trim_end_matches('-');
    if is_id(id) { id } else { otherwise }.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_becomes_the_id_that_a_person_would_choose() {
        for (cloud_name, id) in [
            ("chat-web", "chat-web"),
            ("ChatWeb EU_2", "chat-web-eu-2"),
            ("  Partner: Müller & Co.  ", "partner-m-ller-co"),
            ("2024 trial", "key-2024-trial"),
            ("", "key"),
            ("日本", "key"),
            ("---", "key"),
            ("HTTPProxy", "httpproxy"),
        ] {
            assert_eq!(id_like(cloud_name, "key"), id, "{cloud_name}");
        }
    }

    #[test]
    fn every_name_is_a_valid_id_and_given_once() {
        let mut names = Names::default();
        let long = "Long name ".repeat(20);
        let given: BTreeSet<String> = (0..120).map(|_| names.give(&long, "key")).collect();
        assert_eq!(given.len(), 120);
        assert!(given.iter().all(|name| is_id(name)), "{given:?}");
    }
}
