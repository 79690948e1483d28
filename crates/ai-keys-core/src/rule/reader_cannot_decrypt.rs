//! Whoever may read a secret can decrypt it.

use std::collections::BTreeSet;

use super::{Facts, rule};
use crate::diagnostic::Diagnostics;
use crate::manifest::{Delivery, Manifest, SecretsManagerDelivery};

rule! {
    /// ## What it checks
    /// A secret in Secrets Manager with a reader of another account has a `kms-key` of your own.
    /// ## Why it matters
    /// Without one, AWS's managed key encrypts it, and that key cannot be used from another account:
    /// the policy lets the reader in, and every read of it fails.
    /// <https://docs.aws.amazon.com/secretsmanager/latest/userguide/auth-and-access_examples_cross.html>,
    /// checked 2026-11-27.
    /// ## Example
    /// ```toml,fail
    /// [[key.acme.deliver]]
    /// to = "secrets-manager"
    /// name = "ai/acme"
    /// readers = ["arn:aws:iam::210987654321:role/chat"]
    /// ```
    /// ```toml,pass
    /// usage-plan.gold.manage = false
    /// key.acme.usage-plans = ["gold"]
    ///
    /// [[key.acme.deliver]]
    /// to = "secrets-manager"
    /// name = "ai/acme"
    /// kms-key = "alias/ai-keys"
    /// readers = ["arn:aws:iam::210987654321:role/chat"]
    /// ```
    /// ## What to do
    /// Set `kms-key` to a key of your own, and let the reader use it in that key's policy
    /// (`kms:Decrypt`).
    AK306 "reader-cannot-decrypt" Warning => check
}

/// What stands for no key of one's own.
const MANAGED: &str = "alias/aws/secretsmanager";

fn check(facts: &Facts<'_>, out: &mut Diagnostics) {
    let manifest = facts.manifest;
    let (mut seen, mut told) = (BTreeSet::new(), BTreeSet::new());
    for key in manifest.key_views() {
        for delivery in key.deliver() {
            let Delivery::SecretsManager(table) = &delivery.value else {
                continue;
            };
            if !is_by_managed_key(table) || table.readers.iter().flatten().next().is_none() {
                continue;
            }
            let elsewhere = table.target.as_ref().map(|target| target.value.as_str());
            let own = manifest.target_names(key.listed_targets());
            for target in own.map(|own| elsewhere.unwrap_or(own)) {
                // A default is looked at once for each target, not for each key.
                if seen.insert((delivery.span, target)) {
                    check_readers(manifest, table, target, &mut told, out);
                }
            }
        }
    }
}

fn is_by_managed_key(table: &SecretsManagerDelivery) -> bool {
    let kms_key = table.kms_key.as_ref();
    kms_key.is_none_or(|key| key.value == MANAGED)
}

fn check_readers(
    manifest: &Manifest,
    table: &SecretsManagerDelivery,
    target: &str,
    told: &mut BTreeSet<crate::source::Span>,
    out: &mut Diagnostics,
) {
    let target = manifest.targets.get(target);
    let account = target.and_then(|target| target.aws()?.account.as_ref());
    let Some(account) = account else { return };
    for reader in table.readers.iter().flatten() {
        let theirs = reader.value.split(':').nth(4).unwrap_or_default();
        let is_elsewhere = !theirs.is_empty() && theirs != account.value;
        if is_elsewhere && told.insert(reader.span) {
            let message =
                format!("the secret's key cannot be used from another account, such as {theirs}");
            out.report(&AK306, reader.span, message)
                .related(account.span, "the account of the secret")
                .help("set `kms-key` to a key of your own that this role may use");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::AK306;
    use crate::rule::testing::{check, finding, silent};

    fn reading(role: &str, more: &str) -> String {
        format!(
            "defaults.key.deliver = [{{ to = \"secrets-manager\", name = \"{{key}}\", readers = [\"{role}\"]{more} }}]\n\
             key.acme.owner = \"a\"\nkey.chat.owner = \"a\"\n"
        )
    }

    const THEIRS: &str = "arn:aws:iam::210987654321:role/chat";

    #[test]
    fn a_reader_of_another_account_is_underlined_once() {
        let expected = || {
            finding(&AK306)
                .underlines("\"arn:aws:iam::210987654321:role/chat\"")
                .related("\"123456789012\"")
                .help("kms-key")
        };
        check(&reading(THEIRS, ""), [expected()]);
        let managed = ", kms-key = \"alias/aws/secretsmanager\"";
        check(&reading(THEIRS, managed), [expected()]);
    }

    #[test]
    fn a_reader_of_the_same_account_or_with_a_key_of_ones_own_passes() {
        silent(&AK306, &reading("arn:aws:iam::123456789012:role/chat", ""));
        silent(&AK306, &reading(THEIRS, ", kms-key = \"alias/ai-keys\""));
    }

    #[test]
    fn what_counts_is_the_account_in_which_the_secret_is() {
        let there = "[target.vault]\nprovider = \"aws-api-gateway\"\nregion = \"eu-west-1\"\naccount = \"210987654321\"\n";
        let toml = format!(
            "{}{there}",
            reading(THEIRS, ", target = \"vault\"").replace(
                "key.acme.owner",
                "key.acme.targets = [\"prod\"]\nkey.acme.owner"
            )
        );
        silent(&AK306, &toml);
    }
}
