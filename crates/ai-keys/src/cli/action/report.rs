//! What GitHub shows of a run: comments and summary, with annotations and outputs.

use ai_keys_core::report::review::{self, CommentMeta, counts};
use tokio::time::Instant;

use super::request::{CommentWhen, Request};
use super::sheet::{Sheet, Stage};
use super::{Job, LAST_WORDS, annotate, outputs};
use crate::exit::ExitCode;
use crate::github::{Comments, Create, GithubError, Put, Writer, append};

/// Returns whether the request wants comments where there are none.
pub(super) fn create_when(request: &Request) -> Create {
    match request.comment {
        CommentWhen::Always | CommentWhen::ChangesOnly => Create::BesideClosed,
        CommentWhen::Never => Create::Never,
    }
}

/// Writes the comment of every scope on a pull request. What goes wrong is a
/// warning.
pub(super) async fn comment(
    sheets: &mut [Sheet],
    pull_request: Option<u64>,
    create: Create,
    job: &Job,
) {
    let Some(mut board) = Board::open(pull_request, job).await else {
        return;
    };
    for sheet in sheets {
        let create = if job.request.comment == CommentWhen::ChangesOnly {
            super::plan::create(create, sheet)
        } else {
            create
        };
        board.show(sheet, create, job).await;
    }
}

/// The comments of a pull request, while a run shows its progress there.
pub(super) struct Board<'j> {
    comments: Comments<'j>,
    pull_request: u64,
    /// The first error was told of: the others would say the same.
    is_broken: bool,
}

impl<'j> Board<'j> {
    /// Finds our comments; none if there is no pull request, none are wanted, or
    /// they cannot be read.
    pub(super) async fn open(pull_request: Option<u64>, job: &'j Job) -> Option<Self> {
        let pull_request = pull_request?;
        if job.request.comment == CommentWhen::Never {
            return None;
        }
        let Some(client) = &job.github else {
            job.warn("there is no comment: `github-token` is empty");
            return None;
        };
        let read = in_time(job, Comments::read(client, pull_request));
        match read.await {
            Some(Ok(comments)) => Some(Self {
                comments,
                pull_request,
                is_broken: false,
            }),
            Some(Err(error)) => {
                job.warn(&format!("there is no comment: {error}"));
                None
            }
            None => None,
        }
    }

    /// Brings a scope's comment in step with its sheet. Returns whether it is.
    pub(super) async fn show(&mut self, sheet: &mut Sheet, create: Create, job: &Job) -> bool {
        let put = {
            let number = self.pull_request;
            let body = |next: u64| render(sheet, &sheet.stage, number, next, job);
            let put = self.comments.put(writer(sheet, job), create, &body);
            in_time(job, put).await
        };
        match put {
            Some(Ok(put)) => {
                sheet.comment = put.id();
                if let Put::Newer(_) = put {
                    job.run
                        .output
                        .notice("the comment shows a newer run, and stays as it is");
                }
                true
            }
            Some(Err(error)) => {
                if !self.is_broken {
                    job.warn(&format!("the comment is not up to date: {error}"));
                }
                self.is_broken = true;
                false
            }
            None => false,
        }
    }

    /// Returns the comment of a scope that is being applied as it shall be if
    /// this process is killed.
    pub(super) fn killed(&self, sheet: &Sheet, job: &Job) -> Option<(u64, String)> {
        if !matches!(sheet.stage, Stage::Applying { .. }) {
            return None;
        }
        let generation = self.comments.generation(&sheet.id)?.saturating_add(1);
        let body = render(sheet, &Stage::Killed, self.pull_request, generation, job);
        Some((sheet.comment?, body))
    }
}

fn render(sheet: &Sheet, stage: &Stage, pull_request: u64, generation: u64, job: &Job) -> String {
    let meta = meta(sheet, pull_request, generation, job);
    let failures = stage.failures();
    let body = review::comment(&sheet.review(stage, &failures, &job.request), &meta);
    job.run.output.scrub(&body)
}

/// Returns what the marker of a scope's text says of this run.
pub(super) fn meta<'a>(
    sheet: &'a Sheet,
    pull_request: u64,
    generation: u64,
    job: &'a Job,
) -> CommentMeta<'a> {
    let event = &job.request.event;
    CommentMeta {
        scope: &sheet.id,
        pull_request,
        head: &event.head_sha,
        run: event.run_id,
        attempt: event.run_attempt,
        generation,
    }
}

/// Returns who writes about a scope.
pub(super) fn writer<'a>(sheet: &'a Sheet, job: &Job) -> Writer<'a> {
    Writer {
        scope: &sheet.id,
        run: job.request.event.run_id,
        attempt: job.request.event.run_attempt,
    }
}

/// Waits for GitHub; not for long once the run was asked to stop.
pub(super) async fn in_time<T>(
    job: &Job,
    call: impl Future<Output = Result<T, GithubError>>,
) -> Option<Result<T, GithubError>> {
    let stopped = async {
        job.run.stop.requested().await;
        let since = *job.last_words.get_or_init(Instant::now);
        tokio::time::sleep_until(since + LAST_WORDS).await;
    };
    tokio::select! {
        done = call => Some(done),
        () = stopped => None,
    }
}

/// Writes summary, outputs and annotations, and returns the exit code of the
/// step. `note` stands above the summary.
pub(super) fn finish(sheets: &[Sheet], note: &str, job: &Job) -> ExitCode {
    summarise(sheets, note, job);
    outputs::write(sheets, job);
    // Last, because what could not be written is among them.
    annotate::scopes(sheets, job);
    conclude(sheets, job)
}

/// Writes the job summary. What cannot be written is a warning.
fn summarise(sheets: &[Sheet], note: &str, job: &Job) {
    let Some(path) = &job.request.summary_file else {
        return;
    };
    let failures: Vec<_> = sheets.iter().map(|sheet| sheet.stage.failures()).collect();
    let reviews: Vec<_> = sheets
        .iter()
        .zip(&failures)
        .map(|(sheet, failures)| sheet.review(&sheet.stage, failures, &job.request))
        .collect();
    let mut text = review::summary(&reviews);
    for sheet in sheets {
        // GitHub drops a summary that is too long whole; the plan is worth more.
        if note.len() + text.len() + sheet.usage.len() <= review::LONGEST_SUMMARY {
            text.push_str(&sheet.usage);
        }
    }
    let text = job.run.output.scrub(&format!("{note}{text}"));
    if let Err(error) = append(path, &text) {
        job.warn(&format!("there is no job summary: {error}"));
    }
}

/// Prints one line for each scope and returns the step's exit code.
fn conclude(sheets: &[Sheet], job: &Job) -> ExitCode {
    for sheet in sheets {
        let said = match (&sheet.plan, &sheet.stage) {
            (Some(plan), Stage::Planned) if plan.is_empty() => "no changes".to_owned(),
            (Some(plan), Stage::Planned) => {
                format!("{} (plan {})", counts(plan).in_words(), plan.digest.short())
            }
            (None, Stage::Planned) => ai_keys_core::report::count_in_words(&sheet.diagnostics),
            // These were told of when they happened.
            _ => continue,
        };
        let name = crate::output::untrusted(&sheet.name()).to_string();
        job.run.output.print(&format!("{name}: {said}\n"));
    }
    Job::verdict(sheets).code
}
