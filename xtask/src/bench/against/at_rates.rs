//! The untagged fleet at AWS's documented rates, which a sandbox of ours enforces.

use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::Value;

use super::super::Folder;
use super::super::answers::Answers;
use super::super::sandbox::{Rates, Sandbox};
use super::fleet::Fleet;
use super::peer::{Peer, Step};
use super::rates_report;
use crate::python;
use crate::steps::Outcome;

/// From so many keys on, ai-keys imports them.
const IMPORTED: usize = 50;

/// What one step of one peer cost.
pub(super) struct Measured {
    pub(super) size: usize,
    pub(super) step: Step,
    pub(super) peer: &'static str,
    pub(super) answers: Answers,
    pub(super) wall: Duration,
    pub(super) processor: Duration,
}

/// Has a peer make the fleet, look at it again, and switch it off.
///
/// The sandbox is started anew for each step, on what it holds: every bucket is full.
pub(super) fn measure(
    peer: &Peer,
    folder: &Path,
    size: usize,
    ai_keys: &Path,
) -> Result<Vec<Measured>> {
    let fleet = Fleet {
        keys: size,
        is_tagged: false,
    };
    peer.prepare(folder, fleet)?;
    let state = folder.join("sandbox");
    let mut measured = Vec::new();
    for step in [Step::Create, Step::Plan, Step::Disable] {
        let sandbox = Sandbox::start(ai_keys, &state, Rates::Aws { times: 1 })?;
        let cost = peer.take(step, folder, &sandbox.url(), fleet)?;
        ensure!(
            step != Step::Plan || cost.out.contains(peer.says_when_quiet()),
            "{} does not find what it made: {}",
            peer.name(),
            cost.out
        );
        let answers = Answers::read(&sandbox.journal()?)
            .with_context(|| format!("{} cannot be compared: {}", peer.name(), step.name()))?;
        drop(sandbox);
        verify(ai_keys, &state, size, step)
            .with_context(|| format!("{}: {}", peer.name(), step.name()))?;
        measured.push(Measured {
            size,
            step,
            peer: peer.name(),
            answers,
            wall: cost.wall,
            processor: cost.processor,
        });
    }
    Ok(measured)
}

/// Makes sure that every peer has done the same: all keys are there, on the one usage plan, and on or
/// off as the step leaves them.
fn verify(ai_keys: &Path, state: &Path, size: usize, step: Step) -> Result<()> {
    let sandbox = Sandbox::start(ai_keys, state, Rates::None)?;
    let is_enabled = step != Step::Disable;
    let keys = everything(&sandbox, "/apikeys")?;
    let as_asked = keys
        .iter()
        .filter(|key| key.get("enabled").and_then(Value::as_bool) == Some(is_enabled));
    let as_asked = as_asked.count();
    ensure!(
        keys.len() == size && as_asked == size,
        "of {size} keys {} are there, {as_asked} of them with `enabled` as {is_enabled}",
        keys.len()
    );
    let usage_plans = everything(&sandbox, "/usageplans")?;
    let [usage_plan] = usage_plans.as_slice() else {
        bail!("there are {} usage plans, not one", usage_plans.len());
    };
    let id = usage_plan.get("id").and_then(Value::as_str);
    let id = id.context("the usage plan has no id")?;
    let members = everything(&sandbox, &format!("/usageplans/{id}/keys"))?.len();
    ensure!(
        members == size,
        "{members} of {size} keys are on the usage plan"
    );
    Ok(())
}

/// Returns the items of all pages.
fn everything(sandbox: &Sandbox, path: &str) -> Result<Vec<Value>> {
    let mut items = Vec::new();
    let mut position = String::new();
    loop {
        let mut page = sandbox.get(&format!("{path}?limit=500{position}"))?;
        if let Some(Value::Array(more)) = page.get_mut("item").map(Value::take) {
            items.extend(more);
        }
        let Some(next) = page.get("position").and_then(Value::as_str) else {
            return Ok(items);
        };
        position = format!("&position={next}");
    }
}

/// Takes every step once, with a fleet that ai-keys imports and one of three keys for the script, and
/// judges what holds for any size. Skipped is the script where there is no python.
///
/// # Errors
/// If a step fails, or ai-keys is throttled.
pub(in crate::bench) fn smoke(ai_keys: &Path) -> Result<Outcome> {
    let mut peers = vec![(Peer::AiKeys(ai_keys.to_owned()), IMPORTED)];
    let outcome = python::install(&python::TESTS)?;
    if matches!(outcome, Outcome::Done(_)) {
        peers.push((Peer::Boto3(python::program("python")), 3));
    }
    let folder = Folder::new()?;
    let mut measured = Vec::new();
    for (peer, size) in &peers {
        let folder = folder.0.join(peer.name());
        fs::create_dir_all(&folder)?;
        measured.extend(measure(peer, &folder, *size, ai_keys)?);
    }
    let imports = measured.iter().find(|row| row.step == Step::Create);
    let imports = imports.and_then(|row| row.answers.admitted.get("ImportApiKeys"));
    ensure!(
        imports == Some(&1),
        "ai-keys does not make {IMPORTED} keys by one import"
    );
    let promises = rates_report::judged(&measured);
    ensure!(promises.keeps_promises(), "{}", promises.render());
    Ok(match outcome {
        Outcome::Done(_) => Outcome::Done(String::new()),
        skipped @ Outcome::Skipped(_) => skipped,
    })
}
