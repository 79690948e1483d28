//! Four hundred days of a few keys, in process: on the sandbox's clock, its data plane and its
//! secret stores, with nights that are missed, clocks that jump back, answers that are lost and
//! runs that are killed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use ai_keys::apply::{Outcome, apply};
use ai_keys::output::Output;
use ai_keys::provider::aws::{Access, Account, Hands, Observed, observe, observe_deliveries};
use ai_keys::schedule::{Pace, Scheduler};
use ai_keys::signal::Stop;
use ai_keys::sink::Stores;
use ai_keys_core::check::check_text;
use ai_keys_core::date::{Date, Days};
use ai_keys_core::plan::{Plan, plan};
use ai_keys_core::source::Source;
use ai_keys_core::state::{DesiredState, Marker, MarkerDate, resolve};
use ai_keys_sandbox::{Act, Clock, FaultRule, KeyRecord, Limits, Options, Sandbox, StageRef, Turn};

use crate::support::{ACCOUNT, MANIFEST, TODAY, World, call, finish, scope};

const ONE: &str = r#"version = 1
namespace = "acme-ai"

[target.prod]
provider = "aws-api-gateway"
region = "eu-west-1"
account = "123456789012"

[defaults.key]
usage-plans = ["standard"]

[usage-plan.standard]
throttle = { rate = 1000, burst = 2000 }
stages = ["chat-api/prod"]

[key.alpha]
description = "First"
rotate = { every = "90d", overlap = "7d" }
deliver = [{ to = "secrets-manager", name = "ai/{target}/{key}" }]
"#;

const MORE: &str = r#"
[key.beta]
description = "Second"
rotate = { every = "30d", overlap = "3d" }
deliver = [
  { to = "ssm", name = "/ai/{key}" },
  { to = "secrets-manager", name = "ai/{key}" },
]

[key.gamma]
description = "Third, delivered nowhere"
rotate = { every = "45d", overlap = "10d" }

[key.delta]
description = "Fourth, never rotated"
deliver = [{ to = "ssm", name = "/ai/{key}" }]
"#;

/// One account, its days and what was seen of it.
struct Days400 {
    sandbox: Sandbox,
    stage: StageRef,
    desired: DesiredState,
    text: String,
    output: Output,
    /// Every value that was ever live, by key and generation.
    values: BTreeMap<(String, u32), String>,
    /// The true day on which each value was first seen.
    born: BTreeMap<(String, u32), Date>,
}

/// How a run of one night goes.
#[derive(Clone, Copy)]
struct Night {
    /// What the host's clock says.
    today: Date,
    /// After how many changes the process is killed.
    killed_after: usize,
}

impl Days400 {
    fn new(text: &str) -> Self {
        let sandbox = Sandbox::start(Options {
            limits: Limits::Off,
            clock: Clock::at(TODAY).unwrap(),
            ..Options::default()
        })
        .unwrap();
        let stage = sandbox.ensure_stage(&scope(), "chat-api", "prod");
        let checked = check_text(text, None);
        let manifest = checked.valid().unwrap();
        Self {
            desired: resolve(manifest, "prod").unwrap(),
            stage,
            sandbox,
            text: text.to_owned(),
            output: Output::captured().0,
            values: BTreeMap::new(),
            born: BTreeMap::new(),
        }
    }

    async fn observe(&self) -> Option<(Account, Observed)> {
        let access = Access::Sandbox {
            endpoint: self.sandbox.url().to_owned(),
            account: ACCOUNT.to_owned(),
        };
        let scheduler = Scheduler::new(Pace::Unlimited, Stop::default());
        let output = self.output.clone();
        let account = Account::open("eu-west-1", &access, scheduler, output).await;
        let mut observed = Box::pin(observe(&account.reader(), ACCOUNT, true))
            .await
            .ok()?;
        let stores = Stores::beside(&account, ACCOUNT);
        Box::pin(observe_deliveries(&stores, &self.desired, &mut observed))
            .await
            .ok()?;
        Some((account, observed))
    }

    fn planned(&self, observed: &Observed, today: Date) -> Option<Plan> {
        let source = Source::new(&self.text);
        let planned = plan(&self.desired, &observed.live, today, &source);
        (!planned.diagnostics.has_errors()).then_some(planned.plan)
    }

    /// Runs one night; returns the plan if all of it was carried out.
    async fn run(&self, night: Night) -> Option<Plan> {
        let (account, observed) = Box::pin(self.observe()).await?;
        let mut plan = self.planned(&observed, night.today)?;
        let is_whole = plan.changes.len() <= night.killed_after;
        plan.changes.truncate(night.killed_after);
        let (output, stop) = (self.output.clone(), Stop::default());
        let stores = Stores::beside(&account, ACCOUNT);
        let hands = Hands::new(&account, stores, observed, &plan, output, &stop);
        let mut progress = self.output.progress("night", plan.changes.len() as u64);
        let outcomes = apply(&plan, Arc::new(hands), &stop, &mut progress).await;
        let is_done = outcomes
            .iter()
            .all(|outcome| matches!(outcome, Outcome::Done));
        (is_whole && is_done).then_some(plan)
    }

