//! Random manifests and accounts of a small alphabet, so that names, ids and markers collide often.

use std::collections::BTreeMap;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use proptest::test_runner::{Config, RngSeed, TestRunner};

use crate::limits::Period;
use crate::plan::testing::{TODAY, day, empty, limits, quota, stage};
use crate::state::{Handle, LiveState, Liveness, Marker, MarkerDate};

const NAMES: &[&str] = &["a", "b", "c"];
const KEY_IDS: &[&str] = &["k1", "k2", "k3", "k4", "k5"];
const USAGE_PLAN_IDS: &[&str] = &["u1", "u2", "u3", "u4"];
const LIVE_STAGES: &[&str] = &["a1/prod", "a2/prod", "a2/dev"];
const DAYS: &[&str] = &["2026-11-01", "2026-11-22", TODAY, "2026-12-01"];

/// A manifest and an account.
#[derive(Clone, Debug)]
pub(super) struct Case {
    /// The tables of the manifest, in any order.
    pub(super) tables: Vec<String>,
    /// The account.
    pub(super) live: LiveState,
}

impl Case {
    pub(super) fn fragment(&self) -> String {
        self.tables.concat()
    }
}

/// Runs a property on the same random cases every time.
pub(super) fn for_each_case(property: impl Fn(&Case)) {
    let config = Config {
        cases: 600,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(20_261_123),
        ..Config::default()
    };
    let cases = (tables(), live()).prop_map(|(tables, live)| Case { tables, live });
    TestRunner::new(config)
        .run(&cases, |case| {
            property(&case);
            Ok(())
        })
        .unwrap_or_else(|error| panic!("{error}"));
}

fn tables() -> impl Strategy<Value = Vec<String>> {
    let usage_plans = vec(maybe(usage_plan_body()), NAMES.len());
    let keys = vec(maybe(key_body()), NAMES.len());
    (policy(), usage_plans, keys).prop_map(|(policy, usage_plans, keys)| {
        let named = |kind: &'static str, bodies: Vec<Option<String>>| {
            let both = NAMES.iter().zip(bodies);
            both.filter_map(move |(name, body)| Some(format!("[{kind}.{name}]\n{}", body?)))
                .collect::<Vec<_>>()
        };
        let mut tables = named("usage-plan", usage_plans);
        let is_there = |name: &str| tables.iter().any(|table| table.starts_with(name));
        let mut keys = named("key", keys);
        for name in NAMES {
            // A key can only refer to a usage plan that is in the file.
            if !is_there(&format!("[usage-plan.{name}]")) {
                for key in &mut keys {
                    *key = key.replace(&format!("\"up-{name}\", "), "");
                }
            }
        }
        tables.extend(keys.into_iter().map(|key| key.replace("\"up-", "\"")));
        tables.push(policy);
        tables
    })
}

fn maybe<S: Strategy>(strategy: S) -> impl Strategy<Value = Option<S::Value>> {
    proptest::option::weighted(0.7, strategy)
}

