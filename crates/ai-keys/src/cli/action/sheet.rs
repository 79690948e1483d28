//! One scope of a run: a manifest, one of its targets, what was planned for it and what became of that.

use ai_keys_core::check::{Checked, check_text};
use ai_keys_core::date::Date;
use ai_keys_core::diagnostic::{Diagnostics, Severity};
use ai_keys_core::manifest::Manifest;
use ai_keys_core::plan::{Change, Plan, Planned, Stale, plan};
use ai_keys_core::report::review::{Failure, Links, LiveSource, Refusal, Review, State};
use ai_keys_core::report::{UsagePlanLimits, describe_limits, scope_id};
use ai_keys_core::source::Source;
use ai_keys_core::state::{DesiredState, LiveState};

use super::super::manifest_file::{ManifestFile, read_manifest};
use super::super::targets::{self, chosen_states};
use super::super::{Run, RunError};
use super::request::Request;
use crate::exit::ExitCode;
use crate::provider::aws::Observed;

/// One scope.
pub(super) struct Sheet {
    /// Unique in the repository: the target, and a hash of manifest path, account
    /// and region.
    pub(super) id: String,
    pub(super) file: ManifestFile,
    pub(super) target: Option<String>,
    pub(super) diagnostics: Diagnostics,
    pub(super) desired: Option<DesiredState>,
    pub(super) limits: Vec<UsagePlanLimits>,
    pub(super) live: Option<LiveState>,
    /// What a person sees: after a merge, what was reviewed.
    pub(super) plan: Option<Plan>,
    pub(super) stage: Stage,
    pub(super) verdict: Verdict,
    /// The comment that shows it.
    pub(super) comment: Option<u64>,
    /// Steps that this run carried out, and steps that are left.
    pub(super) applied: usize,
    pub(super) remaining: usize,
    /// The plan's file, where one was written.
    pub(super) plan_file: Option<String>,
    /// The section of the summary on who uses the keys; empty without one.
    pub(super) usage: String,
}

/// How a scope ended: the exit code, and the word for it in the outputs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Verdict {
    pub(super) code: ExitCode,
    pub(super) reason: &'static str,
}

impl Verdict {
    pub(super) const DONE: Self = Self {
        code: ExitCode::Done,
        reason: "",
    };

    /// Returns the verdict of an error before the first write.
    pub(super) fn of(error: &RunError, run: &Run) -> Self {
        let code = if run.stop.is_requested() {
            ExitCode::Interrupted
        } else {
            error.exit_code()
        };
        let reason = match code {
            ExitCode::Done | ExitCode::ChangesPending => "",
            ExitCode::ManifestErrors | ExitCode::WrongUsage => "validate",
            ExitCode::Incomplete => "partial",
            ExitCode::Refused => "guard",
            ExitCode::Unreachable => "cloud",
            ExitCode::Interrupted => "interrupted",
        };
        Self { code, reason }
    }

    /// Returns the worse of two: what hides more of the others' work.
    pub(super) fn worse(self, other: Self) -> Self {
        if self.code.worse(other.code) == self.code {
            self
        } else {
            other
        }
    }
}

/// How far a scope has come: [`State`] with what it tells of.
pub(super) enum Stage {
    Planned,
    Applying {
        done: usize,
        total: usize,
    },
    Applied {
        total: usize,
    },
    Partial {
        done: usize,
        total: usize,
        failures: Vec<(Change, String)>,
    },
    Stale(Box<Stale>),
    Unacknowledged(Vec<String>),
    Refused(String),
    Failed(String),
    Interrupted {
        done: usize,
        total: usize,
    },
    Killed,
}

impl Sheet {
    fn new(file: &ManifestFile, id: String, target: Option<&str>) -> Self {
        Self {
            id,
            file: file.clone(),
            target: target.map(str::to_owned),
            diagnostics: Diagnostics::default(),
            desired: None,
            limits: Vec::new(),
            live: None,
            plan: None,
            stage: Stage::Planned,
            verdict: Verdict::DONE,
            comment: None,
            applied: 0,
            remaining: 0,
            plan_file: None,
            usage: String::new(),
        }
    }

