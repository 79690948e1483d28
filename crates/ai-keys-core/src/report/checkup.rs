//! What a look at a whole set-up found: the contract of `ai-keys doctor`.

use std::fmt::Write as _;

use serde::Serialize;

use super::Tone;

/// The version of the JSON of `ai-keys doctor`.
pub const CHECKUP_FORMAT: u32 = 1;

/// Every check, in the order in which somebody would do them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub struct Checkup {
    /// What was looked at.
    pub checks: Vec<Check>,
    /// [`CHECKUP_FORMAT`].
    pub format: u32,
}

/// One check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub struct Check {
    /// What it is about, such as `credentials`.
    pub about: String,
    /// What to do; only where something is to be done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    /// How it ended.
    pub is: CheckVerdict,
    /// The target in the manifest, if the check is of one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// What was found, in words.
    pub text: String,
}

/// How a check ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum CheckVerdict {
    /// As it should be.
    Ok,
    /// Could not be looked at, and why.
    Skipped,
    /// Works, and is better done in another way.
    Warning,
    /// A plan or an apply will not work.
    Problem,
}

impl CheckVerdict {
    /// Returns the word for it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Skipped => "skipped",
            Self::Warning => "warning",
            Self::Problem => "problem",
        }
    }

    fn tone(self) -> Tone {
        match self {
            Self::Ok => Tone::Good,
            Self::Skipped => Tone::Dim,
            Self::Warning => Tone::Change,
            Self::Problem => Tone::Danger,
        }
    }
}

/// Renders checks, a line each, and below it what to do.
#[must_use]
pub fn render_checkup(checkup: &Checkup, paint: &dyn Fn(Tone, &str) -> String) -> String {
    let mut text = String::new();
    for check in &checkup.checks {
        let verdict = paint(check.is.tone(), &format!("{:<7}", check.is.name()));
        let about = match &check.target {
            Some(target) => format!("{} [{target}]", check.about),
            None => check.about.clone(),
        };
        // Writing to a String cannot fail, here and below.
        let _ = writeln!(text, "{verdict} {about}: {}", check.text);
        if let Some(help) = &check.help {
            let _ = writeln!(text, "        {}", paint(Tone::Dim, &format!("→ {help}")));
        }
    }
    let number = |verdict| {
        let found = checkup.checks.iter().filter(|check| check.is == verdict);
        let is_counted = matches!(verdict, CheckVerdict::Warning | CheckVerdict::Problem);
        let number = found.count();
        let s = if is_counted && number != 1 { "s" } else { "" };
        format!("{number} {}{s}", verdict.name())
    };
    let sum = [
        CheckVerdict::Problem,
        CheckVerdict::Warning,
        CheckVerdict::Ok,
        CheckVerdict::Skipped,
    ]
    .map(number);
    let _ = writeln!(text, "\n{}", paint(Tone::Strong, &sum.join(", ")));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(is: CheckVerdict, target: Option<&str>, help: Option<&str>) -> Check {
        Check {
            about: "credentials".to_owned(),
            help: help.map(str::to_owned),
            is,
            target: target.map(str::to_owned),
            text: "of account 123456789012".to_owned(),
        }
    }

    #[test]
    fn each_check_is_a_line_and_what_to_do_stands_below() {
        let checkup = Checkup {
            checks: vec![
                check(CheckVerdict::Ok, None, None),
                check(CheckVerdict::Problem, Some("prod"), Some("log in again")),
            ],
            format: CHECKUP_FORMAT,
        };
        let text = render_checkup(&checkup, &|_, text| text.to_owned());
        assert_eq!(
            text,
            "ok      credentials: of account 123456789012\n\
             problem credentials [prod]: of account 123456789012\n        → log in again\n\
             \n1 problem, 0 warnings, 1 ok, 0 skipped\n"
        );
    }
}
