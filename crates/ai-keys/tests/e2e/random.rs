//! Random worlds and random faults: what the tables of this suite do not think of.
//!
//! A seed makes a manifest, an edit of it, a day, and one to three faults. The manifest is applied
//! undisturbed, then the edited one with the faults, half of the time with the run cut off in the middle.
//! One more run has to end where an undisturbed one ends, object by object, and the oracle is asked. The real
//! code runs against the sandbox; its patience is short, so that a seed takes a moment.

use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use ai_keys::apply::apply;
use ai_keys::output::Output;
use ai_keys::provider::aws::{Access, Account, Hands, observe, observe_deliveries};
use ai_keys::schedule::{Pace, Scheduler};
use ai_keys::signal::Stop;
use ai_keys::sink::Stores;
use ai_keys_core::check::check_text;
use ai_keys_core::date::Date;
use ai_keys_core::plan::{Plan, plan};
use ai_keys_core::source::Source;
use ai_keys_core::state::{Marker, resolve};
use ai_keys_sandbox::{Act, FaultRule, Refusal, SeedKey, Turn};
use tokio::runtime::{Builder, Runtime};

use crate::crash::{end, values_of};
use crate::support::{ACCOUNT, TODAY, World, scope};

/// How many worlds are tried; the README says so.
pub(crate) const SEEDS: u64 = 200;
/// Most of the time of a seed is waiting.
const AT_ONCE: usize = 16;
/// More than any of these worlds needs until there is nothing to do.
const MOST_RUNS: usize = 5;

/// Numbers that look random and are the same for a seed: `SplitMix64`.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % sides
    }

    fn is(&mut self, percent: u64) -> bool {
        self.roll(100) < percent
    }

    fn one<T: Clone>(&mut self, of: &[T]) -> T {
        let at = self.roll(of.len() as u64);
        of[usize::try_from(at).unwrap()].clone()
    }
}

const NAMES: [&str; 4] = ["alpha", "beta", "gamma", "delta"];
const USAGE_PLANS: [&str; 2] = ["standard", "partner"];

/// The fields of one key, as they stand in the file.
#[derive(Clone)]
struct Key {
    description: &'static str,
    owner: &'static str,
    usage_plan: Option<&'static str>,
    rest: Vec<String>,
}

/// A manifest: its keys by their names.
#[derive(Clone)]
struct Manifest {
    throttle: u64,
    keys: Vec<(&'static str, Key)>,
}

impl Key {
    fn random(dice: &mut Dice, name: &str) -> Self {
        let mut rest = Vec::new();
        if dice.is(20) {
            rest.push("enabled = false".to_owned());
        }
        if dice.is(30) {
            rest.push(format!("tags = {{ cost = \"{}\" }}", dice.roll(3)));
        }
        if dice.is(20) {
            rest.push(format!(
                "expires = {}",
                dice.one(&["2026-11-30", "2027-06-30"])
            ));
        }
        if dice.is(40) {
            rest.push("rotate = { every = \"30d\", overlap = \"7d\" }".to_owned());
        }
        let places = [
            format!("{{ to = \"secrets-manager\", name = \"ai/{name}\" }}"),
            format!("{{ to = \"ssm\", name = \"/ai/{name}\", tags = {{ a = \"b\" }} }}"),
        ];
        let chosen: Vec<&str> = places
            .iter()
            .map(String::as_str)
            .filter(|_| dice.is(35))
            .collect();
        if !chosen.is_empty() {
            rest.push(format!("deliver = [{}]", chosen.join(", ")));
        }
        Self {
            description: dice.one(&["One", "Two", "Three"]),
            owner: dice.one(&["team-a", "team-b"]),
            usage_plan: dice.is(80).then(|| dice.one(&USAGE_PLANS)),
            rest,
        }
    }
}

impl Manifest {
    fn random(dice: &mut Dice) -> Self {
        let names = NAMES.into_iter().filter(|_| dice.is(60));
        let names: Vec<&str> = names.collect();
        Self {
            throttle: 1 + dice.roll(3),
            keys: names
                .into_iter()
                .map(|name| (name, Key::random(dice, name)))
                .collect(),
        }
    }

    /// Removes some keys, writes some anew, and adds some.
    fn edited(&self, dice: &mut Dice) -> Self {
        let mut edited = self.clone();
        if dice.is(30) {
            edited.throttle = 1 + dice.roll(3);
        }
        edited.keys.retain(|_| !dice.is(20));
        for (name, key) in &mut edited.keys {
            if dice.is(50) {
                *key = Key::random(dice, name);
            }
        }
        for name in NAMES {
            let is_there = edited.keys.iter().any(|(there, _)| *there == name);
            if !is_there && dice.is(40) {
                edited.keys.push((name, Key::random(dice, name)));
            }
        }
        edited
    }

