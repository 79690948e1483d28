//! Two entries of one kind have two names in the cloud.

use super::entry::{self, Entry};
use super::{Facts, rule};
use crate::diagnostic::Diagnostics;
use crate::firsts::Firsts;
use crate::manifest::Manifest;
use crate::manifest::decode::excerpt;
use crate::sorted;

rule! {
    /// ## What it checks
    /// No two keys, and no two usage plans, have one name in one target: the `name` that they
    /// say, or the name of their table. Usage plans with `manage = false` that say which live
    /// one they mean (`adopt`) are told apart by its id.
    /// ## Why it matters
    /// API Gateway accepts two objects of one name, and then nobody can tell in the console which
    /// of them to disable.
    /// ## Example
    /// ```toml,fail
    /// key.acme.name = "chat"
    /// key.chat.description = "The chat front end"
    /// ```
    /// ## What to do
    /// Give one of them another `name`.
    AK106 "duplicate-cloud-name" Error => check
}

fn check(facts: &Facts<'_>, out: &mut Diagnostics) {
    check_kind(facts.manifest, entry::usage_plans(facts.manifest), out);
    check_kind(facts.manifest, entry::keys(facts.manifest), out);
}

fn check_kind<'m>(
    manifest: &'m Manifest,
    entries: impl Iterator<Item = Entry<'m>>,
    out: &mut Diagnostics,
) {
    let is_named = |entry: &Entry<'_>| entry.is_managed || entry.adopt.is_none();
    let mut entries: Vec<Entry<'_>> = entries.filter(is_named).collect();
    // A stable sort of what is nearly in order; in a group the file decides.
    sorted::sort_by_key(&mut entries, |entry| (entry.cloud_name(), entry.span));
    for group in entries.chunk_by(|a, b| a.cloud_name() == b.cloud_name()) {
        if group.len() > 1 {
            check_group(manifest, group, out);
        }
    }
}

fn check_group<'m>(manifest: &'m Manifest, group: &[Entry<'m>], out: &mut Diagnostics) {
    let mut first_in = Firsts::default();
    for entry in group {
        let mut clash = None;
        for target in entry.targets(manifest) {
            let first: &Entry<'_> = first_in.enter(target, entry);
            if first.name != entry.name {
                clash = clash.or(Some((first, target)));
            }
        }
        if let Some((first, target)) = clash {
            let message = format!(
                "{} `{}` is called `{}` in target `{target}`, as `{}` is",
                entry.kind,
                entry.name,
                excerpt(entry.cloud_name()),
                first.name
            );
            out.report(&AK106, entry.cloud_name_span(), message)
                .related(first.cloud_name_span(), "the same name")
                .help("give one of them another `name`");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::AK106;
    use crate::rule::testing::{check, finding};

    #[test]
    fn the_second_of_two_equal_names_is_underlined() {
        let toml = "key.chat.owner = \"a\"\nkey.acme.name = \"chat\"\n";
        let expected = finding(&AK106)
            .underlines("\"chat\"")
            .related("chat")
            .help("another `name`");
        check(toml, [expected]);
        check(&toml.replace("name = \"chat\"", "name = \"web\""), []);
    }

    #[test]
    fn keys_usage_plans_and_targets_are_worlds_of_their_own() {
        let toml = r#"
usage-plan.chat.stages = ["a/b"]
key.chat.targets = ["prod"]
key.acme = { name = "chat", targets = ["staging"] }
[target.staging]
provider = "aws-api-gateway"
region = "eu-west-1"
account = "210987654321"
"#;
        check(toml, []);
        let shared = toml.replace("[\"staging\"]", "[\"staging\", \"prod\"]");
        check(&shared, [finding(&AK106).underlines("\"chat\"")]);
    }

    #[test]
    fn referred_usage_plans_are_told_apart_by_id() {
        let toml = r#"
usage-plan.chat = { manage = false, adopt = "abc123" }
usage-plan.other = { manage = false, adopt = "abc124", name = "chat" }
"#;
        check(toml, []);
        check(
            &toml
                .replace(", adopt = \"abc123\"", "")
                .replace(", adopt = \"abc124\"", ""),
            [finding(&AK106).underlines("\"chat\"")],
        );
    }
}
