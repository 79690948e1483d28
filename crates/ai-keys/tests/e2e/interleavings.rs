//! Two or three applies at once, in every order of their requests.
//!
//! The real code runs against the sandbox. Each applier has a proxy of its own that holds each request
//! until its turn, so a schedule is a word over the appliers; all words are tried, depth first. Reads of
//! what nobody changes there (REST APIs, usage plans) pass freely: their order makes no difference. With
//! three appliers, and where a value is delivered or a usage plan made, reads are one turn with what they
//! follow. After each schedule one more run heals what is left, or two, and the oracle is asked.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::thread;

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
use ai_keys_core::state::{DesiredState, Marker, MarkerDate, resolve};
use ai_keys_sandbox::{FaultProxy, KeyRecord, Options, Sandbox, SeedKey};
use serde_json::json;
use tokio::runtime::{Builder, Runtime};

use crate::support::{ACCOUNT, TODAY, call, scope};

const HEAD: &str = r#"version = 1
namespace = "acme-ai"

[target.prod]
provider = "aws-api-gateway"
region = "eu-west-1"
account = "123456789012"

[usage-plan.standard]
stages = ["chat-api/prod"]
"#;
const ALPHA: &str = "\n[key.alpha]\nusage-plans = [\"standard\"]\n";
const GAMMA: &str = "\n[key.gamma]\nusage-plans = [\"standard\"]\n";
const DELIVERED: &str = "deliver = [{ to = \"ssm\", name = \"/ai/gamma\" }]\n";
const ROTATED: &str = "rotate = { every = \"90d\", overlap = \"7d\" }\n";
/// What is held until its turn: calls about keys, their usage plans, and parameters.
const HELD: &[&str] = &["/apikeys", "/keys", "Parameter"];
/// The same where usage plans are made.
const USAGE_PLANS_TOO: &[&str] = &["/apikeys", "/usageplans"];

/// A small world: what was applied before, what all apply now, and when.
struct Small {
    name: &'static str,
    before: String,
    now: String,
    /// What the second of them applies, if that is something else.
    other: Option<String>,
    day: &'static str,
    appliers: usize,
    /// What must wait for its turn.
    held: &'static [&'static str],
    /// How many runs heal what is left.
    heals_in: usize,
}

/// Two appliers of one manifest, on [`TODAY`].
impl Default for Small {
    fn default() -> Self {
        Self {
            name: "",
            before: format!("{HEAD}{ALPHA}"),
            now: format!("{HEAD}{ALPHA}"),
            other: None,
            day: TODAY,
            appliers: 2,
            held: HELD,
            heals_in: 1,
        }
    }
}

impl Small {
    fn text(&self, applier: usize) -> &str {
        match &self.other {
            Some(other) if applier == 1 => other,
            _ => &self.now,
        }
    }
}

/// One applier: a runtime and clients that live through all schedules.
struct Applier {
    proxy: FaultProxy,
    runtime: Runtime,
    account: Account,
}

fn account(runtime: &Runtime, url: &str) -> Account {
    let access = Access::Sandbox {
        endpoint: url.to_owned(),
        account: ACCOUNT.to_owned(),
    };
    let scheduler = Scheduler::new(Pace::Unlimited, Stop::default());
    runtime.block_on(Account::open(
        "eu-west-1",
        &access,
        scheduler,
        Output::captured().0,
    ))
}

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

fn desired(text: &str) -> DesiredState {
    resolve(check_text(text, None).valid().unwrap(), "prod").unwrap()
}

/// Looks, plans and applies once, as the command does after its guards. Returns the plan.
async fn apply_once(account: &Account, text: &str, day: &str) -> Plan {
    let output = Output::captured().0;
    let today: Date = day.parse().unwrap();
    let desired = desired(text);
    let mut observed = Box::pin(observe(&account.reader(), ACCOUNT, true))
        .await
        .unwrap();
    let stores = Stores::beside(account, ACCOUNT);
    Box::pin(observe_deliveries(&stores, &desired, &mut observed))
        .await
        .unwrap();
    let planned = plan(&desired, &observed.live, today, &Source::new(text)).plan;
    let stop = Stop::default();
    let mut progress = output.progress("apply", planned.changes.len() as u64);
    let hands = Hands::new(account, stores, observed, &planned, output.clone(), &stop);
    apply(&planned, Arc::new(hands), &stop, &mut progress).await;
    planned
}

