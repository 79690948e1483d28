//! How many instructions a command executes: the same on a quiet machine and a busy one, so that a
//! test can tell when something has become slow.
//!
//! The program is the unoptimised one that the tests use anyway, with today's compiler, on Linux on
//! x86-64. What is optimised has other figures; that a loop became quadratic shows in both.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context as _, Result, bail};
use serde_json::json;

use super::sandbox::ACCOUNT;
use super::{Folder, TODAY, fleet};
use crate::steps::Outcome;
use crate::{process, workspace};

/// Keys of the manifest.
const KEYS: usize = 1_000;
/// How far a figure may be from the one that is kept, in percent: wide enough for a library's new
/// version, and too narrow for a loop in a loop.
const MARGIN_PERCENT: u64 = 20;

/// Instructions by command.
type Figures = BTreeMap<String, u64>;

/// Counts the instructions of `validate` and `plan`, and compares them with those that are kept.
///
/// # Errors
/// Which command executes more, or less, than it did.
pub(crate) fn check() -> Result<Outcome> {
    let counted = match count()? {
        Ok(counted) => counted,
        Err(missing) => return Ok(Outcome::Skipped(missing)),
    };
    let path = kept_at();
    let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    let found = complaints(&counted, &serde_json::from_str(&text)?);
    if found.is_empty() {
        return Ok(Outcome::Done(in_words(&counted)));
    }
    bail!(
        "{}\nif that is meant: cargo xtask instructions --write",
        found.join("\n")
    )
}

/// Counts, and keeps what is counted.
pub(crate) fn write() -> Result<Outcome> {
    let counted = match count()? {
        Ok(counted) => counted,
        Err(missing) => return Ok(Outcome::Skipped(missing)),
    };
    let text = serde_json::to_string_pretty(&counted)?;
    fs::write(kept_at(), format!("{text}\n"))?;
    Ok(Outcome::Done(in_words(&counted)))
}

fn kept_at() -> PathBuf {
    workspace::root().join("xtask/instructions.json")
}

/// Returns the figures, or why there are none here.
fn count() -> Result<Result<Figures, String>> {
    if !cfg!(all(target_os = "linux", target_arch = "x86_64")) {
        return Ok(Err("the figures are those of Linux on x86-64".to_owned()));
    }
    let Some(valgrind) = workspace::on_path("valgrind") else {
        return Ok(Err(
            "no valgrind (Debian: `apt-get install valgrind`)".to_owned()
        ));
    };
    let ai_keys = workspace::built("ai-keys")?;
    let folder = Folder::new()?;
    let (manifest, live) = (folder.0.join("keys.toml"), folder.0.join("live.json"));
    fs::write(&manifest, fleet::manifest(KEYS))?;
    fs::write(&live, nothing_live().to_string())?;
    let run = |name: &str, rest: &[&OsStr]| {
        let mut command = Command::new(&valgrind);
        command
            .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
            .arg("--log-fd=1")
            .arg(&ai_keys)
            .args(["--quiet", name, "--today", TODAY])
            .args(rest)
            .arg(&manifest);
        let said = process::quiet(&mut command)?;
        collected(&said).context("callgrind does not say what it collected")
    };
    Ok(Ok(Figures::from([
        (format!("validate, {KEYS} keys"), run("validate", &[])?),
        (
            format!("plan, {KEYS} keys, all new"),
            run("plan", &["--live".as_ref(), live.as_os_str()])?,
        ),
    ])))
}

/// Returns the snapshot of an account that has nothing but the fleet's REST API.
fn nothing_live() -> serde_json::Value {
    json!({
        "format": 1, "provider": "aws-api-gateway", "account": ACCOUNT, "region": "eu-west-1",
        "apis": { "a1b2c3": fleet::API }, "usage-plans": {}, "keys": {},
    })
}

/// Finds the total in what callgrind says at its end: `==7== Collected : 120101908`.
fn collected(said: &str) -> Option<u64> {
    let mut lines = said.lines().filter(|line| line.starts_with("=="));
    let (_, total) = lines.find_map(|line| line.split_once("Collected : "))?;
    total.trim().parse().ok()
}

/// Returns what is to be said of each figure that is too far from the one that is kept.
fn complaints(counted: &Figures, kept: &Figures) -> Vec<String> {
    let mut found = Vec::new();
    for (command, now) in counted {
        let Some(before) = kept.get(command) else {
            found.push(format!("{command}: no figure is kept"));
            continue;
        };
        let margin = before / 100 * MARGIN_PERCENT;
        if now.abs_diff(*before) > margin {
            let (now, before) = (now / 1_000_000, before / 1_000_000);
            found.push(format!(
                "{command}: {now} million instructions, and it was {before} (± {MARGIN_PERCENT} % are let pass)"
            ));
        }
    }
    found
}

fn in_words(figures: &Figures) -> String {
    let words = figures
        .iter()
        .map(|(command, figure)| format!("{command}: {} million", figure / 1_000_000));
    words.collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_total_is_found_among_what_else_is_said() {
        let said = "==7== Callgrind, a call-graph generating cache profiler\n\
                    keys.toml: Collected : 5\n==7== Events    : Ir\n==7== Collected : 120101908\n==7== \n";
        assert_eq!(collected(said), Some(120_101_908));
        assert_eq!(collected("==7== Collected : many"), None);
        assert_eq!(collected(""), None);
    }

    #[test]
    fn a_figure_that_is_far_off_is_told_in_both_directions() {
        let figures = |figure| Figures::from([("plan".to_owned(), figure)]);
        let kept = figures(100_000_000);
        for near in [80_000_000, 100_000_000, 120_000_000] {
            assert!(complaints(&figures(near), &kept).is_empty(), "{near}");
        }
        for far in [79_000_000, 121_000_000] {
            assert_eq!(complaints(&figures(far), &kept).len(), 1, "{far}");
        }
        let said = complaints(&figures(150_000_000), &kept).concat();
        assert!(
            said.contains("150 million") && said.contains("it was 100"),
            "{said}"
        );
        assert_eq!(
            complaints(&kept, &Figures::new()),
            ["plan: no figure is kept"]
        );
    }
}
