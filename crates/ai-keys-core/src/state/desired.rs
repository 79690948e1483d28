//! What a valid manifest asks of one target, with every name resolved that the file alone can resolve.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::Serialize;

use super::delivery::{DeliverySpec, Destination};
use super::live::Handle;
use crate::date::{Date, Days};
use crate::digest::Digest;
use crate::limits::{Quota, Throttle};
use crate::manifest::{DEFAULT_OVERLAP, Delivery, KeyView, Manifest, StageEntry, UsagePlan, Words};
use crate::rule::placeholder::Stand;
use crate::sorted;
use crate::source::{Span, Spanned};
use crate::support::Provider;

// The fields of these types stand in the order of their names, so that their
// JSON is canonical as it is written.

/// What a manifest asks of one target.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct DesiredState {
    /// The account's 12 digits, where the manifest says them.
    pub account: Option<String>,
    /// Keys by their names in the manifest.
    pub keys: BTreeMap<String, DesiredKey>,
    /// How many objects one apply may take away without an acknowledgement.
    pub max_deletes: u32,
    /// How old a saved plan may be.
    pub max_plan_age: Days,
    /// Whose objects these are.
    pub namespace: String,
    /// Where a new value is tried before it is delivered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub probe: Option<String>,
    /// The service.
    pub provider: Provider,
    /// The region.
    pub region: String,
    /// How long a removed key stays disabled before it is deleted.
    pub removal_grace: Days,
    /// The role that is assumed to work there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// Keys that get a new value now, whatever their dates say: a person's
    /// word, not the manifest's.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub rotate_now: BTreeMap<String, RotateNow>,
    /// The target's name.
    pub target: String,
    /// Usage plans by their names in the manifest.
    pub usage_plans: BTreeMap<String, DesiredUsagePlan>,
    /// Where the target's name stands.
    #[serde(skip)]
    pub span: Span,
}

impl DesiredState {
    /// Returns the digest that names what the manifest asks for.
    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest::of_canonical(self)
    }
}

/// A usage plan that a manifest asks for or refers to.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct DesiredUsagePlan {
    /// The live usage plan to take over, or to refer to.
    pub adopt: Option<Handle>,
    /// The name that the cloud shows.
    pub cloud_name: String,
    /// What it is for; `None` leaves a live text as it is.
    pub description: Option<String>,
    /// Whether this manifest makes and changes it.
    pub is_managed: bool,
    /// Quota; `None` is unlimited.
    pub quota: Option<Quota>,
    /// Stages, with the limits of single methods.
    pub stages: BTreeMap<StageName, BTreeMap<String, Throttle>>,
    /// Steady rate and bucket size; `None` is unlimited.
    pub throttle: Option<Throttle>,
    /// Where its name stands.
    #[serde(skip)]
    pub span: Span,
}

/// A stage as the manifest writes it: the REST API by name or id.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct StageName {
    /// The REST API's name or id.
    pub api: String,
    /// The stage's name.
    pub stage: String,
}

impl fmt::Display for StageName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.api, self.stage)
    }
}

impl Serialize for StageName {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl StageName {
    /// Reads `api/stage`, with `{target}` replaced; the stage is what follows
    /// the last slash.
    #[must_use]
    pub fn parse(text: &str, target: &str) -> Option<Self> {
        let text = text.replace("{target}", target);
        let (api, stage) = text.rsplit_once('/')?;
        if api.is_empty() || stage.is_empty() {
            return None;
        }
        Some(Self {
            api: api.to_owned(),
            stage: stage.to_owned(),
        })
    }
}

/// A key that a manifest asks for.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct DesiredKey {
    /// The live key to take over.
    pub adopt: Option<Handle>,
    /// The name that the cloud shows.
    pub cloud_name: String,
    /// The customer id; `None` leaves a live one as it is.
    pub customer_id: Option<String>,
    /// Where its value goes, and how.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub deliveries: BTreeMap<Destination, DeliverySpec>,
    /// What it is for; `None` leaves a live text as it is.
    pub description: Option<String>,
    /// The day on which it stops working.
    pub expires: Option<Date>,
    /// Whether it is meant to work.
    pub is_enabled: bool,
    /// Whether a new value is tried at the target's address; `true` is not
    /// written.
    #[serde(skip_serializing_if = "Clone::clone")]
    pub is_probed: bool,
    /// Whether no plan may take it away.
    pub is_protected: bool,
    /// Who answers for it.
    pub owner: Option<String>,
    /// When it gets a new value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rotation: Option<Rotation>,
    /// Which AI service it opens.
    pub service: Option<String>,
    /// Its tags; `None` leaves live ones as they are.
    pub tags: Option<BTreeMap<String, String>>,
    /// The usage plans that it is on; `None` leaves live ones as they are.
    pub usage_plans: Option<BTreeSet<UsagePlanRef>>,
    /// Where its name stands.
    #[serde(skip)]
    pub span: Span,
}