/// A turn: who had it, and who could have had it.
struct Turn {
    taken: usize,
    able: Vec<usize>,
}

/// Runs one schedule: the turns of `word`, then the first who can. Returns all turns.
fn schedule(small: &Small, appliers: &[Applier], word: &[usize]) -> Vec<Turn> {
    let turnstiles: Vec<_> = appliers
        .iter()
        .map(|one| one.proxy.turnstile().unwrap())
        .collect();
    for one in &turnstiles {
        one.restart();
    }
    thread::scope(|scope| {
        for (at, (applier, turnstile)) in appliers.iter().zip(&turnstiles).enumerate() {
            scope.spawn(move || {
                let run = apply_once(&applier.account, small.text(at), small.day);
                applier.runtime.block_on(run);
                turnstile.finish();
            });
        }
        let mut turns = Vec::new();
        loop {
            let able = (0..appliers.len()).filter(|at| turnstiles[*at].next().is_some());
            let able: Vec<usize> = able.collect();
            let Some(first) = able.first() else {
                return turns;
            };
            let taken = word.get(turns.len()).copied().unwrap_or(*first);
            assert!(able.contains(&taken), "a schedule can be repeated");
            turnstiles[taken].let_one_in();
            while small.joins_reads() && turnstiles[taken].next() == Some(false) {
                turnstiles[taken].let_one_in();
            }
            turns.push(Turn { taken, able });
        }
    })
}

/// Returns the next word in order of depth first, if there is one.
fn next(mut turns: Vec<Turn>) -> Option<Vec<usize>> {
    while let Some(turn) = turns.pop() {
        if let Some(other) = turn.able.iter().find(|other| **other > turn.taken) {
            let mut word: Vec<usize> = turns.iter().map(|turn| turn.taken).collect();
            word.push(*other);
            return Some(word);
        }
    }
    None
}

fn is_ours(key: &KeyRecord) -> bool {
    let marker = key
        .description
        .as_deref()
        .and_then(|text| Marker::split(text).1);
    marker.is_some_and(|marker| marker.namespace == "acme-ai")
}

/// Keys of the sandbox by whether they are ours.
fn keys(sandbox: &Sandbox, ours: bool) -> Vec<KeyRecord> {
    let keys = sandbox.keys(&scope()).into_iter();
    keys.filter(|key| is_ours(key) == ours).collect()
}

/// Returns the markers of the keys of ours that work.
fn working(sandbox: &Sandbox) -> impl Iterator<Item = Marker> {
    let keys = keys(sandbox, true).into_iter();
    keys.filter(|key| key.enabled)
        .filter_map(|key| Marker::split(key.description.as_deref()?).1)
}

/// Returns how many values of a key work that no newer one has replaced.
fn current(sandbox: &Sandbox, name: &str) -> usize {
    let is_current = |marker: &Marker| marker.date(MarkerDate::Retiring).is_none();
    working(sandbox)
        .filter(|marker| marker.name == name && is_current(marker))
        .count()
}

/// Returns whether two keys of one entry and generation work.
fn has_twins(sandbox: &Sandbox) -> bool {
    let mut seen = BTreeSet::new();
    working(sandbox).any(|marker| !seen.insert((marker.name, marker.generation)))
}

/// Takes away what the last schedule left.
fn clear(sandbox: &Sandbox) {
    for key in keys(sandbox, true) {
        let target = format!("/apikeys/{}", key.id);
        sandbox
            .out_of_band(&scope(), "DELETE", &target, None)
            .unwrap();
    }
    for parameter in sandbox.parameters(&scope()) {
        let name = json!({"Name": parameter.name});
        sandbox
            .out_of_band_json(&scope(), "AmazonSSM.DeleteParameter", &name)
            .unwrap();
    }
}

