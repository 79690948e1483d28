//! Writes the files that are made from the code, or checks that they are current.

use std::fmt::Write as _;
use std::fs;

use anyhow::{Context as _, Result, bail};

use crate::steps::Outcome;
use crate::{action_page, process, workflow_copies, workspace};

/// One generated file: where it is, and which words make `ai-keys` print it.
struct Generated {
    path: &'static str,
    arguments: &'static [&'static str],
}

/// Every generated file. One row, and `cargo xtask test` keeps it current.
const GENERATED: &[Generated] = &[
    Generated {
        path: "keys.schema.json",
        arguments: &["schema"],
    },
    Generated {
        path: "docs/reference/plan.schema.json",
        arguments: &["schema", "plan"],
    },
    Generated {
        path: "docs/reference/snapshot.schema.json",
        arguments: &["schema", "snapshot"],
    },
    Generated {
        path: "docs/reference/report.schema.json",
        arguments: &["schema", "report"],
    },
    Generated {
        path: "docs/reference/usage.schema.json",
        arguments: &["schema", "usage"],
    },
    Generated {
        path: "docs/reference/doctor.schema.json",
        arguments: &["schema", "doctor"],
    },
    Generated {
        path: "docs/reference/manifest.md",
        arguments: &["reference", "manifest"],
    },
    Generated {
        path: "docs/reference/rules.md",
        arguments: &["reference", "rules"],
    },
    Generated {
        path: "docs/reference/cli.md",
        arguments: &["reference", "cli"],
    },
];

/// The one that is made of `action.yml`.
const ACTION_PAGE: &str = "docs/reference/action.md";

/// How much of a stale file is shown.
const DIFF_LINES: usize = 100;

/// Whether files are written or only compared.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    Write,
    Check,
}

/// Writes or checks every generated file.
///
/// # Errors
/// If a generator fails; in [`Mode::Check`], a short diff of each stale file and the command that mends it.
pub(crate) fn run(mode: Mode) -> Result<Outcome> {
    workspace::build()?;
    let mut stale = Vec::new();
    let mut wanted = vec![(ACTION_PAGE, action_page::render()?)];
    for generated in GENERATED {
        let text = make(generated).with_context(|| format!("cannot make `{}`", generated.path))?;
        wanted.push((generated.path, text));
    }
    wanted.extend(workflow_copies::render()?);
    let count = wanted.len();
    for (name, wanted) in wanted {
        let path = workspace::root().join(name);
        let found = fs::read_to_string(&path).unwrap_or_default();
        if found == wanted {
            continue;
        }
        match mode {
            Mode::Check => stale.push(format!("{name} is stale:\n{}", difference(&found, &wanted))),
            Mode::Write => {
                if let Some(folder) = path.parent() {
                    fs::create_dir_all(folder)?;
                }
                fs::write(&path, wanted).with_context(|| format!("cannot write `{name}`"))?;
            }
        }
    }
    if !stale.is_empty() {
        bail!("{}\nto mend: cargo xtask codegen", stale.join("\n"));
    }
    Ok(Outcome::Done(format!("{count} generated files")))
}

fn make(generated: &Generated) -> Result<String> {
    let mut ai_keys = workspace::in_workspace(&workspace::built("ai-keys")?);
    process::quiet(ai_keys.args(generated.arguments))
}

/// Returns the lines between the first and the last difference, `-` before what is there and `+` before what should be.
fn difference(found: &str, wanted: &str) -> String {
    let (found, wanted): (Vec<&str>, Vec<&str>) =
        (found.lines().collect(), wanted.lines().collect());
    let before = found
        .iter()
        .zip(&wanted)
        .take_while(|(a, b)| a == b)
        .count();
    let shorter = found.len().min(wanted.len());
    let after = found
        .iter()
        .rev()
        .zip(wanted.iter().rev())
        .take(shorter - before)
        .take_while(|(a, b)| a == b)
        .count();

    let removed = found
        .iter()
        .take(found.len() - after)
        .skip(before)
        .map(|line| format!("- {line}"));
    let added = wanted
        .iter()
        .take(wanted.len() - after)
        .skip(before)
        .map(|line| format!("+ {line}"));
    let lines: Vec<String> = removed.chain(added).collect();

    let mut text = format!("@@ line {} @@\n", before + 1);
    text.push_str(
        &lines
            .iter()
            .take(DIFF_LINES)
            .map(String::as_str)
            .collect::<Vec<_>>()
            .join("\n"),
    );
    if let Some(more) = lines.len().checked_sub(DIFF_LINES).filter(|more| *more > 0) {
        let _ = write!(text, "\n… and {more} lines more");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_differs_is_shown() {
        assert_eq!(
            difference("a\nb\nc\n", "a\nB\nc\n"),
            "@@ line 2 @@\n- b\n+ B"
        );
    }

    #[test]
    fn a_repeated_line_is_shown_once() {
        assert_eq!(difference("a\na\n", "a\na\na\n"), "@@ line 3 @@\n+ a");
        assert_eq!(difference("", "a\n"), "@@ line 1 @@\n+ a");
    }

    #[test]
    fn a_long_difference_is_cut() {
        let long = "line\n".repeat(DIFF_LINES + 5);
        let text = difference("", &long);
        assert!(text.ends_with("… and 5 lines more"));
        assert_eq!(text.lines().count(), DIFF_LINES + 2);
    }

    #[test]
    fn every_generated_file_is_current() {
        for generated in GENERATED {
            assert!(!generated.path.starts_with('/') && !generated.arguments.is_empty());
        }
    }
}