/// Writes a field with one of the values, or not at all.
fn field(name: &'static str, values: &'static [&'static str]) -> impl Strategy<Value = String> {
    let written = move |value: Option<&str>| {
        value.map_or_else(String::new, |value| format!("{name} = {value}\n"))
    };
    proptest::option::of(select(values)).prop_map(written)
}

fn rarely(name: &'static str, values: &'static [&'static str]) -> impl Strategy<Value = String> {
    let written = move |value: Option<&str>| {
        value.map_or_else(String::new, |value| format!("{name} = {value}\n"))
    };
    proptest::option::weighted(0.15, select(values)).prop_map(written)
}

fn policy() -> impl Strategy<Value = String> {
    let grace = field("removal-grace", &["\"0d\"", "\"3d\"", "\"30d\""]);
    let deletes = field("max-deletes", &["0", "1", "100"]);
    (grace, deletes).prop_map(|(grace, deletes)| format!("[policy]\n{grace}{deletes}"))
}

fn usage_plan_body() -> impl Strategy<Value = String> {
    const STAGES: &[&str] = &[
        "\"a1/prod\"",
        "\"chat-api/dev\"",
        "\"a2/prod\"",
        "{ stage = \"a2/dev\", throttle = { \"/chat/POST\" = { rate = 5, burst = 5 } } }",
    ];
    let fields = (
        rarely("manage", &["false"]),
        rarely("name", &["\"a\"", "\"z\""]),
        field("description", &["\"\"", "\"one\"", "\"two \""]),
        field(
            "throttle",
            &["{ rate = 0, burst = 0 }", "{ rate = 10, burst = 20 }"],
        ),
        field("quota", &["{ limit = 10, per = \"day\" }"]),
        subsequence(STAGES, 0..=2),
        rarely("adopt", &["\"u1\"", "\"u2\"", "\"u9\""]),
    );
    fields.prop_map(
        |(manage, name, description, throttle, quota, stages, adopt)| {
            if manage.is_empty() {
                let stages = format!("stages = [{}]\n", stages.join(", "));
                format!("{name}{description}{throttle}{quota}{stages}{adopt}")
            } else {
                format!("{manage}{name}{adopt}")
            }
        },
    )
}

fn key_body() -> impl Strategy<Value = String> {
    const USAGE_PLANS: &[&str] = &["\"up-a\", ", "\"up-b\", ", "\"up-c\", "];
    let looks = (
        rarely("name", &["\"a\"", "\"z\""]),
        field("description", &["\"\"", "\"one\"", "\"two \""]),
        field("owner", &["\"team-a\"", "\"team-b\""]),
        field(
            "tags",
            &["{}", "{ t1 = \"1\" }", "{ t1 = \"2\", t2 = \"\" }"],
        ),
        rarely("customer-id", &["\"c1\""]),
    );
    let life = (
        rarely("enabled", &["true", "false"]),
        rarely("protect", &["true", "false"]),
        rarely("expires", &["2026-11-22", "2026-11-23", "2026-11-24"]),
        rarely("adopt", &["\"k1\"", "\"k2\"", "\"k9\""]),
        proptest::option::of(subsequence(USAGE_PLANS, 0..=3)),
    );
    (looks, life).prop_map(|(looks, life)| {
        let (name, description, owner, tags, customer_id) = looks;
        let (enabled, protect, expires, adopt, usage_plans) = life;
        let usage_plans = usage_plans.map_or_else(String::new, |names| {
            format!("usage-plans = [{}]\n", names.concat())
        });
        format!(
            "{name}{description}{owner}{tags}{customer_id}{enabled}{protect}{expires}{adopt}{usage_plans}"
        )
    })
}

fn marker() -> impl Strategy<Value = Option<Marker>> {
    let day_of = || proptest::option::weighted(0.2, select(DAYS));
    let parts = (
        prop_oneof![5 => Just("acme"), 1 => Just("other")],
        select(&["a", "b", "c", "d"][..]),
        prop_oneof![4 => Just(1_u32), 1 => Just(2), 1 => Just(3)],
        proptest::option::of(select(&["team-a", "team-b"][..])),
        proptest::bool::weighted(0.15),
        subsequence(&["t1", "t2", "t3"][..], 0..=3),
        (day_of(), day_of()),
    );
    let built = parts.prop_map(
        |(namespace, name, generation, owner, is_protected, tags, (removed, retiring))| {
            let mut marker = Marker::new(namespace, name);
            marker.generation = generation;
            marker.set_owner(owner);
            marker.set_protected(is_protected);
            marker.set_tag_names(tags);
            marker.set_date(MarkerDate::Removed, removed.map(day));
            marker.set_date(MarkerDate::Retiring, retiring.map(day));
            marker
        },
    );
    proptest::option::weighted(0.8, built)
}

fn live() -> impl Strategy<Value = LiveState> {
    let keys = vec(maybe(live_key()), KEY_IDS.len());
    let usage_plans = vec(maybe(live_usage_plan()), USAGE_PLAN_IDS.len());
    (keys, usage_plans).prop_map(|(keys, usage_plans)| {
        let mut live = empty().api("a2", "other-api");
        for (id, edit) in KEY_IDS.iter().zip(keys) {
            if let Some(edit) = edit {
                live = edit.put(live, id);
            }
        }
        for (id, edit) in USAGE_PLAN_IDS.iter().zip(usage_plans) {
            if let Some(edit) = edit {
                live = edit.put(live, id);
            }
        }
        live
    })
}

#[derive(Clone, Debug)]
struct SomeKey {
    name: &'static str,
    text: &'static str,
    marker: Option<Marker>,
    is_active: bool,
    created: Option<&'static str>,
    tags: Vec<(&'static str, &'static str)>,
}

impl SomeKey {
    fn put(self, live: LiveState, id: &str) -> LiveState {
        live.key(id, self.name, self.text).edit(id, |key| {
            key.marker = self.marker;
            key.created = self.created.map(day);
            if !self.is_active {
                key.liveness = Liveness::Disabled;
            }
            let tags = self.tags.iter();
            key.tags = tags
                .map(|(n, v)| ((*n).to_owned(), (*v).to_owned()))
                .collect();
        })
    }
}

fn live_key() -> impl Strategy<Value = SomeKey> {
    const TAGS: &[(&str, &str)] = &[("t1", "1"), ("t2", "x"), ("t4", "theirs")];
    (
        select(&["a", "b", "z"][..]),
        select(&["", "one"][..]),
        marker(),
        proptest::bool::weighted(0.7),
        proptest::option::of(select(DAYS)),
        subsequence(TAGS, 0..=3),
    )
        .prop_map(|(name, text, marker, is_active, created, tags)| SomeKey {
            name,
            text,
            marker,
            is_active,
            created,
            tags,
        })
}

#[derive(Clone, Debug)]
struct SomeUsagePlan {
    name: &'static str,
    marker: Option<Marker>,
    is_limited: bool,
    stages: Vec<&'static str>,
    keys: Vec<&'static str>,
}

impl SomeUsagePlan {
    fn put(self, live: LiveState, id: &str) -> LiveState {
        let is_free = |key: &&&str| {
            let key = Handle::of_id(key);
            let mut others = live
                .usage_plans
                .values()
                .filter(|up| up.keys.contains(&key));
            let shares = |stages: &BTreeMap<_, _>| {
                self.stages
                    .iter()
                    .any(|written| stages.contains_key(&stage(written)))
            };
            live.keys.contains_key(&key) && !others.any(|up| shares(&up.stages))
        };
        let keys: Vec<&str> = self.keys.iter().filter(is_free).copied().collect();
        live.usage_plan(id, self.name, "", &self.stages, &keys)
            .edit_usage_plan(id, |usage_plan| {
                usage_plan.marker = self.marker.map(|m| Marker::new(&m.namespace, &m.name));
                if self.is_limited {
                    usage_plan.throttle = Some(limits(10.0, 5));
                    usage_plan.quota = Some(quota(10, Period::Day));
                    for methods in usage_plan.stages.values_mut() {
                        methods.insert("/chat/POST".to_owned(), limits(1.0, 1));
                    }
                }
            })
    }
}

fn live_usage_plan() -> impl Strategy<Value = SomeUsagePlan> {
    (
        select(&["a", "b", "z"][..]),
        marker(),
        any::<bool>(),
        subsequence(LIVE_STAGES, 0..=2),
        subsequence(KEY_IDS, 0..=3),
    )
        .prop_map(|(name, marker, is_limited, stages, keys)| SomeUsagePlan {
            name,
            marker,
            is_limited,
            stages,
            keys,
        })
}
