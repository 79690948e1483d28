//! Secrets have names that their store accepts.

use super::placeholder::{Stand, unknown_placeholder};
use super::{Facts, rule};
use crate::diagnostic::Diagnostics;
use crate::manifest::decode::excerpt;
use crate::manifest::{KeyView, Manifest, SinkKind};
use crate::source::Spanned;

rule! {
    /// ## What it checks
    /// The `name` of a delivery, placeholders filled in, is one that the store accepts. The
    /// placeholders are `{namespace}`, `{target}` and `{key}`.
    /// - Secrets Manager: 1 to 512 letters, digits and `/ _ + = . @ -`.
    /// - SSM: at most 1,011 letters, digits and `_ . - /`; a slash in front if there is one
    ///   anywhere; 15 levels; not `aws` or `ssm` in front.
    /// - GitHub: letters, digits and underscores, no digit in front, and not `GITHUB_`.
    /// ## Why it matters
    /// The store refuses the name after the key was made, so its value would be delivered nowhere.
    /// <https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html>,
    /// <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html>,
    /// <https://docs.github.com/en/actions/reference/secrets-reference>, checked 2026-11-23.
    /// ## Example
    /// ```toml,fail
    /// key.acme.deliver = [{ to = "github-secret", repository = "acme/chat", name = "AI-{key}" }]
    /// ```
    /// ## What to do
    /// Write a name that the store accepts. Names of keys have hyphens, which GitHub does not
    /// take: write the secret's name out.
    AK301 "bad-sink-name" Error => check
}

const PLACEHOLDERS: [&str; 3] = ["namespace", "target", "key"];

fn check(facts: &Facts<'_>, out: &mut Diagnostics) {
    let mut filled = String::new();
    for key in facts.manifest.key_views() {
        for delivery in key.deliver() {
            let (Some(kind), Some(name)) = (delivery.kind(), delivery.name()) else {
                continue;
            };
            check_name(facts.manifest, &key, kind, name, &mut filled, out);
        }
    }
}

fn check_name(
    manifest: &Manifest,
    key: &KeyView<'_>,
    kind: SinkKind,
    name: &Spanned<String>,
    filled: &mut String,
    out: &mut Diagnostics,
) {
    if let Some(braces) = unknown_placeholder(name, &PLACEHOLDERS) {
        let message = format!("a name has no placeholder `{}`", excerpt(braces));
        out.report(&AK301, name.span, message)
            .help("`{namespace}`, `{target}` and `{key}` stand for those names");
        return;
    }
    let is_one = !name.contains("{target}");
    let most = if is_one { 1 } else { usize::MAX };
    for target in manifest.target_names(key.listed_targets()).take(most) {
        let stand = Stand {
            namespace: manifest.namespace(),
            target,
            key: key.name(),
        };
        stand.fill(name, filled);
        if let Some(rule) = broken_rule(kind, filled) {
            let message = format!(
                "`{}` is not a name that {} takes",
                excerpt(filled),
                store(kind)
            );
            out.report(&AK301, name.span, message).help(rule);
            return;
        }
    }
}

fn store(kind: SinkKind) -> &'static str {
    match kind {
        SinkKind::SecretsManager => "Secrets Manager",
        SinkKind::Ssm => "SSM",
        SinkKind::GithubSecret => "GitHub",
    }
}

/// Returns the rule that a name breaks, as help.
fn broken_rule(kind: SinkKind, name: &str) -> Option<&'static str> {
    let has_only = |also: &str| {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || also.contains(c);
        !name.is_empty() && name.chars().all(is_plain)
    };
    let starts_with = |start: &str| {
        let found = name.trim_start_matches('/').get(..start.len());
        found.is_some_and(|found| found.eq_ignore_ascii_case(start))
    };
    match kind {
        SinkKind::SecretsManager if name.len() > 512 || !has_only("/_+=.@-") => {
            Some("use 1 to 512 letters, digits and `/ _ + = . @ -`")
        }
        SinkKind::Ssm if name.len() > 1011 || !has_only("_.-/") => {
            Some("use 1 to 1011 letters, digits and `_ . - /`")
        }
        SinkKind::Ssm if starts_with("aws") || starts_with("ssm") => {
            Some("AWS keeps names with `aws` or `ssm` in front to itself")
        }
        SinkKind::Ssm if name.contains('/') && !name.starts_with('/') => {
            Some("a name with levels has a slash in front")
        }
        SinkKind::Ssm if name.ends_with('/') || name.contains("//") => {
            Some("every level has a name")
        }
        SinkKind::Ssm if name.split('/').count() > 16 => Some("use at most 15 levels"),
        SinkKind::GithubSecret if starts_with("github_") => {
            Some("GitHub keeps names with `GITHUB_` in front to itself")
        }
        SinkKind::GithubSecret
            if !has_only("_") || name.starts_with(|c: char| c.is_ascii_digit()) =>
        {
            Some("use letters, digits and underscores, and no digit in front")
        }
        SinkKind::SecretsManager | SinkKind::Ssm | SinkKind::GithubSecret => None,
    }
}

#[cfg(test)]
mod tests {
    use super::AK301;
    use crate::rule::testing::{check, finding};

    fn manifest(to: &str, name: &str) -> String {
        let place = match to {
            "github-secret" => "repository = \"acme/chat\", ",
            _ => "",
        };
        format!("key.acme-1.deliver = [{{ to = \"{to}\", {place}name = \"{name}\" }}]\n")
    }

    #[test]
    fn a_name_that_its_store_refuses_is_underlined() {
        let long = "x".repeat(1012);
        let deep = "/a".repeat(16);
        for (to, name) in [
            ("secrets-manager", "ai {key}"),
            ("secrets-manager", ""),
            ("secrets-manager", &"x".repeat(513)),
            ("ssm", "/ai/{key}:1"),
            ("ssm", "ai/{key}"),
            ("ssm", "/AWS/{key}"),
            ("ssm", "ssm-{key}"),
            ("ssm", "/ai//{key}"),
            ("ssm", "/ai/"),
            ("ssm", &long),
            ("ssm", &deep),
            ("github-secret", "AI_{key}"),
            ("github-secret", "1AI"),
            ("github-secret", "github_ai"),
            ("github-secret", ""),
        ] {
            check(&manifest(to, name), [finding(&AK301)]);
        }
    }

    #[test]
    fn names_that_the_stores_take_pass() {
        for (to, name) in [
            ("secrets-manager", "ai/{target}/{key}"),
            ("secrets-manager", "batch-search"),
            ("ssm", "/{namespace}/{target}/{key}"),
            ("ssm", "{key}.value_1"),
            ("ssm", &"/a".repeat(15)),
            ("github-secret", "_AI_KEY_1"),
        ] {
            check(&manifest(to, name), []);
        }
    }

    #[test]
    fn the_name_and_its_rule_are_said() {
        let expected = finding(&AK301)
            .underlines("\"AI_{key}\"")
            .help("underscores");
        check(&manifest("github-secret", "AI_{key}"), [expected]);
        let unknown = finding(&AK301)
            .underlines("\"ai/{name}\"")
            .help("{namespace}");
        check(&manifest("secrets-manager", "ai/{name}"), [unknown]);
    }
}
