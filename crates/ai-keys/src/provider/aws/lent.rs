//! Credentials that STS lends for a role: held until shortly before they end, and written nowhere.

use std::future::Future;
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use tokio::sync::Mutex;

use crate::output::{Output, untrusted};
use crate::secret::Secret;

/// Credentials with less than this left are not used any more.
const LEAST_LEFT: Duration = Duration::from_mins(5);

/// Why a role was not lent. The texts hold no token.
#[derive(Clone, Debug, thiserror::Error)]
pub enum NotLent {
    /// GitHub gave no token.
    #[error("{0}")]
    NoToken(String),
    /// STS refuses, or did not answer.
    #[error("the role {} was not lent: {said}; {help}", untrusted(.role))]
    Refused {
        /// Which.
        role: String,
        /// What STS said, fit to be printed.
        said: String,
        /// What to look at.
        help: String,
    },
}

impl From<crate::github::GithubError> for NotLent {
    fn from(error: crate::github::GithubError) -> Self {
        Self::NoToken(error.to_string())
    }
}

/// What was lent for one role.
#[derive(Default)]
pub(super) struct Lent {
    held: Mutex<Option<Credentials>>,
}

impl Lent {
    /// Returns credentials that are good for some minutes at least: those of an
    /// earlier call, or new ones.
    pub(super) async fn get<F>(&self, lend: impl FnOnce() -> F) -> Result<Credentials, NotLent>
    where
        F: Future<Output = Result<Credentials, NotLent>>,
    {
        let mut held = self.held.lock().await;
        let is_good = |lent: &&Credentials| {
            let expiry = lent.expiry();
            expiry.is_none_or(|expiry| SystemTime::now() + LEAST_LEFT < expiry)
        };
        if let Some(lent) = held.as_ref().filter(is_good) {
            return Ok(lent.clone());
        }
        let fresh = lend().await?;
        *held = Some(fresh.clone());
        Ok(fresh)
    }
}

/// Takes what STS sent. It is hidden in everything printed from here on.
pub(super) fn receive(
    lent: aws_sdk_sts::types::Credentials,
    by: &'static str,
    output: &Output,
) -> Credentials {
    let secret = Secret::received(lent.secret_access_key, output);
    let session = Secret::received(lent.session_token, output);
    let expiry = SystemTime::try_from(lent.expiration).ok();
    Credentials::new(
        lent.access_key_id,
        secret.expose(),
        Some(session.expose().to_owned()),
        expiry,
        by,
    )
}

/// Returns a name that STS takes: 2 to 64 characters `[\w+=,.@-]`.
pub(super) fn session_name(wanted: &str) -> String {
    let is_taken = |c: char| c.is_ascii_alphanumeric() || "_+=,.@-".contains(c);
    let name: String = wanted
        .chars()
        .map(|c| if is_taken(c) { c } else { '-' })
        .collect();
    // The end holds a run's id, which tells sessions apart.
    let from = name.len().saturating_sub(64);
    let end = name.get(from..).unwrap_or_default();
    format!("{end:-<2}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn credentials(left: Duration) -> Credentials {
        Credentials::new("id", "secret", None, Some(SystemTime::now() + left), "test")
    }

    #[tokio::test]
    async fn a_role_is_lent_once_until_shortly_before_its_end() {
        for (left, expected) in [(3600, 1), (299, 3)] {
            let mut times = 0;
            let held = Lent::default();
            for _ in 0..3 {
                let fresh = || {
                    times += 1;
                    async move { Ok(credentials(Duration::from_secs(left))) }
                };
                held.get(fresh).await.unwrap();
            }
            assert_eq!(times, expected, "{left} s left");
        }
    }

    #[test]
    fn a_session_is_named_as_sts_takes_it() {
        assert_eq!(
            session_name("ai-keys-acme/keys-500"),
            "ai-keys-acme-keys-500"
        );
        assert_eq!(session_name(""), "--");
        let long = session_name(&format!("ai-keys-{}/Zürich-18273645", "a".repeat(80)));
        assert_eq!(long.len(), 64);
        assert!(long.ends_with("-Z-rich-18273645"), "{long}");
    }
}
