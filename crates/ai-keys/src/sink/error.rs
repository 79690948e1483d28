//! Why a value was not delivered, in words that say what to do next.

use ai_keys_core::state::Destination;
use thiserror::Error;

use crate::output::untrusted;
use crate::provider::ProviderError;
use crate::provider::aws::NotLent;

/// Why a secret store could not be looked at, or a value not be delivered.
#[derive(Debug, Error)]
pub enum SinkError {
    /// The store refused, or could not be reached.
    #[error(transparent)]
    Provider(#[from] ProviderError),
    /// Something is there that is not this key's.
    #[error(
        "`{}` exists and is not this key's: deliver to another name, or say `replace = true` to overwrite it",
        untrusted(&.0.to_string())
    )]
    Foreign(Destination),
    /// A newer value of this key is there.
    #[error(
        "`{}` holds a newer value of this key, generation {found}: plan again",
        untrusted(&.destination.to_string())
    )]
    Newer {
        /// The place.
        destination: Destination,
        /// Which value is there.
        found: u32,
    },
    /// The credentials are of another account than the destination's.
    #[error(
        "the secret belongs into account {wanted}, but the credentials are of account {found}: give the \
         target of account {wanted} a `role` that they may assume"
    )]
    WrongAccount {
        /// The destination's.
        wanted: String,
        /// The credentials'.
        found: String,
    },
    /// The role of the destination's target was not lent.
    #[error(transparent)]
    NotLent(#[from] NotLent),
    /// A field was asked for, but the secret holds no JSON object.
    #[error(
        "`{}` holds no JSON object that could have a field: deliver to another name, or say `replace = true`",
        untrusted(&.0.to_string())
    )]
    NotAnObject(Destination),
    /// The secret is a copy of one in another region.
    #[error(
        "`{}` is a copy of the secret in {}: deliver there",
        untrusted(&.destination.to_string()),
        untrusted(.primary)
    )]
    Copy {
        /// The copy.
        destination: Destination,
        /// The region of the secret itself.
        primary: String,
    },
    /// A copy in another region could not be made; the secret itself is there.
    #[error("the copy in {} was not made: {}", untrusted(.region), untrusted(.why))]
    NotCopied {
        /// The region.
        region: String,
        /// What the store says.
        why: String,
    },
    /// The resource policy was refused; the secret itself is there.
    #[error("`readers` was refused, so check that each role exists: {0}")]
    Readers(ProviderError),
    /// The endpoint of the environment is no URL.
    #[error("{0}")]
    Endpoint(String),
    /// GitHub refused, could not be reached, or has no token to be asked with.
    #[error("{0}")]
    Github(String),
    /// The destination's kind of store is not one that is opened here.
    #[error("`{}` cannot be delivered to here", untrusted(&.0.to_string()))]
    Elsewhere(Destination),
}

impl SinkError {
    /// Returns what the provider's call met, if it was one.
    #[must_use]
    pub fn provider(&self) -> Option<&ProviderError> {
        match self {
            Self::Provider(error) | Self::Readers(error) => Some(error),
            _ => None,
        }
    }
}

impl From<crate::github::GithubError> for SinkError {
    fn from(error: crate::github::GithubError) -> Self {
        Self::Github(error.to_string())
    }
}
