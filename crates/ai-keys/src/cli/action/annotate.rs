//! The annotations of a step: what went wrong and what can hurt, at its line where it has one.

use ai_keys_core::diagnostic::Severity;
use ai_keys_core::plan::Change;
use ai_keys_core::report::FileDiagnostics;
use ai_keys_core::report::review::{
    Annotation, Place, annotations, diagnostic_annotations, plan_annotations,
};

use super::super::{Run, RunError};
use super::Job;
use super::sheet::{Sheet, Stage};

/// How many missing acknowledgements one annotation names.
const MOST_NAMED: usize = 10;

/// Prints the annotations of all scopes at once: the runner counts them over the
/// step and shows ten of each level, so how it ended comes first.
pub(super) fn scopes(sheets: &[Sheet], job: &Job) {
    let mut all: Vec<Annotation<'_>> = sheets.iter().flat_map(ends).collect();
    let warnings = job.warnings();
    all.extend(warnings.into_iter().map(|text| Annotation {
        level: Severity::Warning,
        path: None,
        place: None,
        title: "ai-keys".to_owned(),
        lines: vec![text],
    }));
    for sheet in sheets {
        let file = FileDiagnostics {
            path: &sheet.file.path,
            text: &sheet.file.text,
            diagnostics: &sheet.diagnostics,
        };
        // The same mistake is found for each target of a manifest.
        for annotation in diagnostic_annotations(&file) {
            if !all.contains(&annotation) {
                all.push(annotation);
            }
        }
        if let Some(plan) = &sheet.plan {
            all.extend(plan_annotations(plan, &sheet.file.path));
        }
    }
    job.run.output.print(&annotations(all));
}

/// Prints why a step ended before it had a scope to tell of.
pub(super) fn step(error: &RunError, run: &Run) {
    run.output.print(&annotations([Annotation {
        level: Severity::Error,
        path: None,
        place: None,
        title: "ai-keys".to_owned(),
        lines: vec![error.to_string()],
    }]));
}

/// Says how a scope ended, if not well.
fn ends(sheet: &Sheet) -> Vec<Annotation<'_>> {
    match &sheet.stage {
        Stage::Planned | Stage::Applying { .. } | Stage::Applied { .. } | Stage::Killed => {
            Vec::new()
        }
        Stage::Failed(why) | Stage::Refused(why) => vec![of_scope(sheet, vec![why.clone()])],
        Stage::Stale(_) => vec![of_scope(
            sheet,
            vec![
                "not applied: this is not what was reviewed".to_owned(),
                "the job summary shows the difference; plan and review again".to_owned(),
            ],
        )],
        Stage::Unacknowledged(missing) => {
            let number = missing.len();
            let mut lines = vec![format!(
                "not applied: {number} change(s) need an acknowledgement in the input `ack`"
            )];
            lines.extend(missing.iter().take(MOST_NAMED).cloned());
            vec![of_scope(sheet, lines)]
        }
        Stage::Interrupted { done, total } => vec![of_scope(
            sheet,
            vec![format!(
                "ended before it was done, after {done} of {total} steps; a re-run is safe"
            )],
        )],
        Stage::Partial {
            done,
            total,
            failures,
        } => {
            let whole = of_scope(
                sheet,
                vec![format!(
                    "applied {done} of {total} steps; a re-run does what is left"
                )],
            );
            let each = failures
                .iter()
                .map(|(change, why)| of_change(sheet, change, why));
            std::iter::once(whole).chain(each).collect()
        }
    }
}

fn of_scope(sheet: &Sheet, lines: Vec<String>) -> Annotation<'_> {
    Annotation {
        level: Severity::Error,
        path: Some(&sheet.file.path),
        place: None,
        title: title(sheet),
        lines,
    }
}

fn of_change<'a>(sheet: &'a Sheet, change: &Change, why: &str) -> Annotation<'a> {
    let what = format!("{} {}", change.action.name(), change.subject);
    Annotation {
        place: change.line.map(|line| Place {
            line,
            end_line: line,
            column: 1,
            end_column: 1,
        }),
        ..of_scope(sheet, vec![format!("{what}: {why}")])
    }
}

fn title(sheet: &Sheet) -> String {
    match &sheet.target {
        Some(target) => format!("ai-keys: {target}"),
        None => "ai-keys".to_owned(),
    }
}
