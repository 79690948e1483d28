//! Where GitHub is: github.com, a GitHub Enterprise Server, or a test on this machine.

use http::Uri;

/// The address of GitHub's API, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Endpoint {
    /// Scheme and authority: `https://ghes.example`.
    origin: String,
    /// What stands before every route: `/api/v3`, or nothing.
    prefix: String,
}

/// An address that requests with a token are not sent to.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what} must be an https address, such as {example}")]
pub(crate) struct NotAnEndpoint {
    pub(crate) what: &'static str,
    pub(crate) example: &'static str,
}

impl Endpoint {
    /// Checks the address of GitHub's API.
    ///
    /// # Errors
    /// If it is not https, and not http on this machine.
    pub(crate) fn of_api(url: &str) -> Result<Self, NotAnEndpoint> {
        let refused = NotAnEndpoint {
            what: "the address of GitHub's API",
            example: "https://api.github.com",
        };
        let uri: Uri = url.parse().map_err(|_| refused.clone())?;
        if !is_safe(&uri) || uri.query().is_some() {
            return Err(refused);
        }
        let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
            return Err(refused);
        };
        Ok(Self {
            origin: format!("{scheme}://{authority}"),
            prefix: uri.path().trim_end_matches('/').to_owned(),
        })
    }

    /// Returns the address of a route, which begins with `/`.
    pub(super) fn route(&self, route: &str) -> Option<Uri> {
        format!("{}{}{route}", self.origin, self.prefix)
            .parse()
            .ok()
    }

    /// Returns the address of another page. Only its path and query are taken:
    /// the token stays with this host, whatever a `Link` says.
    pub(super) fn page(&self, link: &Uri) -> Option<Uri> {
        let path = link.path_and_query()?;
        format!("{}{path}", self.origin).parse().ok()
    }

    /// Returns the address of GraphQL: beside the API on github.com, in place
    /// of `/v3` on a server.
    pub(super) fn graphql(&self) -> Option<Uri> {
        let prefix = self.prefix.strip_suffix("/v3").unwrap_or(&self.prefix);
        format!("{}{prefix}/graphql", self.origin).parse().ok()
    }
}

/// Returns whether a secret may be sent there: over TLS, or not over a network.
pub(super) fn is_safe(uri: &Uri) -> bool {
    let is_plain = uri.authority().is_some_and(|a| !a.as_str().contains('@'));
    let is_loopback = matches!(uri.host(), Some("127.0.0.1" | "localhost" | "[::1]"));
    match uri.scheme_str() {
        Some("https") => is_plain,
        Some("http") => is_plain && is_loopback,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn endpoint(url: &str) -> Endpoint {
        Endpoint::of_api(url).unwrap()
    }

    #[test]
    fn routes_follow_the_address_of_the_api() {
        let route = |url: &str| endpoint(url).route("/user").unwrap().to_string();
        assert_eq!(
            route("https://api.github.com"),
            "https://api.github.com/user"
        );
        assert_eq!(
            route("https://api.github.com/"),
            "https://api.github.com/user"
        );
        assert_eq!(
            route("https://ghes.example:8443/api/v3"),
            "https://ghes.example:8443/api/v3/user"
        );
    }

    #[test]
    fn graphql_is_beside_the_api() {
        let graphql = |url: &str| endpoint(url).graphql().unwrap().to_string();
        assert_eq!(
            graphql("https://api.github.com"),
            "https://api.github.com/graphql"
        );
        assert_eq!(
            graphql("https://ghes.example/api/v3"),
            "https://ghes.example/api/graphql"
        );
    }

    #[test]
    fn a_token_is_not_sent_without_tls_but_to_this_machine() {
        for url in [
            "http://127.0.0.1:8080",
            "http://localhost:1",
            "http://[::1]:1",
        ] {
            assert!(Endpoint::of_api(url).is_ok(), "{url}");
        }
        for url in [
            "",
            "api.github.com",
            "http://api.github.com",
            "http://127.0.0.1.evil.example",
            "https://token@api.github.com",
            "ftp://api.github.com",
            "https://api.github.com?x=1",
        ] {
            assert!(Endpoint::of_api(url).is_err(), "{url}");
        }
    }

    #[test]
    fn another_page_stays_at_the_same_host() {
        let link = "https://evil.example/repositories/1/issues?page=2"
            .parse()
            .unwrap();
        assert_eq!(
            endpoint("https://api.github.com").page(&link).unwrap(),
            "https://api.github.com/repositories/1/issues?page=2"
        );
    }
}
