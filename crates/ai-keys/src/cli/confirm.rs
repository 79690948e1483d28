//! The question before the first write.

use std::io::{BufRead as _, IsTerminal as _};

use super::{Run, RunError};
use crate::output::Stream;

/// Asks whether to go on; only "yes" does it.
///
/// # Errors
/// If the answer is another one, if nobody is there to ask, or if the run is
/// asked to stop meanwhile.
pub(super) async fn confirm(changes: usize, run: &Run) -> Result<(), RunError> {
    let question = format!("apply {changes} change(s)? Only \"yes\" does it: ");
    ask(&question, "nothing was changed", run).await
}

/// Asks a question; only "yes" goes on.
///
/// # Errors
/// As [`confirm`], in the words of `nothing`.
pub(super) async fn ask(question: &str, nothing: &str, run: &Run) -> Result<(), RunError> {
    let is_watched = run.output.terminal(Stream::Err).is_terminal;
    if !is_watched || !std::io::stdin().is_terminal() {
        return Err(RunError::Usage(format!(
            "{nothing}: there is nobody to ask here, so say --yes"
        )));
    }
    run.output.prompt(question);
    answer(nothing, run).await
}

/// Waits for the answer to a question that was asked; only "yes" goes on.
///
/// # Errors
/// If the answer is another one, in the words of `nothing`, or if the run is
/// asked to stop meanwhile.
pub(super) async fn answer(nothing: &str, run: &Run) -> Result<(), RunError> {
    // On a thread of its own: Ctrl-C must not wait for the line to end.
    let answer = tokio::task::spawn_blocking(|| {
        let mut answer = String::new();
        let read = std::io::stdin().lock().read_line(&mut answer);
        read.map(|_| answer)
    });
    let answer = tokio::select! {
        answer = answer => answer,
        () = run.stop.requested() => return Err(RunError::Stopped),
    };
    match answer {
        Ok(Ok(answer)) if answer.trim() == "yes" => Ok(()),
        _ => Err(RunError::Refused(nothing.to_owned())),
    }
}
