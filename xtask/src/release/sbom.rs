//! What a program is made of, as `CycloneDX`: every crate that is linked into it or builds it.
//!
//! Small enough to be written here: `cargo metadata` says everything, `Cargo.lock` has the hashes, and the
//! document is checked against the official schema. <https://cyclonedx.org/docs/1.6/json/> (checked 2026-11-24)

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::steps::Outcome;
use crate::{process, python, workspace};

/// The program that is released.
const PROGRAM: &str = "ai-keys";

/// Checks a document by the schema of the standard, with all that it refers to.
const CHECK: &str = "import sys
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
found = JsonStrictValidator(SchemaVersion.V1_6).validate_str(open(sys.argv[1], encoding='utf-8').read())
sys.exit(None if found is None else str(found))
";

/// What `cargo metadata` says, as far as it is needed.
#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
    resolve: Resolve,
}

#[derive(Deserialize)]
struct Package {
    id: String,
    name: String,
    version: String,
    license: Option<String>,
}

#[derive(Deserialize)]
struct Resolve {
    nodes: Vec<Node>,
}

#[derive(Deserialize)]
struct Node {
    id: String,
    deps: Vec<Dependency>,
}

#[derive(Deserialize)]
struct Dependency {
    pkg: String,
    dep_kinds: Vec<Kind>,
}

#[derive(Deserialize)]
struct Kind {
    /// `dev`, `build` or none.
    kind: Option<String>,
}

/// SHA-256 of a crate's archive by name and version.
type Hashes = BTreeMap<(String, String), String>;

/// Writes the document of this machine's program, and checks it.
///
/// # Errors
/// What the schema does not allow.
pub(crate) fn check() -> Result<Outcome> {
    fs::create_dir_all(workspace::root().join("target"))?;
    let file = workspace::root().join("target/ai-keys.cdx.json");
    write("x86_64-unknown-linux-gnu", &file)?;
    let python = python::program("python");
    let mut has_schema = workspace::in_workspace(&python);
    if process::quiet(has_schema.args(["-c", "import cyclonedx, jsonschema"])).is_err() {
        return Ok(Outcome::Skipped(
            "no cyclonedx-python-lib: it is pinned in tests/requirements.txt".to_owned(),
        ));
    }
    let mut check = workspace::in_workspace(&python);
    process::quiet(check.args(["-c", CHECK]).arg(&file))?;
    Ok(Outcome::Done(file.display().to_string()))
}

/// Writes the document of the program for a platform. The same sources give the same bytes.
///
/// # Errors
/// If cargo cannot tell, or a file cannot be read or written.
pub(super) fn write(target: &str, file: &Path) -> Result<()> {
    let mut cargo = workspace::cargo(&["metadata", "--format-version=1", "--locked"]);
    cargo.args(["--filter-platform", target]);
    let metadata = serde_json::from_str(&process::quiet(&mut cargo)?)?;
    let lock = fs::read_to_string(workspace::root().join("Cargo.lock"))?;
    let document = describe(&metadata, &hashes(&lock), target)?;
    fs::write(file, format!("{document:#}\n"))?;
    Ok(())
}

fn describe(metadata: &Metadata, hashes: &Hashes, target: &str) -> Result<Value> {
    let purls = metadata.packages.iter();
    let purls: BTreeMap<&str, String> = purls.map(|one| (one.id.as_str(), one.purl())).collect();
    let nodes = metadata.resolve.nodes.iter();
    let nodes: BTreeMap<&str, &Node> = nodes.map(|node| (node.id.as_str(), node)).collect();
    let mut all = metadata.packages.iter();
    let program = all
        .find(|package| package.name == PROGRAM)
        .context("no such program")?;

    let mut reached = BTreeSet::new();
    let mut waiting = vec![program.id.as_str()];
    while let Some(id) = waiting.pop() {
        if reached.insert(id) {
            waiting.extend(nodes.get(id).into_iter().flat_map(|node| node.needed()));
        }
    }
    let purl = |id: &str| purls.get(id).cloned();
    let mut parts: Vec<&Package> = metadata.packages.iter().collect();
    parts.retain(|package| reached.contains(package.id.as_str()) && package.name != PROGRAM);
    parts.sort_by_key(|package| package.purl());
    let components: Vec<Value> = parts
        .iter()
        .map(|package| package.component("library", hashes))
        .collect();
    let dependencies: BTreeMap<String, BTreeSet<String>> = reached
        .iter()
        .filter_map(|id| {
            let on = nodes.get(id).into_iter().flat_map(|node| node.needed());
            Some((purl(id)?, on.filter_map(purl).collect()))
        })
        .collect();
    let dependencies: Vec<Value> = dependencies
        .iter()
        .map(|(one, on)| json!({ "ref": one, "dependsOn": on }))
        .collect();
    let content = json!([target, components, dependencies]);
    Ok(json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": serial_number(&content),
        "version": 1,
        "metadata": {
            "component": program.component("application", hashes),
            "properties": [{ "name": "cargo:target", "value": target }],
        },
        "components": components,
        "dependencies": dependencies,
    }))
}

