//! Two targets are two places.

use super::{Facts, rule};
use crate::diagnostic::Diagnostics;
use crate::manifest::Target;
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
    let targets = facts.manifest.targets.iter();
    // Without an account two targets may well be two: credentials decide.
    let place = |target: &Target| target.place().filter(|place| place.account.is_some());
    let mut places: Vec<_> = targets
        .filter_map(|(name, target)| Some((place(target)?, target.span, name)))
        .collect();
    sorted::sort(&mut places);
    for group in places.chunk_by(|a, b| a.0 == b.0) {
        let Some(((_, first_span, first), others)) = group.split_first() else {
            continue;
        };
        for (_, span, name) in others {
            let message = format!("target `{name}` is the same place as `{first}`");
            out.report(&AK115, *span, message)
                .related(*first_span, "the same account and region")
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
