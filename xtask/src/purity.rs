//! Keeps the core pure: its dependencies are on a list, and arrows between crates point inward.

use std::collections::BTreeSet;
use std::fs;

use anyhow::{Context as _, Result, bail};

use crate::steps::Outcome;
use crate::{process, workspace};

const CORE: &str = "ai-keys-core";
const ALLOWED: &str = "crates/ai-keys-core/allowed-dependencies.txt";

/// The targets that are asked for, so that every machine gets the same answer.
const TARGETS: [&str; 2] = ["x86_64-unknown-linux-gnu", "wasm32-unknown-unknown"];

/// Which crates of this workspace each one may depend on, tests included.
const ARROWS: [(&str, &[&str]); 7] = [
    (CORE, &[]),
    ("ai-keys-wasm", &[CORE]),
    ("ai-keys-wasm-action", &[CORE]),
    ("ai-keys-sandbox", &[]),
    ("ai-keys", &[CORE, "ai-keys-sandbox"]),
    ("xtask", &[]),
    ("xtask-wasm", &[CORE]),
];

/// Compares the dependency tree with what is allowed.
///
/// # Errors
/// Names each dependency that is not allowed, and what to do.
pub(crate) fn check() -> Result<Outcome> {
    let mut faults = Vec::new();

    let text = fs::read_to_string(workspace::root().join(ALLOWED))
        .with_context(|| format!("cannot read `{ALLOWED}`"))?;
    let found = core_dependencies()?;
    faults.extend(compare(&found, &allowed_names(&text)));

    let members = tree(&["--workspace", "--depth", "0"])?;
    for member in &members {
        let Some((_, allowed)) = ARROWS.iter().find(|(name, _)| name == member) else {
            faults.push(format!(
                "`{member}` is new: say in xtask/src/purity.rs which crates it may depend on"
            ));
            continue;
        };
        let uses = tree(&[
            "--package",
            member,
            "--edges",
            "normal,build,dev",
            "--depth",
            "1",
        ])?;
        faults.extend(arrow_faults(member, &uses, &members, allowed));
    }

    if !faults.is_empty() {
        bail!("{}", faults.join("\n"));
    }
    Ok(Outcome::Done(format!(
        "{} dependencies of {CORE}, all on the list",
        found.len()
    )))
}

fn core_dependencies() -> Result<BTreeSet<String>> {
    let mut found = BTreeSet::new();
    for target in TARGETS {
        found.extend(tree(&[
            "--package",
            CORE,
            "--edges",
            "normal",
            "--target",
            target,
        ])?);
    }
    found.remove(CORE);
    Ok(found)
}

fn tree(arguments: &[&str]) -> Result<BTreeSet<String>> {
    let mut command = workspace::cargo(&["tree", "--prefix", "none", "--format", "{p}"]);
    let listing = process::quiet(command.args(arguments).args(workspace::locked()))?;
    Ok(package_names(&listing))
}

fn package_names(listing: &str) -> BTreeSet<String> {
    listing
        .lines()
        .filter_map(|line| line.split_whitespace().next())
        .map(str::to_owned)
        .collect()
}

fn allowed_names(text: &str) -> BTreeSet<String> {
    let names = text
        .lines()
        .map(|line| line.split('#').next().unwrap_or_default().trim());
    names
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
        .collect()
}

fn compare(found: &BTreeSet<String>, allowed: &BTreeSet<String>) -> Vec<String> {
    let new = found.difference(allowed).map(|name| {
        format!(
            "`{name}` is a new dependency of {CORE}: do without it, or add it to {ALLOWED} and say in the commit \
             why it needs no file, clock, network or randomness (`cargo tree -p {CORE} -i {name}` shows who asks for it)"
        )
    });
    let gone = allowed.difference(found).map(|name| {
        format!("`{name}` is no longer a dependency of {CORE}: remove it from {ALLOWED}")
    });
    new.chain(gone).collect()
}

fn arrow_faults(
    member: &str,
    uses: &BTreeSet<String>,
    members: &BTreeSet<String>,
    allowed: &[&str],
) -> Vec<String> {
    uses.iter()
        .filter(|name| {
            name.as_str() != member && members.contains(*name) && !allowed.contains(&name.as_str())
        })
        .map(|name| {
            format!("`{member}` depends on `{name}`: arrows between our crates point the other way")
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|&name| name.to_owned()).collect()
    }

    #[test]
    fn a_listing_is_read_by_name() {
        let listing = "toml v1.2.1+spec-1.1.0\nserde_derive v1.0.229 (proc-macro)\ntoml v1.2.1+spec-1.1.0 (*)\n\n";
        assert_eq!(package_names(listing), set(&["serde_derive", "toml"]));
    }

    #[test]
    fn comments_on_the_list_are_for_readers() {
        assert_eq!(
            allowed_names("# why\nserde  # types\n\ntoml\n"),
            set(&["serde", "toml"])
        );
    }

    #[test]
    fn a_new_and_a_gone_dependency_are_both_named() {
        let faults = compare(&set(&["serde", "tokio"]), &set(&["regex", "serde"]));
        assert_eq!(faults.len(), 2);
        assert!(faults[0].starts_with("`tokio` is a new dependency"));
        assert!(faults[1].starts_with("`regex` is no longer a dependency"));
        assert!(compare(&set(&["serde"]), &set(&["serde"])).is_empty());
    }

    #[test]
    fn an_arrow_that_points_outward_is_a_fault() {
        let members = set(&[CORE, "ai-keys-sandbox", "ai-keys"]);
        let uses = set(&["ai-keys-sandbox", CORE, "tokio"]);
        let faults = arrow_faults("ai-keys-sandbox", &uses, &members, &[]);
        assert_eq!(
            faults,
            [
                "`ai-keys-sandbox` depends on `ai-keys-core`: arrows between our crates point the other way"
            ]
        );
        assert!(arrow_faults("ai-keys", &uses, &members, &[CORE, "ai-keys-sandbox"]).is_empty());
    }
}
