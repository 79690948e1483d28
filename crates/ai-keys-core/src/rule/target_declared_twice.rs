//! Two targets are two places.

use std::collections::BTreeMap;

use super::{Facts, rule};
use crate::diagnostic::Diagnostics;
use crate::sorted;

rule! {
    /// ## What it checks
    /// No two targets have one provider, region and account.
    /// ## Why it matters
    /// The namespace marks what this file owns in an account and region. Two targets there would
    /// own the same keys, and each would remove what the other declares.
    /// ## Example
    /// ```toml,fail
    /// [target.prod]
    /// provider = "aws-api-gateway"
    /// region = "eu-west-1"
    /// account = "123456789012"
    /// [target.live]
    /// provider = "aws-api-gateway"
    /// region = "eu-west-1"
    /// account = "123456789012"
    /// ```
    /// ## What to do
    /// Keep one of them. Keys that need two sets in one account go into two files with two
    /// namespaces.
    AK115 "target-declared-twice" Error => check
}

fn check(facts: &Facts<'_>, out: &mut Diagnostics) {
    let mut firsts = BTreeMap::new();
    let mut targets: Vec<_> = facts.manifest.targets.iter().collect();
    sorted::sort_by_key(&mut targets, |(_, target)| target.span);
    for (name, target) in targets {
        // Without an account two targets may well be two: credentials decide.
        let Some(place) = target.place().filter(|place| place.account.is_some()) else {
            continue;
        };
        let (first, first_span) = *firsts.entry(place).or_insert((name, target.span));
        if first != name {
            let message = format!("target `{name}` is the same place as `{first}`");
            out.report(&AK115, target.span, message)
                .related(first_span, "the same account and region")
                .help("keep one of them, or use a second file with a namespace of its own");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::AK115;
    use crate::rule::testing::{check, finding};

    #[test]
    fn the_second_target_of_a_place_is_underlined() {
        let toml = r#"
[target.prod]
provider = "aws-api-gateway"
region = "eu-west-1"
account = "123456789012"
[target.live]
provider = "aws-api-gateway"
region = "eu-west-1"
account = "123456789012"
"#;
        let expected = finding(&AK115)
            .underlines("live")
            .related("prod")
            .help("keep one");
        check(toml, [expected]);
        check(&toml.replacen("eu-west-1", "eu-west-2", 1), []);
        check(&toml.replacen("account =", "# account =", 1), []);
    }
}