impl Small {
    /// Fewer turns, where there are many.
    fn joins_reads(&self) -> bool {
        self.appliers > 2 || self.now.contains(DELIVERED) || self.held == USAGE_PLANS_TOO
    }

    fn explore(&self) {
        let sandbox = Sandbox::start(Options::for_tests()).unwrap();
        let stage = sandbox.ensure_stage(&scope(), "chat-api", "prod");
        let url = sandbox.invoke_url(&stage.api_id, &stage.stage, "/");
        let theirs = ["By hand", "Theirs [ai-keys: other/gamma#1]"].map(|text| SeedKey {
            name: "gamma-of-others".to_owned(),
            description: text.to_owned(),
            enabled: true,
            value: None,
            usage_plans: Vec::new(),
        });
        sandbox.seed(&scope(), &[], &theirs).unwrap();
        let wanted = desired(&self.now);
        let others = keys(&sandbox, false);
        let healer = runtime();
        let heal = account(&healer, sandbox.url());
        let appliers: Vec<Applier> = (0..self.appliers)
            .map(|_| {
                let proxy = FaultProxy::holding(sandbox.url(), self.held).unwrap();
                let runtime = runtime();
                let account = account(&runtime, &proxy.url());
                Applier {
                    proxy,
                    runtime,
                    account,
                }
            })
            .collect();
        let (mut word, mut schedules, mut twins) = (Vec::new(), 0, 0);
        loop {
            clear(&sandbox);
            healer.block_on(apply_once(&heal, &self.before, TODAY));
            if self.day != TODAY {
                // What is deleted on that day was removed before it.
                healer.block_on(apply_once(&heal, &self.now, TODAY));
            }
            let turns = schedule(self, &appliers, &word);
            schedules += 1;
            let made = |name: &String| {
                let usage_plans = sandbox.usage_plans(&scope()).into_iter();
                let made = usage_plans.filter(|usage_plan| usage_plan.name == *name);
                made.count()
            };
            let are_made_twice = wanted.usage_plans.keys().any(|name| made(name) > 1);
            twins += usize::from(has_twins(&sandbox) || are_made_twice);
            // What is left is healed, and the run after that has nothing to do.
            for _ in 0..self.heals_in {
                healer.block_on(apply_once(&heal, &self.now, self.day));
            }
            let left = healer.block_on(apply_once(&heal, &self.now, self.day));
            let order: Vec<usize> = turns.iter().map(|turn| turn.taken).collect();
            assert!(
                left.changes.is_empty(),
                "{}: {order:?} leaves {:#?}",
                self.name,
                left.changes
            );
            for name in wanted.keys.keys() {
                let current = current(&sandbox, name);
                assert_eq!(current, 1, "{}: {order:?}: {name}", self.name);
            }
            let stored = sandbox.parameters(&scope());
            let places = wanted.keys.values().flat_map(|key| key.deliveries.keys());
            assert_eq!(stored.len(), places.count(), "{}: {order:?}", self.name);
            for parameter in stored {
                let status = call(&url, &parameter.value);
                assert_eq!(status, 200, "{}: {order:?}: it opens nothing", self.name);
            }
            for name in wanted.usage_plans.keys() {
                assert_eq!(made(name), 1, "{}: {order:?}: {name}", self.name);
            }
            for key in keys(&sandbox, true).iter().filter(|key| key.enabled) {
                let name = key.name.as_deref().unwrap();
                let on = wanted.keys[name].usage_plans.iter().flatten().count();
                assert_eq!(
                    key.usage_plans.len(),
                    on,
                    "{}: {order:?}: {name}",
                    self.name
                );
            }
            assert!(
                keys(&sandbox, false) == others,
                "{order:?}: others' keys were touched"
            );
            match next(turns) {
                Some(following) => word = following,
                None => break,
            }
        }
        check_row(&format!(
            "| {} | {} | {schedules} | {twins} |",
            self.name, self.appliers
        ));
    }
}

/// Compares a row of the table in the documentation.
fn check_row(row: &str) {
    assert!(
        page().lines().any(|line| line == row),
        "docs/guarantees.md does not say:\n{row}"
    );
}

