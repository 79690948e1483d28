//! The words after `cargo xtask bench`.

use std::path::PathBuf;

use super::against;

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
    Terraform { sizes: Vec<usize> },
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
            ["--against", "terraform", "--keys", number, rest @ ..] => {
                let sizes = vec![number.parse().ok()?];
                (What::Terraform { sizes }, rest)
            }
            ["--against", "terraform", rest @ ..] => {
                let sizes = against::SIZES.to_vec();
                (What::Terraform { sizes }, rest)
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
        let seven = What::Terraform { sizes: vec![7] };
        let there = options(seven, Program::There(PathBuf::from("x")), false);
        assert_eq!(
            parse("--against terraform --keys 7 --program x"),
            Some(there)
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
            "--shipped --program x",
        ];
        for wrong in wrong {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }
}
