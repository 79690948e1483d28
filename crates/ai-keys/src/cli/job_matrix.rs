//! `ai-keys plan --format matrix`: the jobs of a workflow that fans out. Known from the manifests alone.

use ai_keys_core::manifest::Manifest;
use ai_keys_core::report::job_matrix;

use super::manifest_file::shown;
use super::manifests::Manifests;
use super::{Run, RunError};

/// Prints a job for each manifest and each of its chosen targets, which exist.
pub(super) fn print(manifests: &Manifests, chosen: &[String], run: &Run) -> Result<(), RunError> {
    // As the Action writes them, which finds a reviewed plan by the job's id.
    let paths: Vec<String> = manifests.iter().map(|one| shown(&one.path)).collect();
    let manifests = manifests.iter().map(|one| &one.manifest);
    let named: Vec<(&str, &Manifest)> = paths.iter().map(String::as_str).zip(manifests).collect();
    let matrix = job_matrix(&named, chosen);
    if let Some(why) = matrix.excess() {
        return Err(RunError::Usage(format!(
            "{why}: choose some with --target or fewer manifests, or plan all of them in one job, which looks at them at once"
        )));
    }
    let text = serde_json::to_string(&matrix).unwrap_or_default();
    run.output.print(&format!("{text}\n"));
    Ok(())
}
