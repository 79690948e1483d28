//! Versions, and every place where ours is written.

use std::fmt;

use anyhow::{Context as _, Result, bail};

/// `MAJOR.MINOR.PATCH`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Version(u32, u32, u32);

impl Version {
    /// Reads a version.
    ///
    /// # Errors
    /// If it is not three numbers.
    pub(super) fn read(text: &str) -> Result<Self> {
        let numbers: Option<Vec<u32>> = text.split('.').map(number).collect();
        match numbers.as_deref() {
            Some(&[major, minor, patch]) => Ok(Self(major, minor, patch)),
            _ => bail!("`{text}` is no version: write three numbers, such as 1.2.0"),
        }
    }

    /// Returns the number that counts what breaks.
    pub(super) fn major(self) -> u32 {
        self.0
    }
}

fn number(text: &str) -> Option<u32> {
    let is_plain = !text.starts_with('0') || text == "0";
    let is_digits = text.bytes().all(|b| b.is_ascii_digit());
    (is_plain && is_digits).then(|| text.parse().ok()).flatten()
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.0, self.1, self.2)
    }
}

/// A file in which our version stands, and the text around it.
pub(super) struct Place {
    pub(super) file: &'static str,
    /// What stands before the version; the rest of the line is kept.
    before: &'static [&'static str],
}

/// Everywhere. `Cargo.lock` is edited as text, because no network is needed for that.
pub(super) const PLACES: [Place; 6] = [
    Place {
        file: "Cargo.toml",
        before: &[
            "[workspace.package]\nversion = \"",
            "path = \"crates/ai-keys-core\", version = \"",
            "path = \"crates/ai-keys-sandbox\", version = \"",
        ],
    },
    Place {
        file: "Cargo.lock",
        before: &[
            "name = \"ai-keys\"\nversion = \"",
            "name = \"ai-keys-core\"\nversion = \"",
            "name = \"ai-keys-sandbox\"\nversion = \"",
            "name = \"ai-keys-wasm\"\nversion = \"",
            "name = \"ai-keys-wasm-action\"\nversion = \"",
            "name = \"xtask\"\nversion = \"",
            "name = \"xtask-wasm\"\nversion = \"",
        ],
    },
    Place {
        file: "fuzz/Cargo.lock",
        before: &["name = \"ai-keys-core\"\nversion = \""],
    },
    Place {
        file: "package.json",
        before: &["\n  \"version\": \""],
    },
    Place {
        file: "crates/ai-keys-wasm/tests/consumer/package-lock.json",
        before: &["\"../ai-keys\": {\n      \"version\": \""],
    },
    Place {
        file: "docs/guides/editors-and-hooks.md",
        before: &["rev: v"],
    },
];

impl Place {
    /// Returns the text with the new version in place of the old one.
    ///
    /// # Errors
    /// If the old one does not stand where it should.
    pub(super) fn bumped(&self, text: &str, old: &Version, new: &Version) -> Result<String> {
        let mut text = text.to_owned();
        for before in self.before {
            let (from, to) = (format!("{before}{old}"), format!("{before}{new}"));
            let found = text.find(&from).map(|_| text.replacen(&from, &to, 1));
            text = found.with_context(|| format!("`{}` has no `{from}`", self.file))?;
        }
        Ok(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_three_numbers_that_compare_as_numbers() {
        let read = |text| Version::read(text).unwrap();
        assert!(read("0.10.0") > read("0.9.9"));
        assert_eq!(read("1.2.3").to_string(), "1.2.3");
        for text in ["1.2", "v1.2.3", "1.2.3-rc.1", "01.2.3", "1.2.+3", ""] {
            assert!(Version::read(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_version_that_is_not_where_it_should_be_is_told() {
        let [place, ..] = &PLACES;
        let (old, new) = (Version(0, 1, 0), Version(0, 2, 0));
        let error = place.bumped("[package]\n", &old, &new).unwrap_err();
        assert!(error.to_string().contains("`Cargo.toml` has no"));
    }
}
