//! STS: who the caller is, and temporary credentials of a role. Query protocol in, XML out.
//!
//! There are no trust policies: every role may be assumed, but for those whose name begins with
//! `denied`. Signatures of web identity tokens are not checked; form, audience and dates are.

use std::fmt::Write as _;

use time::OffsetDateTime;

use crate::answer::{Answer, ApiError};
use crate::clock::Clock;
use crate::lock;
use crate::protocol::{escape_xml, form};
use crate::query::Query;
use crate::route::Operation;
use crate::scope::Caller;
use crate::server::Incoming;
use crate::session::Session;
use crate::shared::Shared;

mod web_identity;

/// Seconds for which credentials are good if the request does not say.
const DURATION_SECONDS: i64 = 3600;
/// What a request may say: a quarter of an hour to half a day.
const DURATIONS: std::ops::RangeInclusive<i64> = 900..=43_200;

/// Elements of an answer, in their order.
type Elements = Vec<(&'static str, String)>;

/// Carries out one operation of STS.
pub(crate) fn carry_out(
    shared: &Shared,
    caller: &Caller,
    operation: Operation,
    request: &Incoming,
) -> Result<Answer, ApiError> {
    let form = form(request);
    let elements = match operation {
        Operation::AssumeRole => assume_role(shared, &form)?,
        Operation::AssumeRoleWithWebIdentity => assume_role_with_web_identity(shared, &form)?,
        _ => caller_identity(caller),
    };
    Ok(answer(operation.name(), &elements))
}

fn caller_identity(caller: &Caller) -> Elements {
    let account = &caller.scope.account;
    let (arn, id) = match &caller.session {
        Some(session) => (
            session_arn(account, session),
            format!("AROASANDBOX:{}", session.name),
        ),
        None => (
            format!("arn:aws:iam::{account}:user/sandbox"),
            "AIDASANDBOX".to_owned(),
        ),
    };
    vec![("Arn", arn), ("UserId", id), ("Account", account.clone())]
}

fn assume_role(shared: &Shared, form: &Query) -> Result<Elements, ApiError> {
    session(shared, form, "sts:AssumeRole")
}

fn assume_role_with_web_identity(shared: &Shared, form: &Query) -> Result<Elements, ApiError> {
    // The token's issuer keeps the real time, whatever the sandbox's clock shows.
    let identity = web_identity::read(
        form.get("WebIdentityToken").unwrap_or(""),
        Clock::real().now_ms(),
    )?;
    let mut elements = session(shared, form, "sts:AssumeRoleWithWebIdentity")?;
    elements.push(("SubjectFromWebIdentityToken", identity.subject));
    elements.push(("Audience", web_identity::AUDIENCE.to_owned()));
    elements.push(("Provider", identity.issuer));
    Ok(elements)
}

/// Checks what both ways to a role have in common, and gives out its credentials.
fn session(shared: &Shared, form: &Query, action: &str) -> Result<Elements, ApiError> {
    let arn = form.get("RoleArn").unwrap_or("");
    let (account, role) = read_role(arn).ok_or_else(|| invalid(format!("{arn} is invalid")))?;
    let name = form.get("RoleSessionName").unwrap_or("");
    let is_word = |c: char| c.is_ascii_alphanumeric() || "_+=,.@-".contains(c);
    if !(2..=64).contains(&name.len()) || !name.chars().all(is_word) {
        return Err(invalid(
            "1 validation error detected: Value at 'roleSessionName' failed to satisfy constraint: \
             Member must satisfy regular expression pattern: [\\w+=,.@-]*",
        ));
    }
    let duration =
        form.get("DurationSeconds")
            .map_or(Ok(DURATION_SECONDS), |text| {
                let seconds = text.parse().ok();
                seconds.filter(|seconds| DURATIONS.contains(seconds)).ok_or_else(|| {
            invalid(
                "1 validation error detected: Value at 'durationSeconds' failed to satisfy \
                 constraint: Member must have value between 900 and 43200",
            )
        })
            })?;
    if role.starts_with("denied") {
        let message = format!("Not authorized to perform {action}");
        return Err(ApiError::new(403, "AccessDenied", message));
    }
    let expires_ms = shared.now_ms().saturating_add(duration * 1000);
    let session = Session::begin(account, role, name, expires_ms, &mut lock(&shared.ids));
    // The client compares this with its own clock; the sandbox compares the token with its own.
    let expiration = Clock::real().now_ms().saturating_add(duration * 1000);
    let credentials = [
        ("AccessKeyId", session.access_key_id.clone()),
        ("SecretAccessKey", lock(&shared.ids).value()),
        ("SessionToken", session.token()),
        ("Expiration", iso_time(expiration)),
    ];
    let user = [
        ("Arn", session_arn(account, &session)),
        ("AssumedRoleId", format!("AROASANDBOX:{name}")),
    ];
    Ok(vec![
        ("Credentials", xml(&credentials)),
        ("AssumedRoleUser", xml(&user)),
    ])
}

/// Splits `arn:aws:iam::210987654321:role/path/deploy` into account and name.
fn read_role(arn: &str) -> Option<(&str, &str)> {
    let mut parts = arn.splitn(6, ':');
    let is_iam = parts.next() == Some("arn")
        && parts.next()?.starts_with("aws")
        && parts.next() == Some("iam")
        && parts.next() == Some("");
    let account = parts.next()?;
    let role = parts.next()?.strip_prefix("role/")?;
    let name = role.rsplit('/').next().filter(|name| !name.is_empty())?;
    let is_account = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
    (is_iam && is_account).then_some((account, name))
}

fn session_arn(account: &str, session: &Session) -> String {
    let Session { role, name, .. } = session;
    format!("arn:aws:sts::{account}:assumed-role/{role}/{name}")
}

/// The texts of refused parameters are inferred.
fn invalid(message: impl Into<String>) -> ApiError {
    ApiError::new(400, "ValidationError", message)
}

fn answer(operation: &str, elements: &Elements) -> Answer {
    Answer::xml(
        200,
        format!(
            "<{operation}Response xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\
             <{operation}Result>{}</{operation}Result>\
             <ResponseMetadata><RequestId>sandbox</RequestId></ResponseMetadata>\
             </{operation}Response>",
            xml(elements)
        ),
    )
}

/// Writes elements; a text that is XML already stays as it is.
fn xml(elements: &[(&'static str, String)]) -> String {
    let mut text = String::new();
    for (name, content) in elements {
        let content = match *name {
            "Credentials" | "AssumedRoleUser" => content.clone(),
            _ => escape_xml(content),
        };
        // Writing to a string cannot fail.
        let _ = write!(text, "<{name}>{content}</{name}>");
    }
    text
}

/// Writes a moment as `2026-11-23T12:00:00Z`.
fn iso_time(ms: i64) -> String {
    let moment = OffsetDateTime::from_unix_timestamp(ms.div_euclid(1000))
        .unwrap_or(OffsetDateTime::UNIX_EPOCH);
    let (hour, minute, second) = moment.to_hms();
    format!("{}T{hour:02}:{minute:02}:{second:02}Z", moment.date())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_is_an_account_and_a_name() {
        let role = |arn| read_role(arn);
        assert_eq!(
            role("arn:aws:iam::210987654321:role/ci/deploy"),
            Some(("210987654321", "deploy"))
        );
        for arn in [
            "",
            "deploy",
            "arn:aws:iam::21098765432:role/deploy",
            "arn:aws:iam::210987654321:user/deploy",
            "arn:aws:iam::210987654321:role/",
        ] {
            assert_eq!(role(arn), None, "{arn}");
        }
    }

    #[test]
    fn a_moment_is_iso_8601() {
        assert_eq!(
            iso_time(Clock::at("2026-11-23").unwrap().now_ms()),
            "2026-11-23T12:00:00Z"
        );
    }
}