    fn ours(&self) -> Vec<(Marker, KeyRecord)> {
        let keys = self.sandbox.keys(&scope()).into_iter();
        keys.filter_map(|key| {
            let marker = Marker::split(key.description.as_deref()?).1?;
            Some((marker, key))
        })
        .collect()
    }

    fn answers(&self, value: &str) -> u16 {
        let url = self
            .sandbox
            .invoke_url(&self.stage.api_id, &self.stage.stage, "/x");
        call(&url, value)
    }

    /// What holds at every moment, however the last run ended.
    fn holds(&mut self, true_day: Date) {
        let ours = self.ours();
        let mut seen = BTreeSet::new();
        for (marker, key) in &ours {
            let which = (marker.name.clone(), marker.generation);
            assert!(seen.insert(which.clone()), "{which:?} exists twice");
            self.values.insert(which.clone(), key.value.clone());
            self.born.entry(which).or_insert(true_day);
        }
        for name in self.desired.keys.keys() {
            let of_key = || ours.iter().filter(|(marker, _)| marker.name == *name);
            let working = of_key().filter(|(_, key)| key.enabled).count();
            assert!(working <= 2, "{name}: {working} values work on {true_day}");
            let newest = of_key().map(|(marker, _)| marker.generation).max();
            let current = of_key().filter(|(marker, _)| {
                marker.date(MarkerDate::Retiring).is_none()
                    && marker.date(MarkerDate::Removed).is_none()
            });
            // The one before the newest is current until the newest is delivered.
            let all: Vec<u32> = current.map(|(marker, _)| marker.generation).collect();
            assert!(all.len() <= 2 && all.iter().all(|n| Some(n + 1) >= newest));
            let Some(wanted) = self.desired.keys.get(name) else {
                continue;
            };
            let Some(rotation) = wanted.rotation else {
                continue;
            };
            for (number, born) in self.born.iter().filter(|((key, _), _)| key == name) {
                let before = (name.clone(), number.1.saturating_sub(1));
                if let Some(earlier) = self.born.get(&before) {
                    let apart = earlier.days_until(*born);
                    let every = i32::try_from(rotation.every.0).unwrap();
                    assert!(apart >= every, "{number:?}: rotated after {apart} days");
                }
            }
        }
        // No secret holds what does not work: not even between two runs.
        for value in self.stored().into_values() {
            assert_eq!(
                self.answers(&value),
                200,
                "a secret of a dead key on {true_day}"
            );
        }
    }

    /// What holds after a run that did all of its plan.
    fn has_converged(&self) {
        let ours = self.ours();
        for (marker, key) in &ours {
            let expected = if key.enabled { 200 } else { 403 };
            assert_eq!(self.answers(&key.value), expected, "{marker}");
        }
        let stored = self.stored();
        for (name, wanted) in &self.desired.keys {
            let of_key = ours.iter().filter(|(marker, _)| marker.name == *name);
            let newest = of_key.max_by_key(|(marker, _)| marker.generation).unwrap();
            assert!(newest.1.enabled);
            for destination in wanted.deliveries.keys() {
                let value = &stored[destination.name()];
                assert!(*value == newest.1.value, "{destination} is not the newest");
            }
        }
    }

    /// Returns what is in the secret stores, by name.
    fn stored(&self) -> BTreeMap<String, String> {
        let mut stored = BTreeMap::new();
        for secret in self.sandbox.secrets(&scope()) {
            if let Some(value) = secret.value {
                stored.insert(secret.name, value);
            }
        }
        for parameter in self.sandbox.parameters(&scope()) {
            stored.insert(parameter.name, parameter.value);
        }
        stored
    }
}

/// A small generator of repeatable numbers (xorshift).
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % most
    }
}

const OPERATIONS: [&str; 9] = [
    "CreateApiKey",
    "CreateUsagePlanKey",
    "UpdateApiKey",
    "DeleteApiKey",
    "GetApiKey",
    "CreateSecret",
    "PutSecretValue",
    "PutParameter",
    "GetApiKeys",
];

fn fault(dice: &mut Dice) -> FaultRule {
    let at = usize::try_from(dice.below(9)).unwrap();
    let act = match dice.below(4) {
        0 => Act::CloseAfter,
        1 => Act::ErrorAfter(503),
        2 => Act::ErrorBefore(500),
        _ => Act::Truncate,
    };
    FaultRule::on(OPERATIONS[at], act).turn(Turn::Nth(1))
}

