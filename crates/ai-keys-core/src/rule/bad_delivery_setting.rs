//! What a delivery says about its secret is what the store accepts.

use super::bad_region::is_region;
use super::bad_tag::wrong_tag;
use super::{Facts, rule};
use crate::diagnostic::Diagnostics;
use crate::firsts::Firsts;
use crate::manifest::decode::excerpt;
use crate::manifest::{Delivery, Manifest, SecretsManagerDelivery, Words, account_of_role};

rule! {
    /// ## What it checks
    /// The settings of a delivery:
    /// - `kms-key`: an id, an ARN, or an alias `alias/name`.
    /// - `replicas`: regions, each once, and none of them the secret's own.
    /// - `readers`: ARNs of IAM roles.
    /// - `field`: 1 to 128 characters, none of them invisible.
    /// - `tags`: at most 50, as AWS accepts them.
    /// ## Why it matters
    /// The store refuses them after the key was made, so its value would be delivered nowhere; and
    /// a policy that names a role that cannot be is refused as a whole.
    /// <https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html>,
    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html>,
    /// checked 2026-11-23.
    /// ## Example
    /// ```toml,fail
    /// key.acme.deliver = [{ to = "secrets-manager", name = "ai/{key}", readers = ["chat-role"] }]
    /// ```
    /// ```toml,pass
    /// [[defaults.key.deliver]]
    /// to = "secrets-manager"
    /// name = "ai/{key}"
    /// readers = ["arn:aws:iam::123456789012:role/chat"]
    /// ```
    /// ## What to do
    /// Write the setting as the store takes it.
    AK304 "bad-delivery-setting" Error => check
}

/// Tags of one secret or parameter.
const MOST_TAGS: usize = 50;
/// Characters of a JSON field; a limit of ours.
const LONGEST_FIELD: usize = 128;

fn check(facts: &Facts<'_>, out: &mut Diagnostics) {
    let manifest = facts.manifest;
    let default = manifest.key_defaults();
    let default = default.and_then(|key| key.deliver.as_deref());
    let own = manifest.keys.iter();
    let own = own.filter_map(|(_, key)| key.deliver.as_deref());
    for delivery in own.chain(default).flatten() {
        check_common(delivery, out);
        if let Delivery::SecretsManager(table) = &delivery.value {
            check_secret(manifest, table, out);
        }
    }
}

fn check_common(delivery: &Delivery, out: &mut Diagnostics) {
    if let Some(kms_key) = delivery.kms_key().filter(|key| !is_kms_key(key)) {
        let message = format!("`{}` is not a KMS key", excerpt(kms_key));
        out.report(&AK304, kms_key.span, message)
            .help("write its id, its ARN, or `alias/` and its alias");
    }
    let tags = delivery.tags().into_iter().flat_map(Words::iter);
    for (number, (name, value)) in tags.enumerate() {
        let wrong = if number == MOST_TAGS {
            Some(format!("a secret has at most {MOST_TAGS} tags"))
        } else {
            wrong_tag(name, value)
        };
        if let Some(wrong) = wrong {
            out.report(&AK304, value.span, wrong)
                .help("use letters, digits, blanks and `+ - = . _ : / @`, and no `aws:` in front");
        }
    }
}

fn check_secret(manifest: &Manifest, table: &SecretsManagerDelivery, out: &mut Diagnostics) {
    if let Some(field) = table.field.as_ref().filter(|field| !is_field(field)) {
        let message = format!("`{}` is not a field of a JSON object", excerpt(field));
        out.report(&AK304, field.span, message)
            .help("write 1 to 128 visible characters, such as \"api-key\"");
    }
    for reader in table.readers.iter().flatten() {
        if account_of_role(reader).is_none() {
            let message = format!("`{}` is not the ARN of an IAM role", excerpt(reader));
            out.report(&AK304, reader.span, message)
                .help("write it as \"arn:aws:iam::123456789012:role/chat\"");
        }
    }
    let home = table.target.as_ref();
    let home = home.and_then(|target| manifest.targets.get(&target.value));
    let home = home.and_then(|target| target.aws()?.region.0.as_ref());
    let mut firsts = Firsts::default();
    for replica in table.replicas.iter().flatten() {
        let first = firsts.enter(replica, replica.span);
        if !is_region(replica) {
            let message = format!("`{}` is not a region", excerpt(replica));
            out.report(&AK304, replica.span, message)
                .help("write a region's code, such as \"eu-west-1\"");
        } else if first != replica.span {
            let message = format!("region `{}` is listed twice", excerpt(replica));
            out.report(&AK304, replica.span, message)
                .related(first, "the first")
                .help("remove one of them");
        } else if home.is_some_and(|home| home.value == replica.value) {
            let message = format!("the secret itself is in `{}`", excerpt(replica));
            out.report(&AK304, replica.span, message)
                .help("remove it from the replicas");
        }
    }
}

