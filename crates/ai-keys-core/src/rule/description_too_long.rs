//! A description and its marker fit into the cloud.

use super::{Facts, rule};
use crate::date::Date;
use crate::diagnostic::Diagnostics;
use crate::manifest::{KeyView, Manifest};
use crate::source::Spanned;
use crate::state::{Marker, MarkerDate};

rule! {
    /// ## What it checks
    /// A description and the marker behind it have at most 125,000 characters together.
    /// ## Why it matters
    /// API Gateway answers `Invalid API Key description specified.`, halfway through an apply; and
    /// without its marker a key would belong to nobody.
    /// <https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html>, checked
    /// 2026-11-23.
    /// ## Example
    /// A description of 125,000 characters: no example is that long.
    /// ## What to do
    /// Shorten the description.
    AK202 "description-too-long" Error => check
}

/// Longer than any marker: fifty tags and an owner, every byte escaped.
const ROOM: usize = 40_000;

fn check(facts: &Facts<'_>, out: &mut Diagnostics) {
    let manifest = facts.manifest;
    let mut check_text = |text: &Spanned<String>, most: usize, marker: &dyn Fn() -> Marker| {
        if text.len().saturating_add(ROOM) <= most {
            return;
        }
        let needed = marker().attach(text).chars().count();
        if needed > most {
            let over = needed - most;
            let message = format!("the description is {over} characters too long");
            out.report(&AK202, text.span, message)
                .help(format!("with the marker it may have {most}"));
        }
    };
    for (name, usage_plan) in manifest.usage_plans.iter() {
        if let Some(text) = &usage_plan.description {
            let most = facts
                .ceilings(usage_plan.listed_targets())
                .description_chars;
            check_text(text, most, &|| Marker::new(manifest.namespace(), name));
        }
    }
    for key in manifest.key_views() {
        if let Some(text) = &key.table().description {
            let most = facts.ceilings(key.listed_targets()).description_chars;
            check_text(text, most, &|| longest_marker(manifest, &key));
        }
    }
}

/// Returns the marker of this key with every attribute that it may ever have.
fn longest_marker(manifest: &Manifest, key: &KeyView<'_>) -> Marker {
    let mut marker = Marker::new(manifest.namespace(), key.name());
    marker.generation = u32::MAX;
    marker.set_owner(key.owner().map(|owner| owner.value.as_str()));
    marker.set_protected(true);
    let tags = key.tags().unwrap_or_default();
    marker.set_tag_names(tags.into_iter().map(|(name, _)| name));
    let day = Date::from_ymd(2026, 11, 23);
    for date in MarkerDate::ALL {
        marker.set_date(date, day);
    }
    marker
}

#[cfg(test)]
mod tests {
    use super::AK202;
    use crate::rule::testing::{check, finding};

    #[test]
    fn a_description_leaves_room_for_the_marker() {
        let text = |count: usize| "é".repeat(count);
        let key = |count| format!("key.acme.description = \"{}\"", text(count));
        check(&key(124_950), [finding(&AK202).help("125000")]);
        check(&key(124_800), []);
        let usage_plan = |count| format!("usage-plan.a.description = \"{}\"", text(count));
        check(&usage_plan(125_000), [finding(&AK202)]);
        check(&usage_plan(124_800), []);
    }

    #[test]
    fn an_owner_and_tags_take_room_too() {
        let toml = format!(
            "key.acme = {{ owner = \"{}\", description = \"{}\" }}",
            "a".repeat(128),
            "x".repeat(124_800)
        );
        check(&toml, [finding(&AK202).help("with the marker")]);
    }
}
