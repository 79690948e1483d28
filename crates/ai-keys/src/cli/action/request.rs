//! The one document on stdin: what the Action asks of the runner.
//!
//! INVARIANT: tokens arrive here only, and are [`Secret`] from here on. What
//! cannot be read is never quoted: any part of it may be a token.

use std::fs;
use std::io::Read;
use std::path::{Component, Path, PathBuf};

use ai_keys_core::date::Date;
use serde::Deserialize;

use super::super::{RunError, today};
use crate::github::Endpoint;
use crate::output::{Output, untrusted};
use crate::secret::Secret;

/// The most bytes of a request.
const MOST: u64 = 1 << 20;
/// The version of its form.
const FORMAT: u32 = 1;

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Task {
    /// Show what a merge would change.
    Plan,
    /// Carry out what was reviewed.
    Apply,
    /// Look for what differs though no manifest changed.
    Drift,
    /// Say that an apply ended before it was done.
    Finish,
}

/// When a comment is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub(super) enum CommentWhen {
    /// Always.
    #[serde(rename = "true")]
    Always,
    /// Where there are changes, or a comment that shows some.
    #[serde(rename = "changes-only")]
    ChangesOnly,
    /// Never.
    #[serde(rename = "false")]
    Never,
}

/// What makes a step fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum FailOn {
    /// Errors.
    Error,
    /// Warnings of the manifest too, and drift.
    Warning,
}

/// A request, checked.
pub(super) struct Request {
    pub(super) task: Task,
    /// As paths from the workspace, with forward slashes; at least one.
    pub(super) manifests: Vec<String>,
    /// Names of targets; all of each manifest if empty.
    pub(super) targets: Vec<String>,
    pub(super) workspace: PathBuf,
    pub(super) temp: PathBuf,
    pub(super) output_file: Option<PathBuf>,
    pub(super) summary_file: Option<PathBuf>,
    pub(super) event: Event,
    pub(super) today: Date,
    pub(super) endpoint: Endpoint,
    /// The address of the repository for people.
    pub(super) repository_url: String,
    pub(super) token: Option<Secret>,
    pub(super) oidc: Option<Oidc>,
    pub(super) aws_role: Option<String>,
    pub(super) comment: CommentWhen,
    pub(super) fail_on: FailOn,
    pub(super) plan_files: Vec<PathBuf>,
    pub(super) acknowledged: Vec<String>,
}

/// Where the job asks for OIDC tokens.
pub(super) struct Oidc {
    pub(super) url: String,
    pub(super) token: Secret,
}

/// What started the workflow.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[expect(
    dead_code,
    reason = "the form has these fields, and unknown ones are refused"
)]
pub(super) struct Event {
    pub(super) name: String,
    pub(super) repository: String,
    pub(super) default_branch: String,
    #[serde(rename = "ref")]
    pub(super) git_ref: String,
    pub(super) sha: String,
    pub(super) head_sha: String,
    pub(super) pull_request: Option<u64>,
    pub(super) run_id: u64,
    pub(super) run_attempt: u32,
    pub(super) workflow_ref: String,
    pub(super) actor: String,
    pub(super) today: Option<Date>,
}

impl Event {
    /// Returns the workflow's file from the root of the repository.
    pub(super) fn workflow(&self) -> &str {
        let path = self.workflow_ref.strip_prefix(self.repository.as_str());
        let path = path.and_then(|path| path.strip_prefix('/'));
        let path = path.unwrap_or(&self.workflow_ref);
        path.split('@').next().unwrap_or_default()
    }

    /// Returns the branch that was pushed, if one was.
    pub(super) fn branch(&self) -> Option<&str> {
        self.git_ref.strip_prefix("refs/heads/")
    }
}