/// An id is a UUID or `mrk-` and 32 digits; what stands behind an ARN or an
/// alias is left to KMS.
fn is_kms_key(text: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/_-".contains(c);
    let is_hex = |c: char| c.is_ascii_hexdigit() || c == '-';
    if let Some(alias) = text.strip_prefix("alias/") {
        return !alias.is_empty() && alias.len() <= 250 && alias.chars().all(is_plain);
    }
    if text.starts_with("arn:") {
        let parts: Vec<&str> = text.splitn(6, ':').collect();
        return matches!(parts.as_slice(), [_, _, "kms", _, _, key]
            if key.starts_with("key/") || key.starts_with("alias/"));
    }
    let id = text.strip_prefix("mrk-").unwrap_or(text);
    matches!(id.len(), 32 | 36) && id.chars().all(is_hex)
}

fn is_field(text: &str) -> bool {
    let count = text.chars().count();
    (1..=LONGEST_FIELD).contains(&count) && !text.chars().any(char::is_control)
}

#[cfg(test)]
mod tests {
    use super::AK304;
    use crate::rule::testing::{check, finding};

    fn secret(setting: &str) -> String {
        format!("key.a.deliver = [{{ to = \"secrets-manager\", name = \"x\", {setting} }}]")
    }

    #[test]
    fn settings_that_a_store_refuses_are_underlined() {
        for (setting, underlined) in [
            ("kms-key = \"alias\"", "\"alias\""),
            (
                "kms-key = \"arn:aws:iam::1:role/x\"",
                "\"arn:aws:iam::1:role/x\"",
            ),
            ("field = \"\"", "\"\""),
            ("readers = [\"chat\"]", "\"chat\""),
            (
                "readers = [\"arn:aws:iam::123456789012:user/x\"]",
                "\"arn:aws:iam::123456789012:user/x\"",
            ),
            ("replicas = [\"Ireland\"]", "\"Ireland\""),
            (
                "target = \"prod\", replicas = [\"eu-west-1\"]",
                "\"eu-west-1\"",
            ),
            ("tags = { \"aws:x\" = \"y\" }", "\"aws:x\" = \"y\""),
        ] {
            check(&secret(setting), [finding(&AK304).underlines(underlined)]);
        }
        let twice = finding(&AK304)
            .underlines("\"us-east-1\"")
            .related("\"us-east-1\"");
        check(
            &secret("replicas = [\"us-east-1\", \"us-east-1\"]"),
            [twice],
        );
    }

    #[test]
    fn settings_that_the_stores_take_pass() {
        for setting in [
            "kms-key = \"alias/ai-keys\"",
            "kms-key = \"arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab\"",
            "kms-key = \"1234abcd-12ab-34cd-56ef-1234567890ab\"",
            "kms-key = \"mrk-1234abcd12ab34cd56ef1234567890ab\"",
            "field = \"api key\"",
            "readers = [\"arn:aws:iam::123456789012:role/team/chat\", \"arn:aws-cn:iam::123456789012:role/x\"]",
            "replicas = [\"us-east-1\"]",
            "tags = { team = \"chat\" }",
        ] {
            check(&secret(setting), []);
        }
        check(
            "key.a.deliver = [{ to = \"ssm\", name = \"x\", tier = \"advanced\", kms-key = \"alias/x\" }]",
            [],
        );
    }
}
