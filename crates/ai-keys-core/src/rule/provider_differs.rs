//! What a provider does otherwise than the manifest reads.

use super::asked::{Asked, asked_elsewhere};
use super::{Facts, rule};
use crate::diagnostic::Diagnostics;
use crate::support::{Support, support};

rule! {
    /// ## What it checks
    /// Whether a provider does something otherwise than the manifest reads, or has no place for
    /// it. `enabled = false` on Google API Keys deletes the key, which is lost for good after 30
    /// days. Descriptions, tags and owners stay in the manifest on Azure API Management. One
    /// warning for each file, provider and field.
    /// ## Why it matters
    /// Whoever looks into the cloud's console does not see what the file says, and a key that is
    /// switched off for a season would not come back.
    /// <https://cloud.google.com/api-keys/docs/reference/rest/v2/projects.locations.keys>,
    /// <https://learn.microsoft.com/rest/api/apimanagement/subscription>, checked 2026-11-23.
    /// ## Example
    /// ```toml,fail
    /// [target.prod]
    /// provider = "google-api-keys"
    /// project = "acme-ai-prod"
    /// [key.acme]
    /// enabled = false
    /// ```
    /// ## What to do
    /// Nothing, if that is meant.
    AK122 "provider-differs" Warning => check
}

fn check(facts: &Facts<'_>, out: &mut Diagnostics) {
    // No more than providers times features.
    let mut firsts: Vec<(Asked<'_>, &str, usize)> = Vec::new();
    for asked in asked_elsewhere(facts) {
        if let Support::Differs(why) = support(asked.provider, asked.feature) {
            let is_same = |(first, ..): &&mut (Asked<'_>, &str, usize)| {
                (first.provider, first.feature) == (asked.provider, asked.feature)
            };
            match firsts.iter_mut().find(is_same) {
                Some((_, _, count)) => *count += 1,
                None => firsts.push((asked, why, 1)),
            }
        }
    }
    for (asked, why, count) in firsts {
        let (provider, field) = (asked.provider.name(), asked.field);
        let more = if count > 1 {
            format!(" (and {} more)", count - 1)
        } else {
            String::new()
        };
        let message = format!("{provider} takes `{field}` otherwise: {why}{more}");
        out.report(&AK122, asked.span, message)
            .help("leave it if that is meant, or give the table other `targets`");
    }
}

#[cfg(test)]
mod tests {
    use super::AK122;
    use crate::rule::testing::{check, finding, silent};

    const AZURE: &str = "[target.prod]\nprovider = \"azure-api-management\"\n\
        subscription = \"00000000-0000-0000-0000-000000000001\"\n\
        resource-group = \"ai\"\nservice = \"acme-ai\"\n";

    #[test]
    fn the_first_of_each_field_is_underlined() {
        let keys = "[key.a]\ndescription = \"first\"\nowner = \"team-a\"\n\
                    [key.b]\ndescription = \"second\"\ntags = { x = \"y\" }\n";
        check(
            &format!("{AZURE}{keys}"),
            [
                finding(&AK122).underlines("\"first\""),
                finding(&AK122).underlines("\"team-a\""),
                finding(&AK122).underlines("x = \"y\""),
            ],
        );
        silent(&AK122, keys);
    }

    #[test]
    fn a_key_that_google_would_lose_is_underlined_where_it_is_switched_off() {
        let google = "[target.prod]\nprovider = \"google-api-keys\"\nproject = \"acme-ai\"\n";
        let toml = format!("{google}[key.a]\nenabled = false\n");
        check(&toml, [finding(&AK122).underlines("false")]);
        silent(&AK122, &toml.replace("false", "true"));
    }
}
