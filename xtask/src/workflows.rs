//! Checks our GitHub workflows with actionlint and zizmor.

use anyhow::{Result, bail};

use crate::steps::Outcome;
use crate::{process, python, workspace};

/// Checks that the workflows are well formed and grant no more than they need.
///
/// # Errors
/// What the two found, or which of them is missing.
pub(crate) fn check() -> Result<Outcome> {
    run("actionlint", &[])?;
    run("zizmor", &["--offline", "--persona=auditor", "."])?;
    Ok(Outcome::Done(String::new()))
}

fn run(name: &str, arguments: &[&str]) -> Result<()> {
    let Some(program) = python::tool(name) else {
        bail!("no {name}: it is pinned in xtask/tools.txt");
    };
    process::quiet(workspace::in_workspace(&program).args(arguments))?;
    Ok(())
}
