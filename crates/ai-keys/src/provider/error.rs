//! What went wrong at a provider, in words that say what to do next.

use std::fmt::{self, Display, Formatter};
use std::time::Duration;

use crate::output::untrusted;

/// What an error means for the change that met it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// Too many requests; not carried out. Wait at least this long.
    Throttled {
        /// What the provider asked for, if it did.
        retry_after: Option<Duration>,
    },
    /// A key with this value exists: adopt it if it is ours.
    ConflictExists,
    /// Somebody changed the same object at the same moment: try again.
    ConflictRetry,
    /// Another conflict: look at the live state before going on.
    ConflictOther,
    /// The account may hold no more of these; waiting does not help.
    QuotaReached,
    /// The object is gone.
    NotFound,
    /// The secret is scheduled for deletion: neither read nor written.
    Deleted,
    /// The store holds no value of this length.
    TooLarge,
    /// The KMS key does not exist, is disabled, or may not be used.
    WrongKmsKey,
    /// The credentials are good but may not do this.
    Denied {
        /// The missing permission, such as `apigateway:PATCH`.
        action: &'static str,
        /// On what, as a path: `/apikeys/*`.
        resource: &'static str,
    },
    /// There are no credentials.
    NoCredentials,
    /// The credentials were good once.
    ExpiredCredentials,
    /// The provider does not know these credentials, or the signature is wrong.
    WrongCredentials,
    /// The clock of this machine differs too much from the provider's.
    WrongClock,
    /// No connection came about, so nothing happened.
    Unreachable,
    /// The answer was lost: the write may have happened.
    Ambiguous,
    /// The provider refuses the request as it is.
    Invalid,
    /// The run was asked to stop before the request was sent.
    Interrupted,
}

impl ErrorKind {
    /// Returns whether no other call can succeed either: the credentials are
    /// not accepted.
    #[must_use]
    pub fn ends_all(self) -> bool {
        matches!(
            self,
            Self::NoCredentials
                | Self::ExpiredCredentials
                | Self::WrongCredentials
                | Self::WrongClock
        )
    }

    /// Returns whether an attempt that ended so may have changed something.
    fn may_be_done(self) -> bool {
        match self {
            Self::Ambiguous
            | Self::ConflictExists
            | Self::ConflictRetry
            | Self::ConflictOther
            | Self::QuotaReached => true,
            Self::Throttled { .. }
            | Self::NotFound
            | Self::Deleted
            | Self::TooLarge
            | Self::WrongKmsKey
            | Self::Denied { .. }
            | Self::NoCredentials
            | Self::ExpiredCredentials
            | Self::WrongCredentials
            | Self::WrongClock
            | Self::Unreachable
            | Self::Invalid
            | Self::Interrupted => false,
        }
    }
}

/// Where requests go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The region, such as `eu-west-1`.
    pub region: String,
    /// The endpoint, where it is not the provider's own.
    pub endpoint: Option<String>,
}

/// A call that a provider did not answer as hoped.
///
/// Holds what the provider said (status, code, message), never a body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProviderError {
    kind: ErrorKind,
    told: Box<Told>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Told {
    operation: &'static str,
    place: Option<Place>,
    status: Option<u16>,
    code: Option<String>,
    message: Option<String>,
    is_after_lost: bool,
}

impl ProviderError {
    /// Returns an error of an operation.
    #[must_use]
    pub fn new(kind: ErrorKind, operation: &'static str) -> Self {
        let told = Told {
            operation,
            place: None,
            status: None,
            code: None,
            message: None,
            is_after_lost: false,
        };
        Self {
            kind,
            told: Box::new(told),
        }
    }

    /// Adds what the provider said. The message is scrubbed by the caller.
    #[must_use]
    pub fn saying(
        mut self,
        status: Option<u16>,
        code: Option<String>,
        message: Option<String>,
    ) -> Self {
        self.told.status = status;
        self.told.code = code.filter(|code| !code.is_empty());
        self.told.message = message.filter(|message| !message.is_empty());
        self
    }

    /// Adds where the request went, unless that is known already.
    #[must_use]
    pub fn at(mut self, place: &Place) -> Self {
        self.told.place.get_or_insert_with(|| place.clone());
        self
    }

    /// Notes that the answer to an earlier attempt of the same call was lost.
    #[must_use]
    pub fn after_a_lost_answer(mut self) -> Self {
        self.told.is_after_lost = true;
        self
    }

