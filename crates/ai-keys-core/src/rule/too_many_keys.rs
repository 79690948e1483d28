//! An account and region holds ten thousand keys.

use super::{Facts, rule};
use crate::diagnostic::{Code, Diagnostics};
use crate::firsts::Firsts;
use crate::source::Spanned;
use crate::support::{Ceilings, Provider, ceilings};

rule! {
    /// ## What it checks
    /// A target has at most 10,000 keys.
    /// ## Why it matters
    /// API Gateway holds 10,000 keys for each account and region, and AWS does not raise that.
    /// Rotation needs room too: a key that is being replaced is two keys for a while.
    /// <https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html>, checked
    /// 2026-11-23.
    /// ## Example
    /// A manifest with 10,001 keys: no example is that long.
    /// ## What to do
    /// Use a second account or region.
    AK204 "too-many-keys" Error => check
}

fn check(facts: &Facts<'_>, out: &mut Diagnostics) {
    let listed = facts.manifest.key_views().map(|key| key.listed_targets());
    check_count(facts, &AK204, listed, "keys", |most| most.keys, out);
}

/// Reports every target with more than `most` allows of the things whose `targets`
/// these are.
pub(super) fn check_count<'m>(
    facts: &Facts<'m>,
    code: &'static Code,
    things: impl Iterator<Item = Option<&'m [Spanned<String>]>>,
    called: &str,
    most: fn(&Ceilings) -> usize,
    out: &mut Diagnostics,
) {
    let mut everywhere = 0;
    // Of each target: how many, and the last of them, so that a target that
    // is listed twice counts once.
    let mut counts: Firsts<'_, (usize, usize)> = Firsts::default();
    for (at, listed) in things.enumerate() {
        let Some(listed) = listed else {
            everywhere += 1;
            continue;
        };
        for target in listed {
            let slot = counts.slot(target, || (0, usize::MAX));
            if let Some((count, last)) = slot.filter(|(_, last)| *last != at) {
                (*count, *last) = (*count + 1, at);
            }
        }
    }
    for (name, target) in facts.manifest.targets.iter() {
        let provider = target.provider().map(|provider| provider.value);
        let most = most(&ceilings(provider.unwrap_or(Provider::AwsApiGateway)));
        let count = everywhere + counts.get(name).map_or(0, |(count, _)| *count);
        if count > most {
            let message = format!("target `{name}` has {count} {called}, more than {most}");
            out.report(code, target.span, message)
                .help("use a second account or region");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::AK204;
    use crate::rule::testing::{check, finding};

    #[test]
    fn the_target_of_too_many_keys_is_underlined() {
        let mut toml = String::from("[key]\n");
        for n in 1..=10_000 {
            let _ = writeln!(toml, "k{n} = {{ targets = [\"prod\", \"prod\"] }}");
        }
        check(&toml, []);
        let expected = finding(&AK204).underlines("prod").help("second account");
        check(&format!("{toml}last = {{}}\n"), [expected]);
    }
}
