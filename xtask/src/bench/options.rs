//! The words after `cargo xtask bench`.

use std::path::PathBuf;

use super::against::{self, Service};

/// What is measured, of which program, and whether it is judged.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Options {
    pub(super) what: What,
    pub(super) program: Program,
    /// Whether a firm budget that is missed is a failure.
    pub(super) is_checked: bool,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum What {
    /// The largest account, beside the budgets.
    Largest,
    /// Every command at three sizes.
    Sizes,
    /// Many manifests and targets in one process.
    Fleet,
    /// The same keys kept by Terraform.
    Terraform { service: Service, sizes: Vec<usize> },
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Program {
    /// That of `cargo run --release`.
    Release,
    /// The static runner that the Action starts; it takes minutes to build.
    Shipped,
    /// One that is there.
    There(PathBuf),
}

impl Options {
    /// Reads the words; none if they are not understood.
    pub(crate) fn parse(words: &[&str]) -> Option<Self> {
        let (what, mut words) = match words {
            ["--sizes", rest @ ..] => (What::Sizes, rest),
            ["--fleet", rest @ ..] => (What::Fleet, rest),
            ["--against", "terraform", rest @ ..] => {
                let (service, rest) = match rest {
                    ["--at-aws-rates", rest @ ..] => (Service::SandboxAtAwsRates, rest),
                    rest => (Service::Moto, rest),
                };
                let (sizes, rest) = match rest {
                    ["--keys", number, rest @ ..] => (vec![number.parse().ok()?], rest),
                    rest => (against::SIZES.to_vec(), rest),
                };
                (What::Terraform { service, sizes }, rest)
            }
            rest => (What::Largest, rest),
        };
        let mut program = Program::Release;
        if let ["--shipped", rest @ ..] = words {
            (program, words) = (Program::Shipped, rest);
        } else if let ["--program", file, rest @ ..] = words {
            (program, words) = (Program::There(PathBuf::from(file)), rest);
        }
        let is_checked = match words {
            [] => false,
            ["--check"] => true,
            _ => return None,
        };
        Some(Self {
            what,
            program,
            is_checked,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Option<Options> {
        Options::parse(&text.split_whitespace().collect::<Vec<_>>())
    }

    #[test]
    fn what_which_program_and_whether_to_judge_are_said_in_this_order() {
        let options = |what, program, is_checked| Options {
            what,
            program,
            is_checked,
        };
        let none = options(What::Largest, Program::Release, false);
        assert_eq!(parse(""), Some(none));
        let shipped = options(What::Sizes, Program::Shipped, true);
        assert_eq!(parse("--sizes --shipped --check"), Some(shipped));
        let program = || Program::There(PathBuf::from("x"));
        let terraform = |service, sizes| What::Terraform { service, sizes };
        let seven = terraform(Service::Moto, vec![7]);
        assert_eq!(
            parse("--against terraform --keys 7 --program x"),
            Some(options(seven, program(), false))
        );
        let seven = terraform(Service::SandboxAtAwsRates, vec![7]);
        assert_eq!(
            parse("--against terraform --at-aws-rates --keys 7 --program x"),
            Some(options(seven, program(), false))
        );
        let both = terraform(Service::SandboxAtAwsRates, against::SIZES.to_vec());
        assert_eq!(
            parse("--against terraform --at-aws-rates --check"),
            Some(options(both, Program::Release, true))
        );
    }

    #[test]
    fn what_is_not_understood_is_not_guessed() {
        let wrong = [
            "--size",
            "--check --sizes",
            "--program",
            "--against",
            "--against terraform --keys many",
            "--against terraform --keys 7 --at-aws-rates",
            "--at-aws-rates",
            "--shipped --program x",
        ];
        for wrong in wrong {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }
}
