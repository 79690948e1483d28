//! A live object is taken over by one entry.

use super::entry::{self, Entry};
use super::{Facts, rule};
use crate::diagnostic::Diagnostics;
use crate::manifest::Manifest;
use crate::sorted;
use crate::source::Span;

rule! {
    /// ## What it checks
    /// No two keys, and no two usage plans, adopt one id in one target.
    /// ## Why it matters
    /// A live key has one marker. Two entries would take it from each other at every apply.
    /// ## Example
    /// ```toml,fail
    /// key.acme.adopt = "abc123def4"
    /// key.chat.adopt = "abc123def4"
    /// ```
    /// ## What to do
    /// Correct the id of one of them, or remove that entry.
    AK110 "adopted-twice" Error => check
}

fn check(facts: &Facts<'_>, out: &mut Diagnostics) {
    check_kind(facts.manifest, entry::usage_plans(facts.manifest), out);
    check_kind(facts.manifest, entry::keys(facts.manifest), out);
}

/// One live object that an entry takes over.
struct Adopted<'m> {
    target: &'m str,
    id: &'m str,
    span: Span,
    name: &'m str,
}

fn check_kind<'m>(
    manifest: &'m Manifest,
    entries: impl Iterator<Item = Entry<'m>>,
    out: &mut Diagnostics,
) {
    let mut adopted = Vec::new();
    for entry in entries.filter(|entry| entry.adopt.is_some()) {
        for (said, id, span) in entry.adopted() {
            let all = said.is_none().then(|| entry.targets(manifest));
            let targets = said.into_iter().chain(all.into_iter().flatten());
            adopted.extend(targets.map(|target| Adopted {
                target,
                id,
                span,
                name: entry.name,
            }));
        }
    }
    sorted::sort_by_key(&mut adopted, |one| (one.target, one.id, one.span));
    for group in adopted.chunk_by(|a, b| (a.target, a.id) == (b.target, b.id)) {
        let Some((first, others)) = group.split_first() else {
            continue;
        };
        for other in others.iter().filter(|other| other.name != first.name) {
            // The id is not said: a long one may be the key's value.
            let message = format!(
                "`{}` adopts this id in target `{}` already",
                first.name, first.target
            );
            out.report(&AK110, other.span, message)
                .related(first.span, "adopted here")
                .help("correct one of the ids");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::AK110;
    use crate::rule::testing::{check, finding};

    #[test]
    fn the_second_entry_of_an_id_is_underlined() {
        let toml = "key.a.adopt = \"abc123\"\nkey.b.adopt = { prod = \"abc123\" }\n";
        let expected = finding(&AK110)
            .underlines("prod = \"abc123\"")
            .related("\"abc123\"")
            .help("correct");
        check(toml, [expected]);
        check(&toml.replace("{ prod = \"abc123\" }", "\"abc124\""), []);
    }

    #[test]
    fn keys_and_usage_plans_have_ids_of_their_own() {
        let toml = "key.a.adopt = \"abc123\"\nusage-plan.b.adopt = \"abc123\"\n";
        check(toml, []);
    }
}
