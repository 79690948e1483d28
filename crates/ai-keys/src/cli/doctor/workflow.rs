//! The workflow that uses the Action: is there one, may its job do what it does, is it pinned?
//!
//! Read line by line: no YAML parser is needed to find `uses:` and permissions, and what is not
//! found is a warning, not a verdict on the file.

use std::fs;
use std::path::{Path, PathBuf};

use ai_keys_core::manifest::Manifest;

use super::Sheet;
use crate::cli::manifest_file::{read_text, shown};
use crate::exit::ExitCode;

/// What the Action's repository is called, whoever owns the copy.
const ACTION: &str = "/ai-keys-action@";
/// The most bytes of a workflow file.
const MOST: usize = 1 << 20;

/// A workflow without its comments.
struct Workflow {
    path: String,
    lines: Vec<String>,
}

/// Checks every workflow beside the manifest that uses the Action, and whether one carries out what the manifest
/// leaves to a date.
pub(super) fn check(path: &Path, manifest: Option<&Manifest>, sheet: &mut Sheet) {
    let found = folder(path).map(|folder| read(&folder)).unwrap_or_default();
    let mut using = found
        .iter()
        .filter(|workflow| workflow.action().is_some())
        .peekable();
    if using.peek().is_none() {
        let help = "ai-keys init --workflow writes .github/workflows/keys.yml";
        return sheet.warning("workflow", "no workflow here uses the Action", help);
    }
    for workflow in using {
        let before = sheet.checks.len();
        workflow.pinned(sheet);
        workflow.triggers(sheet);
        workflow.permissions(sheet);
        workflow.plan_file(sheet);
        if sheet.checks.len() == before {
            let text = format!("{} may do what it needs, and is pinned", workflow.path);
            sheet.ok("workflow", &text);
        }
    }
    if let Some(dates) = manifest.and_then(dates) {
        nights(&found, dates, sheet);
    }
}

/// Returns what of a manifest falls due by itself.
fn dates(manifest: &Manifest) -> Option<&'static str> {
    let expires = manifest.key_views().any(|key| key.expires().is_some());
    let rotates = manifest.key_views().any(|key| key.rotate().is_some());
    match (expires, rotates) {
        (true, true) => Some("`expires` and `rotate`"),
        (true, false) => Some("`expires`"),
        (false, true) => Some("`rotate`"),
        (false, false) => None,
    }
}

/// A date changes nothing by itself: somebody has to apply on it.
fn nights(found: &[Workflow], dates: &str, sheet: &mut Sheet) {
    if !found.iter().any(Workflow::applies_by_schedule) {
        let text = format!(
            "the manifest has {dates}, and no workflow applies on a schedule: what is due waits for the next apply"
        );
        let help = "add examples/workflows/nightly-apply.yml, or run `ai-keys apply` every night";
        sheet.warning("workflow", &text, help);
    }
}

/// Returns the folder of the workflows: in the repository that the manifest is in.
fn folder(manifest: &Path) -> Option<PathBuf> {
    let manifest = std::path::absolute(manifest).ok()?;
    for folder in manifest.ancestors().skip(1) {
        let workflows = folder.join(".github/workflows");
        if workflows.is_dir() {
            return Some(workflows);
        }
        if folder.join(".git").exists() {
            break;
        }
    }
    None
}

fn read(folder: &Path) -> Vec<Workflow> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let is_yaml = |path: &PathBuf| {
        let extension = path.extension().unwrap_or_default();
        extension == "yml" || extension == "yaml"
    };
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.path()).filter(is_yaml).collect();
    paths.sort();
    let read = paths.iter().filter_map(|path| {
        let text = read_text(path, MOST).ok()?;
        let name = path.file_name().unwrap_or_default();
        Some(Workflow::new(&shown(Path::new(name)), &text))
    });
    read.collect()
}

