//! Every command that a fleet meets, at three sizes: requests, our own time and memory, and how
//! long it takes at AWS's rates.

mod judged;
mod life;
mod render;

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};

use super::{TODAY, fleet};
pub(super) use judged::judged;
use life::{Account, Life};
pub(super) use render::render;

pub(super) const SIZES: [usize; 3] = [100, 1_000, 10_000];
/// How long a command may run here at AWS's rates before their clock runs faster.
pub(super) const LONGEST: Duration = Duration::from_secs(20);

/// One command at one size.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Measured {
    pub(super) command: String,
    pub(super) requests: usize,
    /// The least time that AWS's rates allow for these requests, in milliseconds.
    pub(super) floor_ms: u64,
    /// None where nothing is asked of AWS.
    pub(super) at_rates: Option<AtRates>,
    pub(super) wall_ms: u128,
    pub(super) processor_ms: u128,
    pub(super) peak_bytes: u64,
}

/// A command against a sandbox that keeps AWS's rates.
#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct AtRates {
    /// From its start to its end on the sandbox's clock, in milliseconds.
    pub(super) took_ms: u64,
    /// How many times as fast that clock ran: our own time counts as often.
    pub(super) times: u32,
    /// Requests that were refused because they came too fast.
    pub(super) throttled: usize,
}

/// All commands at one size.
#[derive(Serialize, Deserialize)]
pub(super) struct Size {
    pub(super) keys: usize,
    pub(super) commands: Vec<Measured>,
}

/// Walks a fleet through its life: made, looked at, rotated, switched off and on again; and makes
/// one whose keys have tags. No command runs much longer than `longest` at AWS's rates.
pub(super) fn measure(
    ai_keys: &Path,
    folder: &Path,
    keys: usize,
    longest: Duration,
) -> Result<Size> {
    let manifest = fleet::manifest(keys);
    let mut life = Life::begin(ai_keys, &folder.join("life"), &manifest, longest)?;
    let applied = |changes: usize| format!("applied {changes} of {changes}");
    life.step("validate", "no errors", |account| {
        Ok(account.command(&["validate"]))
    })?;
    let plan = |account: &Account| Ok(account.in_sandbox(dated(account, &["plan"])));
    let apply = |account: &Account| Ok(account.in_sandbox(dated(account, &["apply", "--yes"])));
    let all_new = format!("{keys} to create, {keys} to attach");
    life.step("plan, all new", &all_new, plan)?;
    life.step("apply, create", &applied(2 * keys), apply)?;
    life.step("plan, no change", "no changes", plan)?;
    life.step("apply, no change", "no changes", apply)?;
    // Two values of each key: a full account has no room for them.
    let values = if 2 * keys <= fleet::KEYS { 2 } else { 1 };
    if values == 2 {
        life.step("rotate, all", &applied(3 * keys), |account| {
            let mut rotate = dated(account, &["rotate", "--yes"]);
            rotate.args((0..keys).map(fleet::key));
            Ok(account.in_sandbox(rotate))
        })?;
    }
    life.step("disable --all", &applied(values * keys), |account| {
        let disable = |more: &[&str]| {
            let words = [&["disable", "--all"], more].concat();
            account.in_sandbox(account.command(&words))
        };
        let shown = String::from_utf8(disable(&[]).output()?.stdout)?;
        Ok(disable(&["--ack", acknowledgement(&shown)?]))
    })?;
    // The manifest still wants the keys to work.
    life.step("apply, change each", &applied(keys), apply)?;

    let tagged = fleet::tagged_manifest(keys);
    let mut tagged = Life::begin(ai_keys, &folder.join("tagged"), &tagged, longest)?;
    tagged.step("apply, create with tags", &applied(2 * keys), apply)?;
    let commands = life.end().chain(tagged.end()).collect();
    Ok(Size { keys, commands })
}

/// Finds the words that `disable --all` asks for in what it shows.
pub(super) fn acknowledgement(shown: &str) -> Result<&str> {
    let words = shown.split("--ack '").nth(1);
    words
        .and_then(|rest| rest.split('\'').next())
        .context("the switch asks for no acknowledgement")
}

/// Returns a command whose day is one on which nothing of the manifest is due.
fn dated(account: &Account, words: &[&str]) -> Command {
    let mut command = account.command(words);
    command.args(["--today", TODAY]);
    command
}
