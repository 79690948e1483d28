//! `ai-keys schema`: JSON Schemas, for editors and for programs that read what this one writes.

use ai_keys_core::manifest::json_schema;
use ai_keys_core::report::{
    checkup_schema, plan_schema, report_schema, snapshot_schema, usage_schema,
};

use super::Run;
use super::args::{Schema, SchemaOf};
use crate::exit::ExitCode;

pub(super) fn run(args: &Schema, run: &Run) -> ExitCode {
    let schema = match args.of {
        SchemaOf::Manifest => json_schema(),
        SchemaOf::Plan => plan_schema(),
        SchemaOf::Snapshot => snapshot_schema(),
        SchemaOf::Report => report_schema(),
        SchemaOf::Usage => usage_schema(),
        SchemaOf::Doctor => checkup_schema(),
    };
    run.output.print(&format!("{schema:#}\n"));
    ExitCode::Done
}
