//! Temporary credentials: what STS gives out, and how the sandbox knows them again.
//!
//! The token says all there is to know, so a sandbox that was restarted still takes it.

use crate::ids::Ids;

/// What begins the access key id of temporary credentials.
pub(crate) const TEMPORARY: &str = "ASIA";
const TOKEN: &str = "ai-keys-sandbox";

/// Temporary credentials of a role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Session {
    /// `ASIA`, four characters, and the account's twelve digits.
    pub(crate) access_key_id: String,
    /// On the sandbox's clock, in milliseconds since 1970.
    pub(crate) expires_ms: i64,
    /// As the caller named it.
    pub(crate) name: String,
    /// The role's name, without its path.
    pub(crate) role: String,
}

impl Session {
    /// Begins a session in an account.
    pub(crate) fn begin(
        account: &str,
        role: &str,
        name: &str,
        expires_ms: i64,
        random: &mut Ids,
    ) -> Self {
        let salt: String = random.id().to_ascii_uppercase().chars().take(4).collect();
        Self {
            access_key_id: format!("{TEMPORARY}{salt}{account}"),
            expires_ms,
            name: name.to_owned(),
            role: role.to_owned(),
        }
    }

    /// Returns the session token. Neither part can hold a slash.
    pub(crate) fn token(&self) -> String {
        let Self {
            access_key_id,
            expires_ms,
            name,
            role,
        } = self;
        format!("{TOKEN}/{access_key_id}/{expires_ms}/{name}/{role}")
    }

    /// Reads a session token back.
    pub(crate) fn read(token: &str) -> Option<Self> {
        let mut parts = token.strip_prefix(TOKEN)?.strip_prefix('/')?.splitn(4, '/');
        Some(Self {
            access_key_id: parts.next()?.to_owned(),
            expires_ms: parts.next()?.parse().ok()?,
            name: parts.next()?.to_owned(),
            role: parts.next()?.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_read_back() {
        let mut random = Ids::new(Some(1));
        let session = Session::begin("210987654321", "deploy", "ci-1", 7, &mut random);
        assert_eq!(session.access_key_id.len(), 20);
        assert!(session.access_key_id.ends_with("210987654321"));
        assert_eq!(Session::read(&session.token()), Some(session));
        assert_eq!(Session::read("ai-keys-sandbox/ASIA/soon/a/b"), None);
    }
}
