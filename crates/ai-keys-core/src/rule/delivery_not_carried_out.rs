//! This version checks deliveries and does not make them.

use super::{Facts, rule};
use crate::diagnostic::Diagnostics;

rule! {
    /// ## What it checks
    /// Whether the manifest says `deliver`. Names and places are checked, and this version
    /// delivers nothing yet: one warning for each file.
    /// ## Why it matters
    /// A value that is in no store has to be fetched with `ai-keys reveal`, and nobody should
    /// wait for it to arrive.
    /// ## Example
    /// ```toml,fail
    /// key.acme.deliver = [{ to = "secrets-manager", name = "ai/{key}" }]
    /// ```
    /// ## What to do
    /// Nothing: a later version delivers what the file says.
    AK390 "delivery-not-carried-out" Warning => check
}

fn check(facts: &Facts<'_>, out: &mut Diagnostics) {
    let default = facts.manifest.key_defaults();
    let default = default.and_then(|key| key.deliver.as_deref());
    let own = facts.manifest.keys.iter();
    let own = own.filter_map(|(_, key)| key.deliver.as_deref());
    let spans = own.chain(default).flatten().map(|delivery| delivery.span);
    let Some(first) = spans.min() else { return };
    let count: usize = facts
        .manifest
        .key_views()
        .map(|key| key.deliver().len())
        .sum();
    let noun = if count == 1 { "delivery" } else { "deliveries" };
    let message = format!("this version does not deliver yet: {count} {noun} are only checked");
    out.report(
        &AK390,
        first,
        message.replace("1 delivery are", "1 delivery is"),
    )
    .help("fetch a value with `ai-keys reveal` until then");
}

#[cfg(test)]
mod tests {
    use super::AK390;
    use crate::rule::testing::{check, finding, silent};

    #[test]
    fn the_first_delivery_is_underlined_and_all_are_counted() {
        let toml = r#"
[key.b]
deliver = [{ to = "ssm", name = "/b" }]
[key.a]
deliver = [{ to = "ssm", name = "/a" }]
"#;
        let expected = finding(&AK390)
            .underlines("{ to = \"ssm\", name = \"/b\" }")
            .help("reveal");
        check(toml, [expected]);
        silent(&AK390, &toml.replace("deliver", "# deliver"));
    }
}
