//! One call for the Action where it has no account: manifests and committed snapshots in, all that it shows out.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::review::{
    Annotation, ChangeCounts, LiveSource, Place, Review, annotations, counts,
    diagnostic_annotations, plan_annotations, summary,
};
use super::{
    FileDiagnostics, JobMatrix, UsagePlanLimits, describe_limits, job_matrix, render_sarif,
};
use crate::check::check_text;
use crate::date::Date;
use crate::diagnostic::{Diagnostics, Severity};
use crate::digest::Digest;
use crate::manifest::{Manifest, hide_values};
use crate::plan::{Plan, plan};
use crate::source::Source;
use crate::state::{DesiredState, LiveState, resolve};

/// What is reviewed.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct OfflineRequest {
    /// The day for which it is checked and planned.
    pub today: Date,
    /// Only these targets; all of them if empty.
    pub targets: Vec<String>,
    /// Whether a target with a snapshot is planned.
    pub plan: bool,
    /// The manifests.
    pub files: Vec<OfflineFile>,
}

/// A manifest and the snapshots beside it.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct OfflineFile {
    /// Its path from the root of the repository.
    pub path: String,
    /// Its text.
    pub text: String,
    /// The texts of snapshots by the names of their targets.
    pub snapshots: BTreeMap<String, String>,
}

/// What there is to say.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct OfflineReview {
    /// How many errors there are.
    pub errors: usize,
    /// How many warnings there are.
    pub warnings: usize,
    /// Workflow commands, within the limits of a step.
    pub annotations: String,
    /// Markdown, within the limit of a step.
    pub summary: String,
    /// The diagnostics as SARIF 2.1.0.
    pub sarif: String,
    /// A job for each manifest without errors and each of its targets; none if GitHub does not take so many.
    pub matrix: Option<JobMatrix>,
    /// Why there is none.
    pub no_matrix: Option<String>,
    /// What was planned.
    pub plans: Vec<OfflinePlan>,
    /// Targets that were asked for and that no manifest has.
    pub unknown_targets: Vec<String>,
}

/// A plan against a snapshot, in short.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct OfflinePlan {
    /// The manifest.
    pub path: String,
    /// The target's name.
    pub target: String,
    /// Names the plan.
    pub digest: Digest,
    /// Whether it changes anything.
    pub has_changes: bool,
    /// How much.
    pub counts: ChangeCounts,
}

/// A manifest, checked, and what was planned for its targets.
struct Looked<'a> {
    file: &'a OfflineFile,
    manifest: Option<Manifest>,
    diagnostics: Diagnostics,
    limits: Vec<UsagePlanLimits>,
    targets: Vec<Target>,
    bad_snapshots: Vec<(String, String)>,
}

/// A target that was planned.
struct Target {
    desired: DesiredState,
    live: LiveState,
    plan: Option<Plan>,
    /// What is wrong with the live state.
    diagnostics: Diagnostics,
    /// That, and what is wrong with the manifest.
    everything: Diagnostics,
}

/// Reviews manifests without an account. Total: any text and any snapshot have
/// an answer.
#[must_use]
pub fn review_offline(request: &OfflineRequest) -> OfflineReview {
    let looked: Vec<Looked<'_>> = request
        .files
        .iter()
        .map(|file| look(file, request))
        .collect();
    let mut said: Vec<Annotation<'_>> = Vec::new();
    let mut reviews = Vec::new();
    let mut files = Vec::new();
    let mut plans = Vec::new();
    for one in &looked {
        let path = &one.file.path;
        files.push(of_file(one.file, &one.diagnostics));
        for target in &one.targets {
            files.push(of_file(one.file, &target.diagnostics));
            said.extend(
                target
                    .plan
                    .iter()
                    .flat_map(|plan| plan_annotations(plan, path)),
            );
            plans.extend(target.plan.as_ref().map(|plan| in_short(path, plan)));
            reviews.push(one.review_of(target));
        }
        said.extend(
            one.bad_snapshots
                .iter()
                .map(|(name, why)| bad_snapshot(path, name, why)),
        );
        if one.targets.is_empty() {
            reviews.push(Review {
                limits: &one.limits,
                ..Review::new(path, &one.file.text, &one.diagnostics)
            });
        }
    }
    let all = files.iter().flat_map(diagnostic_annotations).chain(said);
    let annotations = annotations(all);
    let count = |severity| {
        files
            .iter()
            .map(|file| file.diagnostics.count(severity))
            .sum::<usize>()
    };
    let bad_snapshots: usize = looked.iter().map(|one| one.bad_snapshots.len()).sum();
    let valid: Vec<(&str, &Manifest)> = looked.iter().filter_map(Looked::valid).collect();
    let matrix = job_matrix(&valid, &request.targets);
    let no_matrix = matrix.excess();
    OfflineReview {
        errors: count(Severity::Error) + bad_snapshots,
        warnings: count(Severity::Warning),
        annotations,
        summary: summary(&reviews),
        sarif: render_sarif(&files),
        matrix: no_matrix.is_none().then_some(matrix),
        no_matrix,
        plans,
        unknown_targets: unknown_targets(request, &looked),
    }
}

