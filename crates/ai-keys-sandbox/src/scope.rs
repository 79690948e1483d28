//! One account and region: what API Gateway state belongs to.

use std::fmt;

use crate::session::Session;

/// The account of unsigned requests and of access key ids without an account in them.
pub const DEFAULT_ACCOUNT: &str = "123456789012";

/// One account and region.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Scope {
    /// Twelve digits.
    pub account: String,
    /// Such as `eu-west-1`.
    pub region: String,
}

impl Scope {
    /// Names an account and region.
    #[must_use]
    pub fn new(account: &str, region: &str) -> Self {
        Self {
            account: account.to_owned(),
            region: region.to_owned(),
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.account, self.region)
    }
}

/// Who signed a request, as far as the `Authorization` header says; signatures are not checked.
pub(crate) struct Caller {
    pub(crate) scope: Scope,
    pub(crate) access_key_id: Option<String>,
    /// What the security token says, if the sandbox gave it out.
    pub(crate) session: Option<Session>,
}

/// Reads the `SigV4` credential scope: `Credential=AKID/20261123/eu-west-1/apigateway/aws4_request`.
pub(crate) fn read_caller(
    authorization: Option<&str>,
    security_token: Option<&str>,
    default_region: &str,
) -> Caller {
    let credential = authorization
        .filter(|header| header.starts_with("AWS4-HMAC-SHA256"))
        .and_then(|header| header.split_once("Credential="))
        .map_or("", |(_, rest)| rest.split([',', ' ']).next().unwrap_or(""));
    let mut parts = credential.split('/');
    let access_key_id = parts.next().filter(|id| !id.is_empty()).map(str::to_owned);
    let region = parts.nth(1).unwrap_or(default_region);
    let account = access_key_id
        .as_deref()
        .and_then(account_in)
        .unwrap_or(DEFAULT_ACCOUNT);
    Caller {
        scope: Scope::new(account, region),
        access_key_id,
        session: security_token.and_then(Session::read),
    }
}

/// Returns the twelve digits that end a sandbox access key id, if it ends so.
fn account_in(access_key_id: &str) -> Option<&str> {
    let start = access_key_id.len().checked_sub(12)?;
    access_key_id
        .get(start..)
        .filter(|tail| tail.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signed(akid: &str) -> Caller {
        let header = format!(
            "AWS4-HMAC-SHA256 Credential={akid}/20261123/us-east-2/sts/aws4_request, SignedHeaders=host, Signature=0"
        );
        read_caller(Some(&header), None, "eu-west-1")
    }

    #[test]
    fn account_and_region_come_from_the_credential_scope() {
        let caller = signed("AKIA210987654321");
        assert_eq!(caller.scope, Scope::new("210987654321", "us-east-2"));
    }

    #[test]
    fn an_ordinary_access_key_id_is_the_default_account() {
        assert_eq!(
            signed("AKIAIOSFODNN7EXAMPLE").scope.account,
            DEFAULT_ACCOUNT
        );
    }

    #[test]
    fn an_unsigned_request_gets_the_defaults() {
        let caller = read_caller(None, None, "eu-west-1");
        assert_eq!(caller.scope, Scope::new(DEFAULT_ACCOUNT, "eu-west-1"));
        assert!(caller.access_key_id.is_none());
    }
}
