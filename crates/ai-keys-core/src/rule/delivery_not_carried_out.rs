//! This version checks deliveries to GitHub and does not make them.

use super::{Facts, rule};
use crate::diagnostic::Diagnostics;
use crate::manifest::SinkKind;

rule! {
    /// ## What it checks
    /// Whether the manifest delivers to GitHub. Names and places are checked, and this version
    /// delivers to Secrets Manager and SSM only: one warning for each file.
    /// ## Why it matters
    /// Nobody should wait for a value to arrive. A key with such a delivery is not rotated either,
    /// since its new value would be missing there.
    /// ## Example
    /// ```toml,fail
    /// key.acme.deliver = [{ to = "github-secret", repository = "acme/chat", name = "AI_KEY" }]
    /// ```
    /// ## What to do
    /// Deliver to Secrets Manager or SSM, and let the workflow read it there.
    AK390 "delivery-not-carried-out" Warning => check
}

fn check(facts: &Facts<'_>, out: &mut Diagnostics) {
    let default = facts.manifest.key_defaults();
    let default = default.and_then(|key| key.deliver.as_deref());
    let own = facts.manifest.keys.iter();
    let own = own.filter_map(|(_, key)| key.deliver.as_deref());
    let all = own.chain(default).flatten();
    let github = all.filter(|delivery| delivery.kind() == Some(SinkKind::GithubSecret));
    let Some(first) = github.map(|delivery| delivery.span).min() else {
        return;
    };
    let message = "this version does not deliver to GitHub yet: such deliveries are only checked";
    out.report(&AK390, first, message)
        .help("deliver to Secrets Manager or SSM until then");
}

#[cfg(test)]
mod tests {
    use super::AK390;
    use crate::rule::testing::{check, finding, silent};

    #[test]
    fn the_first_delivery_to_github_is_underlined() {
        let toml = r#"
[key.b]
deliver = [{ to = "ssm", name = "/b" }, { to = "github-secret", repository = "a/b", name = "B" }]
[key.a]
deliver = [{ to = "github-secret", repository = "a/b", name = "A" }]
"#;
        let expected = finding(&AK390)
            .underlines("{ to = \"github-secret\", repository = \"a/b\", name = \"B\" }")
            .help("SSM");
        check(toml, [expected]);
        silent(&AK390, "key.b.deliver = [{ to = \"ssm\", name = \"/b\" }]");
    }
}
