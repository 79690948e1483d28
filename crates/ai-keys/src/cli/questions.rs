//! Questions to a person at a terminal, each with an answer for whoever presses Enter.

use std::io::{BufRead as _, IsTerminal as _};

use super::{Run, RunError};
use crate::output::{Stream, untrusted};

/// Asks, where somebody is there to answer.
pub(super) struct Questions<'r> {
    run: &'r Run,
    is_asking: bool,
}

impl<'r> Questions<'r> {
    /// Asks only if both input and notices are at a terminal, and `may_ask`.
    pub(super) fn new(may_ask: bool, run: &'r Run) -> Self {
        let is_watched = run.output.terminal(Stream::Err).is_terminal;
        Self {
            run,
            is_asking: may_ask && is_watched && std::io::stdin().is_terminal(),
        }
    }

    /// Returns whether somebody is there to answer.
    pub(super) fn is_asking(&self) -> bool {
        self.is_asking
    }

    /// Asks for a text until `check` takes it; `default` where nobody is asked.
    ///
    /// # Errors
    /// If the run is asked to stop, or nobody is asked and `default` is refused.
    pub(super) async fn text(
        &self,
        question: &str,
        default: &str,
        check: impl Fn(&str) -> Result<(), RunError>,
    ) -> Result<String, RunError> {
        loop {
            let answer = self
                .line(&format!("{question} [{}]: ", untrusted(default)))
                .await?;
            let is_default = answer.is_none();
            let answer = answer.unwrap_or_else(|| default.to_owned());
            match check(&answer) {
                Ok(()) => return Ok(answer),
                Err(error) if is_default => return Err(error),
                Err(error) => self.run.output.notice(&error.to_string()),
            }
        }
    }

    /// Asks yes or no until one of them is said; `default` where nobody is asked.
    ///
    /// # Errors
    /// If the run is asked to stop.
    pub(super) async fn yes(&self, question: &str, default: bool) -> Result<bool, RunError> {
        let hint = if default { "Y/n" } else { "y/N" };
        loop {
            match self.line(&format!("{question} [{hint}]: ")).await? {
                None => return Ok(default),
                Some(answer) => {
                    if let Some(answer) = as_yes(&answer) {
                        return Ok(answer);
                    }
                }
            }
        }
    }

    /// Returns a line that is not empty; nothing for Enter, for the end of the
    /// input, and where nobody is asked.
    async fn line(&self, question: &str) -> Result<Option<String>, RunError> {
        if !self.is_asking {
            return Ok(None);
        }
        self.run.output.prompt(question);
        // On a thread of its own: Ctrl-C must not wait for the line to end.
        let answer = tokio::task::spawn_blocking(|| {
            let mut answer = String::new();
            let read = std::io::stdin().lock().read_line(&mut answer);
            read.map(|_| answer)
        });
        let answer = tokio::select! {
            answer = answer => answer,
            () = self.run.stop.requested() => return Err(RunError::Stopped),
        };
        match answer {
            Ok(Ok(answer)) => {
                let answer = answer.trim();
                Ok((!answer.is_empty()).then(|| answer.to_owned()))
            }
            _ => Ok(None),
        }
    }
}

fn as_yes(answer: &str) -> Option<bool> {
    match answer.to_ascii_lowercase().as_str() {
        "y" | "yes" => Some(true),
        "n" | "no" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_yes_and_no_are_answers() {
        assert_eq!(as_yes("Y"), Some(true));
        assert_eq!(as_yes("no"), Some(false));
        assert_eq!(as_yes("maybe"), None);
    }
}
