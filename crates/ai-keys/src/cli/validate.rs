//! `ai-keys validate`: every mistake in every manifest, in one run.

use ai_keys_core::check::{Checked, check_text};
use ai_keys_core::date::Date;
use ai_keys_core::diagnostic::Diagnostics;
use ai_keys_core::manifest::Manifest;
use ai_keys_core::report::{
    FileDiagnostics, count_in_words, render_github, render_gitlab, render_sarif, report_diagnostics,
};
use ai_keys_core::source::PositionEncoding;

use super::args::{DiagnosticFormat, Validate};
use super::manifest_file::{ManifestFile, read_manifest};
use super::{Run, RunError, diagnostics, fix, today};
use crate::exit::ExitCode;
use crate::output::Stream;

pub(super) fn run(args: &Validate, run: &Run) -> Result<ExitCode, RunError> {
    let day = day(args.today)?;
    if args.fix && args.format != DiagnosticFormat::Human {
        // What was changed is for the person who keeps it.
        return Err(RunError::Usage(
            "--fix works with --format human only: run it first, then report".to_owned(),
        ));
    }
    let files: Vec<(ManifestFile, Checked)> = args
        .manifests
        .iter()
        .map(|path| {
            let mut file = read_manifest(path)?;
            if args.fix {
                fix::run(path, &mut file, day, run)?;
            }
            let checked = check_text(&file.text, Some(day));
            Ok((file, checked))
        })
        .collect::<Result<_, RunError>>()?;
    let reports: Vec<FileDiagnostics<'_>> = files
        .iter()
        .map(|(file, checked)| of_file(file, &checked.diagnostics))
        .collect();
    match args.format {
        DiagnosticFormat::Human => {
            for (file, checked) in &files {
                let drawn = diagnostics::draw(
                    &of_file(file, &checked.diagnostics),
                    run.output.terminal(Stream::Out),
                );
                run.output.print(&drawn);
                run.output.print(&summary_line(file, checked));
            }
        }
        DiagnosticFormat::Json => {
            let report = serde_json::to_string_pretty(&report_diagnostics(
                &reports,
                PositionEncoding::Characters,
            ));
            run.output
                .print(&format!("{}\n", report.unwrap_or_default()));
        }
        DiagnosticFormat::Github => run.output.print(&render_github(&reports)),
        DiagnosticFormat::Sarif => run.output.print(&render_sarif(&reports)),
        DiagnosticFormat::Gitlab => run.output.print(&render_gitlab(&reports)),
    }
    let has_errors = files
        .iter()
        .any(|(_, checked)| checked.diagnostics.has_errors());
    Ok(if has_errors {
        ExitCode::ManifestErrors
    } else {
        ExitCode::Done
    })
}

fn summary_line(file: &ManifestFile, checked: &Checked) -> String {
    let counted = count_in_words(&checked.diagnostics);
    let what = checked.valid().map(|manifest| {
        let (keys, usage_plans) = (manifest.keys.len(), manifest.usage_plans.len());
        let plural = |number: usize| if number == 1 { "" } else { "s" };
        let targets = manifest.targets.len();
        format!(
            " ({keys} key{}, {usage_plans} usage plan{}, {targets} target{})",
            plural(keys),
            plural(usage_plans),
            plural(targets)
        )
    });
    format!("{}: {counted}{}\n", file.path, what.unwrap_or_default())
}

/// Returns the day to check for.
pub(super) fn day(given: Option<Date>) -> Result<Date, RunError> {
    given.map_or_else(today, Ok)
}

pub(super) fn of_file<'a>(
    file: &'a ManifestFile,
    diagnostics: &'a Diagnostics,
) -> FileDiagnostics<'a> {
    FileDiagnostics {
        path: &file.path,
        text: &file.text,
        diagnostics,
    }
}

/// Checks a manifest for a command that goes on with it: draws what is wrong
/// on stderr, and stops at errors.
pub(super) fn require_valid(
    file: &ManifestFile,
    day: Date,
    run: &Run,
) -> Result<Manifest, RunError> {
    let checked = check_text(&file.text, Some(day));
    show(file, &checked.diagnostics, run);
    let is_valid = checked.valid().is_some();
    match checked.manifest {
        Some(manifest) if is_valid => Ok(manifest),
        _ => {
            let counted = count_in_words(&checked.diagnostics);
            Err(RunError::Manifest(format!(
                "{}: {counted}: nothing was planned",
                file.path
            )))
        }
    }
}

/// Draws diagnostics on stderr; as annotations where GitHub reads them.
pub(super) fn show(file: &ManifestFile, found: &Diagnostics, run: &Run) {
    if found.is_empty() {
        return;
    }
    let report = of_file(file, found);
    if run.output.settings().is_github_actions {
        // As a notice is: beside what a program reads, not in it.
        run.output.error(render_github(&[report]).trim_end());
        return;
    }
    let drawn = diagnostics::draw(&report, run.output.terminal(Stream::Err));
    run.output.error(drawn.trim_end());
    run.output.error("");
}
