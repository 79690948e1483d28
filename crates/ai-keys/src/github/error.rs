//! What GitHub's answers mean, in words that say what to do next.

use std::fmt::{self, Display, Formatter};

use crate::output::untrusted;

/// A call to GitHub: its name for a person, and the permission that it takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Call {
    /// Who the token belongs to.
    Viewer,
    /// `GET /repos/{owner}/{repo}/issues/{number}/comments`
    ListComments,
    /// `POST /repos/{owner}/{repo}/issues/{number}/comments`
    CreateComment,
    /// `GET /repos/{owner}/{repo}/issues/comments/{id}`
    ReadComment,
    /// `PATCH /repos/{owner}/{repo}/issues/comments/{id}`
    UpdateComment,
    /// `DELETE /repos/{owner}/{repo}/issues/comments/{id}`
    DeleteComment,
    /// `GET /repos/{owner}/{repo}/commits/{sha}/pulls`
    PullRequestsOfCommit,
    /// `GET /repos/{owner}/{repo}/pulls`
    ListPullRequests,
    /// `GET /repos/{owner}/{repo}/git/commits/{sha}`
    ReadCommit,
    /// `GET /repos/{owner}/{repo}/commits`
    ListCommits,
    /// `GET /repos/{owner}/{repo}/actions/artifacts`
    ListArtifacts,
    /// `GET /repos/{owner}/{repo}/actions/runs/{id}`
    ReadRun,
    /// `GET /repos/{owner}/{repo}/actions/artifacts/{id}/zip`
    DownloadArtifact,
    /// `GET /repos/{owner}/{repo}/issues`
    ListIssues,
    /// `POST /repos/{owner}/{repo}/issues`
    CreateIssue,
    /// `PATCH /repos/{owner}/{repo}/issues/{number}`
    UpdateIssue,
    /// The token of the job for another service.
    IdToken,
    /// `GET …/secrets`, and which repositories have one.
    ListSecrets,
    /// `GET …/secrets/public-key`
    SecretsKey,
    /// `GET …/secrets/{name}`
    ReadSecret,
    /// `PUT …/secrets/{name}`
    PutSecret,
}

impl Call {
    /// Returns what it does.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Viewer => "asking whose token this is",
            Self::ListComments => "listing the comments of the pull request",
            Self::CreateComment => "writing the comment",
            Self::ReadComment => "reading the comment",
            Self::UpdateComment => "updating the comment",
            Self::DeleteComment => "deleting a second comment",
            Self::PullRequestsOfCommit => "looking for the pull request of the commit",
            Self::ListPullRequests => "listing the pull requests that were closed last",
            Self::ReadCommit => "reading the message of the commit",
            Self::ListCommits => "looking for the last change of the manifest",
            Self::ListArtifacts => "listing the artifacts",
            Self::ReadRun => "reading the run that made the plan",
            Self::DownloadArtifact => "downloading the reviewed plan",
            Self::ListIssues => "listing the drift issues",
            Self::CreateIssue => "opening the drift issue",
            Self::UpdateIssue => "updating the drift issue",
            Self::IdToken => "asking for the job's OIDC token",
            Self::ListSecrets => "listing the secrets",
            Self::SecretsKey => "reading the key that secrets are sealed with",
            Self::ReadSecret => "looking at the secret",
            Self::PutSecret => "writing the secret",
        }
    }

    /// Returns what to put under `permissions:` in the workflow.
    ///
    /// Source: "Permissions required for GitHub Apps", checked 2026-11-23.
    /// <https://docs.github.com/rest/authentication/permissions-required-for-github-apps>
    fn permission(self) -> &'static str {
        match self {
            Self::Viewer | Self::ReadCommit | Self::ListCommits => "contents: read",
            Self::ListComments
            | Self::CreateComment
            | Self::ReadComment
            | Self::UpdateComment
            | Self::DeleteComment => "pull-requests: write",
            Self::PullRequestsOfCommit | Self::ListPullRequests => "pull-requests: read",
            Self::ListArtifacts | Self::ReadRun | Self::DownloadArtifact => "actions: read",
            Self::ListIssues | Self::CreateIssue | Self::UpdateIssue => "issues: write",
            Self::IdToken => "id-token: write",
            Self::ListSecrets | Self::SecretsKey | Self::ReadSecret | Self::PutSecret => {
                "secrets: write"
            }
        }
    }
}

/// What an error means for the call that met it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ErrorKind {
    /// The token may not do this; asking again does not help.
    NotPermitted,
    /// It is not there, or not for this token to see.
    Gone,
    /// The text is longer than GitHub takes.
    TooLong,
    /// GitHub refuses the request as it is.
    Refused,
    /// Too many requests, for longer than we wait.
    Limited,
    /// GitHub broke down.
    Failed,
    /// No answer came; a write may have happened.
    Lost,
    /// The answer is not what GitHub documents.
    Unreadable,
}

