//! A key is on ten usage plans at most.

use super::{Facts, rule};
use crate::diagnostic::Diagnostics;
use crate::firsts::Numbers;
use crate::source::Spanned;
use crate::support::{Provider, ceilings};

rule! {
    /// ## What it checks
    /// `usage-plans` names at most 10 usage plans.
    /// ## Why it matters
    /// API Gateway allows a key 10 usage plans and refuses the eleventh, halfway through an apply.
    /// <https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html>, checked
    /// 2026-11-23.
    /// ## Example
    /// ```toml,fail
    /// key.acme.usage-plans = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k"]
    /// usage-plan = { a = {}, b = {}, c = {}, d = {}, e = {}, f = {}, g = {}, h = {}, i = {}, j = {}, k = {} }
    /// ```
    /// ## What to do
    /// Put stages that belong together on one usage plan, or use a second key.
    AK203 "too-many-usage-plans-on-key" Error => check
}

fn check(facts: &Facts<'_>, out: &mut Diagnostics) {
    let most = ceilings(Provider::AwsApiGateway).usage_plans_per_key;
    let defaults = facts.manifest.key_defaults();
    let default = defaults.and_then(|key| key.usage_plans.as_ref());
    let own = facts.manifest.keys.iter();
    let own = own.filter_map(|(_, key)| key.usage_plans.as_ref());
    for listed in own.chain(default).filter(|listed| listed.len() > most) {
        check_list(listed, most, out);
    }
}

fn check_list(listed: &[Spanned<String>], most: usize, out: &mut Diagnostics) {
    let mut names = Numbers::default();
    let mut distinct = listed.iter().filter(|name| names.insert(&name.value));
    if let Some(first_over) = distinct.nth(most) {
        let count = most + 1 + distinct.count();
        let message = format!("a key is on at most {most} usage plans, and here are {count}");
        out.report(&AK203, first_over.span, message)
            .help("join usage plans, or use a second key");
    }
}

#[cfg(test)]
mod tests {
    use super::AK203;
    use crate::rule::testing::{check, finding};

    fn manifest(count: usize) -> String {
        let names: Vec<String> = (1..=count).map(|n| format!("\"p{n}\"")).collect();
        let tables: Vec<String> = (1..=count).map(|n| format!("p{n} = {{}}")).collect();
        format!(
            "usage-plan = {{ {} }}\nkey.acme.usage-plans = [{}]\n",
            tables.join(", "),
            names.join(", ")
        )
    }

    #[test]
    fn the_eleventh_usage_plan_is_underlined() {
        let expected = finding(&AK203).underlines("\"p11\"").help("second key");
        check(&manifest(12), [expected]);
        check(&manifest(10), []);
    }

    #[test]
    fn a_default_list_is_reported_once() {
        let toml = manifest(11).replace("key.acme", "key = { a = {}, b = {} }\ndefaults.key");
        check(&toml, [finding(&AK203).underlines("\"p11\"")]);
    }

    #[test]
    fn a_name_that_is_listed_twice_counts_once() {
        check(&manifest(10).replace("[\"p1\"", "[\"p1\", \"p1\""), []);
    }
}
