//! This version checks rotations and does not make them.

use super::{Facts, rule};
use crate::diagnostic::Diagnostics;

rule! {
    /// ## What it checks
    /// Whether the manifest says `rotate`. Lengths of time are checked, and this version rotates
    /// nothing yet: one warning for each file.
    /// ## Why it matters
    /// Values grow older than the file says.
    /// ## Example
    /// ```toml,fail
    /// key.acme.rotate = { every = "90d" }
    /// ```
    /// ## What to do
    /// Nothing: a later version rotates as the file says.
    AK391 "rotation-not-carried-out" Warning => check
}

fn check(facts: &Facts<'_>, out: &mut Diagnostics) {
    let default = facts.manifest.key_defaults();
    let default = default.and_then(|key| key.rotate.as_ref());
    let own = facts.manifest.keys.iter();
    let own = own.filter_map(|(_, key)| key.rotate.as_ref());
    let Some(first) = own.chain(default).map(|rotate| rotate.span).min() else {
        return;
    };
    let keys = facts.manifest.key_views();
    let count = keys.filter(|key| key.rotate().is_some()).count();
    let noun = if count == 1 {
        "key keeps its value"
    } else {
        "keys keep their values"
    };
    let message = format!("this version does not rotate yet: {count} {noun}");
    out.report(&AK391, first, message)
        .help("make a new key beside the old one until then");
}

#[cfg(test)]
mod tests {
    use super::AK391;
    use crate::rule::testing::{check, finding, silent};

    #[test]
    fn the_first_rotation_is_underlined() {
        let toml = "defaults.key.rotate = { every = \"90d\" }\nkey = { a = {}, b = {} }\n";
        let expected = finding(&AK391)
            .underlines("{ every = \"90d\" }")
            .help("beside the old one");
        check(toml, [expected]);
        silent(&AK391, &toml.replace("defaults.key.rotate", "# "));
    }
}