fn page() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/guarantees.md");
    std::fs::read_to_string(path).unwrap()
}

/// Each row is checked by its world; here, that there is no row without one.
#[test]
fn the_table_has_no_row_that_nothing_counts() {
    let page = page();
    let (_, table) = page.split_once("| what all of them do |").unwrap();
    let rows = table
        .lines()
        .skip(2)
        .take_while(|line| line.starts_with("| "));
    let worlds = include_str!("interleavings.rs").matches("\n    .explore();\n");
    assert_eq!(rows.count(), worlds.count());
}

#[test]
fn two_make_a_key() {
    Small {
        name: "make a key and put it on a usage plan",
        before: format!("{HEAD}{ALPHA}"),
        now: format!("{HEAD}{ALPHA}{GAMMA}"),
        ..Small::default()
    }
    .explore();
}

#[test]
fn two_remove_a_key() {
    Small {
        name: "remove a key: disable it",
        before: format!("{HEAD}{ALPHA}{GAMMA}"),
        now: format!("{HEAD}{ALPHA}"),
        ..Small::default()
    }
    .explore();
}

#[test]
fn two_delete_a_key() {
    Small {
        name: "delete a key after its grace",
        before: format!("{HEAD}{ALPHA}{GAMMA}"),
        now: format!("{HEAD}{ALPHA}"),
        day: "2027-01-31",
        ..Small::default()
    }
    .explore();
}

#[test]
fn two_reword_a_key() {
    let reworded = ALPHA.replace("usage-plans", "description = \"New\"\nusage-plans");
    Small {
        name: "reword a key",
        now: format!("{HEAD}{reworded}"),
        ..Small::default()
    }
    .explore();
}

/// An old checkout beside a new one: the one makes a key that the other's file does not have.
#[test]
fn two_apply_different_files() {
    let reworded = ALPHA.replace("usage-plans", "description = \"New\"\nusage-plans");
    Small {
        name: "two files: one makes a key, the other rewords another",
        now: format!("{HEAD}{ALPHA}{GAMMA}"),
        other: Some(format!("{HEAD}{reworded}")),
        ..Small::default()
    }
    .explore();
}

/// A usage plan has no field that the service would refuse a second one for. Twins of both kinds take two runs:
/// which key stays depends on which usage plan does.
#[test]
fn two_make_a_usage_plan_and_its_key() {
    let extra = GAMMA.replace("standard", "extra");
    Small {
        name: "make a usage plan and a key on it",
        now: format!("{HEAD}{ALPHA}\n[usage-plan.extra]\nstages = []\n{extra}"),
        held: USAGE_PLANS_TOO,
        heals_in: 2,
        ..Small::default()
    }
    .explore();
}

#[test]
fn three_make_a_key() {
    let lone = GAMMA.replace("usage-plans = [\"standard\"]", "usage-plans = []");
    Small {
        name: "make a key on no usage plan",
        before: format!("{HEAD}{ALPHA}"),
        now: format!("{HEAD}{ALPHA}{lone}"),
        appliers: 3,
        ..Small::default()
    }
    .explore();
}

#[test]
fn three_remove_a_key() {
    Small {
        name: "remove a key: disable it",
        before: format!("{HEAD}{ALPHA}{GAMMA}"),
        now: format!("{HEAD}{ALPHA}"),
        appliers: 3,
        ..Small::default()
    }
    .explore();
}

#[test]
fn two_make_and_deliver_a_key() {
    Small {
        name: "make a key and deliver it",
        before: format!("{HEAD}{ALPHA}"),
        now: format!("{HEAD}{ALPHA}{GAMMA}{DELIVERED}"),
        ..Small::default()
    }
    .explore();
}

#[test]
fn two_rotate_a_key() {
    let rotated = format!("{HEAD}{GAMMA}{ROTATED}{DELIVERED}");
    Small {
        name: "rotate a key: make the next value, deliver it, give the old one its last day",
        before: rotated.clone(),
        now: rotated,
        day: "2027-02-21",
        ..Small::default()
    }
    .explore();
}