/// What every version of the form has.
#[derive(Deserialize)]
struct Head {
    format: u32,
    version: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Wire {
    #[serde(rename = "format")]
    _format: u32,
    #[serde(rename = "version")]
    _version: String,
    command: Task,
    manifests: Vec<String>,
    targets: Vec<String>,
    workspace: PathBuf,
    temp: PathBuf,
    files: Files,
    event: Event,
    github: Github,
    oidc: Option<WireOidc>,
    aws_role: Option<String>,
    comment: CommentWhen,
    fail_on: FailOn,
    plan_files: Vec<PathBuf>,
    ack: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Files {
    output: Option<PathBuf>,
    summary: Option<PathBuf>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Github {
    api_url: String,
    server_url: String,
    token: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WireOidc {
    url: String,
    token: String,
}

impl Request {
    /// Reads and checks a request.
    pub(super) fn read(from: impl Read, output: &Output) -> Result<Self, RunError> {
        let mut text = zeroize::Zeroizing::new(String::new());
        let read = from.take(MOST + 1).read_to_string(&mut text);
        read.map_err(|_| wrong("it is not UTF-8 text"))?;
        if text.len() as u64 > MOST {
            return Err(wrong(&format!("it has more than {MOST} bytes")));
        }
        Self::parse(&text, output)
    }

    fn parse(text: &str, output: &Output) -> Result<Self, RunError> {
        let head: Head = serde_json::from_str(text).map_err(|error| misshapen(&error))?;
        let own = env!("CARGO_PKG_VERSION");
        if head.format != FORMAT || head.version != own {
            let theirs = untrusted(&head.version).to_string();
            return Err(wrong(&format!(
                "dist is out of step: it is of version {theirs:.40}, and this program is {own}; use a released version of the Action"
            )));
        }
        let wire: Wire = serde_json::from_str(text).map_err(|error| misshapen(&error))?;
        Self::check(wire, output)
    }

    fn check(wire: Wire, output: &Output) -> Result<Self, RunError> {
        let secret = |value: String| Secret::received(value, output);
        let token = wire.github.token.map(secret);
        let oidc = wire.oidc.map(|oidc| Oidc {
            url: oidc.url,
            token: secret(oidc.token),
        });
        for dir in [&wire.workspace, &wire.temp] {
            if !dir.is_absolute() {
                return Err(wrong("`workspace` and `temp` must be absolute"));
            }
        }
        if wire.manifests.is_empty() {
            return Err(wrong("it names no manifest"));
        }
        let mut manifests = wire.manifests;
        manifests.sort();
        manifests.dedup();
        for manifest in &manifests {
            check_inside(manifest, &wire.workspace)?;
        }
        check_event(&wire.event)?;
        let endpoint =
            Endpoint::of_api(&wire.github.api_url).map_err(|error| wrong(&error.to_string()))?;
        if let Some(role) = &wire.aws_role {
            if !is_role(role) {
                return Err(wrong(
                    "`aws-role` must be the ARN of a role, such as arn:aws:iam::123456789012:role/ai-keys",
                ));
            }
            if oidc.is_none() {
                return Err(wrong(
                    "`aws-role` needs the job's OIDC token: give the job the permission `id-token: write`",
                ));
            }
        }
        let today = wire.event.today.map_or_else(today, Ok)?;
        let server = wire.github.server_url.trim_end_matches('/');
        Ok(Self {
            task: wire.command,
            manifests,
            targets: wire.targets,
            workspace: wire.workspace,
            temp: wire.temp,
            output_file: wire.files.output,
            summary_file: wire.files.summary,
            repository_url: format!("{server}/{}", wire.event.repository),
            event: wire.event,
            today,
            endpoint,
            token,
            oidc,
            aws_role: wire.aws_role,
            comment: wire.comment,
            fail_on: wire.fail_on,
            plan_files: wire.plan_files,
            acknowledged: wire.ack,
        })
    }

    /// Returns where the runner's own files are.
    pub(super) fn folder(&self) -> PathBuf {
        self.temp.join("ai-keys")
    }
}

/// Returns an error about the request, without any of it.
fn wrong(why: &str) -> RunError {
    RunError::Usage(format!("the request on stdin cannot be used: {why}"))
}

/// Says where the form is not as expected, and not what stands there.
fn misshapen(error: &serde_json::Error) -> RunError {
    let (line, column) = (error.line(), error.column());
    wrong(&format!(
        "it is not a document of format {FORMAT}, see line {line}, column {column}; it is made by the Action, and read from stdin"
    ))
}

/// Refuses a manifest outside the workspace, by its words or by a link.
fn check_inside(manifest: &str, workspace: &Path) -> Result<(), RunError> {
    let outside = || {
        let name = untrusted(manifest).to_string();
        wrong(&format!(
            "the manifest `{name:.200}` is not inside the workspace"
        ))
    };
    let mut parts = Path::new(manifest).components();
    if manifest.is_empty() || !parts.all(|part| matches!(part, Component::Normal(_))) {
        return Err(outside());
    }
    // One that is not there is told of when it is read.
    let real = fs::canonicalize(workspace.join(manifest));
    match (real, fs::canonicalize(workspace)) {
        (Ok(real), Ok(root)) if !real.starts_with(&root) => Err(outside()),
        _ => Ok(()),
    }
}

/// Refuses what would not stay inside an address.
fn check_event(event: &Event) -> Result<(), RunError> {
    let is_name = |name: &str| {
        let taken = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        !name.is_empty() && !name.starts_with('.') && name.chars().all(taken)
    };
    let repository = event.repository.split_once('/');
    if !repository.is_some_and(|(owner, name)| is_name(owner) && is_name(name)) {
        return Err(wrong("`repository` must be owner/name"));
    }
    let is_hex = |sha: &str| sha.bytes().all(|b| b.is_ascii_hexdigit());
    let is_sha = |sha: &str| matches!(sha.len(), 40 | 64) && is_hex(sha);
    if !is_sha(&event.sha) || !is_sha(&event.head_sha) {
        return Err(wrong("`sha` and `head-sha` must be commits"));
    }
    Ok(())
}

/// Returns whether a text is the ARN of a role.
///
/// Source: "IAM identifiers", checked 2026-11-23.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html>
fn is_role(arn: &str) -> bool {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    let [prefix, partition, service, region, account, resource] = parts.as_slice() else {
        return false;
    };
    let taken = |c: char| c.is_ascii_alphanumeric() || "/_+=,.@-".contains(c);
    *prefix == "arn"
        && partition.starts_with("aws")
        && *service == "iam"
        && region.is_empty()
        && account.len() == 12
        && account.bytes().all(|b| b.is_ascii_digit())
        && resource.len() <= 1024
        && resource
            .strip_prefix("role/")
            .is_some_and(|role| !role.is_empty() && role.chars().all(taken))
}

#[cfg(test)]
#[path = "request_tests.rs"]
mod tests;