impl Workflow {
    fn new(path: &str, text: &str) -> Self {
        let code = text.lines().map(|line| {
            let end = if line.trim_start().starts_with('#') {
                Some(0)
            } else {
                line.find(" #")
            };
            let line = end.map_or(line, |end| line.get(..end).unwrap_or(line));
            line.trim_start().trim_start_matches("- ").trim().to_owned()
        });
        Self {
            path: path.to_owned(),
            lines: code.filter(|line| !line.is_empty()).collect(),
        }
    }

    /// Returns what stands behind the `@` of the Action.
    fn action(&self) -> Option<&str> {
        let mut uses = self
            .lines
            .iter()
            .filter_map(|line| line.strip_prefix("uses:"));
        let (_, reference) = uses.find_map(|uses| uses.split_once(ACTION))?;
        Some(reference.trim_matches(['"', '\'', ' ']))
    }

    /// Returns whether a line begins so.
    fn says(&self, start: &str) -> bool {
        self.lines.iter().any(|line| line.starts_with(start))
    }

    /// Returns whether an event starts the workflow: `push:`, or `on: [push]`.
    fn starts_on(&self, event: &str) -> bool {
        let listed = |line: &String| {
            let list = line.strip_prefix("on:").unwrap_or_default();
            let mut words = list.split([' ', ',', '[', ']']);
            words.any(|word| word == event)
        };
        self.says(&format!("{event}:"))
            || self.lines.iter().any(|line| line == event || listed(line))
    }

    /// Returns whether a schedule carries out a plan: with the Action, or with the command itself.
    fn applies_by_schedule(&self) -> bool {
        let is_apply = |line: &String| {
            let said = line.strip_prefix("command:").unwrap_or_default();
            let word = said.trim().trim_matches(['"', '\'']);
            // An expression that tells events apart.
            word == "apply" || (said.contains("schedule") && said.contains("apply"))
        };
        let by_action = self.action().is_some() && self.lines.iter().any(is_apply);
        self.starts_on("schedule") && (by_action || self.mentions("ai-keys apply"))
    }

    /// Returns whether a permission is given: on a line of its own, or in
    /// `permissions: { id-token: write, contents: read }`.
    fn grants(&self, permission: &str) -> bool {
        let given = |line: &String| {
            let list = line.strip_prefix("permissions:").unwrap_or(line);
            let mut entries = list.split([',', '{', '}']);
            entries.any(|entry| entry.replace(['"', '\''], "").trim() == permission)
        };
        self.lines.iter().any(given)
    }

    fn mentions(&self, text: &str) -> bool {
        self.lines.iter().any(|line| line.contains(text))
    }

    fn pinned(&self, sheet: &mut Sheet) {
        let reference = self.action().unwrap_or_default();
        let is_commit = reference.len() == 40 && reference.bytes().all(|b| b.is_ascii_hexdigit());
        if !is_commit {
            let text = format!(
                "{} uses the Action at `{reference}`, which can be moved",
                self.path
            );
            let help = "pin the commit of a release: everything that runs is in it";
            sheet.warning("workflow", &text, help);
        }
    }

    /// Events that run with the repository's rights on somebody else's text.
    fn triggers(&self, sheet: &mut Sheet) {
        for event in ["pull_request_target", "workflow_run"] {
            if self.starts_on(event) {
                let text = format!(
                    "{} starts on `{event}`: the Action validates there and does no more",
                    self.path
                );
                let help = "start it on `pull_request`";
                sheet.problem("workflow", ExitCode::ManifestErrors, &text, help);
            }
        }
    }

