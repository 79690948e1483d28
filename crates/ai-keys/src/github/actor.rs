//! Whose comments are ours.

use serde::Deserialize;

use super::client::Client;
use super::error::{Call, ErrorKind, GithubError};

/// The login of the account that a job's own `GITHUB_TOKEN` writes as.
const OF_THE_JOB: &str = "github-actions[bot]";

/// An account, as GitHub names the author of a comment or an issue.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct User {
    pub(crate) id: u64,
    pub(crate) login: String,
    #[serde(default, rename = "type")]
    pub(crate) kind: String,
}

#[derive(Deserialize)]
struct Data {
    viewer: Viewer,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Viewer {
    login: String,
    database_id: Option<u64>,
}

/// The account that our token writes as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Actor {
    /// Not known where GitHub would not say.
    id: Option<u64>,
    login: String,
}

impl Actor {
    /// Asks whose token this is.
    ///
    /// `GET /user` answers a person's token only. GraphQL's `viewer` answers the
    /// token of an app too, the job's own among them. Where neither does, it is
    /// taken for the job's own; the first comment that we write says it for sure.
    pub(super) async fn find(client: &Client) -> Result<Self, GithubError> {
        if !client.is_installation_token() {
            match client.get::<User>(Call::Viewer, "/user").await {
                Ok(user) => return Ok(Self::of(&user)),
                Err(error) if is_no_answer(&error) => {}
                Err(error) => return Err(error),
            }
        }
        let query = "query { viewer { login databaseId } }";
        let asked = client.graphql::<Data>(Call::Viewer, query).await;
        Ok(match asked {
            Ok(Data { viewer }) => Self {
                id: viewer.database_id,
                login: viewer.login,
            },
            Err(_) => Self {
                id: None,
                login: OF_THE_JOB.to_owned(),
            },
        })
    }

    /// Returns the actor that wrote something.
    pub(super) fn of(user: &User) -> Self {
        Self {
            id: Some(user.id),
            login: user.login.clone(),
        }
    }

    /// Returns whether somebody is us. A person can have any login but one with
    /// `[bot]`.
    pub(super) fn is(&self, user: &User) -> bool {
        match self.id {
            Some(id) => id == user.id,
            None => user.login == self.login && user.kind == "Bot",
        }
    }
}

/// Returns whether the token is one that this question is not for.
fn is_no_answer(error: &GithubError) -> bool {
    matches!(error.kind(), ErrorKind::NotPermitted | ErrorKind::Gone) && error.status != Some(401)
}
