//! The repository on GitHub whose jobs assume the roles.

use std::path::Path;
use std::process::Command;

use super::super::RunError;
use crate::output::untrusted;

/// Where the repository is if nothing else is said.
const GITHUB: &str = "github.com";

/// A repository and the GitHub that it is on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Repository {
    host: String,
    /// `OWNER/NAME`.
    pub(super) name: String,
}

impl Repository {
    /// Takes the one that was told, or else that of the remote `origin`.
    ///
    /// # Errors
    /// If what was told is none.
    pub(super) fn find(told: Option<&str>, folder: &Path) -> Result<Option<Self>, RunError> {
        let Some(told) = told else {
            return Ok(origin(folder).as_deref().and_then(Self::of_remote));
        };
        let error = || {
            let told = untrusted(told);
            RunError::Usage(format!("`{told}` is no repository: write OWNER/NAME"))
        };
        Self::of_path(GITHUB, told).map(Some).ok_or_else(error)
    }

    /// Reads the address of a remote: `https://github.com/acme/keys.git`,
    /// `git@github.com:acme/keys.git`, `ssh://git@github.com:22/acme/keys`.
    fn of_remote(address: &str) -> Option<Self> {
        let (place, path) = match address.split_once("://") {
            Some((_, rest)) => rest.split_once('/')?,
            None => address.split_once(':')?,
        };
        let host = place.rsplit('@').next()?;
        let host = host.split(':').next()?;
        Self::of_path(host, path.trim_end_matches('/').trim_end_matches(".git"))
    }

    fn of_path(host: &str, path: &str) -> Option<Self> {
        // Nothing else gets into a policy: `*` would trust the repositories of strangers.
        let is_part = |part: &str| {
            let is_plain = |b: u8| b.is_ascii_alphanumeric() || b"-._".contains(&b);
            !part.is_empty() && part.bytes().all(is_plain)
        };
        let (owner, name) = path.split_once('/')?;
        let is_whole = is_part(host) && is_part(owner) && is_part(name);
        is_whole.then(|| Self {
            host: host.to_ascii_lowercase(),
            name: path.to_owned(),
        })
    }

    /// Returns it as `gh` takes it: `HOST/OWNER/NAME`.
    pub(super) fn full(&self) -> String {
        format!("{}/{}", self.host, self.name)
    }

    /// Returns who signs the tokens of its jobs, as IAM names the provider.
    ///
    /// Source: <https://docs.github.com/en/actions/how-tos/secure-your-work/security-harden-deployments/oidc-in-aws>
    /// and its pages for Enterprise Cloud with data residency and for Enterprise
    /// Server, checked 2026-11-27.
    pub(super) fn issuer(&self) -> String {
        let host = &self.host;
        if host == GITHUB {
            "token.actions.githubusercontent.com".to_owned()
        } else if host.ends_with(".ghe.com") {
            format!("token.actions.{host}")
        } else {
            format!("{host}/_services/token")
        }
    }
}

/// Asks git, which knows includes, worktrees and rewritten addresses.
fn origin(folder: &Path) -> Option<String> {
    let folder = Some(folder).filter(|folder| !folder.as_os_str().is_empty());
    let mut git = Command::new("git");
    git.args(["remote", "get-url", "origin"]);
    git.current_dir(folder.unwrap_or(Path::new(".")));
    let output = git.output().ok().filter(|output| output.status.success())?;
    let address = String::from_utf8(output.stdout).ok()?;
    Some(address.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_remote_is_read_however_it_is_written() {
        for (address, issuer) in [
            (
                "https://github.com/acme/keys.git",
                "token.actions.githubusercontent.com",
            ),
            (
                "https://token@GitHub.com/acme/keys/",
                "token.actions.githubusercontent.com",
            ),
            (
                "git@github.com:acme/keys.git",
                "token.actions.githubusercontent.com",
            ),
            (
                "ssh://git@acme.ghe.com:22/acme/keys",
                "token.actions.acme.ghe.com",
            ),
            (
                "https://git.acme.test/acme/keys",
                "git.acme.test/_services/token",
            ),
        ] {
            let found = Repository::of_remote(address).unwrap();
            assert_eq!(found.name, "acme/keys", "{address}");
            assert_eq!(found.issuer(), issuer, "{address}");
        }
    }

    #[test]
    fn what_could_widen_a_policy_or_is_elsewhere_is_no_repository() {
        for address in [
            "https://github.com/acme/*",
            "https://github.com/acme/a/b",
            "https://github.com/acme",
            "git@github.com:a cme/keys",
            "/srv/git/keys.git",
            "../keys",
        ] {
            assert_eq!(Repository::of_remote(address), None, "{address}");
        }
    }
}