    /// What the job may do; without a `permissions:` the repository's default holds.
    fn permissions(&self, sheet: &mut Sheet) {
        if self.mentions("permissions: write-all") {
            let text = format!("{} gives its job every permission", self.path);
            sheet.warning("workflow", &text, "name the few that it needs");
            return;
        }
        if !self.says("permissions:") {
            let text = format!("{} does not say `permissions:`", self.path);
            let help = "say them: the repository's default is too much or too little";
            sheet.warning("workflow", &text, help);
            return;
        }
        let pull_request = self.starts_on("pull_request");
        let needed = [
            (
                self.mentions("aws-role:"),
                "id-token: write",
                "the role cannot be assumed",
                true,
            ),
            (
                self.starts_on("push") && pull_request,
                "actions: read",
                "the merge cannot find the reviewed plan",
                true,
            ),
            (
                pull_request,
                "pull-requests: write",
                "there is no comment",
                false,
            ),
            (
                self.starts_on("schedule") && !self.applies_by_schedule(),
                "issues: write",
                "there is no issue on drift",
                false,
            ),
        ];
        for (is_needed, permission, without, is_fatal) in needed {
            if !is_needed || self.grants(permission) {
                continue;
            }
            let text = format!("{} does not give `{permission}`: {without}", self.path);
            let help = format!("add `{permission}` to the job's permissions");
            if is_fatal {
                sheet.problem("workflow", ExitCode::ManifestErrors, &text, &help);
            } else {
                sheet.warning("workflow", &text, &help);
            }
        }
    }

    /// Returns whether `outputs.plan-file` or `outputs['plan-file']` is used.
    fn keeps_plan_file(&self) -> bool {
        let is_used = |line: &String| {
            let mut after = line.split("outputs").skip(1);
            after.any(|rest| {
                rest.trim_start_matches(['.', '[', '\'', '"'])
                    .starts_with("plan-file")
            })
        };
        self.lines.iter().any(is_used)
    }

