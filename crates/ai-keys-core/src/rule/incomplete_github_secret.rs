//! A GitHub secret belongs to a repository, an environment or an organisation.

use super::{Facts, rule};
use crate::diagnostic::Diagnostics;
use crate::manifest::decode::excerpt;
use crate::manifest::{Delivery, GithubDelivery, SinkKind};
use crate::source::Spanned;

rule! {
    /// ## What it checks
    /// A delivery to `github-secret` says either `repository`, written `owner/name`, or
    /// `organization`; and `environment` only with a repository.
    /// ## Why it matters
    /// GitHub keeps secrets of repositories, of their environments and of organisations apart.
    /// <https://docs.github.com/en/actions/reference/secrets-reference>, checked 2026-11-23.
    /// ## Example
    /// ```toml,fail
    /// key.acme.deliver = [{ to = "github-secret", name = "AI_API_KEY" }]
    /// ```
    /// ```toml,pass
    /// [defaults.key]
    /// deliver = [{ to = "github-secret", repository = "acme/chat", environment = "prod", name = "AI_KEY" }]
    /// ```
    /// ## What to do
    /// Add `repository = "owner/name"`, or `organization = "name"`.
    AK303 "incomplete-github-secret" Error absence => check
}

fn check(facts: &Facts<'_>, out: &mut Diagnostics) {
    let default = facts.manifest.key_defaults();
    let default = default.and_then(|key| key.deliver.as_deref());
    let own = facts.manifest.keys.iter();
    let own = own.filter_map(|(_, key)| key.deliver.as_deref());
    for delivery in own.chain(default).flatten() {
        if delivery.kind() == Some(SinkKind::GithubSecret)
            && let Delivery::Github(github) = &delivery.value
        {
            check_place(delivery, github, out);
        }
    }
}

fn check_place(delivery: &Spanned<Delivery>, github: &GithubDelivery, out: &mut Diagnostics) {
    match (&github.repository, &github.organization) {
        (None, None) => {
            let message = "a GitHub secret belongs to a repository or an organisation";
            out.report(&AK303, delivery.span, message)
                .help("add `repository = \"owner/name\"` or `organization = \"name\"`");
        }
        (Some(repository), Some(organization)) => {
            let message = "a GitHub secret belongs to a repository or an organisation, not to both";
            out.report(&AK303, organization.span, message)
                .related(repository.span, "the repository")
                .help("remove one of them");
        }
        (Some(repository), None) if !is_repository(repository) => {
            let message = format!("`{}` is not a repository", excerpt(repository));
            out.report(&AK303, repository.span, message)
                .help("write `owner/name`, such as \"acme/chat\"");
        }
        (None, Some(organization)) => {
            if !is_name(organization) {
                let message = format!("`{}` is not an organisation", excerpt(organization));
                out.report(&AK303, organization.span, message)
                    .help("write its name, such as \"acme\"");
            }
            if let Some(environment) = &github.environment {
                out.report(
                    &AK303,
                    environment.span,
                    "an environment belongs to a repository",
                )
                .help("add `repository`, or remove `environment`");
            }
        }
        (Some(_), None) => {}
    }
}

fn is_repository(text: &str) -> bool {
    text.split_once('/')
        .is_some_and(|(owner, name)| is_name(owner) && is_name(name))
}

fn is_name(text: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    !text.is_empty()
        && text.len() <= 100
        && text.chars().all(is_plain)
        && text != "."
        && text != ".."
}

#[cfg(test)]
mod tests {
    use super::AK303;
    use crate::rule::testing::{check, finding};

    fn manifest(place: &str) -> String {
        format!("key.a.deliver = [{{ to = \"github-secret\", name = \"KEY\"{place} }}]")
    }

    #[test]
    fn a_secret_without_a_place_is_underlined() {
        let expected = finding(&AK303)
            .underlines("{ to = \"github-secret\", name = \"KEY\" }")
            .help("repository");
        check(&manifest(""), [expected]);
        check(&manifest(", repository = \"acme/chat\""), []);
        check(&manifest(", organization = \"acme\""), []);
    }

    #[test]
    fn two_places_are_one_too_many() {
        let both = manifest(", repository = \"acme/chat\", organization = \"acme\"");
        let expected = finding(&AK303)
            .underlines("\"acme\"")
            .related("\"acme/chat\"")
            .help("remove one");
        check(&both, [expected]);
    }

    #[test]
    fn a_repository_has_an_owner_and_an_environment_has_a_repository() {
        for place in [
            "chat",
            "acme/",
            "acme/chat/x",
            "https://github.com/acme/chat",
            "../x",
        ] {
            let toml = manifest(&format!(", repository = \"{place}\""));
            check(&toml, [finding(&AK303).help("owner/name")]);
        }
        let environment = manifest(", organization = \"acme\", environment = \"prod\"");
        check(
            &environment,
            [finding(&AK303).underlines("\"prod\"").help("repository")],
        );
        check(
            &environment.replace("organization = \"acme", "repository = \"acme/x"),
            [],
        );
        check(
            &manifest(", organization = \"ac me\""),
            [finding(&AK303).underlines("\"ac me\"")],
        );
    }
}
