//! Finds Terraform and a mirror of the AWS provider for the tests that compare us with it.

use std::env;
use std::path::{Path, PathBuf};

use crate::workspace;

/// Names a folder that is laid out as a filesystem mirror; looked at before the usual places.
pub(crate) const MIRROR_VARIABLE: &str = "AI_KEYS_TERRAFORM_MIRROR";

const PROVIDER: &str = "registry.terraform.io/hashicorp/aws";

/// A Terraform that needs no network.
pub(crate) struct Terraform {
    pub(crate) program: PathBuf,
    pub(crate) mirror: PathBuf,
}

/// Looks for Terraform and the mirror.
///
/// # Errors
/// What is missing.
pub(crate) fn find() -> Result<Terraform, String> {
    let Some(program) = workspace::on_path("terraform") else {
        return Err("no Terraform (`terraform` is not on PATH)".to_owned());
    };
    let Some(mirror) = mirrors().into_iter().find(|folder| holds_provider(folder)) else {
        return Err(format!(
            "no Terraform provider mirror (point {MIRROR_VARIABLE} at a folder that holds {PROVIDER}: \
             `terraform providers mirror FOLDER` makes one)"
        ));
    };
    Ok(Terraform { program, mirror })
}

/// Returns where a mirror may be: what a person said first, then where Terraform itself and its packages look.
/// <https://developer.hashicorp.com/terraform/cli/config/config-file#implied-local-mirror-directories>, checked 2026-11-23.
fn mirrors() -> Vec<PathBuf> {
    if let Some(said) = env::var_os(MIRROR_VARIABLE) {
        return vec![PathBuf::from(said)];
    }
    let named = ["TF_PLUGIN_MIRROR", "TF_PLUGIN_CACHE_DIR"]
        .into_iter()
        .filter_map(env::var_os)
        .map(PathBuf::from);
    let at_home = env::home_dir().into_iter().flat_map(|home| {
        [
            ".terraform.d/plugins",
            ".terraform.d/plugin-cache",
            ".local/share/terraform/plugins",
        ]
        .map(|at| home.join(at))
    });
    let of_the_system = [
        "/usr/local/share/terraform/plugins",
        "/usr/share/terraform/plugins",
    ]
    .map(PathBuf::from);
    // An image that has to do without a network usually brings its mirror below /opt.
    let brought_along = Path::new("/opt").read_dir().into_iter().flatten();
    let mut brought_along: Vec<PathBuf> =
        brought_along.flatten().map(|entry| entry.path()).collect();
    brought_along.sort();
    named
        .chain(at_home)
        .chain(of_the_system)
        .chain(brought_along)
        .collect()
}

fn holds_provider(mirror: &Path) -> bool {
    mirror
        .join(PROVIDER)
        .read_dir()
        .is_ok_and(|mut versions| versions.next().is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_without_the_provider_is_no_mirror() {
        assert!(!holds_provider(&workspace::root()));
    }
}
