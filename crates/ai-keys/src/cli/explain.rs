//! `ai-keys explain`: what a diagnostic means, offline.

use ai_keys_core::diagnostic::{CODES, find_code};
use ai_keys_core::report::explain;

use super::args::Explain;
use super::{Run, RunError};
use crate::exit::ExitCode;
use crate::output::untrusted;

pub(super) fn run(args: &Explain, run: &Run) -> Result<ExitCode, RunError> {
    let Some(wanted) = &args.code else {
        for code in CODES {
            run.output.print(&format!(
                "{}  {:<7}  {}\n",
                code.id,
                code.severity.name(),
                code.name
            ));
        }
        return Ok(ExitCode::Done);
    };
    let code = find_code(wanted).ok_or_else(|| {
        let wanted = untrusted(wanted);
        RunError::Usage(format!(
            "there is no diagnostic `{wanted}`: `ai-keys explain` lists them all"
        ))
    })?;
    run.output.print(&explain(code));
    Ok(ExitCode::Done)
}
