//! What must hold for any bytes: four bodies, which `fuzz/` drives for as long
//! as one likes and `tests/fuzz.rs` for some seconds in every test run.
//!
//! The bytes are a day on the first line if it is one, then a manifest, and
//! after the line [`BEFORE_SNAPSHOT`] a snapshot.

#![expect(
    clippy::unwrap_used,
    reason = "what is not so is what the fuzzer looks for"
)]

use ai_keys_core::check::check_text;
use ai_keys_core::date::Date;
use ai_keys_core::diagnostic::{Diagnostics, Severity};
use ai_keys_core::fix::apply_fixes;
use ai_keys_core::manifest;
use ai_keys_core::plan::{Plan, check_reviewed, plan as plan_target, read_plan};
use ai_keys_core::report::{
    FileDiagnostics, Preview, PreviewRequest, describe_limits, preview, render_github,
    render_gitlab, render_plan, render_plan_markdown, render_sarif, report_diagnostics,
};
use ai_keys_core::source::{PositionEncoding, Source};
use ai_keys_core::state::{LiveState, resolve};

/// What stands between a manifest and a snapshot.
pub(crate) const BEFORE_SNAPSHOT: &str = "\n--- snapshot\n";

/// Any text is read: syntax and shape, with honest spans.
pub(crate) fn parse(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let parsed = manifest::parse(&text);
    assert_honest(&text, &parsed.diagnostics);
    assert!(parsed.is_whole || parsed.diagnostics.has_errors());
}

/// Any text is checked and reported in every format, on any day.
pub(crate) fn validate(bytes: &[u8]) {
    let input = Input::of(bytes);
    for today in [None, Some(input.today)] {
        let checked = check_text(&input.manifest, today);
        assert_honest(&input.manifest, &checked.diagnostics);
        let file = FileDiagnostics {
            path: "keys.toml",
            text: &input.manifest,
            diagnostics: &checked.diagnostics,
        };
        for encoding in [PositionEncoding::Characters, PositionEncoding::Utf16] {
            let report = report_diagnostics(&[file], encoding);
            assert!(serde_json::to_string(&report).is_ok());
        }
        assert!(serde_json::from_str::<serde_json::Value>(&render_sarif(&[file])).is_ok());
        assert!(serde_json::from_str::<serde_json::Value>(&render_gitlab(&[file])).is_ok());
        let _ = render_github(&[file]);
        if let Some(manifest) = &checked.manifest {
            let _ = describe_limits(manifest);
        }
    }
}

/// Any manifest and any snapshot give a plan, diagnostics or a typed error.
pub(crate) fn plan(bytes: &[u8]) {
    let input = Input::of(bytes);
    let snapshot = input.snapshot.as_deref();
    // A snapshot is not a plan, and any text may be given for one.
    let _ = snapshot.map(read_plan);
    let checked = check_text(&input.manifest, Some(input.today));
    let Some(manifest) = checked.valid() else {
        return;
    };
    for target in manifest.targets.names() {
        let answer = preview(&PreviewRequest {
            manifest: &input.manifest,
            snapshot,
            target: Some(target),
            today: input.today,
            encoding: PositionEncoding::Utf16,
        });
        if let Preview::Planned { plan, .. } = answer {
            assert_whole(&plan);
        }
        let Some(Ok(live)) = snapshot.map(LiveState::from_json) else {
            continue;
        };
        let Ok(desired) = resolve(manifest, target) else {
            continue;
        };
        let source = Source::new(&input.manifest);
        let planned = plan_target(&desired, &live, input.today, &source);
        assert_honest(&input.manifest, &planned.diagnostics);
        let again = plan_target(&desired, &live, input.today, &source);
        assert_eq!(planned.plan, again.plan);
        assert!(check_reviewed(&planned.plan, &again.plan, &live).is_ok());
        assert!(LiveState::from_json(&live.to_json()).is_ok_and(|read| read == live));
    }
}

/// Any text is repaired without a new error, and repaired at once.
pub(crate) fn fix(bytes: &[u8]) {
    let input = Input::of(bytes);
    let today = Some(input.today);
    let before = check_text(&input.manifest, today).diagnostics;
    let fixed = apply_fixes(&input.manifest, today);
    if fixed.applied.is_empty() {
        assert_eq!(fixed.text, input.manifest);
        return;
    }
    let after = check_text(&fixed.text, today).diagnostics;
    assert_honest(&fixed.text, &after);
    assert!(after.count(Severity::Error) <= before.count(Severity::Error));
    let lines = u32::try_from(fixed.text.lines().count()).unwrap_or(u32::MAX);
    assert!(
        fixed
            .applied
            .iter()
            .all(|applied| applied.line <= lines + 1)
    );
    // Both are bounded, so what takes longer may need another run.
    if fixed.refused == 0 && fixed.applied.len() < 64 {
        assert_eq!(apply_fixes(&fixed.text, today).text, fixed.text);
    }
}

/// The day of an input that names none: 2026-11-23.
const TODAY: i64 = 1_795_392_000;

/// A day, a manifest and perhaps a snapshot.
struct Input {
    today: Date,
    manifest: String,
    snapshot: Option<String>,
}

impl Input {
    fn of(bytes: &[u8]) -> Self {
        let text = String::from_utf8_lossy(bytes);
        let day = text.split_once('\n').and_then(|(line, rest)| {
            let day: Date = line.parse().ok()?;
            Some((day, rest))
        });
        let (today, rest) = day.unwrap_or((Date::from_unix_seconds(TODAY).unwrap(), &text));
        let (manifest, snapshot) = match rest.split_once(BEFORE_SNAPSHOT) {
            Some((manifest, snapshot)) => (manifest, Some(snapshot.to_owned())),
            None => (rest, None),
        };
        Self {
            today,
            manifest: manifest.to_owned(),
            snapshot,
        }
    }
}

/// Asserts that every place lies on characters inside the text.
fn assert_honest(text: &str, diagnostics: &Diagnostics) {
    for found in diagnostics.iter() {
        let labels = std::iter::once(&found.primary).chain(&found.related);
        let edit = found.help.as_ref().and_then(|help| help.edit.as_ref());
        let spans = labels.map(|label| label.span);
        for span in spans.chain(edit.map(|edit| edit.span)) {
            assert!(text.get(span.range()).is_some(), "{} {span:?}", found.code);
        }
        assert!(!found.message.is_empty() && !found.message.contains('\n'));
    }
}

/// Asserts that a plan can be shown, written and read again.
fn assert_whole(plan: &Plan) {
    let _ = render_plan(plan, "keys.toml", &|_, text| text.to_owned());
    let _ = render_plan_markdown(plan, "keys.toml");
    let written = serde_json::to_string(plan).unwrap();
    assert!(read_plan(&written).is_ok_and(|read| read == *plan));
}
