//! Each row of the table, and the errors without an answer.

use aws_sdk_apigateway::operation::create_api_key::CreateApiKeyError;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::error::ErrorMetadata;

use super::*;
use crate::provider::ErrorKind;

fn classified(status: u16, code: &str, message: &str) -> ErrorKind {
    classify(Operation::UpdateApiKey, status, code, message, None)
}

/// Code, message and meaning.
type StoreRow = (&'static str, &'static str, ErrorKind);

/// What Secrets Manager, SSM and KMS behind them say; the texts are AWS's.
fn of_secret_stores() -> Vec<StoreRow> {
    let denied = ErrorKind::Denied {
        action: "secretsmanager:UpdateSecret",
        resource: ":secret:*",
    };
    vec![
        (
            "AccessDeniedException",
            "User is not authorized to perform: secretsmanager:UpdateSecret",
            denied,
        ),
        (
            "AccessDeniedException",
            "Access to KMS is not allowed",
            WrongKmsKey,
        ),
        (
            "AccessDeniedException",
            "is not authorized to perform: kms:GenerateDataKey",
            WrongKmsKey,
        ),
        ("EncryptionFailure", "", WrongKmsKey),
        ("DecryptionFailure", "", WrongKmsKey),
        (
            "InvalidKeyId",
            "Alias arn:aws:kms:eu-west-1:1:alias/x is not found.",
            WrongKmsKey,
        ),
        (
            "ThrottlingException",
            "Rate exceeded",
            ErrorKind::Throttled { retry_after: None },
        ),
        (
            "ResourceNotFoundException",
            "Secrets Manager can't find the specified secret.",
            NotFound,
        ),
        ("ParameterNotFound", "", NotFound),
        (
            "ResourceExistsException",
            "The operation failed because the secret a already exists.",
            ConflictExists,
        ),
        ("ParameterAlreadyExists", "", ConflictExists),
        ("TooManyUpdates", "", ConflictRetry),
        ("LimitExceededException", "", QuotaReached),
        ("ParameterLimitExceeded", "", QuotaReached),
        ("ParameterMaxVersionLimitExceeded", "", QuotaReached),
        (
            "InvalidRequestException",
            "You can't create this secret because a secret with this name is already scheduled for deletion.",
            Deleted,
        ),
        (
            "InvalidRequestException",
            "You can't perform this operation on the secret because it was marked for deletion.",
            Deleted,
        ),
        (
            "InvalidRequestException",
            "You tried to perform the operation on a secret that's currently marked deleted.",
            Deleted,
        ),
        ("InvalidRequestException", "You can't do this.", Invalid),
        (
            "ValidationException",
            "Value at 'secretString' failed to satisfy constraint: Member must have length less than or equal to 65536",
            TooLarge,
        ),
        (
            "ValidationException",
            "Standard tier parameters support a maximum parameter value of 4096 characters.",
            TooLarge,
        ),
        (
            "ValidationException",
            "Parameter name: can't be prefixed",
            Invalid,
        ),
        ("MalformedPolicyDocumentException", "", Invalid),
    ]
}

#[test]
fn every_answer_of_a_secret_store_has_its_meaning() {
    for (code, message, expected) in of_secret_stores() {
        let kind = classify(Operation::UpdateSecret, 400, code, message, None);
        assert_eq!(kind, expected, "{code} {message}");
    }
    let lost = classify(
        Operation::UpdateSecret,
        500,
        "InternalServiceError",
        "",
        None,
    );
    assert_eq!(lost, Ambiguous);
}

#[test]
fn every_answer_has_its_meaning() {
    let denied = ErrorKind::Denied {
        action: "apigateway:PATCH",
        resource: "/apikeys/*",
    };
    let throttled = ErrorKind::Throttled { retry_after: None };
    let rows = [
        (
            403,
            "ExpiredTokenException",
            "The security token included in the request is expired",
            ExpiredCredentials,
        ),
        (400, "ExpiredToken", "", ExpiredCredentials),
        (
            403,
            "InvalidSignatureException",
            "Signature expired: 20261123T1 is now earlier than",
            WrongClock,
        ),
        (
            403,
            "InvalidSignatureException",
            "Signature not yet current: x",
            WrongClock,
        ),
        (400, "RequestExpired", "", WrongClock),
        (403, "RequestTimeTooSkewed", "", WrongClock),
        (
            403,
            "UnrecognizedClientException",
            "The security token included in the request is invalid.",
            WrongCredentials,
        ),
        (403, "InvalidClientTokenId", "", WrongCredentials),
        (
            403,
            "InvalidSignatureException",
            "The request signature we calculated does not match",
            WrongCredentials,
        ),
        (403, "SignatureDoesNotMatch", "", WrongCredentials),
        (400, "IncompleteSignature", "", WrongCredentials),
        (
            403,
            "MissingAuthenticationTokenException",
            "Missing Authentication Token",
            WrongCredentials,
        ),
        (403, "MissingAuthenticationToken", "", WrongCredentials),
        (
            403,
            "AccessDeniedException",
            "User: x is not authorized to perform: apigateway:PATCH",
            denied,
        ),
        (400, "AccessDenied", "", denied),
        (
            429,
            "LimitExceededException",
            "Maximum number of API keys has been reached",
            QuotaReached,
        ),
        (
            429,
            "TooManyRequestsException",
            "Too Many Requests",
            throttled,
        ),
        (400, "ThrottlingException", "Rate exceeded", throttled),
        (400, "Throttling", "Rate exceeded", throttled),
        (429, "", "", throttled),
        (
            409,
            "ConflictException",
            "API Key already exists",
            ConflictExists,
        ),
        (
            409,
            "ConflictException",
            "Unable to complete operation due to concurrent modification. Please try again later.",
            ConflictRetry,
        ),
        (409, "ConflictException", "something else", ConflictOther),
        (
            404,
            "NotFoundException",
            "Invalid API Key identifier specified",
            NotFound,
        ),
        (401, "UnauthorizedException", "", denied),
        (403, "", "Forbidden", denied),
        (408, "", "", Ambiguous),
        (500, "", "", Ambiguous),
        (502, "", "", Ambiguous),
        (503, "ServiceUnavailableException", "", Ambiguous),
        (504, "", "", Ambiguous),
        (
            400,
            "BadRequestException",
            "Invalid API Stage specified",
            Invalid,
        ),
        (307, "", "", Invalid),
        (201, "", "", Ambiguous),
    ];
    for (status, code, message, kind) in rows {
        assert_eq!(
            classified(status, code, message),
            kind,
            "{status} {code} {message}"
        );
    }
    let rows = rows.map(|(status, code, message, _)| (status, code, message));
    let stores = of_secret_stores().into_iter();
    let stores = stores.map(|(code, message, _)| (400, code, message));
    let answers = rows.into_iter().chain(stores);
    let deciding: Vec<&Row> = answers
        .filter_map(|(status, code, message)| row(status, code, message))
        .collect();
    for row in MEANINGS {
        let Row(_, code, part, _) = row;
        let is_tested = deciding.iter().any(|one| std::ptr::eq(*one, row));
        assert!(
            is_tested,
            "no answer of these is decided by `{code}` `{part}`"
        );
    }
}

