//! Tags are ones that AWS accepts.

use super::{Facts, rule};
use crate::diagnostic::Diagnostics;
use crate::manifest::decode::excerpt;
use crate::manifest::{KeyView, Words, is_hidden};
use crate::support::{Ceilings, Provider, ceilings};

rule! {
    /// ## What it checks
    /// A key has at most 50 tags, default ones included. A tag's name has 1 to 128 characters and
    /// does not begin with `aws:`, its value has at most 256; both have letters, digits, blanks
    /// and `+ - = . _ : / @` only.
    /// ## Why it matters
    /// API Gateway refuses other tags, halfway through an apply.
    /// <https://docs.aws.amazon.com/apigateway/latest/api/API_CreateApiKey.html> names the set
    /// `[a-zA-Z+-=._:/]`, whose range `+-=` holds the digits;
    /// <https://docs.aws.amazon.com/tag-editor/latest/userguide/tagging.html> adds the blank and
    /// `@` for AWS in general. Both checked 2026-11-23.
    /// ## Example
    /// ```toml,fail
    /// key.acme.tags = { "aws:team" = "chat" }
    /// ```
    /// ```toml,pass
    /// defaults.key.tags = { cost-center = "cc-42", "acme.example/team" = "chat @ acme" }
    /// ```
    /// ## What to do
    /// Shorten or respell the tag.
    AK207 "bad-tag" Error => check
}

fn check(facts: &Facts<'_>, out: &mut Diagnostics) {
    // Google's annotations take any text, and Azure has no tags.
    let ceilings = ceilings(Provider::AwsApiGateway);
    let defaults = facts.manifest.key_defaults();
    let default = defaults.and_then(|key| key.tags.as_ref());
    let keys = || {
        let keys = facts.manifest.key_views();
        keys.filter(|key| facts.is_on_aws(key.listed_targets()))
    };
    let default = default.filter(|_| facts.is_on_aws(None));
    let own = keys().filter_map(|key| key.table().tags.as_ref());
    for tags in own.chain(default) {
        check_tags(tags, &ceilings, out);
    }
    let default_count = default.map_or(0, Words::len);
    for key in keys() {
        let own_count = key.table().tags.as_ref().map_or(0, Words::len);
        if own_count + default_count > ceilings.tags {
            check_count(&key, ceilings.tags, out);
        }
    }
}

fn check_tags(tags: &Words, ceilings: &Ceilings, out: &mut Diagnostics) {
    for (name, value) in tags.iter() {
        let Some(what_is_wrong) = wrong_tag_within(name, value, ceilings) else {
            continue;
        };
        out.report(&AK207, value.span, what_is_wrong)
            .help("use letters, digits, blanks and `+ - = . _ : / @`, and no `aws:` in front");
    }
}

/// Says what AWS refuses about a tag.
pub(super) fn wrong_tag(name: &str, value: &str) -> Option<String> {
    wrong_tag_within(name, value, &ceilings(Provider::AwsApiGateway))
}

fn wrong_tag_within(name: &str, value: &str, ceilings: &Ceilings) -> Option<String> {
    let odd = || {
        let mut chars = name.chars().chain(value.chars());
        chars.find(|c| !is_allowed(*c) && !is_hidden(*c))
    };
    Some(if name.is_empty() {
        "the name of a tag is empty".to_owned()
    } else if is_longer(name, ceilings.tag_name_chars) {
        let most = ceilings.tag_name_chars;
        format!("the name of a tag has at most {most} characters")
    } else if name
        .get(..4)
        .is_some_and(|start| start.eq_ignore_ascii_case("aws:"))
    {
        format!("`{}` is a name that AWS keeps to itself", excerpt(name))
    } else if is_longer(value, ceilings.tag_value_chars) {
        let most = ceilings.tag_value_chars;
        format!("the value of a tag has at most {most} characters")
    } else {
        let odd = odd()?;
        format!("no tag holds `{}`", excerpt(odd.encode_utf8(&mut [0; 4])))
    })
}

fn check_count(key: &KeyView<'_>, most: usize, out: &mut Diagnostics) {
    let count = key.tags().map_or(0, |tags| tags.len());
    if count > most {
        let message = format!(
            "key `{}` has {count} tags with the default ones, more than {most}",
            excerpt(key.name())
        );
        out.report(&AK207, key.span(), message).help("remove some");
    }
}

fn is_longer(text: &str, most: usize) -> bool {
    text.len() > most && text.chars().count() > most
}

fn is_allowed(c: char) -> bool {
    c.is_ascii_alphanumeric() || " +-=._:/@".contains(c)
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::AK207;
    use crate::rule::testing::{check, finding};

    #[test]
    fn a_tag_that_aws_refuses_is_underlined() {
        let long = "x".repeat(129);
        let longer = "x".repeat(257);
        for tag in [
            "\"\" = \"x\"",
            "\"AWS:team\" = \"x\"",
            "team = \"a&b\"",
            "\"équipe\" = \"x\"",
            &format!("{long} = \"x\""),
            &format!("x = \"{longer}\""),
        ] {
            let toml = format!("key.acme.tags = {{ {tag} }}");
            check(&toml, [finding(&AK207).help("letters, digits")]);
        }
        check(
            "defaults.key.tags = { \"a/b:c\" = \"\", awsome = \"1 @ 2\" }",
            [],
        );
        check(
            "key.acme.tags.team = \"a,b\"",
            [finding(&AK207).underlines("team = \"a,b\"")],
        );
    }

    #[test]
    fn default_tags_count_unless_they_are_replaced() {
        let mut toml = String::from("key.acme.owner = \"a\"\n");
        for n in 1..=50 {
            let _ = writeln!(toml, "defaults.key.tags.t{n} = \"x\"");
        }
        check(&format!("{toml}key.acme.tags.t50 = \"y\""), []);
        let over = format!("{toml}key.acme.tags.t51 = \"y\"");
        check(&over, [finding(&AK207).underlines("acme").help("remove")]);
    }
}
