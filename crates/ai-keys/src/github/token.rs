//! What a token is and may do, asked without a write.

use http::Method;
use serde::Deserialize;

use super::client::Client;
use super::error::{Call, GithubError};

/// A person's token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TokenOwner {
    /// Whose it is.
    pub(crate) login: String,
    /// Its scopes, where it is of a kind that has some: a list with commas.
    pub(crate) scopes: Option<String>,
}

#[derive(Deserialize)]
struct User {
    login: String,
}

impl Client {
    /// Asks whose token this is; nothing of an app's installation, which has no
    /// user.
    ///
    /// Source: the header `X-OAuth-Scopes` of a classic token's answers, checked
    /// 2026-11-24.
    /// <https://docs.github.com/apps/oauth-apps/building-oauth-apps/scopes-for-oauth-apps>
    pub(crate) async fn look_at_token(&self) -> Result<Option<TokenOwner>, GithubError> {
        if self.is_installation_token() {
            return Ok(None);
        }
        let answer = self.ask(Call::Viewer, Method::GET, "/user").await?;
        let scopes = answer.header("x-oauth-scopes").map(str::to_owned);
        let user: User = serde_json::from_slice(&answer.body)
            .map_err(|_| GithubError::unreadable(Call::Viewer, "it names nobody"))?;
        Ok(Some(TokenOwner {
            login: user.login,
            scopes,
        }))
    }
}