fn answer(status: u16, headers: &[(&'static str, &'static str)]) -> HttpResponse {
    let body = SdkBody::from("the body: SECRET-IN-BODY");
    let mut response = HttpResponse::new(StatusCode::try_from(status).unwrap(), body);
    for (name, value) in headers {
        response.headers_mut().insert(*name, *value);
    }
    response
}

fn refused(code: &str, message: &str, response: HttpResponse) -> ProviderError {
    let meta = ErrorMetadata::builder().code(code).message(message).build();
    let error = SdkError::service_error(CreateApiKeyError::generic(meta), response);
    let (output, _) = Output::captured();
    output.mask("SECRET-IN-MESSAGE");
    translate(Operation::CreateApiKey, &error, &output)
}

#[test]
fn retry_after_counts_from_the_providers_own_clock() {
    let asked = |headers: &[(&'static str, &'static str)]| {
        refused("TooManyRequestsException", "", answer(429, headers)).kind()
    };
    let throttled = |seconds: Option<u64>| ErrorKind::Throttled {
        retry_after: seconds.map(Duration::from_secs),
    };
    assert_eq!(asked(&[("retry-after", "5")]), throttled(Some(5)));
    assert_eq!(asked(&[("retry-after", "tomorrow")]), throttled(None));
    assert_eq!(asked(&[]), throttled(None));
    let date = ("retry-after", "Sun, 06 Nov 1994 08:49:47 GMT");
    let now = ("date", "Sun, 06 Nov 1994 08:49:37 GMT");
    assert_eq!(asked(&[date, now]), throttled(Some(10)));
}

#[test]
fn a_line_has_code_and_message_but_no_secret_and_no_body() {
    let error = refused(
        "BadRequestException",
        "bad SECRET-IN-MESSAGE",
        answer(400, &[]),
    );
    let line = error.to_string();
    assert!(
        line.starts_with(
            "CreateApiKey was refused as invalid: bad *** (400 BadRequestException); "
        ),
        "{line}"
    );
    assert!(!line.contains("SECRET"));
}

#[test]
fn an_answer_that_cannot_be_read_is_ambiguous_unless_its_status_speaks() {
    let unreadable = |status| {
        let error =
            SdkError::<CreateApiKeyError, _>::response_error("expected `}`", answer(status, &[]));
        translate(Operation::CreateApiKey, &error, &Output::captured().0).kind()
    };
    assert_eq!(unreadable(201), Ambiguous);
    assert_eq!(unreadable(404), NotFound);
}

#[test]
fn missing_credentials_are_told_from_refused_ones() {
    let told = |cause: CredentialsError| {
        let cause =
            aws_smithy_runtime_api::client::result::ConnectorError::other(cause.into(), None);
        let error = SdkError::<CreateApiKeyError, HttpResponse>::dispatch_failure(cause);
        translate(Operation::CreateApiKey, &error, &Output::captured().0).kind()
    };
    assert_eq!(
        told(CredentialsError::not_loaded("none found")),
        ErrorKind::NoCredentials
    );
    assert_eq!(
        told(CredentialsError::provider_error("no such role")),
        WrongCredentials
    );
    assert_eq!(
        told(CredentialsError::provider_error("ExpiredTokenException: x")),
        ExpiredCredentials
    );
}

#[test]
fn a_timeout_is_ambiguous() {
    let error = SdkError::<CreateApiKeyError, HttpResponse>::timeout_error("attempt timeout");
    let error = translate(Operation::CreateApiKey, &error, &Output::captured().0);
    assert_eq!(error.kind(), Ambiguous);
}