    /// Plans what was observed, for the request's day or a reviewed plan's.
    pub(super) fn planned(&self, observed: &Observed, day: Date) -> Option<Planned> {
        let desired = self.desired.as_ref()?;
        let source = Source::new(&self.file.text);
        Some(plan(desired, &observed.live, day, &source))
    }

    /// Notes what was observed and planned. Returns the plan; none if the
    /// account does not allow it, which is the sheet's verdict then.
    pub(super) fn note(
        &mut self,
        observed: &Observed,
        planned: Planned,
        run: &Run,
    ) -> Option<Plan> {
        let desired = self.desired.as_ref()?;
        self.live = Some(observed.live.clone());
        if planned.diagnostics.has_errors() {
            let error = targets::refused(desired, &planned.diagnostics, &self.file);
            self.verdict = Verdict::of(&error, run);
        }
        let is_allowed = !planned.diagnostics.has_errors();
        self.diagnostics.extend(planned.diagnostics);
        self.diagnostics.sort();
        is_allowed.then_some(planned.plan)
    }

    /// Notes why this scope, which has no verdict yet, is not applied.
    pub(super) fn refuse(&mut self, verdict: Verdict, why: &str, run: &Run) {
        self.verdict = verdict;
        run.output.error(&format!("error: {}: {why}", self.name()));
        self.stage = Stage::Refused(why.to_owned());
    }

    /// Notes an error that stopped this scope before its first write.
    pub(super) fn fail(&mut self, error: &RunError, run: &Run) {
        self.verdict = Verdict::of(error, run);
        let text = run.output.scrub(&error.to_string());
        run.output.error(&format!("error: {}: {text}", self.name()));
        self.stage = match self.verdict.code {
            ExitCode::Refused => Stage::Refused(text),
            _ => Stage::Failed(text),
        };
    }

    /// Returns the manifest and the target in words.
    pub(super) fn name(&self) -> String {
        match &self.target {
            Some(target) => format!("{} [{target}]", self.file.path),
            None => self.file.path.clone(),
        }
    }

    /// Returns whether the plan that a person sees changes something.
    pub(super) fn has_changes(&self) -> bool {
        self.plan.as_ref().is_some_and(|plan| !plan.is_empty())
    }

    /// Returns whether there are diagnostics of a level.
    pub(super) fn has(&self, severity: Severity) -> bool {
        self.diagnostics.count(severity) > 0
    }

    /// Returns the sheet as a reviewer sees it, at a stage with its failures.
    pub(super) fn review<'a>(
        &'a self,
        stage: &'a Stage,
        failures: &'a [Failure<'a>],
        request: &'a Request,
    ) -> Review<'a> {
        let links = Links {
            repository: Some(&request.repository_url),
            run: Some(request.event.run_id),
            head: Some(&request.event.head_sha),
            artifact: None,
        };
        Review {
            target: self.target.as_deref(),
            plan: self.plan.as_ref(),
            live_source: LiveSource::Account,
            live: self.live.as_ref(),
            desired: self.desired.as_ref(),
            limits: &self.limits,
            state: stage.state(failures),
            links,
            ..Review::new(&self.file.path, &self.file.text, &self.diagnostics)
        }
    }
}

impl Stage {
    /// Returns the steps that failed, as [`Stage::state`] takes them.
    pub(super) fn failures(&self) -> Vec<Failure<'_>> {
        let Self::Partial { failures, .. } = self else {
            return Vec::new();
        };
        let failures = failures.iter();
        failures
            .map(|(change, why)| Failure { change, why })
            .collect()
    }

    fn state<'a>(&'a self, failures: &'a [Failure<'a>]) -> State<'a> {
        match self {
            Self::Planned => State::Planned,
            Self::Applying { done, total } => State::Applying {
                done: *done,
                total: *total,
            },
            Self::Applied { total } => State::Applied { total: *total },
            Self::Partial { done, total, .. } => State::Partial {
                done: *done,
                total: *total,
                failures,
            },
            Self::Stale(stale) => State::Refused(Refusal::Stale(stale)),
            Self::Unacknowledged(missing) => State::Refused(Refusal::Unacknowledged(missing)),
            Self::Refused(why) => State::Refused(Refusal::Other(why)),
            Self::Failed(why) => State::Failed { why },
            Self::Interrupted { done, total } => State::Interrupted {
                done: *done,
                total: *total,
            },
            Self::Killed => State::Killed,
        }
    }
}

