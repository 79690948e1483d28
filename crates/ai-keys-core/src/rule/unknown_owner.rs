//! Keys belong to those whom the policy knows.

use super::{Facts, rule};
use crate::diagnostic::{Certainty, Diagnostics, Suggestions};
use crate::firsts::Numbers;
use crate::manifest::decode::{excerpt, quoted};

rule! {
    /// ## What it checks
    /// Where `policy.owners` is set, every `owner` is one of them.
    /// ## Why it matters
    /// A message to `team-caht` about an expiring key reaches nobody.
    /// ## Example
    /// ```toml,fail
    /// policy.owners = ["team-chat", "team-search"]
    /// key.acme.owner = "team-caht"
    /// ```
    /// ## What to do
    /// Correct the name, or add the team to `policy.owners`.
    AK226 "unknown-owner" Error => check
}

fn check(facts: &Facts<'_>, out: &mut Diagnostics) {
    let policy = facts.manifest.policy.as_ref();
    let Some(owners) = policy.and_then(|policy| policy.owners.as_deref()) else {
        return;
    };
    let owners = || owners.iter().map(|owner| owner.value.as_str());
    let mut known = Numbers::default();
    owners().for_each(|owner| _ = known.insert(owner));
    let mut suggestions = Suggestions::among(owners());
    let default = facts.manifest.key_defaults();
    let default = default.and_then(|key| key.owner.as_ref());
    let own = facts.manifest.keys.iter();
    for owner in own.filter_map(|(_, key)| key.owner.as_ref()).chain(default) {
        if known.get(owner).is_some() {
            continue;
        }
        let message = format!("`{}` is not an owner that the policy knows", excerpt(owner));
        let draft = out.report(&AK226, owner.span, message);
        let meant = suggestions.nearest(owner);
        match meant.and_then(|meant| Some((meant, quoted(meant)?))) {
            Some((meant, quoted)) => draft.offer(
                Certainty::Guess,
                format!("did you mean `{}`?", excerpt(meant)),
                owner.span,
                quoted,
            ),
            None => draft.help("correct it, or add it to `policy.owners`"),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::AK226;
    use crate::rule::testing::{check, finding};

    #[test]
    fn a_slip_in_the_owner_is_underlined_and_corrected() {
        let toml = "policy.owners = [\"team-chat\"]\nkey.acme.owner = \"team-caht\"\n";
        let expected = finding(&AK226)
            .underlines("\"team-caht\"")
            .help("did you mean `team-chat`?");
        check(toml, [expected]);
        check(&toml.replace("caht", "chat"), []);
        check(
            &toml.replace("team-caht", "somebody"),
            [finding(&AK226).help("add it")],
        );
    }

    #[test]
    fn without_a_list_everybody_may_own_keys() {
        check("key.acme.owner = \"anybody\"", []);
        check(
            "policy.owners = []\ndefaults.key.owner = \"anybody\"",
            [finding(&AK226).underlines("\"anybody\"")],
        );
    }
}
