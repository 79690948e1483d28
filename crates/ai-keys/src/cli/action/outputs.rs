//! The step's outputs: numbers, digests, and handles of what is there. Never a value.

use ai_keys_core::report::review::{ChangeCounts, counts};
use ai_keys_core::state::{Delivered, Destination};
use serde::Serialize;

use super::Job;
use super::sheet::Sheet;
use crate::github::{append, render_outputs};

/// Writes the step's outputs. What cannot be written is a warning.
pub(super) fn write(sheets: &[Sheet], job: &Job) {
    write_all(&outputs(sheets), job);
}

/// Writes why a step ended before it had a scope to tell of.
pub(super) fn write_failure(reason: &str, job: &Job) {
    write_all(&[("failure-reason", reason.to_owned())], job);
}

fn write_all(outputs: &[(&str, String)], job: &Job) {
    let Some(path) = &job.request.output_file else {
        return;
    };
    let written =
        render_outputs(outputs).and_then(|text| append(path, &job.run.output.scrub(&text)));
    if let Err(error) = written {
        job.warn(&format!("there are no outputs: {error}"));
    }
}

/// What the output `result` holds: handles, never a value.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Outcome<'a> {
    format: u32,
    scopes: Vec<ScopeOutcome<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct ScopeOutcome<'a> {
    scope: &'a str,
    manifest: &'a str,
    target: Option<&'a str>,
    account: Option<&'a str>,
    region: Option<&'a str>,
    has_changes: bool,
    counts: ChangeCounts,
    plan_digest: Option<&'a str>,
    plan_file: Option<&'a str>,
    applied: usize,
    remaining: usize,
    failure_reason: &'a str,
    comment_id: Option<u64>,
    keys: Vec<KeyOutcome<'a>>,
}

/// A live key of ours. An id that may equal the value stands as its hash.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct KeyOutcome<'a> {
    key: &'a str,
    generation: u32,
    id: &'a str,
    /// The places that hold its value, as a plan names them.
    delivered: Vec<String>,
}

fn outputs(sheets: &[Sheet]) -> Vec<(&'static str, String)> {
    let of = |sheet: &Sheet| sheet.plan.as_ref().map(counts).unwrap_or_default();
    let sum = |number: fn(&ChangeCounts) -> u32| -> String {
        let all = sheets.iter().map(|sheet| number(&of(sheet)));
        all.sum::<u32>().to_string()
    };
    let lines = |line: &dyn Fn(&Sheet) -> Option<String>| -> String {
        let all: Vec<String> = sheets.iter().filter_map(line).collect();
        all.join("\n")
    };
    let has_changes = sheets.iter().any(Sheet::has_changes);
    let applied: usize = sheets.iter().map(|sheet| sheet.applied).sum();
    let remaining: usize = sheets.iter().map(|sheet| sheet.remaining).sum();
    let digest = |sheet: &Sheet| Some(sheet.plan.as_ref()?.digest.as_str().to_owned());
    let outcome = Outcome {
        format: 1,
        scopes: sheets
            .iter()
            .map(|sheet| scope_outcome(sheet, of(sheet)))
            .collect(),
    };
    vec![
        ("has-changes", has_changes.to_string()),
        ("create", sum(|counts| counts.create)),
        ("update", sum(|counts| counts.update)),
        ("rotate", sum(|counts| counts.rotate)),
        ("disable", sum(|counts| counts.disable)),
        ("delete", sum(|counts| counts.delete)),
        ("plan-digest", lines(&digest)),
        ("plan-file", lines(&|sheet| sheet.plan_file.clone())),
        ("applied", applied.to_string()),
        ("remaining", remaining.to_string()),
        ("failure-reason", Job::verdict(sheets).reason.to_owned()),
        (
            "comment-id",
            lines(&|sheet| Some(sheet.comment?.to_string())),
        ),
        (
            "result",
            serde_json::to_string(&outcome).unwrap_or_default(),
        ),
    ]
}

fn scope_outcome(sheet: &Sheet, counts: ChangeCounts) -> ScopeOutcome<'_> {
    let namespace = sheet
        .desired
        .as_ref()
        .map(|desired| desired.namespace.as_str());
    let live = sheet.live.iter().flat_map(|live| &live.keys);
    let keys = live.filter_map(|(handle, key)| {
        let marker = key.marker.as_ref()?;
        let is_ours = Some(marker.namespace.as_str()) == namespace;
        is_ours.then(|| KeyOutcome {
            key: &marker.name,
            generation: marker.generation,
            id: handle.as_str(),
            delivered: delivered(sheet, &marker.name, marker.generation),
        })
    });
    let mut keys: Vec<KeyOutcome<'_>> = keys.collect();
    keys.sort_by_key(|key| (key.key, key.generation));
    let plan = sheet.plan.as_ref();
    ScopeOutcome {
        scope: &sheet.id,
        manifest: &sheet.file.path,
        target: sheet.target.as_deref(),
        account: sheet.live.as_ref().map(|live| live.account.as_str()),
        region: sheet
            .desired
            .as_ref()
            .map(|desired| desired.region.as_str()),
        has_changes: sheet.has_changes(),
        counts,
        plan_digest: plan.map(|plan| plan.digest.as_str()),
        plan_file: sheet.plan_file.as_deref(),
        applied: sheet.applied,
        remaining: sheet.remaining,
        failure_reason: sheet.verdict.reason,
        comment_id: sheet.comment,
        keys,
    }
}

/// Returns where the value of a key's generation was seen.
fn delivered(sheet: &Sheet, key: &str, generation: u32) -> Vec<String> {
    let (Some(desired), Some(live)) = (&sheet.desired, &sheet.live) else {
        return Vec::new();
    };
    let wanted = desired.keys.get(key).into_iter();
    let places = wanted.flat_map(|key| key.deliveries.keys());
    let holds_it = |place: &&Destination| {
        let seen = live.deliveries.get(*place);
        matches!(seen, Some(Delivered::Generation { number, .. }) if *number == generation)
    };
    places.filter(holds_it).map(ToString::to_string).collect()
}
