//! Checks our GitHub workflows, the examples, `action.yml` and the workflows in the README.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use crate::steps::Outcome;
use crate::{process, python, workspace};

/// Where workflows are.
const FOLDERS: [&str; 2] = [".github/workflows", "examples/workflows"];

/// Texts that show workflows.
const TEXTS: [&str; 2] = ["README.md", "examples/workflows/README.md"];

/// Checks that the workflows are well formed and grant no more than they need.
///
/// # Errors
/// What a checker found, or which of them is missing.
pub(crate) fn check() -> Result<Outcome> {
    let mut workflows = Vec::new();
    for folder in FOLDERS {
        workflows.extend(files_in(folder)?);
    }
    let shown = workspace::root().join("target/workflows");
    workflows.extend(write_shown(&shown)?);
    let schema = |name: &str| ["--builtin-schema", name].map(OsString::from);
    run("actionlint", &[], &workflows)?;
    // Files that are named are not searched for a configuration beside them.
    let zizmor = [
        "--offline",
        "--persona=auditor",
        "--config",
        ".github/zizmor.yml",
    ];
    run("zizmor", &zizmor.map(OsString::from), &workflows)?;
    run(
        "zizmor",
        &["--offline", "--persona=auditor", "."].map(OsString::from),
        &[],
    )?;
    run(
        "check-jsonschema",
        &schema("vendor.github-workflows"),
        &workflows,
    )?;
    run(
        "check-jsonschema",
        &schema("vendor.github-actions"),
        &["action.yml".into()],
    )?;
    let gitlab = schema("vendor.gitlab-ci").into_iter();
    let gitlab: Vec<OsString> = gitlab
        .chain(["--data-transform", "gitlab-ci"].map(OsString::from))
        .collect();
    run(
        "check-jsonschema",
        &gitlab,
        &["examples/other-ci/gitlab-ci.yml".into()],
    )?;
    Ok(Outcome::Done(format!(
        "{} workflows and action.yml",
        workflows.len()
    )))
}

/// Writes each workflow that a text shows into a file of its own.
fn write_shown(folder: &Path) -> Result<Vec<PathBuf>> {
    fs::create_dir_all(folder)?;
    let mut files = Vec::new();
    for text in TEXTS {
        let path = workspace::root().join(text);
        let markdown = fs::read_to_string(&path).with_context(|| text.to_owned())?;
        let name = text.replace(['/', '.'], "-");
        for (number, block) in yaml_blocks(&markdown).into_iter().enumerate() {
            // A few lines of a workflow show a step or an input.
            if !block.starts_with("name:") && !block.starts_with("on:") {
                continue;
            }
            let file = folder.join(format!("{name}-{number}.yml"));
            fs::write(&file, block)?;
            files.push(file);
        }
    }
    Ok(files)
}

fn yaml_blocks(markdown: &str) -> Vec<String> {
    let after = markdown.split("\n```yaml\n").skip(1);
    let blocks = after.filter_map(|rest| rest.split_once("\n```"));
    blocks.map(|(block, _)| format!("{block}\n")).collect()
}

fn files_in(folder: &str) -> Result<Vec<PathBuf>> {
    let entries =
        fs::read_dir(workspace::root().join(folder)).with_context(|| folder.to_owned())?;
    let mut files = Vec::new();
    for entry in entries {
        let name = entry?.file_name();
        if name.to_string_lossy().ends_with(".yml") {
            files.push(Path::new(folder).join(name));
        }
    }
    files.sort();
    Ok(files)
}

fn run(name: &str, options: &[OsString], files: &[PathBuf]) -> Result<()> {
    let Some(program) = python::tool(name) else {
        bail!("no {name}: it is pinned in xtask/tools.txt or tests/requirements.txt");
    };
    process::quiet(workspace::in_workspace(&program).args(options).args(files))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::yaml_blocks;

    #[test]
    fn blocks_of_yaml_are_taken_out_of_a_text() {
        let markdown = "text\n\n```yaml\nname: a\njobs:\n```\n\n```toml\nx = 1\n```\n\n```yaml\n- uses: b\n```\n";
        assert_eq!(yaml_blocks(markdown), ["name: a\njobs:\n", "- uses: b\n"]);
    }
}
