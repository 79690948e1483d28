//! A place in a secret store holds the value of one key.

use super::placeholder::Stand;
use super::{Facts, hash, rule};
use crate::diagnostic::Diagnostics;
use crate::manifest::{Delivery, GithubDelivery, KeyView, Manifest, SinkKind};
use crate::sorted;
use crate::source::{Span, Spanned};

rule! {
    /// ## What it checks
    /// No two deliveries go to one place: one name in the Secrets Manager or SSM of one target, or
    /// one GitHub secret. A delivery with a `target` goes to that one. GitHub is one place for all targets, and does not tell upper from lower
    /// case.
    /// ## Why it matters
    /// The second value would overwrite the first, and the first key's users would be locked out.
    /// ## Example
    /// ```toml,fail
    /// defaults.key.deliver = [{ to = "secrets-manager", name = "ai/{target}" }]
    /// key.acme.description = "Acme's chat"
    /// key.chat.description = "Our chat"
    /// ```
    /// ```toml,pass
    /// defaults.key.deliver = [{ to = "secrets-manager", name = "ai/{target}/{key}" }]
    /// ```
    /// ## What to do
    /// Put `{key}` or `{target}` into the name, or write one name for each key.
    AK302 "delivered-twice" Error => check
}

/// One value on its way to one place.
struct Arrival<'m> {
    delivery: &'m Spanned<Delivery>,
    key: KeyView<'m>,
    target: &'m str,
}

fn check(facts: &Facts<'_>, out: &mut Diagnostics) {
    let manifest = facts.manifest;
    let mut arrivals = Vec::new();
    // Places by their hashes: twenty thousand numbers are sorted, not names.
    let mut places: Vec<(u64, usize)> = Vec::new();
    let (mut name, mut place) = (String::new(), String::new());
    for key in manifest.key_views() {
        for delivery in key.deliver() {
            for target in manifest.target_names(key.listed_targets()) {
                let arrival = Arrival {
                    delivery,
                    key,
                    target,
                };
                if arrival.write_place(manifest.namespace(), &mut name, &mut place) {
                    places.push((hash::add(hash::EMPTY, &place), arrivals.len()));
                    arrivals.push(arrival);
                }
            }
        }
    }
    sorted::sort(&mut places);
    for group in places.chunk_by(|a, b| a.0 == b.0) {
        if group.len() > 1 {
            let group = group.iter().filter_map(|(_, at)| arrivals.get(*at));
            check_group(manifest, group.collect(), out);
        }
    }
}

/// Reports all but the first of those that arrive at one place.
fn check_group(manifest: &Manifest, mut group: Vec<&Arrival<'_>>, out: &mut Diagnostics) {
    sorted::sort_by_key(&mut group, |one| {
        (one.delivery.span, one.key.span(), one.target)
    });
    let Some((first, others)) = group.split_first() else {
        return;
    };
    let (mut name, mut first_place, mut place) = (String::new(), String::new(), String::new());
    first.write_place(manifest.namespace(), &mut name, &mut first_place);
    for other in others {
        other.write_place(manifest.namespace(), &mut name, &mut place);
        if first_place == place && !other.is_listed_target_again(first) {
            other.report(first, out);
        }
    }
}

