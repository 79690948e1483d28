//! One account, and one run of a night: observed, planned and carried out, in process.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use ai_keys::apply::{Outcome, apply};
use ai_keys::output::Output;
use ai_keys::provider::aws::{Access, Account, Hands, Observed, observe, observe_deliveries};
use ai_keys::schedule::{Pace, Scheduler};
use ai_keys::signal::Stop;
use ai_keys::sink::Stores;
use ai_keys_core::check::check_text;
use ai_keys_core::date::Date;
use ai_keys_core::plan::{Plan, plan};
use ai_keys_core::source::Source;
use ai_keys_core::state::{Delivered, DesiredState, resolve};
use ai_keys_sandbox::{Clock, FaultRule, Limits, Options, Sandbox, StageRef};

use crate::support::{ACCOUNT, TODAY, scope};

/// One account, its file, and what was seen of both.
pub(super) struct Account400 {
    pub(super) sandbox: Sandbox,
    pub(super) stage: StageRef,
    pub(super) desired: DesiredState,
    text: String,
    output: Output,
    /// Whose value each place in a store holds.
    pub(super) homes: BTreeMap<String, String>,
    /// The true day on which each value was first seen, by key and generation.
    pub(super) born: BTreeMap<(String, u32), Date>,
    /// The keys that have been open since the last run that did all of its plan.
    pub(super) steady: BTreeSet<String>,
    /// The operations at which a fault was seen.
    pub(super) hits: BTreeSet<String>,
}

/// How a run of one night goes.
#[derive(Clone, Copy)]
pub(super) struct Night {
    /// What the host's clock says.
    pub(super) today: Date,
    /// After how many changes the process is killed.
    pub(super) killed_after: usize,
}

fn desired(text: &str) -> DesiredState {
    resolve(check_text(text, None).valid().unwrap(), "prod").unwrap()
}

impl Account400 {
    pub(super) fn new(text: &str) -> Self {
        let sandbox = Sandbox::start(Options {
            limits: Limits::Off,
            clock: Clock::at(TODAY).unwrap(),
            ..Options::default()
        })
        .unwrap();
        let stage = sandbox.ensure_stage(&scope(), "chat-api", "prod");
        let desired = desired(text);
        let places = desired.keys.iter().flat_map(|(name, key)| {
            let places = key.deliveries.keys();
            places.map(|place| (place.name().to_owned(), name.clone()))
        });
        Self {
            homes: places.collect(),
            desired,
            stage,
            sandbox,
            text: text.to_owned(),
            output: Output::captured().0,
            born: BTreeMap::new(),
            steady: BTreeSet::new(),
            hits: BTreeSet::new(),
        }
    }

    /// Writes the file anew; the entry of this name is another.
    pub(super) fn edit(&mut self, text: &str, name: &str) {
        self.desired = desired(text);
        text.clone_into(&mut self.text);
        self.steady.remove(name);
    }

    /// Begins a day on which nothing fails yet.
    pub(super) fn begins(&self, day: Date) {
        self.sandbox.clock().set_date(&day.to_string()).unwrap();
        self.fails(Vec::new());
    }

    pub(super) fn fails(&self, rules: Vec<FaultRule>) {
        self.sandbox.set_faults(rules).unwrap();
    }

    /// Returns whether the file lets a key work on a day.
    pub(super) fn is_open(&self, name: &str, day: Date) -> bool {
        let key = self.desired.keys.get(name);
        key.is_some_and(|key| key.is_enabled && key.expires.is_none_or(|end| end > day))
    }

    /// Runs once; returns whether all of the plan was carried out, with every store in sight.
    pub(super) async fn run(&mut self, night: Night) -> bool {
        let open: Vec<String> = self.steady.iter().cloned().collect();
        self.steady = open
            .into_iter()
            .filter(|name| self.is_open(name, night.today))
            .collect();
        let is_done = Box::pin(self.try_run(night)).await == Some(true);
        let journal = self.sandbox.journal().into_iter();
        let hit = journal.filter(|entry| entry.injected);
        self.hits.extend(hit.filter_map(|entry| entry.operation));
        self.sandbox.clear_journal();
        is_done
    }

    async fn try_run(&self, night: Night) -> Option<bool> {
        let (account, stores, observed) = Box::pin(self.observe()).await?;
        let is_unknown = |seen: &Delivered| matches!(seen, Delivered::Unknown { .. });
        let is_seen = !observed.live.deliveries.values().any(is_unknown);
        let mut plan = self.planned(&observed, night.today)?;
        let is_whole = plan.changes.len() <= night.killed_after;
        plan.changes.truncate(night.killed_after);
        let (output, stop) = (self.output.clone(), Stop::default());
        let hands = Hands::new(&account, stores, observed, &plan, output, &stop);
        let mut progress = self.output.progress("night", plan.changes.len() as u64);
        let outcomes = apply(&plan, Arc::new(hands), &stop, &mut progress).await;
        let mut outcomes = outcomes.iter();
        let is_done = outcomes.all(|outcome| matches!(outcome, Outcome::Done));
        Some(is_seen && is_whole && is_done)
    }

    async fn observe(&self) -> Option<(Account, Stores, Observed)> {
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
        Some((account, stores, observed))
    }

    fn planned(&self, observed: &Observed, today: Date) -> Option<Plan> {
        let source = Source::new(&self.text);
        let planned = plan(&self.desired, &observed.live, today, &source);
        (!planned.diagnostics.has_errors()).then_some(planned.plan)
    }
}