/// Reads every manifest, and returns a sheet for each of its chosen targets. One
/// that cannot be read, or has errors, is a sheet with that verdict.
pub(super) fn read_sheets(request: &Request, run: &Run) -> Result<Vec<Sheet>, RunError> {
    let mut sheets = Vec::new();
    let mut known: Vec<String> = Vec::new();
    for path in &request.manifests {
        let file = match read_manifest(&request.workspace.join(path)) {
            Ok(file) => ManifestFile {
                path: path.clone(),
                text: file.text,
            },
            Err(error) => {
                let file = ManifestFile {
                    path: path.clone(),
                    text: String::new(),
                };
                let mut sheet = Sheet::new(&file, scope_id("manifest", path, "", ""), None);
                sheet.fail(&error.into(), run);
                sheet.verdict.reason = "validate";
                sheets.push(sheet);
                continue;
            }
        };
        let checked = check_text(&file.text, Some(request.today));
        if let Some(manifest) = &checked.manifest {
            known.extend(manifest.targets.names().map(str::to_owned));
        }
        sheets.extend(of_manifest(&file, &checked, request)?);
    }
    let unknown = request
        .targets
        .iter()
        .find(|target| !known.contains(target));
    match unknown {
        Some(unknown) => Err(RunError::Usage(format!(
            "no manifest has a target `{}`; there are: {}",
            crate::output::untrusted(unknown),
            known.join(", ")
        ))),
        None => Ok(sheets),
    }
}

fn of_manifest(
    file: &ManifestFile,
    checked: &Checked,
    request: &Request,
) -> Result<Vec<Sheet>, RunError> {
    let Some(manifest) = checked.valid() else {
        let broken = broken_sheets(file, checked, request);
        return Ok(broken);
    };
    let limits = describe_limits(manifest);
    let desired = chosen_states(manifest, &request.targets)?;
    let sheets = desired.into_iter().map(|desired| {
        let account = desired.account.as_deref().unwrap_or_default();
        let id = scope_id(&desired.target, &file.path, account, &desired.region);
        Sheet {
            diagnostics: checked.diagnostics.clone(),
            limits: limits.clone(),
            ..Sheet::with(file, id, desired)
        }
    });
    Ok(sheets.collect())
}

impl Sheet {
    fn with(file: &ManifestFile, id: String, desired: DesiredState) -> Self {
        let target = desired.target.clone();
        Self {
            desired: Some(desired),
            ..Self::new(file, id, Some(&target))
        }
    }
}

/// Returns the sheets of a manifest with errors: of its targets, as far as they
/// can be read, so that the comment of each says so.
fn broken_sheets(file: &ManifestFile, checked: &Checked, request: &Request) -> Vec<Sheet> {
    let targets = |manifest: &Manifest| -> Vec<(String, String, String)> {
        let all = manifest.targets.iter().map(|(name, target)| {
            let place = target.value.place();
            let (account, region) = place
                .map(|place| (place.account.unwrap_or_default(), place.region))
                .unwrap_or_default();
            (name.to_owned(), account, region)
        });
        all.collect()
    };
    let all = checked.manifest.as_ref().map(targets).unwrap_or_default();
    let chosen = all
        .into_iter()
        .filter(|(name, ..)| request.targets.is_empty() || request.targets.contains(name));
    let mut sheets: Vec<Sheet> = chosen
        .map(|(name, account, region)| {
            let id = scope_id(&name, &file.path, &account, &region);
            Sheet::new(file, id, Some(&name))
        })
        .collect();
    if sheets.is_empty() {
        sheets.push(Sheet::new(
            file,
            scope_id("manifest", &file.path, "", ""),
            None,
        ));
    }
    for sheet in &mut sheets {
        sheet.diagnostics = checked.diagnostics.clone();
        sheet.verdict = Verdict {
            code: ExitCode::ManifestErrors,
            reason: "validate",
        };
    }
    sheets
}
