//! The reviewed plans: artifacts of the run that planned a pull request.
//!
//! Whoever may start a workflow can upload an artifact of any name. So a plan
//! counts only if the run that made it is of this repository, of this workflow,
//! of the right event and of the very commit that was reviewed. Runs are found by
//! that commit, and their artifacts by run.

use std::collections::BTreeMap;
use std::io::Read as _;

use serde::Deserialize;

use super::client::Client;
use super::error::{Call, GithubError};

/// How the names of our artifacts begin; a job matrix adds its own ending.
pub(crate) const ARTIFACT: &str = "ai-keys-plan";

/// The largest archive that is downloaded: 64 MiB.
const MOST_ARCHIVE: usize = 64 << 20;
/// The largest plan that is unpacked: 256 MiB.
const MOST_PLAN: u64 = 256 << 20;

/// What made a reviewed plan.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Origin<'a> {
    /// The commit that was planned.
    pub(crate) head: &'a str,
    /// `pull_request` or `merge_group`.
    pub(crate) event: &'a str,
    /// The workflow's file: `.github/workflows/keys.yml`.
    pub(crate) workflow: &'a str,
}

/// A scope whose plan is looked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wanted<'a> {
    /// Its name, as in [`plan_file_name`].
    pub(crate) scope: &'a str,
    /// Its target; a job matrix ends the names of its artifacts with one of the two.
    pub(crate) target: &'a str,
}

/// Texts of plan files by scope. Not checked: `read_plan` does that.
pub(crate) type PlanFiles = BTreeMap<String, String>;

#[derive(Deserialize)]
struct Runs {
    workflow_runs: Vec<Run>,
}

#[derive(Deserialize)]
struct Run {
    id: u64,
    head_sha: String,
    event: String,
    path: String,
    head_repository: Option<Repository>,
}

#[derive(Deserialize)]
struct Repository {
    full_name: String,
}

#[derive(Deserialize)]
struct Artifacts {
    artifacts: Vec<Artifact>,
}

#[derive(Deserialize)]
struct Artifact {
    id: u64,
    name: String,
    expired: bool,
}

/// Returns the newest plan of each scope that a run of this origin made. No
/// more artifacts are fetched than it takes: each job of a matrix looks for its
/// own scope among those of all.
pub(crate) async fn reviewed_plans(
    client: &Client,
    origin: Origin<'_>,
    wanted: &[Wanted<'_>],
) -> Result<PlanFiles, GithubError> {
    let repository = client.repository();
    let route = format!(
        "/repos/{repository}/actions/runs?head_sha={}&event={}&per_page=100",
        origin.head, origin.event
    );
    let list = |page: Runs| page.workflow_runs;
    let mut runs = client.pages(Call::ReadRun, &route, list).await?;
    runs.retain(|run| is_of(run, origin, repository));
    runs.sort_by_key(|run| std::cmp::Reverse(run.id));
    let mut plans = PlanFiles::new();
    let are_found = |plans: &PlanFiles| {
        let mut wanted = wanted.iter();
        wanted.all(|wanted| plans.contains_key(wanted.scope))
    };
    for run in runs {
        if are_found(&plans) {
            break;
        }
        for artifact in artifacts(client, run.id, wanted).await? {
            if are_found(&plans) {
                break;
            }
            for (scope, text) in fetch(client, &artifact).await? {
                plans.entry(scope).or_insert(text);
            }
        }
    }
    Ok(plans)
}

/// Returns the artifacts of a run that may hold plans: first those that a wanted
/// target's job named, and the newest of them, since a further attempt of a run
/// uploads again.
async fn artifacts(
    client: &Client,
    run: u64,
    wanted: &[Wanted<'_>],
) -> Result<Vec<Artifact>, GithubError> {
    let repository = client.repository();
    let route = format!("/repos/{repository}/actions/runs/{run}/artifacts?per_page=100");
    let list = |page: Artifacts| page.artifacts;
    let mut artifacts = client.pages(Call::ListArtifacts, &route, list).await?;
    artifacts.retain(|artifact| artifact.name.starts_with(ARTIFACT) && !artifact.expired);
    artifacts.sort_by_key(|artifact| {
        let name = &artifact.name;
        let is_its =
            |wanted: &Wanted<'_>| name.ends_with(wanted.scope) || name.ends_with(wanted.target);
        std::cmp::Reverse((wanted.iter().any(is_its), artifact.id))
    });
    Ok(artifacts)
}

async fn fetch(client: &Client, artifact: &Artifact) -> Result<PlanFiles, GithubError> {
    let call = Call::DownloadArtifact;
    let route = format!(
        "/repos/{}/actions/artifacts/{}/zip",
        client.repository(),
        artifact.id
    );
    let archive = client.download(call, &route, MOST_ARCHIVE).await?;
    unpack(&archive).map_err(|why| GithubError::unreadable(call, &why))
}

fn is_of(run: &Run, origin: Origin<'_>, repository: &str) -> bool {
    // GitHub may add `@` and the branch.
    let path = run.path.split('@').next().unwrap_or_default();
    let home = run
        .head_repository
        .as_ref()
        .map(|home| home.full_name.as_str());
    run.head_sha == origin.head
        && run.event == origin.event
        && path == origin.workflow
        && home.is_some_and(|home| home.eq_ignore_ascii_case(repository))
}

/// Returns the plan files of an archive, by scope. Nothing is written to disk,
/// and every other entry is left alone.
fn unpack(archive: &[u8]) -> Result<PlanFiles, String> {
    let broken = |error: rawzip::Error| format!("it is no zip archive: {error}");
    let archive = rawzip::ZipArchive::from_slice(archive).map_err(broken)?;
    let mut entries = archive.entries();
    let mut plans = PlanFiles::new();
    while let Some(entry) = entries.next_entry().map_err(broken)? {
        let name = entry.file_path();
        let Some(scope) = std::str::from_utf8(name.as_ref()).ok().and_then(scope_of) else {
            continue;
        };
        let method = entry.compression_method();
        let scope = scope.to_owned();
        let inside = archive.get_entry(entry.wayfinder()).map_err(broken)?;
        let mut text = String::new();
        let read = if method == rawzip::CompressionMethod::STORE {
            let plain = inside.verifying_reader(inside.data());
            plain.take(MOST_PLAN).read_to_string(&mut text)
        } else if method == rawzip::CompressionMethod::DEFLATE {
            let inflated = flate2::bufread::DeflateDecoder::new(inside.data());
            let inflated = inside.verifying_reader(inflated);
            inflated.take(MOST_PLAN).read_to_string(&mut text)
        } else {
            return Err("it is packed in a way that we do not know".to_owned());
        };
        read.map_err(|error| format!("its plan file cannot be read: {error}"))?;
        // A limited reader ends without looking at the checksum.
        if text.len() as u64 == MOST_PLAN {
            return Err(format!("its plan file has more than {MOST_PLAN} bytes"));
        }
        plans.insert(scope, text);
    }
    Ok(plans)
}

/// Returns the name of the plan file of a scope.
pub(crate) fn plan_file_name(scope: &str) -> String {
    format!("plan-{scope}.json")
}

/// Returns the scope of a plan file by its name; none for any other file, and
/// for one in a folder.
fn scope_of(name: &str) -> Option<&str> {
    let scope = name.strip_prefix("plan-")?.strip_suffix(".json")?;
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    (!scope.is_empty() && scope.chars().all(is_plain)).then_some(scope)
}

#[cfg(test)]
#[path = "artifact_tests.rs"]
mod tests;
