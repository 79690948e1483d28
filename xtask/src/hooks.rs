//! The hooks of `.pre-commit-hooks.yaml`, as pre-commit installs and runs them.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use crate::steps::Outcome;
use crate::{process, python, workspace};

const MANIFEST: &str = "examples/quickstart/keys.toml";

/// Installs the hook from this repository and runs it in another one, on a manifest with a mistake.
///
/// # Errors
/// What did not work.
pub(crate) fn test() -> Result<Outcome> {
    let Some(pre_commit) = python::tool("pre-commit") else {
        return Ok(Outcome::Skipped(
            "no pre-commit: it is pinned in tests/requirements.txt".to_owned(),
        ));
    };
    if workspace::on_path("npm").is_none() {
        return Ok(Outcome::Skipped(
            "no Node: install Node 20 or later".to_owned(),
        ));
    }
    let root = workspace::root();
    let mut check = workspace::in_workspace(&pre_commit);
    process::quiet(check.args(["validate-manifest", ".pre-commit-hooks.yaml"]))?;

    let folder = std::env::temp_dir().join(format!("ai-keys-hooks-{}", std::process::id()));
    fs::create_dir_all(&folder)?;
    let found = in_repository(&pre_commit, &root, &folder);
    fs::remove_dir_all(&folder)?;
    found?;
    Ok(Outcome::Done(
        "installed and run by pre-commit: one mistake found, none where there is none".to_owned(),
    ))
}

fn in_repository(pre_commit: &Path, root: &Path, folder: &Path) -> Result<()> {
    let good = fs::read_to_string(root.join(MANIFEST))?;
    let bad = good.replace("[\"standard\"]", "[\"standrad\"]");
    fs::write(folder.join("keys.toml"), &bad)?;
    fs::create_dir_all(folder.join("other"))?;
    fs::write(folder.join("other/keys.toml"), &good)?;
    let mut git = Command::new("git");
    process::quiet(git.args(["init", "--quiet"]).current_dir(folder))?;
    let mut git = Command::new("git");
    process::quiet(git.args(["add", "."]).current_dir(folder))?;

    let mut run = Command::new(pre_commit);
    run.arg("try-repo").arg(root);
    run.args(["ai-keys", "--color=never", "--all-files"]);
    run.current_dir(folder)
        .env("PRE_COMMIT_HOME", folder.join("home"));
    let output = run.output().context("cannot start pre-commit")?;
    let printed = String::from_utf8_lossy(&output.stdout);
    let is_found = printed.contains("error[AK103]") && printed.contains("--> keys.toml:16:16");
    if output.status.success() || !is_found || printed.contains("other/keys.toml") {
        bail!("the hook did not find the one mistake that there is:\n{printed}");
    }
    Ok(())
}
