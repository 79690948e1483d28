//! The resources of Terraform and Pulumi are the same provider's: one says
//! `api_stages`, the other `apiStages`, and where one has a list of one block
//! the other has the block.

use std::collections::{BTreeMap, BTreeSet};

use ai_keys_core::limits::{Period, Quota, Rate, Throttle};
use ai_keys_core::state::{Handle, LiveKey, LiveUsagePlan, Liveness, Marker, StageId};
use serde_json::Value;

use super::{Address, Found, Membership, Object};

/// What a resource is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ResourceKind {
    Key,
    UsagePlan,
    Membership,
    RestApi,
}

/// One resource of a state.
pub(super) struct Resource<'d> {
    pub(super) kind: ResourceKind,
    pub(super) address: Address,
    pub(super) id: &'d str,
    pub(super) attributes: &'d Value,
}

/// Collects resources; memberships find their usage plans afterwards.
#[derive(Default)]
pub(super) struct Resources {
    found: Found,
    members: Vec<Member>,
}

/// A membership whose key may not have been read yet.
struct Member {
    address: Address,
    key: Handle,
    usage_plan: Handle,
}

impl Resources {
    pub(super) fn add(&mut self, resource: Resource<'_>) {
        let Resource {
            kind,
            address,
            id,
            attributes,
        } = resource;
        self.learn_place(attributes);
        let handle = Handle::of_id(id);
        match kind {
            ResourceKind::Key => {
                let live = Some(key(attributes));
                self.found.keys.insert(handle, Object { address, live });
            }
            ResourceKind::UsagePlan => {
                let live = Some(usage_plan(attributes));
                let object = Object { address, live };
                self.found.usage_plans.insert(handle, object);
            }
            ResourceKind::Membership => {
                let id = |name| text(attributes, name).map(Handle::of_id);
                if let (Some(key), Some(usage_plan)) = (id("key_id"), id("usage_plan_id")) {
                    self.members.push(Member {
                        address,
                        key,
                        usage_plan,
                    });
                }
            }
            ResourceKind::RestApi => {
                if let Some(name) = text(attributes, "name") {
                    self.found.apis.insert(id.to_owned(), name.to_owned());
                }
            }
        }
    }

    pub(super) fn finish(mut self) -> Found {
        for member in self.members {
            let Member {
                address,
                key,
                usage_plan,
            } = member;
            let object = self.found.usage_plans.get_mut(&usage_plan);
            if let Some(live) = object.and_then(|object| object.live.as_mut()) {
                live.keys.insert(key.clone());
            }
            let key = self.found.keys.get(&key);
            self.found.memberships.push(Membership {
                address,
                key: key.map(|key| key.address.clone()),
                usage_plan: Some(usage_plan),
            });
        }
        // A REST API of another state is known by its id alone.
        let plans = self.found.usage_plans.values();
        let stages = plans
            .filter_map(|object| object.live.as_ref())
            .flat_map(|live| live.stages.keys());
        let ids: Vec<String> = stages.map(|stage| stage.api.clone()).collect();
        for id in ids {
            self.found.apis.entry(id.clone()).or_insert(id);
        }
        self.found.memberships.sort();
        self.found
    }

    /// Learns account and region from an ARN: `arn:aws:apigateway:eu-west-1::/apikeys/a`,
    /// `arn:aws:execute-api:eu-west-1:123456789012:a1`.
    fn learn_place(&mut self, attributes: &Value) {
        for name in ["arn", "execution_arn"] {
            let arn = text(attributes, name).unwrap_or_default();
            let mut parts = arn.split(':').skip(3);
            let (region, account) = (parts.next(), parts.next());
            let told = |part: Option<&str>| part.filter(|part| !part.is_empty()).map(str::to_owned);
            self.found.region = self.found.region.take().or_else(|| told(region));
            self.found.account = self.found.account.take().or_else(|| told(account));
        }
    }
}

