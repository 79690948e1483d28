//! One call for a page: text in, report out; text, snapshot and day in, plan out.

use serde::Serialize;

use super::{FileDiagnostics, Life, Report, lives, report_diagnostics};
use crate::check::check_text;
use crate::date::Date;
use crate::diagnostic::Diagnostics;
use crate::manifest::{Manifest, hide_values, parse, visible};
use crate::plan::{Plan, plan};
use crate::source::{PositionEncoding, Source};
use crate::state::{DesiredState, LiveState, resolve};

/// The name under which a manifest that came without a file is reported.
const PATH: &str = "keys.toml";

/// What a preview is made from.
#[derive(Clone, Copy, Debug)]
pub struct PreviewRequest<'a> {
    /// The text of the manifest.
    pub manifest: &'a str,
    /// The text of a snapshot; without one, nothing exists yet but the REST
    /// APIs that the manifest names.
    pub snapshot: Option<&'a str>,
    /// The target's name; may be left out where the manifest has only one.
    pub target: Option<&'a str>,
    /// The day for which it is planned.
    pub today: Date,
    /// How the reader counts columns.
    pub encoding: PositionEncoding,
}

/// What an apply would change, or why that cannot be said.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(tag = "is", rename_all = "kebab-case")]
pub enum Preview {
    /// What would change; warnings may stand beside it.
    Planned {
        /// The plan.
        plan: Box<Plan>,
        /// What it costs, as terminal and comment say it: calls and least time, with the reason.
        #[serde(rename = "cost-in-words")]
        cost_in_words: String,
        /// Warnings and notes.
        report: Report,
    },
    /// The manifest, or the live state beside it, has errors.
    Invalid {
        /// The errors, and what else there is to say.
        report: Report,
    },
    /// The snapshot is not one that this version reads.
    BadSnapshot {
        /// Why.
        message: String,
    },
    /// The manifest has no such target, or none was named and it has several.
    UnknownTarget {
        /// Why.
        message: String,
        /// The targets that it has.
        targets: Vec<String>,
    },
}

/// The lives of a target's keys, or why they cannot be told.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(tag = "is", rename_all = "kebab-case")]
pub enum Lives {
    /// Every key's life.
    Known {
        /// The lives, the next to change first.
        lives: Vec<Life>,
    },
    /// The manifest has errors.
    Invalid,
    /// The snapshot is not one that this version reads.
    BadSnapshot {
        /// Why.
        message: String,
    },
    /// The manifest has no such target, or none was named and it has several.
    UnknownTarget {
        /// Why.
        message: String,
        /// The targets that it has.
        targets: Vec<String>,
    },
}

/// Works out the life of every key of a target. Total: any text and any JSON
/// have an answer. Without a snapshot nothing exists yet.
#[must_use]
pub fn preview_lives(request: &PreviewRequest<'_>) -> Lives {
    let checked = check_text(request.manifest, None);
    let Some(manifest) = checked.valid() else {
        return Lives::Invalid;
    };
    let target = match choose_target(manifest, request.target) {
        Ok(target) => target,
        Err(message) => {
            let targets = target_names(manifest);
            return Lives::UnknownTarget { message, targets };
        }
    };
    match request.snapshot.map(read_snapshot).transpose() {
        Ok(live) => Lives::Known {
            lives: lives(manifest, target, live.as_ref(), request.today),
        },
        Err(message) => Lives::BadSnapshot { message },
    }
}

/// Returns the names of a manifest's targets, in their order; nothing while it
/// has errors of syntax or shape.
#[must_use]
pub fn targets(text: &str) -> Option<Vec<String>> {
    let parsed = parse(text);
    let manifest = parsed
        .manifest
        .filter(|_| !parsed.diagnostics.has_errors())?;
    Some(target_names(&manifest))
}

/// Checks the text of a manifest and reports what is wrong with it.
#[must_use]
pub fn validate(text: &str, today: Option<Date>, encoding: PositionEncoding) -> Report {
    report(text, &check_text(text, today).diagnostics, encoding)
}

/// Works out what an apply would change. Total: any text and any JSON have an
/// answer.
#[must_use]
pub fn preview(request: &PreviewRequest<'_>) -> Preview {
    let text = request.manifest;
    let checked = check_text(text, Some(request.today));
    let Some(manifest) = checked.valid() else {
        return Preview::Invalid {
            report: report(text, &checked.diagnostics, request.encoding),
        };
    };
    let desired = choose_target(manifest, request.target).and_then(|target| {
        // A manifest without errors is whole.
        resolve(manifest, target).map_err(|_| "the manifest has errors".to_owned())
    });
    let desired = match desired {
        Ok(desired) => desired,
        Err(message) => {
            let targets = target_names(manifest);
            return Preview::UnknownTarget { message, targets };
        }
    };
    let live = match request.snapshot.map(read_snapshot) {
        None => nothing_yet(&desired),
        Some(Ok(live)) => live,
        Some(Err(message)) => return Preview::BadSnapshot { message },
    };
    let planned = plan(&desired, &live, request.today, &Source::new(text));
    let mut diagnostics = checked.diagnostics;
    diagnostics.extend(planned.diagnostics);
    diagnostics.sort();
    let report = report(text, &diagnostics, request.encoding);
    if diagnostics.has_errors() {
        Preview::Invalid { report }
    } else {
        Preview::Planned {
            cost_in_words: planned.plan.cost.in_words(),
            plan: Box::new(planned.plan),
            report,
        }
    }
}

