//! What the errors of API Gateway and of the secret stores mean.
//!
//! INVARIANT: an SDK error is never formatted with `Debug`, and its body never
//! read: it may hold a key value. Status, code and message are taken, and the
//! message is scrubbed.

use std::error::Error;
use std::time::{Duration, SystemTime};

use aws_credential_types::provider::error::CredentialsError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::date_time::{DateTime, Format};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use super::operation::{Needs, Operation};
use crate::output::Output;
use crate::provider::{ErrorKind, ProviderError};
use crate::schedule::retry_after;

/// A row of the table of meanings. An empty text matches everything; the first
/// row that matches decides.
struct Row(Status, &'static str, &'static str, Meaning);

/// The HTTP statuses that a row is about.
#[derive(Clone, Copy)]
enum Status {
    Any,
    Is(u16),
    From(u16),
}

/// [`ErrorKind`] without what only the answer or the operation knows.
#[derive(Clone, Copy)]
enum Meaning {
    Throttled,
    Denied,
    Kind(ErrorKind),
}

use ErrorKind::{
    Ambiguous, ConflictExists, ConflictOther, ConflictRetry, Deleted, ExpiredCredentials, Invalid,
    NotFound, QuotaReached, TooLarge, WrongClock, WrongCredentials, WrongKmsKey,
};
use Meaning::{Denied, Kind, Throttled};
use Status::{Any, From, Is};

/// Status, code (exact), message (part of) → meaning.
///
/// API Gateway declares few of the codes it sends: authentication failures and
/// 503 arrive undeclared. Checked 2026-11-23.
/// <https://docs.aws.amazon.com/apigateway/latest/api/CommonErrors.html>
static MEANINGS: &[Row] = &[
    Row(Any, "ExpiredTokenException", "", Kind(ExpiredCredentials)),
    Row(Any, "ExpiredToken", "", Kind(ExpiredCredentials)),
    Row(
        Any,
        "InvalidSignatureException",
        "Signature expired",
        Kind(WrongClock),
    ),
    Row(
        Any,
        "InvalidSignatureException",
        "Signature not yet current",
        Kind(WrongClock),
    ),
    Row(Any, "RequestExpired", "", Kind(WrongClock)),
    Row(Any, "RequestTimeTooSkewed", "", Kind(WrongClock)),
    Row(
        Any,
        "UnrecognizedClientException",
        "",
        Kind(WrongCredentials),
    ),
    Row(Any, "InvalidClientTokenId", "", Kind(WrongCredentials)),
    Row(Any, "InvalidSignatureException", "", Kind(WrongCredentials)),
    Row(Any, "SignatureDoesNotMatch", "", Kind(WrongCredentials)),
    Row(Any, "IncompleteSignature", "", Kind(WrongCredentials)),
    Row(
        Any,
        "MissingAuthenticationTokenException",
        "",
        Kind(WrongCredentials),
    ),
    Row(
        Any,
        "MissingAuthenticationToken",
        "",
        Kind(WrongCredentials),
    ),
    // KMS answers through the store that asked it. Its texts name itself or its actions.
    Row(Any, "AccessDeniedException", "KMS", Kind(WrongKmsKey)),
    Row(Any, "AccessDeniedException", "kms:", Kind(WrongKmsKey)),
    Row(Any, "EncryptionFailure", "", Kind(WrongKmsKey)),
    Row(Any, "DecryptionFailure", "", Kind(WrongKmsKey)),
    Row(Any, "InvalidKeyId", "", Kind(WrongKmsKey)),
    Row(Any, "AccessDeniedException", "", Denied),
    Row(Any, "AccessDenied", "", Denied),
    // Both are 429; this one is a number of things, not a rate.
    Row(Any, "LimitExceededException", "", Kind(QuotaReached)),
    Row(Any, "TooManyRequestsException", "", Throttled),
    Row(Any, "ThrottlingException", "", Throttled),
    Row(Any, "Throttling", "", Throttled),
    Row(Is(429), "", "", Throttled),
    // Secrets Manager and SSM refuse everything with 400: the code decides, and
    // where it has several meanings the message.
    // <https://docs.aws.amazon.com/secretsmanager/latest/apireference/CommonErrors.html>
    Row(Any, "ResourceNotFoundException", "", Kind(NotFound)),
    Row(Any, "ParameterNotFound", "", Kind(NotFound)),
    Row(Any, "ResourceExistsException", "", Kind(ConflictExists)),
    Row(Any, "ParameterAlreadyExists", "", Kind(ConflictExists)),
    Row(Any, "TooManyUpdates", "", Kind(ConflictRetry)),
    Row(Any, "ParameterLimitExceeded", "", Kind(QuotaReached)),
    Row(
        Any,
        "ParameterMaxVersionLimitExceeded",
        "",
        Kind(QuotaReached),
    ),
    Row(
        Any,
        "InvalidRequestException",
        "marked for deletion",
        Kind(Deleted),
    ),
    Row(
        Any,
        "InvalidRequestException",
        "currently marked deleted",
        Kind(Deleted),
    ),
    Row(
        Any,
        "InvalidRequestException",
        "scheduled for deletion",
        Kind(Deleted),
    ),
    Row(
        Any,
        "ValidationException",
        "less than or equal to 65536",
        Kind(TooLarge),
    ),
    Row(
        Any,
        "ValidationException",
        "maximum parameter value",
        Kind(TooLarge),
    ),
    // One code, several meanings: only the message tells them apart.
    Row(Is(409), "", "API Key already exists", Kind(ConflictExists)),
    Row(Is(409), "", "concurrent modification", Kind(ConflictRetry)),
    Row(Is(409), "", "", Kind(ConflictOther)),
    Row(Is(404), "", "", Kind(NotFound)),
    Row(Is(401), "", "", Denied),
    Row(Is(403), "", "", Denied),
    Row(Is(408), "", "", Kind(Ambiguous)),
    Row(From(500), "", "", Kind(Ambiguous)),
    Row(From(300), "", "", Kind(Invalid)),
    // A success that could not be read.
    Row(Any, "", "", Kind(Ambiguous)),
];

