//! `ai-keys doctor`: looks at a whole set-up and says what to mend. Holds nothing that can write.
//!
//! IAM is not asked what it would allow: its SDK is as large as all others together, and
//! `iam:SimulatePrincipalPolicy` is a permission that few roles have. What reads can be tried is
//! tried; what writes is not.

mod account;
mod github;
mod stores;
mod workflow;

use ai_keys_core::check::check_text;
use ai_keys_core::diagnostic::Severity;
use ai_keys_core::manifest::Manifest;
use ai_keys_core::report::{
    CHECKUP_FORMAT, Check, CheckVerdict, Checkup, count_in_words, render_checkup,
};

use super::args::{Doctor, DoctorFormat};
use super::manifest_file::read_manifest;
use super::sandbox::Stand;
use super::targets::desired_states;
use super::{Run, RunError, paint, validate};
use crate::exit::ExitCode;
use crate::output::{Stream, untrusted};

pub(super) async fn run(args: &Doctor, run: &Run) -> Result<ExitCode, RunError> {
    let mut sheet = Sheet::default();
    sheet.ok("version", concat!("ai-keys ", env!("CARGO_PKG_VERSION")));
    let manifest = manifest(args, &mut sheet)?;
    workflow::check(&args.scope.manifest, manifest.as_ref(), &mut sheet);
    if args.offline {
        sheet.skipped("accounts", "not asked: --offline");
    } else if let Some(manifest) = manifest {
        let stand = args.scope.place.sandbox.as_deref();
        let stand = stand.map(|dir| Stand::open(dir, run)).transpose()?;
        let desired = desired_states(&manifest, &args.scope.place.targets)?;
        for desired in &desired {
            Box::pin(account::check(desired, stand.as_ref(), &mut sheet, run)).await;
        }
        if stand.is_none() {
            Box::pin(github::check(&desired, &mut sheet, run)).await;
        } else {
            github::skip(&desired, &mut sheet);
        }
    } else {
        sheet.skipped("accounts", "which ones, only a valid manifest says");
    }
    let checkup = Checkup {
        checks: sheet.checks,
        format: CHECKUP_FORMAT,
    };
    let terminal = run.output.terminal(Stream::Out);
    let text = match args.format {
        DoctorFormat::Human => render_checkup(&checkup, &|tone, text| paint(terminal, tone, text)),
        DoctorFormat::Json => {
            let text = serde_json::to_string_pretty(&checkup).unwrap_or_default();
            format!("{text}\n")
        }
    };
    run.output.print(&run.output.scrub(&text));
    Ok(sheet.code)
}

/// What was found so far, and the exit code of the worst of it.
struct Sheet {
    checks: Vec<Check>,
    code: ExitCode,
}

impl Default for Sheet {
    fn default() -> Self {
        Self {
            checks: Vec::new(),
            code: ExitCode::Done,
        }
    }
}

impl Sheet {
    fn ok(&mut self, about: &str, text: &str) {
        self.note(None, about, CheckVerdict::Ok, text, None);
    }

    fn skipped(&mut self, about: &str, text: &str) {
        self.note(None, about, CheckVerdict::Skipped, text, None);
    }

    fn warning(&mut self, about: &str, text: &str, help: &str) {
        self.note(None, about, CheckVerdict::Warning, text, Some(help));
    }

    /// Notes what will not work, and with which code it would end.
    fn problem(&mut self, about: &str, code: ExitCode, text: &str, help: &str) {
        self.note(None, about, CheckVerdict::Problem, text, Some(help));
        self.raise(code);
    }

    fn raise(&mut self, code: ExitCode) {
        if code as u8 > self.code as u8 {
            self.code = code;
        }
    }

    fn note(
        &mut self,
        target: Option<&str>,
        about: &str,
        is: CheckVerdict,
        text: &str,
        help: Option<&str>,
    ) {
        self.checks.push(Check {
            about: about.to_owned(),
            help: help.map(|help| untrusted(help).to_string()),
            is,
            target: target.map(str::to_owned),
            text: untrusted(text).to_string(),
        });
    }
}

/// Checks the manifest, and returns it if it is valid.
fn manifest(args: &Doctor, sheet: &mut Sheet) -> Result<Option<Manifest>, RunError> {
    let file = match read_manifest(&args.scope.manifest) {
        Ok(file) => file,
        Err(error) => {
            let text = error.to_string();
            let error = RunError::from(error);
            sheet.problem(
                "manifest",
                error.exit_code(),
                &text,
                "ai-keys init writes one",
            );
            return Ok(None);
        }
    };
    let checked = check_text(&file.text, Some(validate::day(args.today)?));
    let counted = format!("{}: {}", file.path, count_in_words(&checked.diagnostics));
    let see = format!("see ai-keys validate {}", file.path);
    if checked.diagnostics.has_errors() {
        sheet.problem("manifest", ExitCode::ManifestErrors, &counted, &see);
    } else if checked.diagnostics.count(Severity::Warning) > 0 {
        sheet.warning("manifest", &counted, &see);
    } else {
        sheet.ok("manifest", &counted);
    }
    Ok(checked.valid().cloned())
}
