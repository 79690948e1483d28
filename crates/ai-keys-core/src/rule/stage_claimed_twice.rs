//! A key may reach each stage through one usage plan only.

use super::{Facts, hash, rule, too_many_combinations};
use crate::diagnostic::Diagnostics;
use crate::firsts::Firsts;
use crate::manifest::decode::excerpt;
use crate::manifest::{KeyView, Manifest};
use crate::sorted;
use crate::source::Spanned;
use crate::state::StageName;

rule! {
    /// ## What it checks
    /// One key listed in two usage plans that share a stage.
    /// ## Why it matters
    /// API Gateway allows a key one usage plan for each stage, so apply would stop halfway.
    /// <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-usage-plans.html>,
    /// checked 2026-11-23.
    /// ## Example
    /// ```toml,fail
    /// usage-plan.free.stages = ["orders/prod"]
    /// usage-plan.pro.stages = ["orders/prod"]
    /// key.acme.usage-plans = ["free", "pro"]
    /// ```
    /// ## What to do
    /// Keep one usage plan for each key and stage.
    AK112 "stage-claimed-twice" Error => check
}

/// The most contested places, and the most looks at one, before it is said that
/// there are too many: each is an error on its way.
const MOST_PLACES: usize = 100_000;
const MOST_LOOKS: usize = 1_000_000;

fn check(facts: &Facts<'_>, out: &mut Diagnostics) {
    let manifest = facts.manifest;
    let Some(contested) = contested_stages(manifest) else {
        too_many_combinations::report(manifest, out);
        return;
    };
    if contested.places.is_empty() {
        return;
    }
    let places = |listed: &Spanned<String>| contested.of(&listed.value).len();
    let mut looks = 0;
    for key in manifest.key_views() {
        let listed = key
            .usage_plans()
            .map_or(&[][..], |listed| listed.as_slice());
        let rivals: Vec<_> = listed.iter().filter(|listed| places(listed) > 0).collect();
        if rivals.len() < 2 {
            continue;
        }
        looks += listed.len() + rivals.iter().map(|rival| places(rival)).sum::<usize>();
        if looks > MOST_LOOKS {
            too_many_combinations::report(manifest, out);
            return;
        }
        check_key(&key, &rivals, &contested, out);
    }
}

/// The places that more than one usage plan claims, and for each of those usage
/// plans which they are.
#[derive(Default)]
struct Contested<'m> {
    places: Vec<(&'m str, StageName)>,
    of: Firsts<'m, Vec<usize>>,
}

impl Contested<'_> {
    fn of(&self, usage_plan: &str) -> &[usize] {
        self.of.get(usage_plan).map_or(&[], Vec::as_slice)
    }
}

/// Works them out once, so that ten thousand keys on usage plans with stages of
/// their own cost a look each; `None` if there are too many.
///
/// Places are compared by their hashes first: almost always no two are equal,
/// and nothing else is made of them.
fn contested_stages(manifest: &Manifest) -> Option<Contested<'_>> {
    let mut hashes: Vec<(u64, &str)> = Vec::new();
    each_claim(manifest, &mut |claim| {
        hashes.push((claim.hash, claim.usage_plan));
    });
    sorted::sort(&mut hashes);
    hashes.dedup();
    let groups = hashes.chunk_by(|a, b| a.0 == b.0);
    let shared = groups.filter_map(|group| group.get(1));
    let shared: Vec<u64> = shared.map(|(hash, _)| *hash).collect();
    if shared.is_empty() {
        return Some(Contested::default());
    }
    let mut claims = Vec::new();
    each_claim(manifest, &mut |claim| {
        if claims.len() > MOST_PLACES || shared.binary_search(&claim.hash).is_err() {
            return;
        }
        if let Some(stage) = StageName::parse(claim.written, claim.target) {
            claims.push(((claim.target, stage), claim.usage_plan));
        }
    });
    if claims.len() > MOST_PLACES {
        return None;
    }
    sorted::sort(&mut claims);
    claims.dedup();
    let mut contested = Contested::default();
    for group in claims
        .chunk_by(|a, b| a.0 == b.0)
        .filter(|group| group.len() > 1)
    {
        for (_, usage_plan) in group {
            let places = contested.of.slot(usage_plan, Vec::new);
            if let Some(places) = places {
                places.push(contested.places.len());
            }
        }
        contested
            .places
            .extend(group.first().map(|(place, _)| place.clone()));
    }
    Some(contested)
}

/// A stage that a usage plan claims in a target.
struct Claim<'m> {
    usage_plan: &'m str,
    target: &'m str,
    written: &'m str,
    /// Of the target and the stage there.
    hash: u64,
}

