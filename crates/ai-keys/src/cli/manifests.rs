//! The manifests of a command that takes many: each is read once, and all that is wrong with any of them is said in
//! one run.

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};

use ai_keys_core::date::Date;
use ai_keys_core::manifest::Manifest;
use ai_keys_core::state::DesiredState;

use super::manifest_file::{ManifestFile, read_manifest};
use super::several::Several;
use super::targets::{chosen_states, desired_states};
use super::{Run, RunError, validate};
use crate::output::untrusted;

/// Manifests without errors, in the order in which they were named.
pub(super) struct Manifests(Vec<Valid>);

/// One of them.
pub(super) struct Valid {
    /// The path, without the parts of it that say nothing.
    pub(super) path: PathBuf,
    pub(super) file: ManifestFile,
    pub(super) manifest: Manifest,
}

impl Manifests {
    /// Reads and checks manifests. A path that is named twice is one manifest.
    pub(super) fn read(paths: &[PathBuf], day: Date, run: &Run) -> Result<Self, RunError> {
        let mut seen = BTreeSet::new();
        let mut valid = Vec::new();
        let mut wrong = Several::default();
        for named in paths {
            let path = tidy(named);
            if !seen.insert(path.clone()) {
                continue;
            }
            let read = || {
                let file = read_manifest(named)?;
                let manifest = validate::require_valid(&file, day, run)?;
                Ok((file, manifest))
            };
            match read() {
                Ok((file, manifest)) => valid.push(Valid {
                    path,
                    file,
                    manifest,
                }),
                Err(error) => wrong.add(error),
            }
        }
        wrong.end(run)?;
        Ok(Self(valid))
    }

    /// Returns what they ask of each chosen target, by manifest and then by name;
    /// of every target if none is chosen. One that has no chosen target asks for
    /// nothing.
    pub(super) fn desired(
        &self,
        chosen: &[String],
    ) -> Result<Vec<(&ManifestFile, DesiredState)>, RunError> {
        if let [only] = self.0.as_slice() {
            let desired = desired_states(&only.manifest, chosen)?;
            return Ok(desired.into_iter().map(|one| (&only.file, one)).collect());
        }
        self.require_known(chosen)?;
        let mut all = Vec::new();
        for Valid { file, manifest, .. } in &self.0 {
            let desired = chosen_states(manifest, chosen)?;
            all.extend(desired.into_iter().map(|one| (file, one)));
        }
        Ok(all)
    }

    /// Refuses a target that no manifest has.
    fn require_known(&self, chosen: &[String]) -> Result<(), RunError> {
        let names = self.0.iter().flat_map(|one| one.manifest.targets.names());
        let known: BTreeSet<&str> = names.collect();
        let Some(unknown) = chosen.iter().find(|name| !known.contains(name.as_str())) else {
            return Ok(());
        };
        let known: Vec<&str> = known.into_iter().collect();
        Err(RunError::Usage(format!(
            "none of the {} manifests has a target `{}`; they have: {}",
            self.0.len(),
            untrusted(unknown),
            known.join(", ")
        )))
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Valid> {
        self.0.iter()
    }
}

/// Leaves out what does not change where a path leads: `./a.toml` is `a.toml`.
fn tidy(path: &Path) -> PathBuf {
    let parts = path.components();
    parts.filter(|part| *part != Component::CurDir).collect()
}