/// Translates an SDK error into what it means for the change.
pub(crate) fn translate<E>(
    operation: Operation,
    error: &SdkError<E, HttpResponse>,
    output: &Output,
) -> ProviderError
where
    E: ProvideErrorMetadata + Error + 'static,
{
    let Some(response) = error.raw_response() else {
        return without_answer(operation, error, output);
    };
    let status = response.status().as_u16();
    let service = error.as_service_error();
    let code = service.and_then(ProvideErrorMetadata::code);
    let message = service.and_then(ProvideErrorMetadata::message);
    let header = |name| response.headers().get(name);
    let asked = header("retry-after").and_then(|asked| {
        let date = header("date").and_then(|date| DateTime::from_str(date, Format::HttpDate).ok());
        let now = date.and_then(|date| SystemTime::try_from(date).ok());
        retry_after(asked, now.unwrap_or_else(SystemTime::now))
    });
    let kind = classify(
        operation,
        status,
        code.unwrap_or(""),
        message.unwrap_or(""),
        asked,
    );
    ProviderError::new(kind, operation.call().operation).saying(
        Some(status),
        code.map(|code| output.scrub(code)),
        message.map(|message| output.scrub(message)),
    )
}

/// Returns what an answer means for a call, by its row of [`MEANINGS`].
fn classify(
    operation: Operation,
    status: u16,
    code: &str,
    message: &str,
    retry_after: Option<Duration>,
) -> ErrorKind {
    let Some(Row(_, _, _, meaning)) = row(status, code, message) else {
        return Ambiguous;
    };
    match meaning {
        Throttled => ErrorKind::Throttled { retry_after },
        Denied => {
            let Needs { action, resource } = operation.needs();
            ErrorKind::Denied { action, resource }
        }
        Kind(kind) => *kind,
    }
}

/// Looks an answer up in [`MEANINGS`].
fn row(status: u16, code: &str, message: &str) -> Option<&'static Row> {
    let matches = |row: &&Row| {
        let Row(statuses, row_code, part, _) = row;
        let is_status = match *statuses {
            Any => true,
            Is(only) => status == only,
            From(least) => status >= least,
        };
        is_status && (row_code.is_empty() || *row_code == code) && message.contains(part)
    };
    MEANINGS.iter().find(matches)
}

/// Explains a call that got no answer, from the chain of its causes.
fn without_answer<E>(
    operation: Operation,
    error: &SdkError<E, HttpResponse>,
    output: &Output,
) -> ProviderError
where
    E: Error + 'static,
{
    let causes = causes(error);
    let credentials = causes
        .iter()
        .find_map(|cause| cause.downcast_ref::<CredentialsError>());
    let says = |part: &str| causes.iter().any(|cause| cause.to_string().contains(part));
    let kind = match (credentials, error) {
        (Some(credentials), _) => match credentials {
            CredentialsError::CredentialsNotLoaded(_) => ErrorKind::NoCredentials,
            // A place to look that is set up wrong or does not answer: AWS was
            // not asked about any credentials.
            CredentialsError::InvalidConfiguration(_) | CredentialsError::ProviderTimedOut(_) => {
                ErrorKind::NoCredentials
            }
            _ if says("ExpiredToken") => ExpiredCredentials,
            // The last place to look at: a machine without a role.
            _ if says("IMDS") => ErrorKind::NoCredentials,
            _ if causes.iter().any(|cause| cause.is::<std::io::Error>()) => {
                ErrorKind::NoCredentials
            }
            _ => WrongCredentials,
        },
        (None, SdkError::ConstructionFailure(_)) => Invalid,
        // The texts of hyper-util and of the SDK's connector for a connection
        // that did not come about: DNS, refused, TLS, too slow.
        (None, _) if says("client error (Connect)") || says("connect timeout") => {
            ErrorKind::Unreachable
        }
        (None, _) => Ambiguous,
    };
    let message = match credentials {
        // The list of all the places that were looked at fits no line.
        Some(CredentialsError::CredentialsNotLoaded(_)) => None,
        Some(_) if says("IMDS") => None,
        Some(_) => {
            // "No such file" alone does not say which.
            let last = causes.len().saturating_sub(2);
            let told = causes.iter().skip(last).map(ToString::to_string);
            Some(output.scrub(&told.collect::<Vec<_>>().join(": ")))
        }
        _ => causes.last().map(|cause| output.scrub(&cause.to_string())),
    };
    ProviderError::new(kind, operation.call().operation).saying(None, None, message)
}

/// Returns the causes of an error, the deepest one last, by `Display` only.
fn causes<'a>(error: &'a (dyn Error + 'static)) -> Vec<&'a (dyn Error + 'static)> {
    std::iter::successors(error.source(), |cause| (*cause).source()).collect()
}

#[cfg(test)]
#[path = "errors_tests.rs"]
mod tests;