impl Arrival<'_> {
    /// Writes what tells this place from others; `false` while the manifest
    /// has errors there.
    fn write_place(&self, namespace: &str, name: &mut String, place: &mut String) -> bool {
        let (Some(kind), Some(template)) = (self.delivery.kind(), self.delivery.name()) else {
            return false;
        };
        let stand = Stand {
            namespace,
            target: self.target,
            key: self.key.name(),
        };
        stand.fill(template, name);
        place.clear();
        match &self.delivery.value {
            Delivery::SecretsManager(_) | Delivery::Ssm(_) => {
                let there = self.delivery.target().map(|there| there.value.as_str());
                push_all(place, &[kind.name(), there.unwrap_or(self.target), name]);
            }
            Delivery::Github(github) => {
                push_all(place, &[kind.name(), &scope(github), name]);
                place.make_ascii_uppercase();
            }
        }
        true
    }

    /// Returns whether both are one delivery to a target that is listed twice,
    /// which `listed-twice` says.
    fn is_listed_target_again(&self, first: &Self) -> bool {
        self.key.span() == first.key.span()
            && self.delivery.span == first.delivery.span
            && self.target == first.target
    }

    fn report(&self, first: &Self, out: &mut Diagnostics) {
        let place = self
            .delivery
            .name()
            .map_or(Span::default(), |name| name.span);
        let (key, first_key) = (self.key.name(), first.key.name());
        let message = if key != first_key {
            format!("keys `{first_key}` and `{key}` are delivered to one place")
        } else if self.target == first.target {
            format!("key `{key}` is delivered to this place twice")
        } else {
            let (one, two) = (first.target, self.target);
            format!("key `{key}` has one value in `{one}` and one in `{two}`, and this one place")
        };
        let is_github = self.delivery.kind() == Some(SinkKind::GithubSecret);
        let help = match self.target == first.target {
            true if is_github => "write one name for each key",
            true => "put `{key}` into the name, or write one name for each key",
            false => "use an environment or a name for each target",
        };
        let draft = out.report(&AK302, place, message).help(help);
        let first_name = first.delivery.name();
        if let Some(first) = first_name.filter(|first| first.span != place) {
            draft.related(first.span, "the same place");
        }
    }
}

/// Joins parts with a character that no name has.
fn push_all(place: &mut String, parts: &[&str]) {
    for part in parts {
        place.push_str(part);
        place.push('\n');
    }
}

fn scope(github: &GithubDelivery) -> String {
    let mut scope = String::new();
    let parts = [
        &github.organization,
        &github.repository,
        &github.environment,
    ];
    let text = parts.map(|part| part.as_ref().map_or("", |part| part.value.as_str()));
    push_all(&mut scope, &text);
    scope
}

#[cfg(test)]
mod tests {
    use super::AK302;
    use crate::rule::testing::{check, finding};

    const STAGING: &str = "[target.staging]\nprovider = \"aws-api-gateway\"\nregion = \"eu-west-1\"\naccount = \"210987654321\"\n";

    #[test]
    fn the_second_key_of_a_place_is_underlined() {
        let toml = r#"
key.a.deliver = [{ to = "ssm", name = "/ai/b" }]
key.b.deliver = [{ to = "ssm", name = "/ai/{key}" }]
"#;
        let expected = finding(&AK302)
            .underlines("\"/ai/{key}\"")
            .related("\"/ai/b\"")
            .help("write one name");
        check(toml, [expected]);
        check(&toml.replace("/ai/b", "/ai/a"), []);
        check(&toml.replacen("ssm", "secrets-manager", 1), []);
    }

    #[test]
    fn one_key_delivers_to_a_place_once() {
        let toml = "key.a.deliver = [{ to = \"ssm\", name = \"/a\" }, { to = \"ssm\", name = \"/{key}\" }]";
        check(
            toml,
            [finding(&AK302).underlines("\"/{key}\"").related("\"/a\"")],
        );
    }

    #[test]
    fn github_is_one_place_for_all_targets_and_cases() {
        let toml = format!(
            "{STAGING}[key.a]\ndeliver = [{{ to = \"github-secret\", repository = \"a/b\", name = \"KEY\" }}]\n"
        );
        let expected = finding(&AK302).underlines("\"KEY\"").help("each target");
        check(&toml, [expected]);
        check(&format!("{toml}targets = [\"prod\"]\n"), []);
        check(
            &toml.replace("github-secret\", repository = \"a/b", "ssm"),
            [],
        );
        let cases = r#"
key.a.deliver = [{ to = "github-secret", repository = "a/b", name = "KEY" }]
key.b.deliver = [{ to = "github-secret", repository = "A/B", name = "Key" }]
"#;
        check(
            cases,
            [finding(&AK302).underlines("\"Key\"").related("\"KEY\"")],
        );
        check(&cases.replace("A/B", "A/C"), []);
    }
}
