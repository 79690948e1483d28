//! Where the keys of Google and Azure live is written as those clouds write it.

use super::{Facts, rule};
use crate::diagnostic::Diagnostics;
use crate::manifest::decode::excerpt;
use crate::manifest::{Target, is_hidden};
use crate::source::Spanned;

rule! {
    /// ## What it checks
    /// `project` is the id of a Google Cloud project: 6 to 30 lower-case letters, digits and
    /// hyphens. `subscription` is the UUID of an Azure subscription, `resource-group` has 1 to 90
    /// letters, digits and `. _ ( ) -`, and `service` is a name of 1 to 50 letters, digits and
    /// hyphens.
    /// ## Why it matters
    /// They become parts of addresses. A wrong one fails there as "not found", which says nothing
    /// about the manifest.
    /// <https://cloud.google.com/resource-manager/docs/creating-managing-projects>,
    /// <https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules>,
    /// checked 2026-11-23.
    /// ## Example
    /// ```toml,fail
    /// [target.prod]
    /// provider = "google-api-keys"
    /// project = "Acme AI"
    /// ```
    /// ```toml,fail
    /// [target.prod]
    /// provider = "azure-api-management"
    /// subscription = "acme"
    /// resource-group = "ai"
    /// service = "acme-ai"
    /// ```
    /// ```toml,pass
    /// [target.prod]
    /// provider = "google-api-keys"
    /// project = "acme-ai-prod"
    /// [target.live]
    /// provider = "azure-api-management"
    /// subscription = "00000000-0000-0000-0000-000000000001"
    /// resource-group = "ai"
    /// service = "acme-ai"
    /// ```
    /// ## What to do
    /// Copy the project's id, not its name or number; in Azure, the parts of the service's
    /// resource id.
    AK120 "bad-place" Error => check
}

fn check(facts: &Facts<'_>, out: &mut Diagnostics) {
    for (_, target) in facts.manifest.targets.iter() {
        match &target.value {
            Target::Aws(_) => {}
            Target::Google(target) => {
                let help = "write its id, such as \"acme-ai-prod\"";
                say(
                    target.project.0.as_ref(),
                    is_project,
                    "a project's id",
                    help,
                    out,
                );
            }
            Target::Azure(target) => {
                let (what, help) = ("a subscription's id", "write its UUID");
                say(target.subscription.0.as_ref(), is_uuid, what, help, out);
                let (what, help) = ("the name of a resource group", "copy it from the portal");
                say(target.resource_group.0.as_ref(), is_group, what, help, out);
                let (what, help) = ("the name of a service", "write it without a domain");
                say(target.service.0.as_ref(), is_service, what, help, out);
            }
        }
    }
}

fn say(
    field: Option<&Spanned<String>>,
    is_right: fn(&str) -> bool,
    what: &str,
    help: &str,
    out: &mut Diagnostics,
) {
    if let Some(field) = field.filter(|field| !is_right(field)) {
        let message = format!("`{}` is not {what}", excerpt(field));
        out.report(&AK120, field.span, message).help(help);
    }
}

/// An old project of a domain has it in front: `example.com:acme-ai`.
fn is_project(text: &str) -> bool {
    let id = text.split_once(':').map_or(text, |(_, id)| id);
    let is_plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    (6..=30).contains(&id.len())
        && id.bytes().all(is_plain)
        && id.starts_with(|first: char| first.is_ascii_lowercase())
        && !id.ends_with('-')
}

/// Returns whether a text has the form of a UUID.
pub(super) fn is_uuid(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let lengths = parts.iter().map(|part| part.len());
    lengths.eq([8, 4, 4, 4, 12])
        && parts
            .iter()
            .all(|part| part.bytes().all(|b| b.is_ascii_hexdigit()))
}

/// Azure takes the letters of every script. Which characters are letters is a
/// table of many kilobytes, so outside of ASCII any visible one passes.
fn is_group(text: &str) -> bool {
    let is_plain = |c: char| {
        c.is_ascii_alphanumeric() || "._()-".contains(c) || !(c.is_ascii() || is_hidden(c))
    };
    (1..=90).contains(&text.chars().count()) && text.chars().all(is_plain) && !text.ends_with('.')
}

fn is_service(text: &str) -> bool {
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
    (1..=50).contains(&text.len())
        && text.bytes().all(is_plain)
        && text.starts_with(|first: char| first.is_ascii_alphabetic())
        && !text.ends_with('-')
}

#[cfg(test)]
mod tests {
    use super::AK120;
    use crate::rule::testing::{check, finding};

    #[test]
    fn a_projects_name_or_number_is_underlined() {
        let toml = |id: &str| {
            format!("[target.prod]\nprovider = \"google-api-keys\"\nproject = \"{id}\"\n")
        };
        for wrong in [
            "",
            "Acme AI",
            "123456789012",
            "acme-",
            "short",
            "a".repeat(31).as_str(),
        ] {
            check(&toml(wrong), [finding(&AK120).help("acme-ai-prod")]);
        }
        for right in ["acme-ai-prod", "example.com:acme-ai"] {
            check(&toml(right), []);
        }
    }

    #[test]
    fn each_part_of_an_azure_service_is_underlined() {
        let toml = r#"
[target.prod]
provider = "azure-api-management"
subscription = "acme"
resource-group = "a/b"
service = "acme-ai.azure-api.net"
"#;
        check(
            toml,
            [
                finding(&AK120).underlines("\"acme\"").help("UUID"),
                finding(&AK120).underlines("\"a/b\""),
                finding(&AK120)
                    .underlines("\"acme-ai.azure-api.net\"")
                    .help("without a domain"),
            ],
        );
        let right = toml
            .replace("acme\"\nres", "00000000-0000-0000-0000-00000000000a\"\nres")
            .replace("a/b", "rg_(ai).eu")
            .replace(".azure-api.net", "");
        check(&right, []);
    }
}
