//! The manifests that both sides are asked about.

use std::fs;
use std::path::{Path, PathBuf};

use ai_keys_core::diagnostic::CODES;
use anyhow::{Context as _, Result};

/// Where manifests are, each `NAME/keys.toml`; a `snapshot.json` may lie beside one.
const FOLDERS: [&str; 3] = [
    "crates/ai-keys-core/tests/cases",
    "crates/ai-keys-wasm/tests/plans",
    "examples",
];

/// Where they are named `NAME.toml`; a `NAME.snapshot.json` may lie beside one.
const PAGE: &str = "playground/examples";

/// Where they and their snapshots are one file each, with [`BEFORE_SNAPSHOT`] between.
const SEEDS: &str = "fuzz/seeds/plan";
const BEFORE_SNAPSHOT: &str = "\n--- snapshot\n";

/// A manifest, and what is live beside it.
pub(crate) struct Story {
    pub(crate) text: String,
    pub(crate) snapshot: Option<String>,
    /// Whether it is also asked about cut off and damaged.
    pub(crate) is_broken_too: bool,
}

/// Reads every story of the repository: folders, the page's examples, the fuzzer's seeds, and what the
/// documentation of each diagnostic shows.
///
/// # Errors
/// If a folder or a file cannot be read.
pub(crate) fn stories(root: &Path) -> Result<Vec<Story>> {
    let mut stories = Vec::new();
    for folder in FOLDERS {
        for folder in listed(&root.join(folder))? {
            let manifest = folder.join("keys.toml");
            if manifest.is_file() {
                stories.push(read(&manifest, &folder.join("snapshot.json"))?);
            }
        }
    }
    for file in listed(&root.join(PAGE))? {
        if file.extension().is_some_and(|end| end == "toml") {
            stories.push(read(&file, &file.with_extension("snapshot.json"))?);
        }
    }
    for file in listed(&root.join(SEEDS))? {
        let seed = fs::read_to_string(&file).with_context(|| file.display().to_string())?;
        let (text, snapshot) = seed.split_once(BEFORE_SNAPSHOT).unwrap_or((&seed, ""));
        stories.push(Story {
            text: text.to_owned(),
            snapshot: (!snapshot.is_empty()).then(|| snapshot.to_owned()),
            is_broken_too: true,
        });
    }
    let shown = CODES.iter().flat_map(|code| examples(code.doc));
    stories.extend(shown.map(|text| Story {
        text,
        snapshot: None,
        is_broken_too: false,
    }));
    Ok(stories)
}

fn read(manifest: &Path, snapshot: &Path) -> Result<Story> {
    let text = fs::read(manifest).with_context(|| manifest.display().to_string())?;
    Ok(Story {
        text: String::from_utf8_lossy(&text).into_owned(),
        snapshot: fs::read_to_string(snapshot).ok(),
        is_broken_too: true,
    })
}

fn listed(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries =
        fs::read_dir(folder).with_context(|| format!("cannot read `{}`", folder.display()))?;
    let mut paths = entries
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<Vec<_>>>()?;
    paths.sort();
    Ok(paths)
}

/// Returns the TOML blocks of a documentation as manifests: with what every manifest needs and no
/// example is about.
fn examples(doc: &str) -> Vec<String> {
    let lines = doc
        .lines()
        .map(|line| line.strip_prefix(' ').unwrap_or(line));
    let (mut blocks, mut open) = (Vec::new(), None);
    for line in lines {
        match (open.take(), line.strip_prefix("```")) {
            (None, Some(info)) => open = Some((info.starts_with("toml"), String::new())),
            (Some((true, block)), Some(_)) => blocks.push(framed(&block)),
            (Some((is_toml, block)), None) => open = Some((is_toml, block + line + "\n")),
            (Some((false, _)), Some(_)) | (None, None) => {}
        }
    }
    blocks
}

fn framed(fragment: &str) -> String {
    let mut text = String::new();
    if !fragment.contains("version =") {
        text.push_str("version = 1\n");
    }
    if !fragment.contains("namespace =") {
        text.push_str("namespace = \"acme\"\n");
    }
    text.push_str(fragment);
    if !fragment.contains("target.prod") {
        text.push_str("\n[target.prod]\nprovider = \"aws-api-gateway\"\nregion = \"eu-west-1\"\naccount = \"123456789012\"\n");
    }
    text
}
