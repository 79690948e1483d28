//! What goes wrong in several places of one run: all of it is said, a line each.

use super::{Run, RunError};
use crate::exit::ExitCode;

/// What has gone wrong so far.
#[derive(Default)]
pub(super) struct Several(Vec<(Option<String>, RunError)>);

impl Several {
    /// Notes an error that says by itself where it is.
    pub(super) fn add(&mut self, error: RunError) {
        self.0.push((None, error));
    }

    /// Notes an error of a place. What is the same in many places is said once.
    pub(super) fn add_at(&mut self, place: String, error: RunError) {
        self.0.push((Some(place), error));
    }

    /// Ends the run if anything has gone wrong, with the exit code of what hides
    /// the most of the others' work.
    pub(super) fn end(self, run: &Run) -> Result<(), RunError> {
        let codes = self.0.iter().map(|(_, error)| error.exit_code());
        let Some(code) = codes.reduce(ExitCode::worse) else {
            return Ok(());
        };
        // Of a run that was asked to stop, nothing is to be said but that.
        let is_alone = matches!(self.0.as_slice(), [(None, _)]) || run.stop.is_requested();
        if is_alone {
            let first = self.0.into_iter().next();
            return first.map_or(Ok(()), |(_, error)| Err(error));
        }
        Err(RunError::Several {
            code,
            lines: self.lines(),
        })
    }

    fn lines(self) -> Vec<String> {
        let mut said: Vec<Said> = Vec::new();
        for (place, error) in self.0 {
            let text = error.to_string();
            let is_known = |said: &&mut Said| said.place.is_some() && said.text == text;
            match said.iter_mut().find(is_known) {
                Some(known) if place.is_some() => known.others += 1,
                _ => said.push(Said {
                    text,
                    place,
                    others: 0,
                }),
            }
        }
        said.into_iter().map(Said::line).collect()
    }
}

/// An error, the first place that has it, and how many others do.
struct Said {
    text: String,
    place: Option<String>,
    others: usize,
}

impl Said {
    fn line(self) -> String {
        match (self.place, self.others) {
            (None, _) => self.text,
            (Some(place), 0) => format!("{place}: {}", self.text),
            (Some(place), others) => format!("{place} and {others} more: {}", self.text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(errors: &[(Option<&str>, &str)]) -> Vec<String> {
        let error = |(place, text): &(Option<&str>, &str)| {
            let error = RunError::Unreachable((*text).to_owned());
            (place.map(str::to_owned), error)
        };
        Several(errors.iter().map(error).collect()).lines()
    }

    #[test]
    fn what_is_the_same_in_many_places_is_one_line() {
        let errors = [
            (Some("a.toml [prod]"), "the token has expired"),
            (Some("a.toml [staging]"), "no such host"),
            (Some("b.toml [prod]"), "the token has expired"),
            (Some("c.toml [prod]"), "the token has expired"),
        ];
        let said = [
            "a.toml [prod] and 2 more: the token has expired",
            "a.toml [staging]: no such host",
        ];
        assert_eq!(lines(&errors), said);
    }

    #[test]
    fn what_says_its_place_stands_alone() {
        let errors = [(None, "b.toml: 1 error"), (None, "b.toml: 1 error")];
        assert_eq!(lines(&errors), ["b.toml: 1 error", "b.toml: 1 error"]);
    }
}