/// Returns the target that was named, or the only one; or why there is none.
fn choose_target<'m>(manifest: &'m Manifest, wanted: Option<&'m str>) -> Result<&'m str, String> {
    let mut names = manifest.targets.names();
    match (wanted, names.next(), names.next()) {
        (Some(wanted), ..) if manifest.targets.get(wanted).is_some() => Ok(wanted),
        (Some(wanted), ..) => {
            let wanted = hide_values(wanted);
            Err(format!("the manifest has no target `{}`", visible(&wanted)))
        }
        (None, Some(only), None) => Ok(only),
        (None, ..) => Err("the manifest has several targets: name one".to_owned()),
    }
}

fn target_names(manifest: &Manifest) -> Vec<String> {
    manifest.targets.names().map(str::to_owned).collect()
}

fn read_snapshot(text: &str) -> Result<LiveState, String> {
    // The message may quote what the text holds.
    LiveState::from_json(text).map_err(|error| hide_values(&error.to_string()).into_owned())
}

/// Returns an account that holds the REST APIs that a manifest names, since a
/// manifest cannot make them.
fn nothing_yet(desired: &DesiredState) -> LiveState {
    let account = desired.account.as_deref().unwrap_or_default();
    let mut live = LiveState::empty(desired.provider, account, &desired.region);
    for usage_plan in desired.usage_plans.values() {
        for stage in usage_plan.stages.keys() {
            live.apis.insert(stage.api.clone(), stage.api.clone());
        }
    }
    live
}

fn report(text: &str, diagnostics: &Diagnostics, encoding: PositionEncoding) -> Report {
    let file = FileDiagnostics {
        path: PATH,
        text,
        diagnostics,
    };
    report_diagnostics(&[file], encoding)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::Action;

    const MANIFEST: &str = r#"
version = 1
namespace = "acme"
[target.prod]
provider = "aws-api-gateway"
region = "eu-west-1"
account = "123456789012"
[usage-plan.standard]
stages = ["a1b2c3/prod"]
[key.chat]
usage-plans = ["standard"]
"#;

    fn of(manifest: &str, snapshot: Option<&str>, target: Option<&str>) -> Preview {
        preview(&PreviewRequest {
            manifest,
            snapshot,
            target,
            today: "2026-11-23".parse().unwrap(),
            encoding: PositionEncoding::Utf16,
        })
    }

    #[test]
    fn without_a_snapshot_everything_is_made() {
        let live = LiveState {
            apis: [("a1b2c3".to_owned(), "chat".to_owned())].into(),
            ..LiveState::empty(
                crate::support::Provider::AwsApiGateway,
                "123456789012",
                "eu-west-1",
            )
        };
        for snapshot in [None, Some(live.to_json())] {
            let answer = of(MANIFEST, snapshot.as_deref(), None);
            let Preview::Planned {
                plan,
                cost_in_words,
                report,
            } = answer
            else {
                panic!("{answer:?}");
            };
            assert_eq!(report.summary.errors, 0);
            assert_eq!(cost_in_words, "3 calls");
            assert_eq!(plan.count(Action::Create), 2);
        }
    }

    #[test]
    fn what_is_wrong_is_said_and_not_thrown() {
        let invalid = of("version = 2", None, None);
        assert!(matches!(invalid, Preview::Invalid { report } if report.summary.errors > 0));
        for snapshot in ["", "[]", "{\"format\": 9}", "{\"format\": 1}", "\u{0}"] {
            let bad = of(MANIFEST, Some(snapshot), Some("prod"));
            assert!(matches!(bad, Preview::BadSnapshot { .. }), "{snapshot}");
        }
        let unknown = of(MANIFEST, None, Some("staging"));
        let Preview::UnknownTarget { message, targets } = unknown else {
            panic!("it has no such target");
        };
        assert_eq!(message, "the manifest has no target `staging`");
        assert_eq!(targets, ["prod"]);
    }

    #[test]
    fn lives_are_told_for_the_same_requests() {
        let of = |manifest, snapshot, target| {
            preview_lives(&PreviewRequest {
                manifest,
                snapshot,
                target,
                today: "2026-11-23".parse().unwrap(),
                encoding: PositionEncoding::Utf16,
            })
        };
        let known = of(MANIFEST, None, None);
        assert!(matches!(known, Lives::Known { lives } if lives.len() == 1));
        assert_eq!(of("version = 2", None, None), Lives::Invalid);
        assert!(matches!(
            of(MANIFEST, Some("{}"), None),
            Lives::BadSnapshot { .. }
        ));
        let unknown = of(MANIFEST, None, Some("staging"));
        assert!(matches!(unknown, Lives::UnknownTarget { targets, .. } if targets == ["prod"]));
        assert_eq!(targets(MANIFEST), Some(vec!["prod".to_owned()]));
        assert_eq!(targets("version = 2"), None);
    }

    #[test]
    fn a_key_value_in_a_snapshot_is_not_repeated() {
        // Made for this test; opens nothing.
        let value = "Zq7LmP2xR9tVb4KcN8wYd3HsJ6gFe1UaQ5oTi0Xk";
        let snapshot = format!("{{\"format\": 1, \"{value}\": 1}}");
        let Preview::BadSnapshot { message } = of(MANIFEST, Some(&snapshot), None) else {
            panic!("it is no snapshot");
        };
        assert!(!message.contains(value), "{message}");
    }
}
