//! `ai-keys schema`: the JSON Schema of manifests, for editors.

use ai_keys_core::manifest::json_schema;

use super::Run;
use crate::exit::ExitCode;

pub(super) fn run(run: &Run) -> ExitCode {
    run.output.print(&format!("{:#}\n", json_schema()));
    ExitCode::Done
}
