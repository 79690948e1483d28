//! The one issue on the drift of a scope: opened, brought up to date, closed and opened again by itself.

use ai_keys_core::report::review::{CommentMarker, Issue as Text, MarkerKind};
use serde::Deserialize;
use serde_json::json;

use super::actor::{Actor, User};
use super::client::Client;
use super::comment::Writer;
use super::error::{Call, GithubError};

/// The label by which our issues are listed.
const LABEL: &str = "ai-keys-drift";

/// What a scope's issue shall say.
pub(crate) enum Drift<'a> {
    /// There is drift. The text gets how often it was written, this time
    /// included.
    Found(&'a dyn Fn(u64) -> Text),
    /// There is none.
    Clean,
}

/// What became of the issue, with its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Filed {
    /// It is new.
    Opened(u64),
    /// It was closed, and is open.
    Reopened(u64),
    /// It says something else now.
    Updated(u64),
    /// It said so already.
    Unchanged(u64),
    /// The drift is gone, and it is closed.
    Closed(u64),
    /// A newer run wrote it.
    Newer(u64),
    /// There is no drift, and no open issue.
    None,
}

#[derive(Deserialize)]
struct Issue {
    number: u64,
    #[serde(default)]
    body: Option<String>,
    state: String,
    user: Option<User>,
    /// GitHub lists pull requests among the issues.
    #[serde(default)]
    pull_request: Option<serde::de::IgnoredAny>,
}

struct Own {
    number: u64,
    is_open: bool,
    body: String,
    marker: CommentMarker,
}

/// Brings the issue of a scope in step with what was found.
pub(crate) async fn file_drift(
    client: &Client,
    writer: Writer<'_>,
    drift: Drift<'_>,
) -> Result<Filed, GithubError> {
    let own = find(client, writer.scope).await?;
    if let Some(own) = &own
        && !own.marker.may_be_replaced_by(writer.run, writer.attempt)
    {
        return Ok(Filed::Newer(own.number));
    }
    match (drift, own) {
        (Drift::Clean, Some(own)) if own.is_open => {
            let closed = json!({ "state": "closed", "state_reason": "completed" });
            patch(client, own.number, &closed).await?;
            Ok(Filed::Closed(own.number))
        }
        (Drift::Clean, _) => Ok(Filed::None),
        (Drift::Found(render), None) => {
            let Text { title, body } = render(1);
            let issue = json!({ "title": title, "body": body, "labels": [LABEL] });
            let route = format!("/repos/{}/issues", client.repository());
            let opened: Issue = client.post(Call::CreateIssue, &route, &issue).await?;
            Ok(Filed::Opened(opened.number))
        }
        (Drift::Found(render), Some(own)) => {
            let Text { title, body } = render(own.marker.generation.saturating_add(1));
            if own.is_open && tells_the_same(&own.body, &body) {
                return Ok(Filed::Unchanged(own.number));
            }
            let issue = json!({ "title": title, "body": body, "state": "open" });
            patch(client, own.number, &issue).await?;
            Ok(if own.is_open {
                Filed::Updated(own.number)
            } else {
                Filed::Reopened(own.number)
            })
        }
    }
}

/// Returns the issue of a scope: the open one, or else the last that was closed.
async fn find(client: &Client, scope: &str) -> Result<Option<Own>, GithubError> {
    let actor = Actor::find(client).await?;
    let route = format!(
        "/repos/{}/issues?labels={LABEL}&state=all&per_page=100",
        client.repository()
    );
    let all: Vec<Issue> = client.list(Call::ListIssues, &route).await?;
    let own = all.into_iter().filter_map(|issue| {
        let is_ours = issue.pull_request.is_none() && actor.is(issue.user.as_ref()?);
        let body = issue.body.filter(|_| is_ours)?;
        let marker = CommentMarker::parse(&body)?;
        let is_of_scope = marker.kind == MarkerKind::Drift && marker.scope == scope;
        is_of_scope.then_some(Own {
            number: issue.number,
            is_open: issue.state == "open",
            body,
            marker,
        })
    });
    Ok(own.max_by_key(|own| (own.is_open, own.number)))
}

async fn patch(client: &Client, number: u64, body: &serde_json::Value) -> Result<(), GithubError> {
    let route = format!("/repos/{}/issues/{number}", client.repository());
    let _: Issue = client.patch(Call::UpdateIssue, &route, body).await?;
    Ok(())
}

/// Returns whether two texts tell of the same drift. Each night has its run, its
/// commit and its plan's digest, which holds the day.
fn tells_the_same(shown: &str, wanted: &str) -> bool {
    told(shown) == told(wanted)
}

fn told(body: &str) -> String {
    let text = body.replace("\r\n", "\n");
    let (_, mut said) = text
        .split_once('\n')
        .map(|(marker, said)| (marker, said.trim_end().to_owned()))
        .unwrap_or_default();
    if let Some(marker) = CommentMarker::parse(&text) {
        if let Some(plan) = &marker.plan {
            said = said.replace(&plan.short(), "plan");
        }
        if let Some(short) = marker.head.get(..7) {
            said = said
                .replace(&marker.head, "commit")
                .replace(short, "commit");
        }
        for before in ["/runs/", "[run ", "run "] {
            let run = format!("{before}{}", marker.run);
            said = said.replace(&run, before);
        }
    }
    said
}

#[cfg(test)]
#[path = "drift_issue_tests.rs"]
mod tests;