    /// The merge applies the plan that the pull request's run has uploaded.
    fn plan_file(&self, sheet: &mut Sheet) {
        let applies = self.starts_on("push") && self.starts_on("pull_request");
        if applies && !self.keeps_plan_file() {
            let text = format!(
                "{} does not keep `plan-file`: the merge finds no reviewed plan",
                self.path
            );
            let help = "upload it with actions/upload-artifact, as the examples do";
            sheet.problem("workflow", ExitCode::ManifestErrors, &text, help);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = include_str!("../../../../../examples/workflows/single-account.yml");

    fn found(text: &str) -> Vec<String> {
        let workflow = Workflow::new("keys.yml", text);
        let mut sheet = Sheet::default();
        workflow.pinned(&mut sheet);
        workflow.triggers(&mut sheet);
        workflow.permissions(&mut sheet);
        workflow.plan_file(&mut sheet);
        let checks = sheet.checks.into_iter();
        checks
            .map(|check| format!("{}: {}", check.is.name(), check.text))
            .collect()
    }

    fn pinned() -> String {
        GOOD.replace(
            "ai-keys-action@v1",
            &format!("ai-keys-action@{}", "0f".repeat(20)),
        )
    }

    #[test]
    fn the_example_lacks_a_commit_and_nothing_else() {
        assert_eq!(found(&pinned()), [""; 0]);
        assert_eq!(
            found(GOOD),
            ["warning: keys.yml uses the Action at `v1`, which can be moved"]
        );
    }

    #[test]
    fn dates_need_a_workflow_that_applies_on_a_schedule() {
        let said = |texts: &[&str]| {
            let found: Vec<Workflow> = texts
                .iter()
                .map(|text| Workflow::new("x.yml", text))
                .collect();
            let mut sheet = Sheet::default();
            nights(&found, "`rotate`", &mut sheet);
            sheet.checks.len()
        };
        let nightly = include_str!("../../../../../examples/workflows/nightly-apply.yml");
        let drift = include_str!("../../../../../examples/workflows/nightly-drift.yml");
        assert_eq!(said(&[GOOD]), 1, "the schedule looks for drift only");
        assert_eq!(said(&[GOOD, drift]), 1);
        assert_eq!(said(&[GOOD, nightly]), 0);
        assert_eq!(
            found(nightly),
            ["warning: keys.yml uses the Action at `v1`, which can be moved"],
            "it needs no permission to write an issue"
        );
        let by_hand = nightly.replace("schedule:", "repository_dispatch:");
        assert_eq!(said(&[by_hand.as_str()]), 1);
        let command = "on:\n  schedule:\n    - cron: x\nrun: ai-keys apply --yes\n";
        assert_eq!(said(&[command]), 0);
        let told_apart = GOOD.replace("'workflow_dispatch'", "'schedule'");
        assert_eq!(said(&[told_apart.as_str()]), 0);
    }

    #[test]
    fn what_falls_due_is_named() {
        let said = |key: &str| {
            let text = format!(
                "version = 1\nnamespace = \"a\"\n[target.prod]\nprovider = \"aws-api-gateway\"\nregion = \"eu-west-1\"\n[key.a]\n{key}\n"
            );
            let checked = ai_keys_core::check::check_text(&text, None);
            checked.valid().and_then(dates)
        };
        assert_eq!(said("description = \"A\""), None);
        assert_eq!(said("expires = 2027-06-30"), Some("`expires`"));
        assert_eq!(said("rotate = { every = \"90d\" }"), Some("`rotate`"));
    }

    #[test]
    fn what_is_commented_out_is_not_there() {
        let workflow = Workflow::new(
            "x.yml",
            "# uses: org/ai-keys-action@v1\n- uses: a/b@v1 # org/ai-keys-action@v1\n",
        );
        assert_eq!(workflow.action(), None);
        let text = pinned().replace("actions: read", "# actions: read");
        assert_eq!(
            found(&text),
            [
                "problem: keys.yml does not give `actions: read`: the merge cannot find the reviewed plan"
            ]
        );
    }

    #[test]
    fn other_ways_to_write_the_same_are_understood() {
        let good = pinned();
        let (before, rest) = good.split_once("    permissions:\n").unwrap();
        let (_, after) = rest.split_once("    steps:\n").unwrap();
        for permissions in [
            "    permissions: { contents: read, pull-requests: write, issues: write, actions: read, id-token: write }\n",
            "    permissions: {\n      \"id-token\": write, actions: 'read',\n      issues: write, pull-requests: write\n    }\n",
        ] {
            let text = format!("{before}{permissions}    steps:\n{after}");
            assert_eq!(found(&text), [""; 0], "{permissions}");
            let without = text.replace("id-token", "packages").replace('"', "");
            let found = found(&without);
            assert_eq!(found.len(), 1, "{found:?}");
            assert!(found[0].contains("`id-token: write`"), "{found:?}");
        }
        for output in ["outputs['plan-file']", "outputs[\"plan-file\"]"] {
            let text = good.replace("outputs.plan-file", output);
            assert_eq!(found(&text), [""; 0], "{output}");
        }
    }

    #[test]
    fn each_missing_permission_says_what_does_not_work() {
        for (permission, verdict) in [
            ("id-token: write", "problem"),
            ("pull-requests: write", "warning"),
            ("issues: write", "warning"),
        ] {
            let found = found(&pinned().replace(permission, "packages: read"));
            assert_eq!(found.len(), 1, "{found:?}");
            assert!(
                found[0].starts_with(verdict) && found[0].contains(permission),
                "{found:?}"
            );
        }
    }

    #[test]
    fn a_workflow_that_cannot_apply_or_must_not_run_is_a_problem() {
        let lost = found(&pinned().replace("outputs.plan-file", "outputs.plan"));
        assert!(lost[0].contains("does not keep `plan-file`"), "{lost:?}");
        let target = found(&pinned().replace("pull_request:", "pull_request_target:"));
        assert!(target[0].starts_with("problem: keys.yml starts on `pull_request_target`"));
        let listed =
            found("on: [push, workflow_run]\npermissions: {}\nuses: o/ai-keys-action@v1\n");
        assert!(listed[1].contains("`workflow_run`"), "{listed:?}");
    }
}
