//! `finish`: an apply was killed, and its comment still says "applying".

use super::unfinished::{Left, Unfinished};
use super::{Job, annotate, report};
use crate::exit::ExitCode;
use crate::github::finish_comment;

/// Says so in every comment that the killed process left, and never fails: the
/// verdict is that of the step before.
pub(super) async fn run(job: &Job) -> ExitCode {
    let mut unfinished = Unfinished::read(&job.request);
    for left in std::mem::take(&mut unfinished.comments) {
        finish(&left, job).await;
    }
    if let Err(error) = unfinished.write(&job.request) {
        job.warn(&format!("the list of unfinished comments stays: {error}"));
    }
    annotate::scopes(&[], job);
    ExitCode::Done
}

async fn finish(left: &Left, job: &Job) {
    let Some(client) = &job.github else {
        return job.warn("a comment still says `applying`: `github-token` is empty");
    };
    let event = &job.request.event;
    let put = finish_comment(
        client,
        left.comment,
        event.run_id,
        event.run_attempt,
        &left.body,
    );
    match report::in_time(job, put).await {
        Some(Ok(true)) => job.run.output.print(&format!(
            "{}: ended before it was done; a re-run is safe\n",
            crate::output::untrusted(&left.scope)
        )),
        Some(Ok(false)) | None => {}
        Some(Err(error)) => job.warn(&format!("a comment still says `applying`: {error}")),
    }
}
