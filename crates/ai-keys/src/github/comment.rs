//! The one comment on a pull request: found again by author and marker, and never written by an older run.

use std::collections::BTreeSet;

use ai_keys_core::report::review::{BESIDE_ANOTHER, CommentMarker, MarkerKind};
use serde::Deserialize;
use serde_json::json;

use super::actor::{Actor, User};
use super::client::Client;
use super::error::{Call, ErrorKind, GithubError};

/// The comments of ours on one pull request.
pub(crate) struct Comments<'c> {
    client: &'c Client,
    pull_request: u64,
    actor: Actor,
    own: Vec<Own>,
    /// Scopes of which a comment of another account tells, with a marker like
    /// ours.
    elsewhere: BTreeSet<String>,
}

/// A comment that we wrote.
struct Own {
    id: u64,
    body: String,
    marker: CommentMarker,
}

/// The run that wants to write, and about what.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Writer<'a> {
    /// Tells the comments of one pull request apart.
    pub(crate) scope: &'a str,
    /// The id of the workflow run.
    pub(crate) run: u64,
    /// Which attempt of that run.
    pub(crate) attempt: u32,
}

/// Whether a comment may be made where none is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Create {
    /// No: only what is there is brought up to date.
    Never,
    /// Yes; one that tells of an earlier apply is history.
    BesideClosed,
    /// Yes, unless there is one that tells of an apply: this one, then.
    UnlessClosed,
}

/// What became of a comment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Put {
    /// It is new.
    Created(u64),
    /// It says something else now.
    Updated(u64),
    /// It said so already.
    Unchanged(u64),
    /// A newer run wrote it: what we know is out of date.
    Newer(u64),
    /// There is none, and none was wanted.
    None,
}

impl Put {
    /// Returns the comment's id, if there is one.
    pub(crate) fn id(self) -> Option<u64> {
        match self {
            Self::Created(id) | Self::Updated(id) | Self::Unchanged(id) | Self::Newer(id) => {
                Some(id)
            }
            Self::None => None,
        }
    }
}

#[derive(Deserialize)]
struct Comment {
    id: u64,
    #[serde(default)]
    body: Option<String>,
    user: Option<User>,
}

impl<'c> Comments<'c> {
    /// Finds our comments on a pull request, through all pages.
    ///
    /// INVARIANT: a comment is ours if we are its author and our marker is its
    /// first byte. A marker alone may be anybody's, and so may be edited later.
    pub(crate) async fn read(client: &'c Client, pull_request: u64) -> Result<Self, GithubError> {
        let mut comments = Self {
            client,
            pull_request,
            actor: Actor::find(client).await?,
            own: Vec::new(),
            elsewhere: BTreeSet::new(),
        };
        comments.list().await?;
        Ok(comments)
    }

    async fn list(&mut self) -> Result<(), GithubError> {
        let route = format!("{}?per_page=100", self.route());
        let all: Vec<Comment> = self.client.list(Call::ListComments, &route).await?;
        self.own.clear();
        self.elsewhere.clear();
        for Comment { id, body, user } in all {
            let (Some(body), Some(user)) = (body, user) else {
                continue;
            };
            let marker = CommentMarker::parse(&body);
            let Some(marker) = marker.filter(|marker| marker.kind == MarkerKind::Plan) else {
                continue;
            };
            if self.actor.is(&user) {
                self.own.push(Own { id, body, marker });
            } else if !marker.closed {
                self.elsewhere.insert(marker.scope);
            }
        }
        self.own.sort_by_key(|own| own.id);
        Ok(())
    }

    /// Returns a text as it is written, with a word on a comment of another
    /// account that shows the same.
    fn text(&self, scope: &str, mut rendered: String) -> String {
        if self.elsewhere.contains(scope) {
            rendered.push_str(BESIDE_ANOTHER);
        }
        rendered
    }

    /// Writes what a scope's comment shall say. `render` gets how often the
    /// comment was written, this time included.
    pub(crate) async fn put(
        &mut self,
        writer: Writer<'_>,
        create: Create,
        render: &dyn Fn(u64) -> String,
    ) -> Result<Put, GithubError> {
        if let Some(found) = self.open(writer.scope) {
            let id = found.id;
            self.remove_twins(writer, id).await;
            match self.update(writer, id, render).await {
                // Somebody deleted it meanwhile: once more, as if there were none.
                Err(error) if error.kind() == ErrorKind::Gone => {
                    self.own.retain(|own| own.id != id);
                    let gone_anew = create != Create::Never;
                    return if gone_anew {
                        self.create(writer, render).await
                    } else {
                        Ok(Put::None)
                    };
                }
                put => return put,
            }
        }
        match create {
            Create::Never => Ok(Put::None),
            Create::UnlessClosed => match self.closed(writer.scope) {
                Some(id) => Ok(Put::Unchanged(id)),
                None => self.create(writer, render).await,
            },
            Create::BesideClosed => self.create(writer, render).await,
        }
    }

    /// Returns the oldest comment of a scope that is not history.
    fn open(&self, scope: &str) -> Option<&Own> {
        let mut own = self.own.iter();
        own.find(|own| own.marker.scope == scope && !own.marker.closed)
    }

    /// Returns how often a scope's comment was written.
    pub(crate) fn generation(&self, scope: &str) -> Option<u64> {
        self.open(scope).map(|own| own.marker.generation)
    }

