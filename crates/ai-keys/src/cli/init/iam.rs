//! The two roles that the workflow assumes: what each may do, who may assume it, and how they are made.
//!
//! They are files for whoever administers the account. Nothing of IAM is called from here.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use ai_keys_core::check::check_text;
use ai_keys_core::state::{DesiredState, resolve};
use serde_json::{Value, json};

use super::super::RunError;
use super::super::manifest_file::shown;
use super::TARGET;
use super::repository::Repository;
use crate::provider::aws::{Role, partition, policy};

/// The branch that the workflow applies from.
const BRANCH: &str = "main";

/// What the roles are made from.
pub(super) struct Iam {
    folder: PathBuf,
    account: String,
    repository: Repository,
}

impl Iam {
    /// The files stand beside the manifest.
    pub(super) fn new(manifest: &Path, account: String, repository: Repository) -> Self {
        Self {
            folder: folder(manifest),
            account,
            repository,
        }
    }

    /// Returns every file with its text.
    ///
    /// # Errors
    /// If the manifest has errors, which what `init` writes has not.
    pub(super) fn files(&self, manifest: &str) -> Result<Vec<(PathBuf, String)>, RunError> {
        let checked = check_text(manifest, None);
        let desired = checked.valid().map(|manifest| resolve(manifest, TARGET));
        let Some(Ok(desired)) = desired else {
            return Err(RunError::Manifest("the manifest has errors".to_owned()));
        };
        let mut files = Vec::new();
        for role in [Role::Plan, Role::Apply] {
            let documents = [
                (paper(role, "policy"), policy(&desired, role)),
                (paper(role, "trust"), self.trust(role, &desired)),
            ];
            let documents = documents.into_iter();
            files.extend(
                documents.map(|(name, one)| (self.folder.join(name), format!("{one:#}\n"))),
            );
        }
        files.push((self.folder.join(SCRIPT), self.script(&desired)));
        Ok(files)
    }

    /// Returns the files that [`Iam::files`] gives, for a look whether they are
    /// there already.
    pub(super) fn paths(manifest: &Path) -> Vec<PathBuf> {
        let papers = [Role::Plan, Role::Apply]
            .into_iter()
            .flat_map(|role| ["policy", "trust"].map(|what| paper(role, what)));
        let names = papers.chain([SCRIPT.to_owned()]);
        names.map(|name| folder(manifest).join(name)).collect()
    }

    /// Says what comes next.
    pub(super) fn next(&self) -> String {
        let folder = shown(&self.folder);
        format!(
            "wrote {folder}: what the workflow's two roles may do, and who may assume them; next: sh {folder}/{SCRIPT}, with an administrator's credentials"
        )
    }

    /// Returns who may assume a role: jobs of this repository, and of the role
    /// that writes only those of the branch that is applied.
    ///
    /// A merge queue's branches begin with its name.
    fn trust(&self, role: Role, desired: &DesiredState) -> Value {
        let (issuer, repository) = (self.repository.issuer(), &self.repository.name);
        let (audience, subject) = (format!("{issuer}:aud"), format!("{issuer}:sub"));
        let branch = format!("repo:{repository}:ref:refs/heads/{BRANCH}");
        let conditions = match role {
            Role::Apply => json!({
                "StringEquals": { audience: "sts.amazonaws.com", subject: branch },
            }),
            Role::Plan => json!({
                "StringEquals": { audience: "sts.amazonaws.com" },
                "StringLike": { subject: [
                    format!("repo:{repository}:pull_request"),
                    branch,
                    format!("repo:{repository}:ref:refs/heads/gh-readonly-queue/{BRANCH}/*"),
                ] },
            }),
        };
        json!({
            "Version": "2012-10-17",
            "Statement": [{
                "Sid": "JobsOfTheRepository",
                "Effect": "Allow",
                "Principal": { "Federated": self.arn(desired, &format!("oidc-provider/{issuer}")) },
                "Action": "sts:AssumeRoleWithWebIdentity",
                "Condition": conditions,
            }]
        })
    }

    fn arn(&self, desired: &DesiredState, what: &str) -> String {
        let partition = partition(&desired.region);
        format!("arn:{partition}:iam::{}:{what}", self.account)
    }

    fn script(&self, desired: &DesiredState) -> String {
        let issuer = self.repository.issuer();
        let full = self.repository.full();
        let provider = self.arn(desired, &format!("oidc-provider/{issuer}"));
        let mut script = format!(
            "#!/bin/sh\n\
             # Makes the roles that the workflow assumes, and tells the repository their names.\n\
             # It needs the AWS CLI with an administrator's credentials, and `gh`.\n\
             set -eu\n\
             cd \"$(dirname \"$0\")\"\n\
             \n\
             # One for the whole account, and it may be there.\n\
             aws iam get-open-id-connect-provider --open-id-connect-provider-arn {provider} >/dev/null 2>&1 ||\n  \
               aws iam create-open-id-connect-provider --url https://{issuer} --client-id-list sts.amazonaws.com\n"
        );
        for role in [Role::Plan, Role::Apply] {
            let name = format!("ai-keys-{}", role.name());
            let arn = self.arn(desired, &format!("role/{name}"));
            let variable = format!("KEYS_{}_ROLE", role.name().to_ascii_uppercase());
            let (trust, policy) = (paper(role, "trust"), paper(role, "policy"));
            // Writing to a String cannot fail.
            let _ = write!(
                script,
                "\n\
                 aws iam create-role --role-name {name} --assume-role-policy-document file://{trust}\n\
                 aws iam put-role-policy --role-name {name} --policy-name ai-keys --policy-document file://{policy}\n\
                 gh variable set {variable} --repo {full} --body {arn}\n"
            );
        }
        script
    }
}

/// What makes the roles.
const SCRIPT: &str = "create-roles.sh";

fn paper(role: Role, what: &str) -> String {
    format!("{}.{what}.json", role.name())
}

fn folder(manifest: &Path) -> PathBuf {
    manifest.with_file_name("iam")
}