fn look<'a>(file: &'a OfflineFile, request: &OfflineRequest) -> Looked<'a> {
    let checked = check_text(&file.text, Some(request.today));
    let manifest = checked.valid().cloned();
    let mut looked = Looked {
        file,
        limits: manifest.as_ref().map(describe_limits).unwrap_or_default(),
        diagnostics: checked.diagnostics,
        manifest,
        targets: Vec::new(),
        bad_snapshots: Vec::new(),
    };
    let Some(manifest) = looked.manifest.as_ref().filter(|_| request.plan) else {
        return looked;
    };
    for (name, snapshot) in &file.snapshots {
        let is_left_out = !request.targets.is_empty() && !request.targets.contains(name);
        // A snapshot of a target that has left the manifest is nobody's mistake.
        let Some(desired) = resolve(manifest, name).ok().filter(|_| !is_left_out) else {
            continue;
        };
        match LiveState::from_json(snapshot) {
            Ok(live) => {
                let planned = plan(&desired, &live, request.today, &Source::new(&file.text));
                let is_broken = planned.diagnostics.has_errors();
                let mut everything = looked.diagnostics.clone();
                everything.extend(planned.diagnostics.clone());
                everything.sort();
                looked.targets.push(Target {
                    desired,
                    live,
                    plan: (!is_broken).then_some(planned.plan),
                    diagnostics: planned.diagnostics,
                    everything,
                });
            }
            Err(error) => {
                // The message may quote what the text holds.
                let why = hide_values(&error.to_string()).into_owned();
                looked.bad_snapshots.push((name.clone(), why));
            }
        }
    }
    looked
}

impl Looked<'_> {
    fn valid(&self) -> Option<(&str, &Manifest)> {
        Some((self.file.path.as_str(), self.manifest.as_ref()?))
    }

    fn review_of<'r>(&'r self, target: &'r Target) -> Review<'r> {
        Review {
            target: Some(&target.desired.target),
            plan: target.plan.as_ref(),
            live_source: LiveSource::Snapshot { taken: None },
            live: Some(&target.live),
            desired: Some(&target.desired),
            limits: &self.limits,
            ..Review::new(&self.file.path, &self.file.text, &target.everything)
        }
    }
}

fn of_file<'a>(file: &'a OfflineFile, diagnostics: &'a Diagnostics) -> FileDiagnostics<'a> {
    FileDiagnostics {
        path: &file.path,
        text: &file.text,
        diagnostics,
    }
}

fn in_short(path: &str, plan: &Plan) -> OfflinePlan {
    OfflinePlan {
        path: path.to_owned(),
        target: plan.target.clone(),
        digest: plan.digest.clone(),
        has_changes: !plan.is_empty(),
        counts: counts(plan),
    }
}

fn bad_snapshot<'a>(path: &'a str, target: &str, why: &str) -> Annotation<'a> {
    Annotation {
        level: Severity::Error,
        path: Some(path),
        place: None::<Place>,
        title: "ai-keys snapshot".to_owned(),
        lines: vec![format!(
            "the committed snapshot of target `{target}`: {why}"
        )],
    }
}

