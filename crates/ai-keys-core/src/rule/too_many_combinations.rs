//! What is checked for each key, in each target, on each usage plan is few enough to be checked.

use super::{Facts, rule};
use crate::diagnostic::Diagnostics;
use crate::manifest::{Delivery, Manifest, UsagePlan, Words};
use crate::source::{Span, Spanned};

rule! {
    /// ## What it checks
    /// Keys times their targets, deliveries and usage plans, and usage plans times their targets
    /// and stages, are at most five million combinations.
    /// ## Why it matters
    /// A few hundred kilobytes can name thousands of keys in thousands of targets. Nothing else
    /// is checked then, because it would take minutes.
    /// ## Example
    /// 10,000 keys with two deliveries in 30 targets are less than half of it: no example is that long.
    /// ## What to do
    /// Split the manifest by targets, each file with a namespace of its own.
    AK214 "too-many-combinations" Error => check
}

/// The most combinations that are checked: some seconds in a browser.
const MOST: u64 = 5_000_000;

fn check(facts: &Facts<'_>, out: &mut Diagnostics) {
    if !facts.is_checkable {
        report(facts.manifest, out);
    }
}

/// Returns whether there are few enough combinations for the other rules.
pub(crate) fn is_checkable(manifest: &Manifest) -> bool {
    count(manifest) <= MOST
}

/// Reports that there are too many.
pub(super) fn report(manifest: &Manifest, out: &mut Diagnostics) {
    let namespace = manifest.namespace.0.as_ref();
    let span = namespace.map_or(Span::default(), |namespace| namespace.span);
    let message =
        "keys, usage plans, stages and targets are combined more often than can be checked";
    out.report(&AK214, span, message)
        .help("split the manifest by targets, each file with a namespace of its own");
}

