//! From a commit to the pull request that brought it.

use std::time::Duration;

use serde::Deserialize;

use super::client::Client;
use super::error::{Call, GithubError};
use super::secrets::encoded;

/// How long GitHub is given, again and again, to show the pull request of a
/// merge: its list of a commit's pull requests is empty for some seconds after.
const LAG: [Duration; 4] = [
    Duration::ZERO,
    Duration::from_millis(500),
    Duration::from_secs(1),
    Duration::from_secs(2),
];

/// A merged pull request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Merged {
    /// Its number.
    pub(crate) number: u64,
    /// The last commit of its own branch: what was planned and reviewed.
    pub(crate) head: String,
    /// The commit that it became on the branch it was merged into.
    pub(crate) commit: Option<String>,
}

/// What brought a commit to a branch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Brought {
    /// A pull request.
    By(Merged),
    /// No pull request: it was pushed there.
    Pushed,
    /// Its message names this pull request, which GitHub does not show as merged
    /// with it.
    Unclear(u64),
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

#[derive(Deserialize)]
struct Commit {
    message: String,
}

#[derive(Deserialize)]
struct Changed {
    sha: String,
}

/// Returns what brought a commit that was just pushed to a branch.
///
/// INVARIANT: an empty list is no proof that nothing was reviewed. It is asked
/// for again, the pull requests that were closed last are searched for the
/// commit, and a commit whose message names a pull request is never taken for
/// pushed.
pub(crate) async fn who_brought(
    client: &Client,
    sha: &str,
    branch: &str,
) -> Result<Brought, GithubError> {
    for wait in LAG {
        client.pause(wait).await;
        if let Some(merged) = merged_pull_request(client, sha, branch).await? {
            return Ok(Brought::By(merged));
        }
    }
    if let Some(merged) = closed_lately(client, sha, branch).await? {
        return Ok(Brought::By(merged));
    }
    let route = format!("/repos/{}/git/commits/{sha}", client.repository());
    let commit: Commit = client.get(Call::ReadCommit, &route).await?;
    let named = named_pull_request(&commit.message);
    Ok(named.map_or(Brought::Pushed, Brought::Unclear))
}

/// Returns the pull request whose merge put a commit on a branch, as far as
/// GitHub lists it.
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
    let best = merged.max_by_key(|found| (found.is_merged_with(sha), found.number));
    Ok(best.map(Merged::from))
}

/// Searches the pull requests that were closed last for the one that was merged
/// with a commit: a rebase leaves no word of it in the message.
async fn closed_lately(
    client: &Client,
    sha: &str,
    branch: &str,
) -> Result<Option<Merged>, GithubError> {
    let route = format!(
        "/repos/{}/pulls?state=closed&sort=updated&direction=desc&per_page=100",
        client.repository()
    );
    let lately: Vec<PullRequest> = client.get(Call::ListPullRequests, &route).await?;
    let found = lately.into_iter().find(|found| {
        found.merged_at.is_some() && found.base.name == branch && found.is_merged_with(sha)
    });
    Ok(found.map(Merged::from))
}

impl PullRequest {
    fn is_merged_with(&self, sha: &str) -> bool {
        self.merge_commit_sha.as_deref() == Some(sha)
    }
}

impl From<PullRequest> for Merged {
    fn from(found: PullRequest) -> Self {
        Self {
            number: found.number,
            head: found.head.sha,
            commit: found.merge_commit_sha,
        }
    }
}

/// Returns the last commit that changed a file, seen from a commit.
pub(crate) async fn last_change(
    client: &Client,
    sha: &str,
    path: &str,
) -> Result<Option<String>, GithubError> {
    let route = format!(
        "/repos/{}/commits?sha={sha}&path={}&per_page=1",
        client.repository(),
        encoded(path)
    );
    let commits: Vec<Changed> = client.get(Call::ListCommits, &route).await?;
    Ok(commits.into_iter().next().map(|commit| commit.sha))
}

/// Returns the pull request that the message of a merge or squash commit names,
/// in the words that GitHub proposes.
///
/// Source: "About merge methods on GitHub", checked 2026-11-27.
/// <https://docs.github.com/repositories/configuring-branches-and-merges-in-your-repository/configuring-pull-request-merges/about-merge-methods-on-github>
fn named_pull_request(message: &str) -> Option<u64> {
    let title = message.lines().next().unwrap_or_default().trim_end();
    let of_merge = || {
        let rest = title.strip_prefix("Merge pull request #")?;
        rest.split(' ').next()
    };
    let of_squash = || title.strip_suffix(')')?.rsplit_once("(#").map(|(_, n)| n);
    of_merge().or_else(of_squash)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::named_pull_request;

    #[test]
    fn a_merge_and_a_squash_name_their_pull_request() {
        for message in [
            "Merge pull request #12 from acme/topic\n\nAdd a key",
            "Add a key (#12)\n\n* one (#3)\n* two",
            "Add a key (#7) (#12)",
        ] {
            assert_eq!(named_pull_request(message), Some(12), "{message}");
        }
    }

    #[test]
    fn another_mention_names_none() {
        for message in [
            "",
            "Add a key",
            "Fix #12",
            "Add a key\n\nMerge pull request #12 from acme/topic",
            "Revert \"Add a key (#12)\"",
            "Add a key (#)",
            "Add a key (#x)",
            "Merge branch 'main' of github.com:acme/keys",
        ] {
            assert_eq!(named_pull_request(message), None, "{message}");
        }
    }
}
