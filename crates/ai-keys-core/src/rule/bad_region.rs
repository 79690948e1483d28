//! A region looks like `eu-west-1`.

use super::{Facts, rule};
use crate::diagnostic::Diagnostics;
use crate::manifest::decode::excerpt;

rule! {
    /// ## What it checks
    /// `region` has the form of an AWS region: `eu-west-1`, `us-gov-east-1`. Whether that region
    /// exists is left to AWS, which opens new ones.
    /// ## Why it matters
    /// The region becomes part of a host name, and a wrong one fails as a network error that says
    /// nothing about the manifest.
    /// <https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html>,
    /// checked 2026-11-23.
    /// ## Example
    /// ```toml,fail
    /// [target.prod]
    /// provider = "aws-api-gateway"
    /// region = "Ireland"
    /// ```
    /// ## What to do
    /// Write the code of the region.
    AK114 "bad-region" Error => check
}

fn check(facts: &Facts<'_>, out: &mut Diagnostics) {
    for (_, target) in facts.manifest.targets.iter() {
        let Some(region) = target.aws().and_then(|target| target.region.0.as_ref()) else {
            continue;
        };
        if !is_region(region) {
            let message = format!("`{}` is not a region", excerpt(region));
            let draft = out.report(&AK114, region.span, message);
            let lower = region.trim().to_ascii_lowercase();
            if is_region(&lower) {
                draft.fix(
                    format!("did you mean `{lower}`?"),
                    region.span,
                    format!("\"{lower}\""),
                );
            } else {
                draft.help("write a region's code, such as \"eu-west-1\"");
            }
        }
    }
}

pub(super) fn is_region(text: &str) -> bool {
    let Some((words, number)) = text.rsplit_once('-') else {
        return false;
    };
    let is_word = |word: &str| word.len() >= 2 && word.bytes().all(|b| b.is_ascii_lowercase());
    let is_number = matches!(number.len(), 1 | 2) && number.bytes().all(|b| b.is_ascii_digit());
    let count = words.split('-').count();
    is_number && matches!(count, 2 | 3) && words.split('-').all(is_word)
}

#[cfg(test)]
mod tests {
    use super::{AK114, is_region};
    use crate::rule::testing::{check, finding};

    const TARGET: &str = "[target.prod]\nprovider = \"aws-api-gateway\"\nregion = \"eu-west1\"\n";

    #[test]
    fn a_slip_is_underlined() {
        let expected = finding(&AK114)
            .underlines("\"eu-west1\"")
            .help("\"eu-west-1\"");
        check(TARGET, [expected]);
        check(&TARGET.replace("west1", "west-1"), []);
        let upper = TARGET.replace("eu-west1", "EU-WEST-1");
        check(&upper, [finding(&AK114).help("did you mean `eu-west-1`?")]);
    }

    #[test]
    fn every_form_of_a_region_is_known() {
        for region in [
            "us-gov-west-1",
            "cn-north-1",
            "us-iso-east-1",
            "eusc-de-east-1",
        ] {
            assert!(is_region(region), "{region}");
        }
        for text in [
            "",
            "-",
            "eu",
            "eu-west-",
            "eu--1",
            "eu-west-1.evil.example",
            "eu-west-1a",
        ] {
            assert!(!is_region(text), "{text}");
        }
    }
}