fn key(attributes: &Value) -> LiveKey {
    let (description, marker) = described(attributes);
    let is_enabled = field(attributes, "enabled")
        .and_then(Value::as_bool)
        .unwrap_or(true);
    LiveKey {
        created: None,
        customer_id: text(attributes, "customer_id")
            .filter(|id| !id.is_empty())
            .map(str::to_owned),
        description,
        etag: None,
        liveness: if is_enabled {
            Liveness::Active
        } else {
            Liveness::Disabled
        },
        marker,
        name: text(attributes, "name").unwrap_or_default().to_owned(),
        slots: 1,
        tags: tags(attributes),
    }
}

fn usage_plan(attributes: &Value) -> LiveUsagePlan {
    let (description, marker) = described(attributes);
    let stages = blocks(attributes, "api_stages");
    LiveUsagePlan {
        description,
        keys: BTreeSet::new(),
        marker,
        name: text(attributes, "name").unwrap_or_default().to_owned(),
        quota: block(attributes, "quota_settings").and_then(quota),
        stages: stages.filter_map(stage).collect(),
        tags: tags(attributes),
        throttle: block(attributes, "throttle_settings").and_then(throttle),
    }
}

fn described(attributes: &Value) -> (String, Option<Marker>) {
    let (description, marker) = Marker::split(text(attributes, "description").unwrap_or_default());
    (description.trim_end().to_owned(), marker)
}

fn tags(attributes: &Value) -> BTreeMap<String, String> {
    let all = field(attributes, "tags_all").or_else(|| field(attributes, "tags"));
    let tags = all.and_then(Value::as_object).into_iter().flatten();
    tags.filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned())))
        .collect()
}

fn stage(block: &Value) -> Option<(StageId, BTreeMap<String, Throttle>)> {
    let stage = StageId {
        api: text(block, "api_id")?.to_owned(),
        stage: text(block, "stage")?.to_owned(),
    };
    // Terraform calls the blocks `throttle`, Pulumi `throttles`.
    let methods = blocks(block, "throttle").chain(blocks(block, "throttles"));
    let methods =
        methods.filter_map(|method| Some((text(method, "path")?.to_owned(), throttle(method)?)));
    Some((stage, methods.collect()))
}

/// Both tools write 0 for what is not set.
fn throttle(block: &Value) -> Option<Throttle> {
    let number = |name| field(block, name).and_then(Value::as_f64);
    let rate = number("rate_limit")
        .and_then(Rate::new)
        .filter(|rate| !rate.is_zero());
    let burst = field(block, "burst_limit")
        .and_then(Value::as_u64)
        .filter(|burst| *burst > 0);
    let throttle = Throttle {
        burst_requests: burst.and_then(|burst| u32::try_from(burst).ok()),
        rate_per_second: rate,
    };
    (throttle != Throttle::default()).then_some(throttle)
}

fn quota(block: &Value) -> Option<Quota> {
    let number = |name| {
        field(block, name)
            .and_then(Value::as_u64)
            .and_then(|n| u32::try_from(n).ok())
    };
    let period = text(block, "period")?.to_ascii_lowercase();
    Some(Quota {
        limit: number("limit")?,
        offset: number("offset").unwrap_or_default(),
        per: Period::from_name(&period)?,
    })
}

fn text<'d>(attributes: &'d Value, name: &str) -> Option<&'d str> {
    field(attributes, name)?.as_str()
}

fn block<'d>(attributes: &'d Value, name: &str) -> Option<&'d Value> {
    blocks(attributes, name).next()
}

/// Returns the blocks of a name, whether they are a list or stand alone.
fn blocks<'d>(attributes: &'d Value, name: &str) -> impl Iterator<Item = &'d Value> {
    let found = field(attributes, name);
    let (list, alone) = match found {
        Some(Value::Array(list)) => (list.as_slice(), None),
        Some(alone @ Value::Object(_)) => (Default::default(), Some(alone)),
        _ => (Default::default(), None),
    };
    list.iter().chain(alone)
}

/// Returns a field by its name in Terraform or in Pulumi.
fn field<'d>(attributes: &'d Value, name: &str) -> Option<&'d Value> {
    attributes
        .get(name)
        .or_else(|| attributes.get(camel_case(name)))
}

fn camel_case(name: &str) -> String {
    let mut words = name.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |mut name, word| {
        let mut letters = word.chars();
        name.extend(letters.next().map(|letter| letter.to_ascii_uppercase()));
        name.push_str(letters.as_str());
        name
    })
}