fn each_claim<'m>(manifest: &'m Manifest, visit: &mut dyn FnMut(Claim<'m>)) {
    for (usage_plan, table) in manifest.usage_plans.iter() {
        for target in manifest.target_names(table.listed_targets()) {
            let start = hash::add(hash::add(hash::EMPTY, target), "\n");
            let stages = table.stages.iter().flatten();
            for written in stages.filter_map(|stage| stage.stage.0.as_ref()) {
                let mut pieces = written.split("{target}");
                let hash = hash::add(start, pieces.next().unwrap_or_default());
                let hash = pieces.fold(hash, |hash, piece| {
                    hash::add(hash::add(hash, target), piece)
                });
                visit(Claim {
                    usage_plan,
                    target,
                    written,
                    hash,
                });
            }
        }
    }
}

fn check_key(
    key: &KeyView<'_>,
    rivals: &[&Spanned<String>],
    contested: &Contested<'_>,
    out: &mut Diagnostics,
) {
    // Which of them claims which place; the first to be listed has it.
    let mut claims: Vec<(usize, usize)> = Vec::new();
    for (rival, usage_plan) in rivals.iter().enumerate() {
        let places = contested.of(&usage_plan.value).iter();
        claims.extend(places.map(|place| (*place, rival)));
    }
    sorted::sort(&mut claims);
    let mut reported = vec![false; rivals.len()];
    for group in claims.chunk_by(|a, b| a.0 == b.0) {
        let Some(((place, first), others)) = group.split_first() else {
            continue;
        };
        let (Some((target, stage)), Some(first)) =
            (contested.places.get(*place), rivals.get(*first))
        else {
            continue;
        };
        if !key.is_in(target) {
            continue;
        }
        for (_, rival) in others {
            let (Some(usage_plan), Some(reported)) = (rivals.get(*rival), reported.get_mut(*rival))
            else {
                continue;
            };
            // The same name again is what `listed-twice` says.
            if *reported || first.value == usage_plan.value {
                continue;
            }
            *reported = true;
            let message = format!(
                "key `{}` already reaches `{}`",
                key.name(),
                excerpt(&stage.to_string())
            );
            out.report(&AK112, usage_plan.span, message)
                .related(first.span, "through this usage plan")
                .help("keep one usage plan for each key and stage");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::AK112;
    use crate::check::check_text;
    use crate::diagnostic::Code;
    use crate::rule::testing::{check, finding, framed};
    use crate::rule::too_many_combinations::AK214;

    #[test]
    fn second_usage_plan_for_a_stage_is_underlined() {
        let toml = r#"
usage-plan.free.stages = ["orders/prod"]
usage-plan.pro.stages = ["orders/prod"]
key.acme.usage-plans = ["free", "pro"]
"#;
        check(
            toml,
            [finding(&AK112).underlines("\"pro\"").related("\"free\"")],
        );
        check(&toml.replace(", \"pro\"", ""), []);
    }

    #[test]
    fn a_usage_plan_is_reported_once_however_many_stages_it_shares() {
        let toml = r#"
usage-plan.free.stages = ["orders/prod", "chat/prod"]
usage-plan.pro.stages = ["chat/prod", "orders/prod"]
key.acme.usage-plans = ["free", "free", "pro"]
"#;
        check(
            toml,
            [finding(&AK112).underlines("\"pro\"").related("\"free\"")],
        );
    }

    #[test]
    fn a_stage_that_differs_by_target_is_two_stages() {
        let toml = r#"
usage-plan.free.stages = ["orders/{target}"]
usage-plan.pro.stages = ["orders/other"]
key.acme.usage-plans = ["free", "pro"]
"#;
        check(toml, []);
        let clash = toml.replace("orders/other", "orders/prod");
        check(&clash, [finding(&AK112).underlines("\"pro\"")]);
    }

    #[test]
    fn a_hundred_thousand_contested_places_are_too_many_to_name() {
        let mut toml = String::new();
        for n in 0..400 {
            let _ = writeln!(toml, "target.n{n} = {{ provider = \"aws-api-gateway\" }}");
            let _ = writeln!(toml, "usage-plan.n{n}.stages = [\"a/b\"]");
        }
        let text = framed(&toml);
        let checked = check_text(&text, None);
        let found = |code: &Code| {
            checked
                .diagnostics
                .iter()
                .filter(|d| d.code == code)
                .count()
        };
        assert_eq!((found(&AK214), found(&AK112)), (1, 0));
    }

    #[test]
    fn keys_are_not_compared_with_contested_places_for_ever() {
        let mut toml = String::from("usage-plan.a.stages = [\n");
        for n in 0..2_000 {
            let _ = writeln!(toml, "\"a{n}/b\",");
        }
        toml.push_str("]\n");
        let stages = toml.replace("plan.a", "plan.b");
        toml.push_str(&stages);
        let keys = |count: u32| -> String {
            let keys = (0..count).map(|n| format!("key.k{n}.usage-plans = [\"a\", \"b\"]\n"));
            keys.collect()
        };
        for (count, expected) in [(10, (0, 10)), (2_000, (1, 249))] {
            let checked = check_text(&framed(&(toml.clone() + &keys(count))), None);
            let found = |code: &Code| {
                checked
                    .diagnostics
                    .iter()
                    .filter(|d| d.code == code)
                    .count()
            };
            assert_eq!((found(&AK214), found(&AK112)), expected);
        }
    }
}