/// Returns the targets that were asked for and that nobody has. While a manifest
/// has errors, its targets are not known.
fn unknown_targets(request: &OfflineRequest, looked: &[Looked<'_>]) -> Vec<String> {
    let mut known = BTreeSet::new();
    for one in looked {
        let Some(manifest) = &one.manifest else {
            return Vec::new();
        };
        known.extend(manifest.targets.names());
    }
    let wanted = request.targets.iter();
    wanted
        .filter(|name| !known.contains(name.as_str()))
        .cloned()
        .collect()
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::*;

    const MANIFEST: &str = r#"
version = 1
namespace = "acme"
[target.prod]
provider = "aws-api-gateway"
region = "eu-west-1"
account = "123456789012"
[usage-plan.standard]
stages = ["a1b2c3/prod"]
[key.chat]
usage-plans = ["standard"]
"#;

    fn snapshot() -> String {
        let mut live = LiveState::empty(
            crate::support::Provider::AwsApiGateway,
            "123456789012",
            "eu-west-1",
        );
        live.apis.insert("a1b2c3".to_owned(), "chat".to_owned());
        live.to_json()
    }

    fn of(text: &str, snapshots: &[(&str, &str)], targets: &[&str]) -> OfflineReview {
        let owned = |(name, text): &(&str, &str)| ((*name).to_owned(), (*text).to_owned());
        review_offline(&OfflineRequest {
            today: "2026-11-23".parse().unwrap(),
            targets: targets.iter().map(|name| (*name).to_owned()).collect(),
            plan: true,
            files: vec![OfflineFile {
                path: "teams/a/keys.toml".to_owned(),
                text: text.to_owned(),
                snapshots: snapshots.iter().map(owned).collect(),
            }],
        })
    }

    #[test]
    fn a_manifest_without_a_snapshot_is_checked_and_not_planned() {
        let review = of(MANIFEST, &[], &[]);
        assert_eq!((review.errors, review.plans.len()), (0, 0));
        assert!(
            review.summary.contains("✅ Checked: nothing is planned"),
            "{}",
            review.summary
        );
        assert_eq!(review.matrix.unwrap().include.len(), 1);
    }

    #[test]
    fn a_target_with_a_snapshot_is_planned_against_it() {
        let review = of(MANIFEST, &[("prod", &snapshot())], &[]);
        let [plan] = review.plans.as_slice() else {
            panic!("{review:?}");
        };
        assert!(plan.has_changes);
        assert_eq!((plan.counts.create, review.errors), (2, 0));
        assert!(
            review.summary.contains("committed snapshot"),
            "{}",
            review.summary
        );
    }

    #[test]
    fn errors_are_annotated_in_their_file_and_nothing_is_planned() {
        let broken = MANIFEST.replace("[\"standard\"]", "[\"standrad\"]");
        let review = of(&broken, &[("prod", &snapshot())], &[]);
        assert_eq!((review.errors, review.plans.len()), (1, 0));
        assert!(
            review
                .annotations
                .starts_with("::error file=teams/a/keys.toml,line=11,"),
            "{}",
            review.annotations
        );
        assert_eq!(review.matrix, Some(JobMatrix::default()));
    }

    #[test]
    fn a_snapshot_that_cannot_be_read_is_an_error_without_its_text() {
        // Made for this test; opens nothing.
        let value = "Zq7LmP2xR9tVb4KcN8wYd3HsJ6gFe1UaQ5oTi0Xk";
        let review = of(MANIFEST, &[("prod", &format!("{{\"{value}\": 1}}"))], &[]);
        assert_eq!(review.errors, 1);
        assert!(
            review.annotations.contains("snapshot"),
            "{}",
            review.annotations
        );
        assert!(
            !review.annotations.contains(value),
            "{}",
            review.annotations
        );
    }

    #[test]
    fn a_target_that_nobody_has_is_named() {
        assert_eq!(
            of(MANIFEST, &[], &["prod", "stagin"]).unknown_targets,
            ["stagin"]
        );
    }

    #[test]
    fn more_jobs_than_github_makes_are_no_matrix_and_no_mistake() {
        let review = |targets: usize| {
            let mut text = MANIFEST.to_owned();
            for number in 1..targets {
                let region = format!("x{}-north-{}", ["a", "b", "c"][number / 100], number % 100);
                let _ = write!(
                    text,
                    "[target.r-{number}]\nprovider = \"aws-api-gateway\"\nregion = \"{region}\"\n"
                );
            }
            of(&text, &[], &[])
        };
        let most = review(256);
        assert_eq!((most.errors, most.no_matrix), (0, None));
        assert_eq!(most.matrix.unwrap().include.len(), 256);
        let more = review(257);
        assert_eq!((more.errors, more.warnings, more.matrix), (0, 0, None));
        assert!(
            more.no_matrix
                .unwrap()
                .ends_with("these are 257, of 1 manifest")
        );
        let one = of(MANIFEST, &[], &["prod"]);
        assert_eq!((one.no_matrix, one.annotations.as_str()), (None, ""));
    }
}
