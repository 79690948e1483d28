//! One call for a page: text in, report out; text, snapshot and day in, plan out.

use serde::Serialize;

use super::{FileDiagnostics, Report, report_diagnostics};
use crate::check::check_text;
use crate::date::Date;
use crate::diagnostic::Diagnostics;
use crate::manifest::{Manifest, hide_values, visible};
use crate::plan::{Plan, plan};
use crate::source::{PositionEncoding, Source};
use crate::state::{DesiredState, LiveState, ResolveError, resolve};

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
    let desired = match desired_state(manifest, request.target) {
        Ok(desired) => desired,
        Err(refused) => return refused,
    };
    let live = match request.snapshot.map(LiveState::from_json) {
        None => nothing_yet(&desired),
        Some(Ok(live)) => live,
        Some(Err(error)) => {
            // The message may quote what the text holds.
            let message = hide_values(&error.to_string()).into_owned();
            return Preview::BadSnapshot { message };
        }
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
            plan: Box::new(planned.plan),
            report,
        }
    }
}

fn desired_state(manifest: &Manifest, target: Option<&str>) -> Result<DesiredState, Preview> {
    let targets = || manifest.targets.names().map(str::to_owned).collect();
    let mut names = manifest.targets.names();
    let target = match (target, names.next(), names.next()) {
        (Some(target), ..) => target,
        (None, Some(only), None) => only,
        (None, ..) => {
            return Err(Preview::UnknownTarget {
                message: "the manifest has several targets: name one".to_owned(),
                targets: targets(),
            });
        }
    };
    resolve(manifest, target).map_err(|error| Preview::UnknownTarget {
        message: match error {
            ResolveError::UnknownTarget(_) => {
                let target = hide_values(target);
                format!("the manifest has no target `{}`", visible(&target))
            }
            // Not reached: a manifest without errors is whole.
            ResolveError::Broken => "the manifest has errors".to_owned(),
        },
        targets: targets(),
    })
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
            let Preview::Planned { plan, report } = answer else {
                panic!("{answer:?}");
            };
            assert_eq!(report.summary.errors, 0);
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
