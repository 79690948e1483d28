//! The workflow of a repository that is new to the Action, in the three places where it stands: what the tests run is
//! what `ai-keys init` writes and what the README shows.

use std::fs;

use anyhow::{Context as _, Result};

use crate::workspace;

/// What the tests run.
const SOURCE: &str = "examples/workflows/single-account.yml";
/// A package cannot hold a file from outside of its folder.
const IN_CRATE: &str = "crates/ai-keys/src/cli/init/keys.yml";
const README: &str = "README.md";
/// Stands before the block in the README.
const MARK: &str = "<!-- generated: examples/workflows/single-account.yml -->\n```yaml\n";

/// Renders the copies, each with its path.
///
/// # Errors
/// If the README has no block for it.
pub(crate) fn render() -> Result<Vec<(&'static str, String)>> {
    let read = |name: &str| {
        fs::read_to_string(workspace::root().join(name)).with_context(|| name.to_owned())
    };
    let workflow = read(SOURCE)?;
    let readme = shown(&read(README)?, without_heading(&workflow))?;
    Ok(vec![(IN_CRATE, workflow), (README, readme)])
}

/// Puts a workflow into the block of a text.
fn shown(text: &str, workflow: &str) -> Result<String> {
    let (before, rest) = text
        .split_once(MARK)
        .with_context(|| format!("the README has no `{}`", MARK.trim_end()))?;
    let (_, after) = rest
        .split_once("```\n")
        .context("the block of the README has no end")?;
    Ok(format!("{before}{MARK}{workflow}```\n{after}"))
}

/// The sentence above the workflow is the README's own.
fn without_heading(workflow: &str) -> &str {
    let heading = workflow.lines().take_while(|line| line.starts_with('#'));
    let length: usize = heading.map(|line| line.len() + 1).sum();
    workflow.get(length..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_block_is_replaced_and_the_text_around_it_stays() {
        let text = format!("one\n{MARK}old: 1\n```\ntwo\n```yaml\nother\n```\n");
        assert_eq!(
            shown(&text, "new: 2\n").unwrap(),
            format!("one\n{MARK}new: 2\n```\ntwo\n```yaml\nother\n```\n")
        );
        assert!(shown("no block", "x").is_err());
    }

    #[test]
    fn the_heading_is_left_out() {
        assert_eq!(
            without_heading("# a\n# b\nname: c\n# d\n"),
            "name: c\n# d\n"
        );
    }

    #[test]
    fn every_copy_is_current() {
        for (path, wanted) in render().unwrap() {
            let found = fs::read_to_string(workspace::root().join(path)).unwrap();
            assert!(found == wanted, "{path} is stale: cargo xtask codegen");
        }
    }
}
