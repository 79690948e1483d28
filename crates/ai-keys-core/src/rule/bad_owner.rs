//! An owner is one word.

use super::{Facts, rule};
use crate::diagnostic::Diagnostics;
use crate::manifest::decode::excerpt;

/// The longest owner, in characters.
const LONGEST: usize = 128;

rule! {
    /// ## What it checks
    /// An `owner` is one word of 1 to 128 characters, without blanks or brackets of any kind.
    /// ## Why it matters
    /// The owner is written into the marker at the end of the live description, for whoever looks
    /// at the key in the cloud's console; and it is searched for, so it should be spelt one way.
    /// ## Example
    /// ```toml,fail
    /// key.acme.owner = "Team Chat <chat@acme.example>"
    /// ```
    /// ```toml,pass
    /// policy.owners = ["team-chat", "search@acme.example", "@acme/embeddings"]
    /// ```
    /// ## What to do
    /// Write the name of a team, a group or an address: `"team-chat"`, `"chat@acme.example"`.
    AK116 "bad-owner" Error => check
}

fn check(facts: &Facts<'_>, out: &mut Diagnostics) {
    let manifest = facts.manifest;
    let default = manifest.key_defaults().and_then(|key| key.owner.as_ref());
    let policy = manifest.policy.as_ref();
    let allowed = policy.and_then(|policy| policy.owners.as_deref());
    let own = manifest
        .keys
        .iter()
        .filter_map(|(_, key)| key.owner.as_ref());
    for owner in own.chain(default).chain(allowed.unwrap_or_default()) {
        if owner.is_empty() {
            out.report(&AK116, owner.span, "the owner is empty")
                .help("write who answers for the key, or remove the line");
        } else if !is_owner(owner) {
            let message = format!("`{}` is not an owner", excerpt(owner));
            out.report(&AK116, owner.span, message)
                .help("write one word without blanks or brackets, at most 128 characters");
        }
    }
}

/// Returns whether a text is an owner: one word, not too long.
pub(crate) fn is_owner(text: &str) -> bool {
    let breaks = |c: char| c.is_whitespace() || "[](){}<>".contains(c);
    text.len() <= LONGEST * 4 && text.chars().count() <= LONGEST && !text.contains(breaks)
}

#[cfg(test)]
mod tests {
    use super::AK116;
    use crate::rule::testing::{check, finding};

    #[test]
    fn two_words_are_underlined() {
        let toml = "key.acme.owner = \"team chat\"";
        let expected = finding(&AK116).underlines("\"team chat\"").help("one word");
        check(toml, [expected]);
        check(&toml.replace("team chat", "équipe-chat"), []);
    }

    #[test]
    fn an_owner_is_neither_empty_nor_endless() {
        let expected = finding(&AK116).underlines("\"\"").help("remove the line");
        check("defaults.key.owner = \"\"", [expected]);
        let long = format!("policy.owners = [\"{}\"]", "é".repeat(129));
        check(&long, [finding(&AK116).help("at most 128")]);
    }
}