    /// Returns whether the answer to any attempt of the call was lost: it may have been carried
    /// out, whatever the last attempt says.
    #[must_use]
    pub fn is_lost(&self) -> bool {
        self.kind == ErrorKind::Ambiguous || self.told.is_after_lost
    }

    /// Returns whether the call may have changed something.
    #[must_use]
    pub fn may_be_done(&self) -> bool {
        self.is_lost() || self.kind.may_be_done()
    }

    /// Returns what the error means.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// Returns whether the run was asked to stop before the call was sent.
    #[must_use]
    pub fn is_interrupted(&self) -> bool {
        self.kind == ErrorKind::Interrupted
    }

    /// Returns the name of the operation, as the provider's logs have it.
    #[must_use]
    pub fn operation(&self) -> &'static str {
        self.told.operation
    }

    /// Returns what the user can do about it.
    #[must_use]
    pub fn help(&self) -> String {
        let region = self
            .told
            .place
            .as_ref()
            .map_or("the target's region", |place| &place.region);
        match self.kind {
            ErrorKind::Throttled { .. } => {
                "other tools use this account's request budget too; run again later".to_owned()
            }
            ErrorKind::ConflictExists => {
                "a key with this value exists; adopt it or generate another".to_owned()
            }
            ErrorKind::ConflictRetry => {
                "another tool is changing the same objects; run again when it is done".to_owned()
            }
            ErrorKind::ConflictOther | ErrorKind::NotFound => {
                "the live state changed or differs from the plan; plan again".to_owned()
            }
            ErrorKind::QuotaReached => {
                "delete what is unused, or ask AWS for a higher quota".to_owned()
            }
            ErrorKind::Deleted => {
                "restore the secret, or wait until it is gone, or deliver to another name".to_owned()
            }
            ErrorKind::TooLarge => {
                "Secrets Manager holds 64 KB, a standard parameter 4 KB, an advanced one 8 KB".to_owned()
            }
            ErrorKind::WrongKmsKey => format!(
                "check `kms-key`: it must exist in {region}, be enabled, and let these credentials \
                 use it (`kms:GenerateDataKey` and `kms:Decrypt`, for parameters `kms:Encrypt`)"
            ),
            ErrorKind::Denied { action, resource } if resource.starts_with(':') => {
                let service = action.split(':').next().unwrap_or_default();
                format!("allow `{action}` on `arn:aws:{service}:{region}:*{resource}`")
            }
            ErrorKind::Denied { action, resource } if resource.starts_with('/') => {
                format!("allow `{action}` on `arn:aws:apigateway:{region}::{resource}`")
            }
            ErrorKind::Denied { action, resource } => format!("allow `{action}` on `{resource}`"),
            ErrorKind::NoCredentials => {
                "set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; without an account try --sandbox".to_owned()
            }
            ErrorKind::ExpiredCredentials => {
                "log in again or take a fresh token, then run again: what is done stays done".to_owned()
            }
            ErrorKind::WrongCredentials => {
                format!("check which credentials are set (`aws sts get-caller-identity`) and that {region} is enabled in that account")
            }
            ErrorKind::WrongClock => "set this machine's clock".to_owned(),
            ErrorKind::Unreachable => match self.told.place.as_ref().and_then(|p| p.endpoint.as_ref()) {
                Some(endpoint) => format!("check that something listens at {}", untrusted(endpoint)),
                None => format!("check the network and that `{region}` is a region of AWS"),
            },
            ErrorKind::Ambiguous => {
                "the change may have happened; run again: it is looked up before it is repeated".to_owned()
            }
            ErrorKind::Invalid => {
                "the request should have been refused earlier; please report this".to_owned()
            }
            ErrorKind::Interrupted => "run again to go on".to_owned(),
        }
    }

    /// Returns what went wrong and what to do about it, apart.
    pub(crate) fn in_two(&self) -> (String, String) {
        let (line, help) = (self.to_string(), self.help());
        let said = line.strip_suffix(&format!("; {help}")).unwrap_or(&line);
        (said.to_owned(), help)
    }

    fn summary(&self) -> &'static str {
        match self.kind {
            ErrorKind::Throttled { .. } => "is throttled",
            ErrorKind::ConflictExists | ErrorKind::ConflictRetry | ErrorKind::ConflictOther => {
                "met a conflict"
            }
            ErrorKind::QuotaReached => "reached a quota",
            ErrorKind::NotFound => "found nothing",
            ErrorKind::Deleted => "met a secret that is scheduled for deletion",
            ErrorKind::TooLarge => "was given a value that is too long",
            ErrorKind::WrongKmsKey => "cannot use the KMS key",
            ErrorKind::Denied { .. } => "is not allowed",
            ErrorKind::NoCredentials => "has no AWS credentials",
            ErrorKind::ExpiredCredentials => "has expired credentials",
            ErrorKind::WrongCredentials => "has credentials that AWS does not accept",
            ErrorKind::WrongClock => "has a signature with the wrong time",
            ErrorKind::Unreachable => "could not connect",
            ErrorKind::Ambiguous => "got no usable answer",
            ErrorKind::Invalid => "was refused as invalid",
            ErrorKind::Interrupted => "was not started: the run was asked to stop",
        }
    }
}

