//! A job matrix: one job for each manifest and target, for workflows that fan out.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::digest::Digest;
use crate::manifest::Manifest;
use crate::state::resolve;
use crate::support::Provider;

/// What GitHub's `strategy.matrix` takes.
///
/// <https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idstrategymatrix>, checked 2026-11-23.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct JobMatrix {
    /// The jobs.
    pub include: Vec<Job>,
}

impl JobMatrix {
    /// The most jobs that GitHub makes of one matrix.
    pub const MOST_JOBS: usize = 256;

    /// Returns why GitHub does not take it, if it has too many jobs.
    #[must_use]
    pub fn excess(&self) -> Option<String> {
        let jobs = self.include.len();
        if jobs <= Self::MOST_JOBS {
            return None;
        }
        let of = |job: &Job| job.manifest.clone();
        let manifests: BTreeSet<String> = self.include.iter().map(of).collect();
        let plural = if manifests.len() == 1 { "" } else { "s" };
        Some(format!(
            "GitHub makes at most {} jobs of a matrix, and these are {jobs}, of {} manifest{plural}",
            Self::MOST_JOBS,
            manifests.len()
        ))
    }
}

/// A manifest and one of its targets.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Job {
    /// The name of the scope, [`scope_id`].
    pub id: String,
    /// The path of the manifest, as it was given.
    pub manifest: String,
    /// The target's name.
    pub target: String,
    /// The service.
    pub provider: Provider,
    /// The region.
    pub region: String,
    /// The account's 12 digits, or nothing.
    pub account: String,
}

/// Lists the jobs of valid manifests in the order of their paths and of their targets' names.
///
/// `targets` leaves out every other target; an empty list leaves out none.
#[must_use]
pub fn job_matrix(manifests: &[(&str, &Manifest)], targets: &[String]) -> JobMatrix {
    let mut matrix = JobMatrix::default();
    for (path, manifest) in manifests {
        for name in manifest.targets.names() {
            let is_left_out = !targets.is_empty() && !targets.iter().any(|wanted| wanted == name);
            // A manifest without errors resolves each of its own targets.
            let Some(desired) = resolve(manifest, name).ok().filter(|_| !is_left_out) else {
                continue;
            };
            let account = desired.account.as_deref().unwrap_or_default();
            matrix.include.push(Job {
                id: scope_id(&desired.target, path, account, &desired.region),
                manifest: (*path).to_owned(),
                target: desired.target,
                provider: desired.provider,
                region: desired.region,
                account: desired.account.unwrap_or_default(),
            });
        }
    }
    let order = |job: &Job| (job.manifest.clone(), job.target.clone());
    matrix.include.sort_by_key(order);
    matrix
}

/// Returns the name of a scope, which is a manifest and one of its targets: other than that of every other scope, fit
/// for a file and an artifact, and known from the manifest alone, so that it is the same whatever the account answers.
#[must_use]
pub fn scope_id(target: &str, path: &str, account: &str, region: &str) -> String {
    let digest = Digest::of_bytes([path, account, region].join("\0").as_bytes());
    let short: String = digest.short().chars().filter(|c| *c != '-').collect();
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let target: String = target.chars().filter(|c| plain(*c)).take(60).collect();
    format!("{target}-{short}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::check_text;

    const MANIFEST: &str = r#"
version = 1
namespace = "acme"
[target.staging]
provider = "aws-api-gateway"
region = "us-east-1"
[target.prod]
provider = "aws-api-gateway"
region = "eu-west-1"
account = "123456789012"
"#;

    fn jobs(targets: &[&str]) -> Vec<String> {
        let checked = check_text(MANIFEST, None);
        let manifest = checked.valid().unwrap();
        let targets: Vec<String> = targets.iter().map(|name| (*name).to_owned()).collect();
        let matrix = job_matrix(&[("b.toml", manifest), ("a.toml", manifest)], &targets);
        let short = |job: &Job| format!("{} {} {}", job.manifest, job.target, job.account);
        matrix.include.iter().map(short).collect()
    }

    #[test]
    fn every_target_of_every_manifest_is_a_job() {
        let all = [
            "a.toml prod 123456789012",
            "a.toml staging ",
            "b.toml prod 123456789012",
            "b.toml staging ",
        ];
        assert_eq!(jobs(&[]), all);
    }

    #[test]
    fn targets_of_one_name_have_ids_of_their_own() {
        let checked = check_text(MANIFEST, None);
        let manifest = checked.valid().unwrap();
        let matrix = job_matrix(&[("b.toml", manifest), ("a.toml", manifest)], &[]);
        let ids: Vec<&str> = matrix.include.iter().map(|job| job.id.as_str()).collect();
        let different: BTreeSet<&str> = ids.iter().copied().collect();
        assert_eq!(different.len(), 4, "{ids:?}");
        for id in ids {
            let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
            assert!(id.chars().all(is_plain) && id.len() <= 69, "{id}");
        }
    }

    #[test]
    fn other_targets_are_left_out() {
        assert_eq!(
            jobs(&["staging", "none"]),
            ["a.toml staging ", "b.toml staging "]
        );
    }

    #[test]
    fn more_jobs_than_github_makes_are_counted_with_their_manifests() {
        let checked = check_text(MANIFEST, None);
        let manifest = checked.valid().unwrap();
        let of = |manifests: usize| {
            let paths: Vec<String> = (0..manifests).map(|n| format!("{n}.toml")).collect();
            let named: Vec<(&str, &Manifest)> =
                paths.iter().map(|path| (path.as_str(), manifest)).collect();
            job_matrix(&named, &[])
        };
        assert_eq!(of(128).excess(), None);
        let excess = of(129).excess().unwrap();
        assert_eq!(
            excess,
            "GitHub makes at most 256 jobs of a matrix, and these are 258, of 129 manifests"
        );
    }
}
