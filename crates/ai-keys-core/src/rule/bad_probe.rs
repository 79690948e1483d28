//! A new value is tried at an address that can be trusted with it.

use super::{Facts, rule};
use crate::diagnostic::Diagnostics;
use crate::manifest::decode::excerpt;

rule! {
    /// ## What it checks
    /// `probe` is an `https` address with a host, without a user, a query or a fragment. `http` is
    /// taken for `127.0.0.1`, `[::1]` and `localhost` only.
    /// ## Why it matters
    /// A new value is sent there, in `x-api-key`, to see whether it works. Without TLS anybody on
    /// the way could read it.
    /// ## Example
    /// ```toml,fail
    /// [target.prod]
    /// provider = "aws-api-gateway"
    /// region = "eu-west-1"
    /// probe = "http://api.example.com/health"
    /// ```
    /// ## What to do
    /// Write the address of a method behind the target's API that asks for a key:
    /// `https://a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com/prod/health`.
    AK119 "bad-probe" Error => check
}

fn check(facts: &Facts<'_>, out: &mut Diagnostics) {
    for (_, target) in facts.manifest.targets.iter() {
        let Some(probe) = target.aws().and_then(|target| target.probe.as_ref()) else {
            continue;
        };
        if !is_probe(probe) {
            let message = format!("`{}` is not an address to send a value to", excerpt(probe));
            out.report(&AK119, probe.span, message)
                .help("write an https address without a query, such as \"https://api.example.com/health\"");
        }
    }
}

fn is_probe(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once("://") else {
        return false;
    };
    let authority = rest.split('/').next().unwrap_or_default();
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (authority, None),
    };
    let is_local = matches!(host, "127.0.0.1" | "[::1]" | "localhost");
    let is_name = |host: &str| {
        let is_plain = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'.';
        !host.is_empty() && host.bytes().all(is_plain)
    };
    let is_path = |text: &str| {
        let is_plain = |b: u8| b.is_ascii_graphic() && !b"?#\"<>\\^`{|}@".contains(&b);
        text.bytes().all(is_plain)
    };
    (scheme == "https" || (scheme == "http" && is_local))
        && (is_local || is_name(host))
        && port.is_none_or(|port| port.parse::<u16>().is_ok_and(|port| port > 0))
        && is_path(rest)
        && text.len() <= 2048
}

#[cfg(test)]
mod tests {
    use super::{AK119, is_probe};
    use crate::rule::testing::{check, finding};

    #[test]
    fn an_address_without_tls_is_underlined() {
        let toml = "[target.prod]\nprovider = \"aws-api-gateway\"\nregion = \"eu-west-1\"\naccount = \"123456789012\"\nprobe = \"http://api.example.com/\"\n";
        let expected = finding(&AK119)
            .underlines("\"http://api.example.com/\"")
            .help("https");
        check(toml, [expected]);
        check(&toml.replace("http:", "https:"), []);
    }

    #[test]
    fn only_an_address_of_a_host_is_taken() {
        for text in [
            "https://api.example.com",
            "https://api.example.com:8443/prod/health",
            "http://127.0.0.1:4000/x",
            "http://[::1]:4000/x",
            "http://localhost/x",
        ] {
            assert!(is_probe(text), "{text}");
        }
        for text in [
            "",
            "api.example.com",
            "https://",
            "https:///x",
            "https://a:b@c/x",
            "https://a/x?key=1",
            "https://a/x#y",
            "https://a b/",
            "https://a:0/",
            "https://a:x/",
            "http://127.0.0.1.evil.example/",
            "http://localhost@evil.example/",
            "ftp://a/",
        ] {
            assert!(!is_probe(text), "{text}");
        }
    }
}
