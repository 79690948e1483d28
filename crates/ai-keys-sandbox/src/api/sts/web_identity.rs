//! Reads the claims of a web identity token. Its signature is not checked: there is no key to check it with.

use serde_json::Value;

use crate::answer::ApiError;

/// The one audience that is registered, as in AWS's guide for GitHub Actions.
pub(super) const AUDIENCE: &str = "sts.amazonaws.com";

/// Whom a token speaks of.
#[derive(Debug)]
pub(super) struct Identity {
    pub(super) issuer: String,
    pub(super) subject: String,
}

/// Reads a token, and refuses it as STS does. Texts from public issue reports.
pub(super) fn read(token: &str, now_ms: i64) -> Result<Identity, ApiError> {
    let claims = claims(token).ok_or_else(|| {
        refuse("The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)")
    })?;
    let text = |name: &str| claims.get(name).and_then(Value::as_str).map(str::to_owned);
    let issuer = text("iss").unwrap_or_default();
    if !issuer.starts_with("https://") && !issuer.starts_with("http://127.0.0.1") {
        return Err(refuse(format!(
            "No OpenIDConnect provider found in your account for {issuer}"
        )));
    }
    let is_ours = match claims.get("aud") {
        Some(Value::Array(all)) => all.iter().any(|one| one.as_str() == Some(AUDIENCE)),
        one => one.and_then(Value::as_str) == Some(AUDIENCE),
    };
    if !is_ours {
        return Err(refuse("Incorrect token audience"));
    }
    let expires = claims.get("exp").and_then(Value::as_i64).unwrap_or(0);
    if expires.saturating_mul(1000) <= now_ms {
        let message = format!(
            "Token expired: current date/time {} must be before the expiration date/time {expires}",
            now_ms / 1000
        );
        return Err(ApiError::new(400, "ExpiredTokenException", message));
    }
    let subject = text("sub").ok_or_else(|| refuse("Missing a required claim: sub"))?;
    Ok(Identity { issuer, subject })
}

fn refuse(message: impl Into<String>) -> ApiError {
    ApiError::new(400, "InvalidIdentityToken", message)
}

/// Returns the second of a token's three parts.
fn claims(token: &str) -> Option<Value> {
    let mut parts = token.split('.');
    let (_, claims, signature) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || signature.is_empty() {
        return None;
    }
    serde_json::from_slice(&decode(claims)?)
        .ok()
        .filter(Value::is_object)
}

/// Decodes base64 in its alphabet for URLs, without padding.
fn decode(text: &str) -> Option<Vec<u8>> {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut bytes = Vec::new();
    let (mut bits, mut held) = (0_u32, 0);
    for byte in text.bytes() {
        let digit = ALPHABET.iter().position(|known| *known == byte)?;
        bits = (bits << 6) | u32::try_from(digit).ok()?;
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push(u8::try_from((bits >> held) & 0xff).ok()?);
            bits &= (1 << held) - 1;
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `{"aud":"sts.amazonaws.com","exp":2000000000,"iss":"https://token.actions.githubusercontent.com","sub":"repo:acme/keys:ref:refs/heads/main"}`
    const GOOD: &str = "e30.eyJhdWQiOiJzdHMuYW1hem9uYXdzLmNvbSIsImV4cCI6MjAwMDAwMDAwMCwiaXNzIjoiaHR0cHM6Ly90b2tlbi5hY3Rpb25zLmdpdGh1YnVzZXJjb250ZW50LmNvbSIsInN1YiI6InJlcG86YWNtZS9rZXlzOnJlZjpyZWZzL2hlYWRzL21haW4ifQ.c2ln";

    fn code(token: &str, now_ms: i64) -> String {
        match read(token, now_ms) {
            Ok(identity) => identity.subject,
            Err(error) => format!("{} {}", error.code, error.message),
        }
    }

    #[test]
    fn claims_are_read_and_judged() {
        assert_eq!(code(GOOD, 0), "repo:acme/keys:ref:refs/heads/main");
        assert!(code(GOOD, 2_000_000_000_000).starts_with("ExpiredTokenException Token expired"));
        for token in ["", "a.b", "a.b.c.d", "e30.bm90IGpzb24.c2ln", "e30.e30."] {
            assert!(code(token, 0).contains("not a valid JWT"), "{token}");
        }
        // {"iss":"https://a"}
        assert!(code("e30.eyJpc3MiOiJodHRwczovL2EifQ.c2ln", 0).contains("audience"));
        assert!(code("e30.e30.c2ln", 0).contains("No OpenIDConnect provider"));
    }
}