    fn closed(&self, scope: &str) -> Option<u64> {
        let mut own = self.own.iter().rev();
        own.find(|own| own.marker.scope == scope && own.marker.closed)
            .map(|own| own.id)
    }

    async fn update(
        &mut self,
        writer: Writer<'_>,
        id: u64,
        render: &dyn Fn(u64) -> String,
    ) -> Result<Put, GithubError> {
        let Some(own) = self.own.iter().find(|own| own.id == id) else {
            return Ok(Put::None);
        };
        if !own.marker.may_be_replaced_by(writer.run, writer.attempt) {
            return Ok(Put::Newer(id));
        }
        let generation = own.marker.generation;
        let text = |generation| self.text(writer.scope, render(generation));
        // GitHub takes white space off the end.
        if text(generation).trim_end() == own.body.trim_end() {
            return Ok(Put::Unchanged(id));
        }
        let body = text(generation.saturating_add(1));
        let route = format!("/repos/{}/issues/comments/{id}", self.client.repository());
        let text = json!({ "body": body });
        let _: Comment = self
            .client
            .patch(Call::UpdateComment, &route, &text)
            .await?;
        if let Some(own) = self.own.iter_mut().find(|own| own.id == id) {
            if let Some(marker) = CommentMarker::parse(&body) {
                own.marker = marker;
            }
            own.body = body;
        }
        Ok(Put::Updated(id))
    }

    async fn create(
        &mut self,
        writer: Writer<'_>,
        render: &dyn Fn(u64) -> String,
    ) -> Result<Put, GithubError> {
        let body = json!({ "body": self.text(writer.scope, render(1)) });
        let created: Result<Comment, _> = self
            .client
            .post(Call::CreateComment, &self.route(), &body)
            .await;
        let created = match created {
            Ok(created) => Some(created),
            // It may be there all the same.
            Err(error) if matches!(error.kind(), ErrorKind::Lost | ErrorKind::Failed) => {
                self.list().await?;
                let Some(found) = self.open(writer.scope).map(|own| own.id) else {
                    return Err(error);
                };
                return self.update(writer, found, render).await;
            }
            Err(error) => return Err(error),
        };
        let Some(Comment { id, user, .. }) = created else {
            return Ok(Put::None);
        };
        // Now it is certain who we are.
        if let Some(user) = &user {
            self.actor = Actor::of(user);
        }
        self.heal(writer, id, render).await
    }

    /// Removes the comment that we just made if another one of ours is older: of
    /// a run at the same time, or of an earlier one under a name that we did not
    /// know for ours.
    async fn heal(
        &mut self,
        writer: Writer<'_>,
        created: u64,
        render: &dyn Fn(u64) -> String,
    ) -> Result<Put, GithubError> {
        // A list that cannot be read leaves the comment where it is.
        if self.list().await.is_err() {
            return Ok(Put::Created(created));
        }
        let Some(oldest) = self.open(writer.scope).map(|own| own.id) else {
            return Ok(Put::Created(created));
        };
        if oldest >= created {
            return Ok(Put::Created(created));
        }
        self.remove(created).await?;
        self.update(writer, oldest, render).await
    }

    /// Removes what a run that was killed between making and healing left beside
    /// the comment of a scope. The next run tries again where it cannot.
    async fn remove_twins(&mut self, writer: Writer<'_>, kept: u64) {
        let is_twin = |own: &&Own| {
            let marker = &own.marker;
            own.id != kept
                && marker.scope == writer.scope
                && !marker.closed
                && marker.may_be_replaced_by(writer.run, writer.attempt)
        };
        let twins: Vec<u64> = self.own.iter().filter(is_twin).map(|own| own.id).collect();
        for twin in twins {
            if self.remove(twin).await.is_err() {
                break;
            }
        }
    }

    async fn remove(&mut self, id: u64) -> Result<(), GithubError> {
        let route = format!("/repos/{}/issues/comments/{id}", self.client.repository());
        match self.client.delete(Call::DeleteComment, &route).await {
            Err(error) if error.kind() != ErrorKind::Gone => Err(error),
            Ok(()) | Err(_) => {
                self.own.retain(|own| own.id != id);
                Ok(())
            }
        }
    }

    fn route(&self) -> String {
        let (repository, number) = (self.client.repository(), self.pull_request);
        format!("/repos/{repository}/issues/{number}/comments")
    }
}

/// Puts a text in the place of a comment that still shows what a run left
/// unfinished. Returns whether it did.
pub(crate) async fn finish_comment(
    client: &Client,
    id: u64,
    run: u64,
    attempt: u32,
    body: &str,
) -> Result<bool, GithubError> {
    let route = format!("/repos/{}/issues/comments/{id}", client.repository());
    let found: Comment = client.get(Call::ReadComment, &route).await?;
    let shown = CommentMarker::parse(found.body.as_deref().unwrap_or_default());
    let wanted = CommentMarker::parse(body);
    let is_ours = |shown: &CommentMarker| (shown.run, shown.attempt) == (run, attempt);
    match (shown, wanted) {
        (Some(shown), Some(wanted))
            if is_ours(&shown) && !shown.closed && shown.generation < wanted.generation =>
        {
            let text = json!({ "body": body });
            let _: Comment = client.patch(Call::UpdateComment, &route, &text).await?;
            Ok(true)
        }
        _ => Ok(false),
    }
}

#[cfg(test)]
#[path = "comment_tests.rs"]
mod tests;
