//! `ai-keys action`: what `uses: org/ai-keys-action` spawns, with one request on stdin.
//!
//! Annotations, summary, outputs and the comment are views: what cannot be shown
//! is a warning, and the exit code stays that of the work.

mod annotate;
mod apply;
mod carry;
mod drift;
mod finish;
mod fit;
mod outputs;
mod plan;
mod report;
mod request;
mod reviewed;
mod sheet;
mod unfinished;

use std::io;
use std::sync::{Mutex, OnceLock, PoisonError};

use futures_util::future::join_all;
use tokio::time::Instant;

use super::fleet::Fleet;
use super::targets::Opened;
use super::{Run, RunError};
use crate::exit::ExitCode;
use crate::github::{Client, Issuer, Pace};
use crate::provider::aws::{Access, WebIdentity};
use request::{Request, Task};
use sheet::{Sheet, Verdict};

/// How long GitHub is waited for once the run was asked to stop: its calls in
/// flight had their time, and the runner kills soon.
const LAST_WORDS: std::time::Duration = std::time::Duration::from_millis(900);

/// Runs a step, and says as an annotation why it ended early.
pub(super) async fn run(run: &Run) -> ExitCode {
    // On the heap: it is large.
    let done = Box::pin(carry_out(run)).await;
    done.unwrap_or_else(|error| {
        annotate::step(&error, run);
        Verdict::of(&error, run).code
    })
}

async fn carry_out(run: &Run) -> Result<ExitCode, RunError> {
    let request = Request::read(io::stdin().lock(), &run.output)?;
    let job = Job::new(request, run)?;
    std::fs::create_dir_all(job.request.folder()).map_err(|source| RunError::Write {
        path: super::manifest_file::shown(&job.request.folder()),
        source,
    })?;
    let done = match job.request.task {
        Task::Plan => plan::run(&job).await,
        Task::Apply => apply::run(&job).await,
        Task::Drift => drift::run(&job).await,
        Task::Finish => Ok(finish::run(&job).await),
    };
    if let Err(error) = &done {
        outputs::write_failure(Verdict::of(error, run).reason, &job);
    }
    done
}

/// One step of a workflow: the request, and what it is carried out with.
struct Job {
    request: Request,
    run: Run,
    fleet: Fleet,
    /// None without a token.
    github: Option<Client>,
    /// When GitHub was first waited for after the run was asked to stop.
    last_words: OnceLock<Instant>,
    /// What could not be shown.
    warnings: Mutex<Vec<String>>,
}

impl Job {
    fn new(mut request: Request, run: &Run) -> Result<Self, RunError> {
        let unreachable = |why: String| RunError::Unreachable(why);
        let access = match (&request.aws_role, request.oidc.take()) {
            (Some(role), Some(oidc)) => {
                let issuer = Issuer::new(&oidc.url, oidc.token, run.output.clone())
                    .map_err(|error| unreachable(error.to_string()))?;
                let event = &request.event;
                let session = format!("ai-keys-{}-{}", event.repository, event.run_id);
                Access::Role(WebIdentity::new(issuer, role, &session, run.output.clone()))
            }
            (None | Some(_), _) => run.access.clone(),
        };
        let github = request.token.take().map(|token| {
            let (endpoint, repository) = (request.endpoint.clone(), &request.event.repository);
            let (pace, stop) = (Pace::default(), run.stop.clone());
            Client::new(
                endpoint,
                repository,
                Some(token),
                run.output.clone(),
                pace,
                stop,
            )
        });
        let github = github
            .transpose()
            .map_err(|error| unreachable(format!("GitHub cannot be reached: {error}")))?;
        let run = Run {
            output: run.output.clone(),
            stop: run.stop.clone(),
            access,
        };
        Ok(Self {
            request,
            run,
            fleet: Fleet::default(),
            github,
            last_words: OnceLock::new(),
            warnings: Mutex::default(),
        })
    }

    /// Opens the account of a sheet's target.
    async fn open(&self, sheet: &Sheet) -> Result<Option<super::targets::Opened>, RunError> {
        let Some(desired) = sheet.desired.clone() else {
            return Ok(None);
        };
        super::targets::require_carried_out(&desired)?;
        super::targets::open_one(desired, &self.fleet, None, &self.run)
            .await
            .map(Some)
    }

    /// Reads the accounts of all sheets at once: their scopes are told one by
    /// one, and find it read. What goes wrong is said when it is their turn.
    async fn look_ahead(&self, sheets: &[Sheet]) {
        let mut all = Vec::new();
        for sheet in sheets {
            if let Ok(opened) = self.open(sheet).await {
                all.extend(opened);
            }
        }
        join_all(all.iter().map(Opened::observe_account)).await;
    }

    /// Prints a line about what could not be shown, and keeps it for the
    /// annotations. It changes no verdict.
    fn warn(&self, text: &str) {
        self.run.output.error(&format!("warning: {text}"));
        let mut warnings = self.warnings.lock().unwrap_or_else(PoisonError::into_inner);
        warnings.push(text.to_owned());
    }

    fn warnings(&self) -> Vec<String> {
        let warnings = self.warnings.lock().unwrap_or_else(PoisonError::into_inner);
        warnings.clone()
    }

    /// Returns the worst verdict of all scopes.
    fn verdict(sheets: &[Sheet]) -> Verdict {
        let verdicts = sheets.iter().map(|sheet| sheet.verdict);
        verdicts.fold(Verdict::DONE, Verdict::worse)
    }
}
