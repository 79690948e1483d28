//! `ai-keys snapshot`: the live state as a file, without key values.

use super::args::Snapshot;
use super::manifest_file::{read_manifest, shown, write_whole};
use super::targets::{desired_states, open};
use super::{Run, RunError, validate};
use crate::exit::ExitCode;

pub(super) async fn run(args: &Snapshot, run: &Run) -> Result<ExitCode, RunError> {
    let file = read_manifest(&args.scope.manifest)?;
    let manifest = validate::require_valid(&file, validate::day(None)?, run)?;
    let desired = desired_states(&manifest, &args.scope.place.targets)?;
    let [_] = desired.as_slice() else {
        let names: Vec<&str> = desired
            .iter()
            .map(|desired| desired.target.as_str())
            .collect();
        return Err(RunError::Usage(format!(
            "a snapshot is of one target: say --target, one of {}",
            names.join(", ")
        )));
    };
    let (opened, _stand) = open(desired, args.scope.place.sandbox.as_deref(), run).await?;
    for target in &opened {
        // Names and descriptions could quote a value that somebody put there.
        let text = run.output.scrub(&target.observe().await?.live.to_json());
        match &args.out {
            Some(path) => {
                write_whole(path, &text).map_err(|source| RunError::Write {
                    path: shown(path),
                    source,
                })?;
                run.output.notice(&format!(
                    "snapshot of {} written to {}",
                    target.desired.target,
                    shown(path)
                ));
            }
            None => run.output.print(&text),
        }
    }
    Ok(ExitCode::Done)
}