/// One line: which thing failed, where, what the provider said, what to do.
impl Display for ProviderError {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let told = &self.told;
        f.write_str(told.operation)?;
        if let Some(place) = &told.place {
            write!(f, " in {}", untrusted(&place.region))?;
            if let Some(endpoint) = &place.endpoint {
                write!(f, " at {}", untrusted(endpoint))?;
            }
        }
        write!(f, " {}", self.summary())?;
        if let Some(message) = &told.message {
            let short: String = message
                .trim()
                .trim_end_matches('.')
                .chars()
                .take(300)
                .collect();
            write!(f, ": {}", untrusted(&short))?;
        }
        match (told.status, &told.code) {
            (Some(status), Some(code)) => write!(f, " ({status} {})", untrusted(code))?,
            (Some(status), None) => write!(f, " ({status})")?,
            (None, Some(code)) => write!(f, " ({})", untrusted(code))?,
            (None, None) => {}
        }
        if told.is_after_lost && self.kind != ErrorKind::Ambiguous {
            f.write_str("; an earlier attempt got no answer, so the change may have happened")?;
        }
        write!(f, "; {}", self.help())
    }
}

impl std::error::Error for ProviderError {}

#[cfg(test)]
mod tests {
    use super::*;

    fn ireland() -> Place {
        Place {
            region: "eu-west-1".to_owned(),
            endpoint: None,
        }
    }

    #[test]
    fn a_missing_permission_is_named_with_its_resource() {
        let kind = ErrorKind::Denied {
            action: "apigateway:PATCH",
            resource: "/apikeys/*",
        };
        let error = ProviderError::new(kind, "UpdateApiKey")
            .at(&ireland())
            .saying(
                Some(403),
                Some("AccessDeniedException".to_owned()),
                Some("no.".to_owned()),
            );
        assert_eq!(
            error.to_string(),
            "UpdateApiKey in eu-west-1 is not allowed: no (403 AccessDeniedException); allow \
             `apigateway:PATCH` on `arn:aws:apigateway:eu-west-1::/apikeys/*`"
        );
    }

    #[test]
    fn a_missing_permission_on_a_secret_is_named_with_its_resource() {
        let kind = ErrorKind::Denied {
            action: "secretsmanager:CreateSecret",
            resource: ":secret:*",
        };
        let help = ProviderError::new(kind, "CreateSecret")
            .at(&ireland())
            .help();
        assert_eq!(
            help,
            "allow `secretsmanager:CreateSecret` on `arn:aws:secretsmanager:eu-west-1:*:secret:*`"
        );
    }

    #[test]
    fn what_a_provider_says_stays_on_one_line_and_short() {
        let message = format!("a\n::error::{}", "x".repeat(1000));
        let error = ProviderError::new(ErrorKind::Invalid, "CreateApiKey").saying(
            Some(400),
            None,
            Some(message),
        );
        let line = error.to_string();
        assert!(line.starts_with("CreateApiKey was refused as invalid: a\\u{a}::error::xx"));
        assert!(!line.contains('\n') && line.len() < 500);
    }

    #[test]
    fn the_first_place_is_kept() {
        let place = Place {
            region: "eu-west-1".to_owned(),
            endpoint: Some("http://127.0.0.1:1".to_owned()),
        };
        let error = ProviderError::new(ErrorKind::Unreachable, "GetApiKeys");
        let line = error.at(&place).at(&ireland()).to_string();
        assert_eq!(
            line,
            "GetApiKeys in eu-west-1 at http://127.0.0.1:1 could not connect; \
             check that something listens at http://127.0.0.1:1"
        );
    }
}