/// Counts what the rules look at, without looking at it: a shared default is
/// measured once.
fn count(manifest: &Manifest) -> u64 {
    let length = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
    let targets_of = |listed: Option<&[Spanned<String>]>| {
        length(listed.map_or(manifest.targets.len(), <[_]>::len)).saturating_add(1)
    };
    let usage_plans = manifest.usage_plans.iter().map(|(_, usage_plan)| {
        let stages = usage_plan.stages.as_deref().unwrap_or_default();
        targets_of(usage_plan.listed_targets()).saturating_mul(length(stages.len()) + 1)
    });
    // Whether a usage plan is in a target is looked up in its list.
    let lookup = |usage_plan: &Spanned<UsagePlan>| {
        length(usage_plan.listed_targets().map_or(0, <[_]>::len)) / 8
    };
    let lookups = |listed: &Spanned<Vec<Spanned<String>>>| -> u64 {
        let found = listed.iter().map(|name| manifest.usage_plans.get(name));
        found.map(|found| 1 + found.map_or(0, lookup)).sum()
    };
    let defaults = manifest.key_defaults();
    let default_lookups = defaults.and_then(|key| key.usage_plans.as_ref());
    let default_lookups = default_lookups.map_or(0, lookups);
    let default_tags = defaults.and_then(|key| key.tags.as_ref());
    let default_tags = length(default_tags.map_or(0, Words::len));
    let policy = manifest.policy.as_ref();
    let required = length(
        policy
            .and_then(|policy| policy.require.as_ref())
            .map_or(0, Vec::len),
    );
    // Readers of a secret are compared with the account of each target.
    let readers = |deliveries: Option<&Vec<Spanned<Delivery>>>| -> u64 {
        let deliveries = deliveries.into_iter().flatten();
        let readers = deliveries.map(|delivery| delivery.readers().map_or(0, Vec::len));
        readers.map(length).sum()
    };
    let default_readers = readers(defaults.and_then(|key| key.deliver.as_ref()));
    let default_readers = targets_of(None).saturating_mul(default_readers);
    let keys = manifest.key_views().map(|key| {
        let own = key.table().usage_plans.as_ref();
        let usage_plans = own.map_or(default_lookups, lookups);
        let adopted = key.table().adopt.as_ref().map_or(0, |adopt| adopt.count());
        let in_each_target = length(key.deliver().len() + adopted)
            .saturating_add(usage_plans)
            .saturating_add(readers(key.table().deliver.as_ref()))
            .saturating_add(1);
        targets_of(key.listed_targets())
            .saturating_mul(in_each_target)
            .saturating_add(default_tags)
            .saturating_add(required)
    });
    usage_plans
        .chain(keys)
        .fold(default_readers, u64::saturating_add)
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::{AK214, MOST, count};
    use crate::check::check_text;
    use crate::manifest::parse;
    use crate::rule::testing::framed;

    /// Writes `count` lines.
    fn lines(count: usize, line: impl Fn(usize) -> String) -> String {
        let mut text = String::new();
        for at in 0..count {
            let _ = writeln!(text, "{}", line(at));
        }
        text
    }

    fn names(count: usize) -> String {
        let names: Vec<String> = (0..count).map(|at| format!("\"n{at}\"")).collect();
        format!("[{}]", names.join(","))
    }

    /// Manifests in which one thing is multiplied by another, each of so many of both.
    fn multiplied(n: usize) -> Vec<String> {
        let targets = || {
            lines(n, |at| {
                format!("target.n{at} = {{ provider = \"aws-api-gateway\" }}")
            })
        };
        let usage_plans = |field: &str| lines(n, |at| format!("usage-plan.n{at} = {{ {field} }}"));
        let keys = |field: &str| lines(n, |at| format!("key.n{at} = {{ {field} }}"));
        let deliveries = "{ to = \"ssm\", name = \"/{key}\" },".repeat(n);
        let tags = lines(n, |at| format!("defaults.key.tags.n{at} = \"x\""));
        let adopted: Vec<String> = (0..n).map(|at| format!("n{at} = \"abc\"")).collect();
        vec![
            targets() + &keys(""),
            targets() + &usage_plans("stages = [\"a/b\"]"),
            usage_plans("") + &format!("defaults.key.usage-plans = {}\n", names(n)) + &keys(""),
            format!("defaults.key.deliver = [{deliveries}]\n") + &keys(""),
            tags + &keys("description = \"x\""),
            format!("policy.require = {}\n", names(n)) + &keys(""),
            targets()
                + &format!(
                    "key.a.deliver = [{{ to = \"secrets-manager\", name = \"a\", readers = {} }}]",
                    names(n)
                ),
            targets() + &format!("key.a.adopt = {{ {} }}", adopted.join(",")),
        ]
    }

    #[test]
    fn nothing_else_is_checked_of_what_is_multiplied_too_often() {
        for text in multiplied(2_600) {
            let text = framed(&text);
            let checked = check_text(&text, None);
            let found = checked.diagnostics.iter().filter(|d| d.code == &AK214);
            let start = text.get(..300);
            assert_eq!(found.count(), 1, "{start:?} …");
        }
        for text in multiplied(20) {
            let checked = check_text(&framed(&text), None);
            assert!(checked.diagnostics.iter().all(|d| d.code != &AK214));
        }
    }

    #[test]
    fn the_largest_fleet_in_thirty_targets_is_checked() {
        let deliver = "{ to = \"ssm\", name = \"/{target}/{key}\" },".repeat(2);
        let text = lines(30, |at| {
            format!("target.t{at} = {{ provider = \"aws-api-gateway\" }}")
        }) + &lines(100, |at| format!("usage-plan.n{at}.stages = [\"a{at}/b\"]"))
            + &lines(10_000, |at| format!("key.n{at}.usage-plans = [\"n0\"]"))
            + &format!("defaults.key.deliver = [{deliver}]");
        let manifest = parse(&framed(&text)).manifest.unwrap();
        assert!(count(&manifest) < MOST / 2, "{}", count(&manifest));
    }
}