async fn four_hundred_days(text: &str, seed: u64) {
    let mut world = Days400::new(text);
    let mut dice = Dice(seed);
    let start: Date = TODAY.parse().unwrap();
    let mut converged = 0;
    for number in 0..400 {
        let true_day = start.plus(Days(number));
        world
            .sandbox
            .clock()
            .set_date(&true_day.to_string())
            .unwrap();
        world.sandbox.set_faults(Vec::new()).unwrap();
        if dice.below(5) == 0 {
            continue;
        }
        let back = if dice.below(12) == 0 {
            dice.below(6)
        } else {
            0
        };
        let today = true_day.days_before(u32::try_from(back).unwrap()).unwrap();
        let is_killed = dice.below(4) == 0;
        if dice.below(3) == 0 {
            world.sandbox.set_faults(vec![fault(&mut dice)]).unwrap();
        }
        let night = Night {
            today,
            killed_after: if is_killed {
                usize::try_from(dice.below(4)).unwrap()
            } else {
                usize::MAX
            },
        };
        let done = Box::pin(world.run(night)).await;
        world.holds(true_day);
        if done.is_some() {
            converged += 1;
            world.has_converged();
        }
    }
    assert!(converged > 150, "only {converged} whole nights");
    for (name, wanted) in &world.desired.keys {
        let newest = world.born.keys().filter(|(key, _)| key == name).count();
        let periods = wanted.rotation.map_or(0, |rotation| 400 / rotation.every.0);
        let (least, most) = (periods.saturating_sub(periods / 4), periods + 1);
        let newest = u32::try_from(newest).unwrap();
        assert!(
            (least..=most).contains(&newest),
            "{name}: {newest} values, {periods} periods"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_key_for_four_hundred_days() {
    Box::pin(four_hundred_days(ONE, 0x9e37_79b9_7f4a_7c15)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn several_keys_for_four_hundred_days() {
    Box::pin(four_hundred_days(
        &format!("{ONE}{MORE}"),
        0x2545_f491_4f6c_dd1d,
    ))
    .await;
}

#[test]
fn a_value_is_not_shown_where_no_person_watches() {
    let world = World::new(MANIFEST);
    world.apply().ended(0);
    world.take_calls();
    world
        .run(&["reveal", "alpha"])
        .ended(5)
        .says("to a person at a terminal only");
    let mut in_ci = world.command(&["reveal", "alpha"]);
    let ran = finish(in_ci.env("CI", "true")).ended(5);
    ran.says("values are not shown in CI");
    assert!(world.take_calls().is_empty(), "nothing was asked");
}

#[test]
fn a_person_gives_one_key_a_new_value_and_the_rest_is_left_alone() {
    let world = World::new(MANIFEST);
    world.apply().ended(0);
    world.edit("Second", "Changed");
    let rotate = ["rotate", "alpha", "--yes", "--today", TODAY];
    let ran = world.run(&rotate).ended(0);
    ran.shows("create  key alpha#2")
        .says("1 other change(s) of target `prod` are pending");
    let of_alpha = |world: &World| {
        let keys = world.keys().into_iter();
        let ours = keys.filter(|key| key.name.as_deref() == Some("alpha"));
        ours.map(|key| key.enabled)
            .filter(|enabled| *enabled)
            .count()
    };
    assert_eq!(of_alpha(&world), 2, "both work during the overlap");
    let second = world.key("beta").description.unwrap();
    assert!(second.starts_with("Second "), "{second}");

    let revoke = ["rotate", "alpha", "--revoke", "--yes", "--today", TODAY];
    world
        .run(&revoke)
        .ended(0)
        .shows("revoked: callers are answered 403");
    assert_eq!(of_alpha(&world), 1, "only the newest works");
    world.settles();
    assert_eq!(of_alpha(&world), 1, "nothing revoked comes back");
    world
        .run(&["rotate", "nobody", "--yes"])
        .ended(2)
        .says("no chosen target has a key `nobody`");
}

#[test]
fn lives_are_drawn_from_the_account_from_a_snapshot_and_from_the_manifest_alone() {
    let world = World::new(&MANIFEST.replace(
        "description = \"First\"",
        "description = \"First\"\nrotate = { every = \"90d\" }",
    ));
    world.apply().ended(0);
    world.run(&["snapshot", "--out", "live.json"]).ended(0);
    for more in [&[][..], &["--live", "live.json"], &["--offline"]] {
        let words = [&["timeline", "--today", TODAY], more].concat();
        world.run(&words).ended(0).shows("2027-02-21 new value");
    }
    let json = world
        .run(&["timeline", "--today", TODAY, "--format", "json"])
        .ended(0);
    let json: serde_json::Value = serde_json::from_str(&json.out).unwrap();
    assert_eq!(json["targets"][0]["lives"][0]["key"], "alpha");
    let mermaid = ["timeline", "--today", TODAY, "--format", "mermaid"];
    world.run(&mermaid).ended(0).shows("gantt");
}
