//! Actions secrets: names and dates to look at, sealed values to put.
//!
//! Source: "REST API endpoints for GitHub Actions Secrets", checked 2026-11-23.
//! <https://docs.github.com/rest/actions/secrets>

use std::fmt::Write as _;

use aws_smithy_types::date_time::{DateTime, Format};
use serde::Deserialize;
use serde_json::{Value, json};

use super::client::Client;
use super::error::{Call, ErrorKind, GithubError};

/// Whose secrets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Holder<'h> {
    /// A repository's, `owner/name`.
    Repository(&'h str),
    /// An environment's of a repository.
    Environment(&'h str, &'h str),
    /// An organisation's.
    Organization(&'h str),
}

/// What values are sealed with.
#[derive(Clone, Deserialize)]
pub(crate) struct PublicKey {
    /// Its name.
    pub(crate) key_id: String,
    /// The key, in base64.
    pub(crate) key: String,
}

/// A secret, which nobody can read.
#[derive(Clone, Deserialize)]
pub(crate) struct SecretSeen {
    /// Its name; GitHub writes it in capitals.
    pub(crate) name: String,
    updated_at: String,
    /// Of an organisation's: which repositories have it.
    visibility: Option<String>,
}

impl SecretSeen {
    /// Returns when it was written, in seconds since 1970.
    pub(crate) fn updated(&self) -> Option<i64> {
        let moment = DateTime::from_str(&self.updated_at, Format::DateTimeWithOffset);
        moment.ok().map(|moment| moment.secs())
    }
}

impl Holder<'_> {
    /// Returns the route of its secrets.
    pub(crate) fn route(self) -> String {
        match self {
            Self::Repository(repository) => format!("/repos/{repository}/actions/secrets"),
            Self::Environment(repository, environment) => format!(
                "/repos/{repository}/environments/{}/secrets",
                encoded(environment)
            ),
            Self::Organization(organization) => format!("/orgs/{organization}/actions/secrets"),
        }
    }
}

/// Lists the secrets, to the end.
pub(crate) async fn list_secrets(
    client: &Client,
    holder: Holder<'_>,
) -> Result<Vec<SecretSeen>, GithubError> {
    #[derive(Deserialize)]
    struct Page {
        secrets: Vec<SecretSeen>,
    }
    let route = format!("{}?per_page=100", holder.route());
    client
        .pages(Call::ListSecrets, &route, |page: Page| page.secrets)
        .await
}

/// Returns the key that values are sealed with.
pub(crate) async fn public_key(
    client: &Client,
    holder: Holder<'_>,
) -> Result<PublicKey, GithubError> {
    let route = format!("{}/public-key", holder.route());
    client.get(Call::SecretsKey, &route).await
}

/// Looks at one secret, which may not be there.
pub(crate) async fn read_secret(
    client: &Client,
    holder: Holder<'_>,
    name: &str,
) -> Result<Option<SecretSeen>, GithubError> {
    let route = format!("{}/{name}", holder.route());
    match client.get(Call::ReadSecret, &route).await {
        Ok(seen) => Ok(Some(seen)),
        Err(error) if error.kind() == ErrorKind::Gone => Ok(None),
        Err(error) => Err(error),
    }
}

/// A value in its box, and the name of the key that sealed it.
pub(crate) struct Sealed<'s> {
    /// The box, in base64.
    pub(crate) value: &'s str,
    /// [`PublicKey::key_id`].
    pub(crate) key_id: &'s str,
}

/// Puts a sealed value. An organisation's secret keeps the repositories that
/// have it; a new one is for the private ones.
pub(crate) async fn put_secret(
    client: &Client,
    holder: Holder<'_>,
    name: &str,
    sealed: &Sealed<'_>,
    old: Option<SecretSeen>,
) -> Result<(), GithubError> {
    let route = format!("{}/{name}", holder.route());
    let mut body = json!({ "encrypted_value": sealed.value, "key_id": sealed.key_id });
    if let (Holder::Organization(_), Some(members)) = (holder, body.as_object_mut()) {
        let visibility = old.and_then(|old| old.visibility);
        let visibility = visibility.unwrap_or_else(|| "private".to_owned());
        if visibility == "selected" {
            let selected = selected(client, &route).await?;
            members.insert("selected_repository_ids".to_owned(), selected);
        }
        members.insert("visibility".to_owned(), json!(visibility));
    }
    client.put(Call::PutSecret, &route, &body).await
}

/// Returns the ids of the repositories that have an organisation's secret.
async fn selected(client: &Client, route: &str) -> Result<Value, GithubError> {
    #[derive(Deserialize)]
    struct Page {
        repositories: Vec<Repository>,
    }
    #[derive(Deserialize)]
    struct Repository {
        id: u64,
    }
    let route = format!("{route}/repositories?per_page=100");
    let pages = client.pages(Call::ListSecrets, &route, |page: Page| page.repositories);
    let ids: Vec<u64> = pages.await?.into_iter().map(|one| one.id).collect();
    Ok(json!(ids))
}

/// Writes a text as one part of a path.
pub(super) fn encoded(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_an_environment_is_one_part_of_the_path() {
        let route = Holder::Environment("acme/search", "prod/eu 1").route();
        assert_eq!(
            route,
            "/repos/acme/search/environments/prod%2Feu%201/secrets"
        );
    }

    #[test]
    fn a_date_is_read_as_seconds() {
        let seen = |updated: &str| SecretSeen {
            name: "A".to_owned(),
            updated_at: updated.to_owned(),
            visibility: None,
        };
        assert_eq!(seen("1970-01-01T00:01:00Z").updated(), Some(60));
        assert_eq!(seen("1970-01-01T01:01:00+01:00").updated(), Some(60));
        assert_eq!(seen("soon").updated(), None);
    }
}
