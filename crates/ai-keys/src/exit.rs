//! The exit codes of the command, which scripts and the Action rely on.

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum ExitCode {
    /// Everything that was asked for is done.
    Done = 0,
    /// The manifest or its policy has errors; nothing was planned.
    ManifestErrors = 1,
    /// The command line was wrong; nothing was read.
    WrongUsage = 2,
    /// The plan has changes, and `--detailed-exitcode` asked to be told.
    ChangesPending = 3,
    /// Some changes are not applied; running the same command again is safe.
    Incomplete = 4,
    /// A guard refused before the first write.
    Refused = 5,
    /// The cloud or GitHub could not be reached, or refused us.
    Unreachable = 6,
    /// A signal ended the run; what was in flight is finished and reported.
    Interrupted = 130,
}

impl ExitCode {
    /// Returns the worse of two: what hides more of the others' work.
    pub(crate) fn worse(self, other: Self) -> Self {
        let weight = |code| match code {
            Self::Done | Self::ChangesPending => 0,
            Self::WrongUsage => 1,
            Self::ManifestErrors => 2,
            Self::Refused => 3,
            Self::Unreachable => 4,
            Self::Incomplete => 5,
            Self::Interrupted => 6,
        };
        if weight(other) > weight(self) {
            other
        } else {
            self
        }
    }
}

impl From<ExitCode> for std::process::ExitCode {
    fn from(code: ExitCode) -> Self {
        Self::from(code as u8)
    }
}

#[cfg(test)]
mod tests {
    use super::ExitCode;

    #[test]
    fn codes_are_the_documented_numbers() {
        let documented = [
            (ExitCode::Done, 0),
            (ExitCode::ManifestErrors, 1),
            (ExitCode::WrongUsage, 2),
            (ExitCode::ChangesPending, 3),
            (ExitCode::Incomplete, 4),
            (ExitCode::Refused, 5),
            (ExitCode::Unreachable, 6),
            (ExitCode::Interrupted, 130),
        ];
        for (code, number) in documented {
            assert_eq!(code as u8, number);
        }
    }

    #[test]
    fn the_worst_code_is_that_which_hides_most() {
        let order = [
            ExitCode::Done,
            ExitCode::WrongUsage,
            ExitCode::ManifestErrors,
            ExitCode::Refused,
            ExitCode::Unreachable,
            ExitCode::Incomplete,
            ExitCode::Interrupted,
        ];
        for pair in order.windows(2) {
            let &[better, worse] = pair else { continue };
            assert_eq!(better.worse(worse), worse);
            assert_eq!(worse.worse(better), worse);
        }
    }
}