impl ErrorKind {
    /// Returns what a status means, with the message that came with it.
    ///
    /// The limit of a body is not in GitHub's description of its API, only in
    /// the message: `Body is too long (maximum is 65536 characters)`.
    pub(super) fn of(status: u16, message: &str) -> Self {
        match status {
            401 | 403 => Self::NotPermitted,
            404 | 410 => Self::Gone,
            413 => Self::TooLong,
            422 if message.contains("too long") => Self::TooLong,
            429 => Self::Limited,
            500.. => Self::Failed,
            _ => Self::Refused,
        }
    }

    fn summary(self) -> &'static str {
        match self {
            Self::NotPermitted => "is not permitted",
            Self::Gone => "found nothing",
            Self::TooLong => "was refused: the text is too long",
            Self::Refused => "was refused",
            Self::Limited => "met GitHub's rate limit",
            Self::Failed => "failed at GitHub",
            Self::Lost => "got no answer",
            Self::Unreadable => "got an answer that cannot be read",
        }
    }
}

/// A call that GitHub did not answer as hoped. Never holds the token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct GithubError {
    pub(super) kind: ErrorKind,
    pub(super) call: Call,
    pub(super) status: Option<u16>,
    /// What GitHub said; scrubbed.
    pub(super) message: String,
}

impl GithubError {
    /// Returns what it means.
    pub(crate) fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// Returns an error of an answer that is not as documented.
    pub(super) fn unreadable(call: Call, why: &str) -> Self {
        Self {
            kind: ErrorKind::Unreadable,
            call,
            status: None,
            message: why.to_owned(),
        }
    }

    fn help(&self) -> Option<String> {
        let is_of_secrets = self.call.permission() == "secrets: write";
        match self.kind {
            ErrorKind::NotPermitted if is_of_secrets && self.status == Some(401) => Some(
                "the token in AI_KEYS_GITHUB_TOKEN is not valid, or not any more".to_owned(),
            ),
            ErrorKind::NotPermitted if is_of_secrets => Some(
                "the token in AI_KEYS_GITHUB_TOKEN may not do this: it takes one of a GitHub App or a fine-grained \
                 personal access token, with write access to Secrets, for an environment to Environments; \
                 GITHUB_TOKEN cannot write secrets"
                    .to_owned(),
            ),
            ErrorKind::Gone if is_of_secrets => Some(
                "check that the repository, environment or organisation exists and that the token in \
                 AI_KEYS_GITHUB_TOKEN can see it"
                    .to_owned(),
            ),
            ErrorKind::NotPermitted if self.status == Some(401) => {
                Some("the token is not valid any more".to_owned())
            }
            ErrorKind::NotPermitted | ErrorKind::Gone => {
                let permission = self.call.permission();
                Some(format!("give the job the permission `{permission}`"))
            }
            ErrorKind::Limited | ErrorKind::Failed | ErrorKind::Lost => {
                Some("run the job again later".to_owned())
            }
            ErrorKind::TooLong | ErrorKind::Refused | ErrorKind::Unreadable => None,
        }
    }
}

/// One line: which call failed, what GitHub said, what to do.
impl Display for GithubError {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.call.name(), self.kind.summary())?;
        let message: String = self
            .message
            .trim()
            .trim_end_matches('.')
            .chars()
            .take(300)
            .collect();
        if !message.is_empty() {
            write!(f, ": {}", untrusted(&message))?;
        }
        if let Some(status) = self.status {
            write!(f, " ({status})")?;
        }
        match self.help() {
            Some(help) => write!(f, "; {help}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for GithubError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_has_its_meaning() {
        for (status, message, kind) in [
            (400, "Problems parsing JSON", ErrorKind::Refused),
            (401, "Bad credentials", ErrorKind::NotPermitted),
            (
                403,
                "Resource not accessible by integration",
                ErrorKind::NotPermitted,
            ),
            (404, "Not Found", ErrorKind::Gone),
            (410, "Issues are disabled for this repo", ErrorKind::Gone),
            (413, "", ErrorKind::TooLong),
            (
                422,
                "Body is too long (maximum is 65536 characters)",
                ErrorKind::TooLong,
            ),
            (422, "Validation Failed", ErrorKind::Refused),
            (429, "API rate limit exceeded", ErrorKind::Limited),
            (500, "", ErrorKind::Failed),
            (503, "", ErrorKind::Failed),
        ] {
            assert_eq!(ErrorKind::of(status, message), kind, "{status} {message}");
        }
    }
}