impl Node {
    /// Returns what a crate is built of: nothing that only its tests need.
    fn needed(&self) -> impl Iterator<Item = &str> {
        let is_needed = |kind: &Kind| kind.kind.as_deref() != Some("dev");
        let needed = self
            .deps
            .iter()
            .filter(move |dependency| dependency.dep_kinds.iter().any(is_needed));
        needed.map(|dependency| dependency.pkg.as_str())
    }
}

impl Package {
    /// Returns the name that every tool understands.
    fn purl(&self) -> String {
        // `+` begins build metadata, and is written so.
        format!(
            "pkg:cargo/{}@{}",
            self.name,
            self.version.replace('+', "%2B")
        )
    }

    fn component(&self, kind: &str, hashes: &Hashes) -> Value {
        let hash = hashes.get(&(self.name.clone(), self.version.clone()));
        let hashes = hash.map(|hash| json!({ "alg": "SHA-256", "content": hash }));
        // Old crates write `MIT/Apache-2.0`.
        let license = self.license.as_deref().unwrap_or("NOASSERTION");
        json!({
            "type": kind,
            "bom-ref": self.purl(),
            "purl": self.purl(),
            "name": self.name,
            "version": self.version,
            "licenses": [{ "expression": license.replace('/', " OR ") }],
            "hashes": hashes.into_iter().collect::<Vec<_>>(),
        })
    }
}

/// Reads the hash of each crate's archive by name and version.
fn hashes(lock: &str) -> Hashes {
    let field = |block: &str, name: &str| {
        let (_, after) = block.split_once(&format!("{name} = \""))?;
        Some(after.split_once('"')?.0.to_owned())
    };
    let blocks = lock.split("[[package]]\n").skip(1);
    blocks
        .filter_map(|block| {
            let key = (field(block, "name")?, field(block, "version")?);
            Some((key, field(block, "checksum")?))
        })
        .collect()
}

/// A UUID that is made of the document itself: version 8, RFC 9562.
fn serial_number(document: &Value) -> String {
    let hash = Sha256::digest(document.to_string());
    let mut bytes = [0_u8; 16];
    for (to, from) in bytes.iter_mut().zip(hash) {
        *to = from;
    }
    let [_, _, _, _, _, _, version, _, variant, ..] = &mut bytes;
    *version = (*version & 0x0f) | 0x80;
    *variant = (*variant & 0x3f) | 0x80;
    let number = format!("{:032x}", u128::from_be_bytes(bytes));
    let parts: Vec<String> = [(0, 8), (8, 4), (12, 4), (16, 4), (20, 12)]
        .map(|(from, length)| number.chars().skip(from).take(length).collect())
        .to_vec();
    format!("urn:uuid:{}", parts.join("-"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_only_tests_need_is_not_a_part_of_the_program() {
        let metadata = serde_json::from_value(json!({
            "packages": [
                { "id": "p", "name": "ai-keys", "version": "0.1.0", "license": "MIT" },
                { "id": "a", "name": "a", "version": "1.0.0+b", "license": "MIT/Apache-2.0" },
                { "id": "t", "name": "t", "version": "1.0.0", "license": "MIT" },
            ],
            "resolve": { "nodes": [
                { "id": "p", "deps": [
                    { "pkg": "a", "dep_kinds": [{ "kind": null }] },
                    { "pkg": "t", "dep_kinds": [{ "kind": "dev" }] },
                ] },
                { "id": "a", "deps": [] },
                { "id": "t", "deps": [] },
            ] },
        }))
        .unwrap();
        let lock = "[[package]]\nname = \"a\"\nversion = \"1.0.0+b\"\nchecksum = \"0f\"\n";
        let document = describe(&metadata, &hashes(lock), "x").unwrap();
        let components = document["components"].as_array().unwrap();
        assert_eq!(components.len(), 1);
        let a = components.first().unwrap();
        assert_eq!(a["purl"], "pkg:cargo/a@1.0.0%2Bb");
        assert_eq!(a["hashes"][0]["content"], "0f");
        assert_eq!(a["licenses"][0]["expression"], "MIT OR Apache-2.0");
        assert_eq!(
            document["dependencies"][1]["dependsOn"],
            json!(["pkg:cargo/a@1.0.0%2Bb"])
        );
        assert_eq!(document, describe(&metadata, &hashes(lock), "x").unwrap());
    }
}
