//! Where requests go, if the environment sends them somewhere else.
//!
//! An endpoint set through the environment receives key values. That is what a
//! local stack is for, and how a CI job could be made to divert them, so it is
//! announced.

use aws_types::SdkConfig;
use aws_types::service_config::ServiceConfigKey;

/// Domains of AWS, of all partitions, checked 2026-11-23.
/// <https://docs.aws.amazon.com/general/latest/gr/rande.html>
const AWS_DOMAINS: &[&str] = &[
    "amazonaws.com",
    "amazonaws.com.cn",
    "api.aws",
    "amazonaws.eu",
];

/// An endpoint that was set explicitly, and by what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Configured {
    pub(crate) url: String,
    /// The variable, or the profile.
    pub(crate) by: &'static str,
}

/// A service: its id in profiles, and the variable that sets its endpoint.
#[derive(Clone, Copy)]
pub(crate) struct Service(&'static str, &'static str);

pub(crate) const API_GATEWAY: Service = Service("API Gateway", "AWS_ENDPOINT_URL_API_GATEWAY");
pub(crate) const SECRETS_MANAGER: Service =
    Service("Secrets Manager", "AWS_ENDPOINT_URL_SECRETS_MANAGER");
pub(crate) const SSM: Service = Service("SSM", "AWS_ENDPOINT_URL_SSM");

/// Returns the endpoint that the environment or the profile sets for a
/// service, in the order in which the SDK looks for it.
pub(crate) fn configured(config: &SdkConfig, service: Service) -> Option<Configured> {
    let Service(id, variable) = service;
    let key = ServiceConfigKey::builder()
        .service_id(id)
        .env("AWS_ENDPOINT_URL")
        .profile("endpoint_url")
        .build()
        .ok()?;
    let own = config
        .service_config()
        .and_then(|service| service.load_config(key));
    let url = own.or_else(|| config.endpoint_url().map(ToOwned::to_owned))?;
    let variables = [variable, "AWS_ENDPOINT_URL"];
    let by = variables
        .into_iter()
        .find(|name| std::env::var(name).is_ok_and(|value| value == url))
        .unwrap_or("the AWS profile");
    Some(Configured { url, by })
}

/// Returns what to tell the user about an endpoint, if it is not AWS's own.
pub(crate) fn notice(endpoint: &Configured) -> Option<String> {
    let Configured { url, by } = endpoint;
    let has_tls = url
        .get(..8)
        .is_some_and(|start| start.eq_ignore_ascii_case("https://"));
    if has_tls && is_aws(url) {
        return None;
    }
    let how = if by.starts_with("AWS_") {
        "is set"
    } else {
        "says so"
    };
    let url = crate::output::untrusted(url);
    Some(format!("requests go to {url} because {by} {how}"))
}

/// Returns what is wrong with an endpoint that is no URL, if it is none.
pub(crate) fn problem(endpoint: &Configured) -> Option<String> {
    let (scheme, rest) = endpoint.url.split_once("://").unwrap_or_default();
    let is_http = ["http", "https"]
        .iter()
        .any(|known| known.eq_ignore_ascii_case(scheme));
    let has_host = !rest.starts_with(['/', '?', '#', ':']) && !rest.is_empty();
    if is_http && has_host && !rest.contains(char::is_whitespace) {
        return None;
    }
    let (url, by) = (crate::output::untrusted(&endpoint.url), endpoint.by);
    Some(format!(
        "the endpoint `{url}` of {by} is no URL: write it as http://host:port or https://host"
    ))
}

/// Returns whether the host of an URL belongs to AWS.
fn is_aws(url: &str) -> bool {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#', '\\']).next().unwrap_or_default();
    if authority.contains('@') {
        return false;
    }
    let host = authority.split(':').next().unwrap_or_default();
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    AWS_DOMAINS.iter().any(|domain| {
        host.strip_suffix(domain)
            .is_some_and(|before| before.ends_with('.'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(url: &str) -> Option<String> {
        notice(&Configured {
            url: url.to_owned(),
            by: "AWS_ENDPOINT_URL",
        })
    }

    #[test]
    fn endpoints_of_aws_need_no_notice() {
        for url in [
            "https://apigateway.eu-west-1.amazonaws.com",
            "HTTPS://vpce-1.apigateway.eu-west-1.vpce.amazonaws.com/",
            "https://apigateway.cn-north-1.amazonaws.com.cn:443/x",
        ] {
            assert_eq!(told(url), None, "{url}");
        }
    }

    #[test]
    fn every_other_endpoint_is_announced() {
        for url in [
            "http://127.0.0.1:5000",
            "http://apigateway.eu-west-1.amazonaws.com",
            "https://amazonaws.com.evil.example",
            "https://evilamazonaws.com",
            "https://evil.example/x.amazonaws.com",
            "https://x.amazonaws.com@evil.example",
            "https://evil.example\\.amazonaws.com",
            "https://evil.example#.amazonaws.com",
        ] {
            let notice = format!("requests go to {url} because AWS_ENDPOINT_URL is set");
            assert_eq!(told(url), Some(notice));
        }
    }

    #[test]
    fn an_endpoint_is_an_url() {
        let is_url = |url: &str| {
            let url = url.to_owned();
            let by = "AWS_ENDPOINT_URL";
            problem(&Configured { url, by }).is_none()
        };
        for url in ["http://127.0.0.1:1", "HTTPS://x/y", "http://[::1]:5000"] {
            assert!(is_url(url), "{url}");
        }
        for url in [
            "",
            "x",
            "x:1",
            "http//x",
            "http://",
            "ftp://x",
            "http:///x",
            "http://a b",
        ] {
            assert!(!is_url(url), "{url}");
        }
    }

    #[test]
    fn a_profile_is_named_as_such() {
        let endpoint = Configured {
            url: "http://localhost".to_owned(),
            by: "the AWS profile",
        };
        assert_eq!(
            notice(&endpoint).unwrap(),
            "requests go to http://localhost because the AWS profile says so"
        );
    }
}