/// How a key gets a new value at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum RotateNow {
    /// The old value works for the overlap.
    WithOverlap,
    /// The old value has leaked: it is disabled before anything else.
    Revoking,
}

/// When a key gets a new value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Rotation {
    /// How old a value may become.
    pub every: Days,
    /// How long the old value works after the new one was delivered.
    pub overlap: Days,
}

/// The name of a usage plan in the manifest.
pub type UsagePlanRef = String;

/// Why a manifest asks nothing of a target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ResolveError {
    /// The manifest has no such target; these are its targets.
    UnknownTarget(Vec<String>),
    /// The manifest has errors, which `check` reports.
    Broken,
}

/// Works out what a manifest without errors asks of one target.
///
/// # Errors
/// If the manifest has no such target, or has errors after all.
pub fn resolve(manifest: &Manifest, target: &str) -> Result<DesiredState, ResolveError> {
    let Some(entry) = manifest.targets.get(target) else {
        return Err(ResolveError::UnknownTarget(
            manifest.targets.names().map(str::to_owned).collect(),
        ));
    };
    let place = entry.place().ok_or(ResolveError::Broken)?;
    let policy = manifest.policy.as_ref();
    let probe = entry.aws().and_then(|target| target.probe.as_ref());
    Ok(DesiredState {
        namespace: manifest.namespace().to_owned(),
        target: target.to_owned(),
        provider: place.provider,
        account: place.account,
        region: place.region,
        probe: probe.map(|probe| probe.value.clone()),
        removal_grace: manifest.removal_grace(),
        role: entry.role().map(|role| role.value.clone()),
        rotate_now: BTreeMap::new(),
        max_deletes: policy
            .and_then(|p| p.max_deletes.as_ref())
            .map_or(5, |n| n.value),
        max_plan_age: policy
            .and_then(|p| p.max_plan_age.as_ref())
            .map_or(Days(14), |d| d.value),
        usage_plans: sorted::map(
            manifest
                .usage_plans
                .iter()
                .filter(|(_, usage_plan)| usage_plan.is_in(target))
                .map(|(name, entry)| {
                    let desired = desired_usage_plan(name, entry, entry.span, target);
                    (name.to_owned(), desired)
                }),
        ),
        keys: sorted::map(
            manifest
                .key_views()
                .filter(|key| key.is_in(target))
                .map(|key| (key.name().to_owned(), desired_key(&key, manifest, target))),
        ),
        span: entry.span,
    })
}

fn desired_usage_plan(name: &str, table: &UsagePlan, span: Span, target: &str) -> DesiredUsagePlan {
    let quota = table.quota.as_ref().and_then(|quota| quota.quota());
    let stages = table.stages.as_deref().unwrap_or_default();
    DesiredUsagePlan {
        is_managed: table.is_managed(),
        cloud_name: table
            .name
            .as_ref()
            .map_or_else(|| name.to_owned(), |name| name.value.clone()),
        description: table.description.as_ref().map(described),
        throttle: table
            .throttle
            .as_ref()
            .map(|throttle| throttle.value.limits()),
        quota,
        stages: sorted::map(
            stages
                .iter()
                .filter_map(|stage| desired_stage(stage, target)),
        ),
        adopt: table
            .adopt
            .as_ref()
            .and_then(|adopt| adopt.id_in(target))
            .map(Handle::of_id),
        span,
    }
}

/// A description as it is read back: what is blank before the marker is lost.
fn described(text: &Spanned<String>) -> String {
    text.value.trim_end().to_owned()
}

fn desired_stage(
    entry: &StageEntry,
    target: &str,
) -> Option<(StageName, BTreeMap<String, Throttle>)> {
    let stage = StageName::parse(entry.stage.0.as_ref()?, target)?;
    let methods = entry.methods.iter();
    Some((
        stage,
        sorted::map(methods.map(|(method, throttle)| (method.to_owned(), throttle.limits()))),
    ))
}

fn desired_key(key: &KeyView<'_>, manifest: &Manifest, target: &str) -> DesiredKey {
    let table = key.table();
    let owned = |text: &Spanned<String>| text.value.clone();
    DesiredKey {
        cloud_name: table
            .name
            .as_ref()
            .map_or_else(|| key.name().to_owned(), owned),
        deliveries: sorted::map(
            key.deliver()
                .iter()
                .filter_map(|delivery| desired_delivery(key, delivery, manifest, target)),
        ),
        description: table.description.as_ref().map(described),
        rotation: key.rotate().and_then(|rotate| {
            Some(Rotation {
                every: rotate.every.0.as_ref()?.value,
                overlap: rotate.overlap.as_ref().map_or(DEFAULT_OVERLAP, |d| d.value),
            })
        }),
        owner: key.owner().map(owned),
        service: key.service().map(owned),
        is_enabled: key.enabled().is_none_or(|enabled| enabled.value),
        is_probed: key.probe().is_none_or(|probe| probe.value),
        is_protected: key.protect().is_some_and(|protect| protect.value),
        usage_plans: key
            .usage_plans()
            .map(|names| sorted::set(names.iter().map(owned))),
        tags: key.tags().map(|tags| {
            sorted::map(
                tags.into_iter()
                    .map(|(name, value)| (name.to_owned(), value.value.clone())),
            )
        }),
        customer_id: table.customer_id.as_ref().map(owned),
        expires: key.expires().map(|day| day.value),
        adopt: key.adopt_in(target).map(Handle::of_id),
        span: key.span(),
    }
}

