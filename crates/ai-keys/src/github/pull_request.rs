//! From a commit to the pull request that brought it.

use serde::Deserialize;

use super::client::Client;
use super::error::{Call, GithubError};

/// A merged pull request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Merged {
    /// Its number.
    pub(crate) number: u64,
    /// The last commit of its own branch: what was planned and reviewed.
    pub(crate) head: String,
}

#[derive(Deserialize)]
struct PullRequest {
    number: u64,
    merged_at: Option<String>,
    merge_commit_sha: Option<String>,
    base: Branch,
    head: Branch,
}

#[derive(Deserialize)]
struct Branch {
    #[serde(rename = "ref")]
    name: String,
    sha: String,
}

/// Returns the pull request whose merge put a commit on a branch; none if the
/// commit was pushed there.
pub(crate) async fn merged_pull_request(
    client: &Client,
    sha: &str,
    branch: &str,
) -> Result<Option<Merged>, GithubError> {
    let route = format!(
        "/repos/{}/commits/{sha}/pulls?per_page=100",
        client.repository()
    );
    let all: Vec<PullRequest> = client.list(Call::PullRequestsOfCommit, &route).await?;
    let merged = all
        .into_iter()
        .filter(|found| found.merged_at.is_some() && found.base.name == branch);
    // The commit of its own merge says more than a branch that holds it too.
    let best = merged.max_by_key(|found| {
        let is_its_merge = found.merge_commit_sha.as_deref() == Some(sha);
        (is_its_merge, found.number)
    });
    Ok(best.map(|found| Merged {
        number: found.number,
        head: found.head.sha,
    }))
}