    fn text(&self) -> String {
        let mut text = format!(
            "version = 1\nnamespace = \"acme-ai\"\n\n[target.prod]\nprovider = \"aws-api-gateway\"\n\
             region = \"eu-west-1\"\naccount = \"{ACCOUNT}\"\n\n[policy]\nremoval-grace = \"5d\"\n\n\
             [usage-plan.standard]\nthrottle = {{ rate = {0}, burst = {0} }}\nstages = [\"chat-api/prod\"]\n\n\
             [usage-plan.partner]\nstages = [\"chat-api/beta\"]\n",
            self.throttle
        );
        for (name, key) in &self.keys {
            let usage_plans = key
                .usage_plan
                .map_or(String::new(), |name| format!("\"{name}\""));
            write!(
                text,
                "\n[key.{name}]\ndescription = \"{}\"\nowner = \"{}\"\nusage-plans = [{usage_plans}]\n{}\n",
                key.description,
                key.owner,
                key.rest.join("\n")
            )
            .unwrap();
        }
        text
    }
}

/// Acts that an account may really do. One that shows an old list, or tells of success where there was
/// none, is not among them: nothing can hold against it.
fn fault(dice: &mut Dice) -> FaultRule {
    const OPERATIONS: [&str; 12] = [
        "CreateApiKey",
        "UpdateApiKey",
        "DeleteApiKey",
        "CreateUsagePlan",
        "UpdateUsagePlan",
        "CreateUsagePlanKey",
        "DeleteUsagePlanKey",
        "GetApiKeys",
        "TagResource",
        "CreateSecret",
        "UpdateSecret",
        "PutParameter",
    ];
    let refuse = |status, code: &str| {
        Act::Refuse(Refusal {
            status,
            code: code.to_owned(),
            message: "no".to_owned(),
        })
    };
    let act = match dice.roll(12) {
        0 => Act::Throttle(None),
        1 => Act::Throttle(Some("3600".to_owned())),
        2 => Act::LimitExceeded,
        3 => Act::ConcurrentModification,
        4 => Act::ExpiredToken,
        5 => Act::ErrorBefore(500),
        6 => Act::ErrorAfter(503),
        7 => Act::CloseBefore,
        8 => Act::CloseAfter,
        9 => Act::Truncate,
        10 => refuse(403, "AccessDeniedException"),
        _ => refuse(400, "BadRequestException"),
    };
    let nth = u32::try_from(1 + dice.roll(20)).unwrap();
    if dice.is(50) {
        return FaultRule::everywhere(act).turn(Turn::Nth(nth));
    }
    let turn = match dice.roll(3) {
        0 => Turn::Always,
        1 => Turn::First(1 + nth % 3),
        _ => Turn::Nth(1 + nth % 3),
    };
    FaultRule::on(dice.one(&OPERATIONS), act).turn(turn)
}

/// Looks, plans and applies once. Returns the plan, unless the account could not be read.
async fn apply_once(account: &Account, text: &str, today: Date) -> Option<Plan> {
    let output = Output::captured().0;
    let desired = resolve(check_text(text, None).valid().unwrap(), "prod").unwrap();
    let stores = Stores::beside(account, ACCOUNT);
    let mut observed = Box::pin(observe(&account.reader(), ACCOUNT, true))
        .await
        .ok()?;
    Box::pin(observe_deliveries(&stores, &desired, &mut observed))
        .await
        .ok()?;
    let planned = plan(&desired, &observed.live, today, &Source::new(text)).plan;
    let stop = Stop::default();
    let mut progress = output.progress("apply", planned.changes.len() as u64);
    let hands = Hands::new(account, stores, observed, &planned, output.clone(), &stop);
    apply(&planned, Arc::new(hands), &stop, &mut progress).await;
    Some(planned)
}

/// Returns once the n-th request of the run has come.
async fn request(world: &World, nth: usize) {
    while world.sandbox.journal().len() < nth {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

/// Somebody who applies: clients that live through several runs.
struct Applier {
    runtime: Runtime,
    account: Account,
}

impl Applier {
    fn of(world: &World) -> Self {
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        let access = Access::Sandbox {
            endpoint: world.sandbox.url().to_owned(),
            account: ACCOUNT.to_owned(),
        };
        // The first wait of a repeat is half a second at most: some repeats come, most do not.
        let scheduler = Scheduler::new(Pace::Unlimited, Stop::default());
        let scheduler = scheduler.with_patience(Duration::from_millis(400));
        let output = Output::captured().0;
        let account = runtime.block_on(Account::open("eu-west-1", &access, scheduler, output));
        Self { runtime, account }
    }

    /// Applies once. Returns the plan, unless the account could not be read.
    fn run(&self, text: &str, today: Date) -> Option<Plan> {
        self.runtime
            .block_on(apply_once(&self.account, text, today))
    }

    /// As [`Applier::run`]; all that is under way ends with the n-th request.
    fn run_until(&self, world: &World, nth: usize, text: &str, today: Date) -> Option<Plan> {
        self.runtime.block_on(async {
            tokio::select! {
                plan = apply_once(&self.account, text, today) => plan,
                () = request(world, nth) => None,
            }
        })
    }
}

/// What a seed makes.
struct Case {
    before: String,
    after: String,
    day: Date,
    faults: Vec<FaultRule>,
    cut: Option<usize>,
}

impl Case {
    fn of(seed: u64) -> Self {
        let mut dice = Dice(seed);
        let before = Manifest::random(&mut dice);
        let after = before.edited(&mut dice);
        let today: Date = TODAY.parse().unwrap();
        let later = dice.one(&[0, 6, 31]);
        let faults = (0..=dice.roll(3)).map(|_| fault(&mut dice)).collect();
        Self {
            before: before.text(),
            after: after.text(),
            day: today.plus(ai_keys_core::date::Days(later)),
            faults,
            cut: dice
                .is(50)
                .then(|| usize::try_from(3 + dice.roll(25)).unwrap()),
        }
    }

    /// Returns the world in which the first manifest has been applied, on the day of the second.
    fn world(&self) -> World {
        let world = World::new(&self.before);
        world.sandbox.ensure_stage(&scope(), "chat-api", "beta");
        let theirs = SeedKey {
            name: "theirs".to_owned(),
            description: "By hand".to_owned(),
            enabled: true,
            value: None,
            usage_plans: Vec::new(),
        };
        world.sandbox.seed(&scope(), &[], &[theirs]).unwrap();
        let first = Applier::of(&world).run(&self.before, TODAY.parse().unwrap());
        assert!(first.is_some());
        world
            .sandbox
            .clock()
            .set_date(&self.day.to_string())
            .unwrap();
        world.sandbox.clear_journal();
        world
    }

    /// Tries it. Returns whether any fault came, or the run was cut off.
    fn holds(&self, seed: u64) -> bool {
        let undisturbed = self.world();
        let values = values_of(&undisturbed);
        let runs = self.until_nothing_is_left(&undisturbed);
        let expected = end(&undisturbed, &values);

        let world = self.world();
        let values = values_of(&world);
        world.faults(self.faults.clone());
        let applier = Applier::of(&world);
        let ended = match self.cut {
            Some(nth) => applier.run_until(&world, nth, &self.after, self.day),
            None => applier.run(&self.after, self.day),
        };
        drop(applier);
        let is_struck =
            world.sandbox.journal().iter().any(|entry| entry.injected) || ended.is_none();
        assert_eq!(doubled(&world), [""; 0], "seed {seed}: made twice");
        world.faults(Vec::new());
        let healed_in = self.until_nothing_is_left(&world);
        assert!(
            healed_in <= runs,
            "seed {seed}: {healed_in} runs instead of {runs}"
        );
        assert_eq!(end(&world, &values), expected, "seed {seed}");
        is_struck
    }

    /// Applies until there is nothing to do, and asks the oracle. Returns how many runs that took: a rotation
    /// that is due waits for a delivery that is not done, and takes a run of its own.
    fn until_nothing_is_left(&self, world: &World) -> usize {
        let applier = Applier::of(world);
        for runs in 0..=MOST_RUNS {
            world.take_writes();
            let plan = applier.run(&self.after, self.day).unwrap();
            if plan.changes.is_empty() {
                world.is_settled();
                return runs;
            }
        }
        panic!("{}\n{:?}: it has no end", self.after, self.day);
    }
}

/// Returns the entries and generations of which there is more than one working key.
fn doubled(world: &World) -> Vec<String> {
    let keys = world.keys().into_iter().filter(|key| key.enabled);
    let mut markers: Vec<String> = keys
        .filter_map(|key| Marker::split(key.description.as_deref()?).1)
        .map(|marker| format!("{}#{}", marker.name, marker.generation))
        .collect();
    markers.sort();
    let again = markers.windows(2).filter(|pair| pair[0] == pair[1]);
    again.map(|pair| pair[0].clone()).collect()
}

#[test]
fn any_world_survives_any_faults() {
    let (next, struck) = (AtomicU64::new(0), AtomicU64::new(0));
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= SEEDS {
                        return;
                    }
                    let is_struck = Case::of(seed).holds(seed);
                    struck.fetch_add(u64::from(is_struck), Ordering::Relaxed);
                }
            });
        }
    });
    let struck = struck.into_inner();
    assert!(struck * 2 > SEEDS, "only {struck} were disturbed");
}