fn desired_delivery(
    key: &KeyView<'_>,
    delivery: &Delivery,
    manifest: &Manifest,
    target: &str,
) -> Option<(Destination, DeliverySpec)> {
    let stand = Stand {
        namespace: manifest.namespace(),
        target,
        key: key.name(),
    };
    let mut name = String::new();
    stand.fill(delivery.name()?, &mut name);
    let there = delivery.target().map_or(target, |there| &there.value);
    // Only stores of AWS are in a place; without one, the manifest has errors.
    let there = manifest.targets.get(there)?;
    let role = there.role().map(|role| role.value.clone());
    let there = there.place()?;
    let (region, account) = (there.region, there.account.unwrap_or_default());
    let owned = |text: &Spanned<String>| text.value.clone();
    let mut spec = DeliverySpec {
        description: key.table().description.as_ref().map(described),
        kms_key: delivery.kms_key().map(owned),
        tags: sorted::map(
            delivery
                .tags()
                .into_iter()
                .flat_map(Words::iter)
                .map(|(name, value)| (name.to_owned(), value.value.clone())),
        ),
        takes_over: delivery.takes_over(),
        ..DeliverySpec::default()
    };
    let destination = match delivery {
        Delivery::SecretsManager(table) => {
            let listed =
                |list: &Option<Vec<Spanned<String>>>| sorted::set(list.iter().flatten().map(owned));
            spec.field = table.field.as_ref().map(owned);
            spec.readers = listed(&table.readers);
            spec.replicas = listed(&table.replicas);
            spec.role = role;
            Destination::SecretsManager {
                region,
                account,
                name,
            }
        }
        Delivery::Ssm(table) => {
            spec.tier = table.tier.as_ref().map(|tier| tier.value);
            spec.role = role;
            Destination::Ssm {
                region,
                account,
                name,
            }
        }
        Delivery::Github(table) => {
            let environment = table.environment.as_ref().map(owned);
            match (table.repository.as_ref().map(owned), environment) {
                (Some(repository), Some(environment)) => Destination::GithubEnvironment {
                    repository,
                    environment,
                    name,
                },
                (Some(repository), None) => Destination::GithubRepository { repository, name },
                (None, _) => Destination::GithubOrganization {
                    organization: table.organization.as_ref().map(owned)?,
                    name,
                },
            }
        }
    };
    Some((destination, spec))
}

#[cfg(test)]
mod tests {
    use super::resolve;
    use crate::check::check_text;
    use crate::digest::Digest;

    /// Says everything that a manifest can say to a key and a usage plan.
    const WHOLE: &str = r#"
version = 1
namespace = "acme"
[target.prod]
provider = "aws-api-gateway"
region = "eu-west-1"
account = "123456789012"
role = "arn:aws:iam::123456789012:role/ai-keys"
probe = "https://api.example.com/health"
[usage-plan.standard]
name = "Standard"
description = "All"
adopt = "u1"
throttle = { rate = 1, burst = 2 }
quota = { limit = 3, per = "month", offset = 1 }
stages = [{ stage = "api/prod", throttle = { "/a/GET" = { rate = 1, burst = 2 } } }]
[key.a]
name = "A"
service = "x"
description = "All"
owner = "o"
enabled = true
expires = 2027-06-30
usage-plans = ["standard"]
tags = { b = "1", a = "2" }
customer-id = "c"
protect = true
probe = false
adopt = "k1"
rotate = { every = "90d", overlap = "7d" }
deliver = [
  { to = "secrets-manager", name = "ai/{target}/{key}", field = "value", kms-key = "alias/k", replicas = ["us-east-1"], readers = ["arn:aws:iam::123456789012:role/r"], tags = { t = "v" }, replace = true },
  { to = "ssm", name = "/ai/{key}", tier = "advanced" },
  { to = "github-secret", repository = "acme/x", environment = "prod", name = "KEY" },
]
"#;

    #[test]
    fn the_json_of_what_is_asked_for_is_canonical_as_it_is() {
        let checked = check_text(WHOLE, None);
        let manifest = checked.valid().unwrap();
        let desired = resolve(manifest, "prod").unwrap();
        assert_eq!(desired.digest(), Digest::of(&desired));
    }
}
