//! The crash matrix: every request of every story is the last of its run.
//!
//! Exhaustive, not sampled. A story is one apply. It runs once undisturbed and
//! says how many requests it makes; then it runs again for each of them, three
//! times: killed by SIGKILL before the request is carried out, killed after, and
//! with the answer lost while the run goes on. Each time the next apply ends
//! where the undisturbed one did, and the one after that writes nothing.

mod bulk;
mod lives;
mod stories;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::{Duration, Instant};

use ai_keys_sandbox::{Act, FaultRule, Turn, UsagePlanRecord};

use crate::support::{MANIFEST, TODAY, World, finish, scope};

/// An apply that is disturbed.
struct Story {
    name: &'static str,
    /// Makes what is there before it.
    before: fn() -> World,
    /// What is done: `apply`, `rotate` or `disable`, with its words.
    command: &'static [&'static str],
    /// Whether its plan has to be acknowledged.
    is_acknowledged: bool,
    /// The day on which it happens.
    day: &'static str,
}

/// An apply of [`TODAY`] that takes nothing away.
impl Default for Story {
    fn default() -> Self {
        Self {
            name: "",
            before: || World::new(MANIFEST),
            command: &["apply"],
            is_acknowledged: false,
            day: TODAY,
        }
    }
}

/// How a run is disturbed.
#[derive(Clone, Copy, Debug)]
enum Blow {
    KillBefore,
    KillAfter,
    LoseAnswer,
}

const BLOWS: [Blow; 3] = [Blow::KillBefore, Blow::KillAfter, Blow::LoseAnswer];

impl Blow {
    fn act(self) -> Act {
        match self {
            Self::KillBefore => Act::HangBefore,
            Self::KillAfter => Act::HangAfter,
            Self::LoseAnswer => Act::CloseAfter,
        }
    }
}

/// What is there when all is done: every object by what a person sees of it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct End {
    keys: Vec<KeyEnd>,
    usage_plans: Vec<String>,
    /// Each place of a secret store, by the description of the key whose value it holds.
    stores: Vec<(String, Option<String>)>,
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct KeyEnd {
    name: Option<String>,
    description: Option<String>,
    enabled: bool,
    tags: BTreeMap<String, String>,
    usage_plans: BTreeSet<String>,
    /// Whether it has the value that it had before the story.
    keeps_its_value: bool,
}

impl Story {
    /// Disturbs the story at every request, and compares its row of the table.
    fn tell(&self) {
        let world = (self.before)();
        let values = values_of(&world);
        let words = self.words(&world);
        world.take_calls();
        world
            .seen(finish(&mut world.command(&refs(&words))))
            .ended(0);
        let requests = world.sandbox.journal().len();
        let expected = end(&world, &values);
        for nth in 1..=requests {
            for blow in BLOWS {
                let world = (self.before)();
                let values = values_of(&world);
                self.disturb(&world, nth, blow);
                let end = self.settled(&world, &values);
                assert_eq!(end, expected, "{}: {blow:?} at request {nth}", self.name);
            }
        }
        check_row(self.name, requests);
    }

    /// Returns the command of the story with every acknowledgement that its plan asks for.
    fn words(&self, world: &World) -> Vec<String> {
        let today = ["--yes", "--today", self.day];
        let mut words = self.command.to_vec();
        let asked = if self.is_switch() {
            world.run(self.command).err
        } else {
            words.extend(today);
            if self.is_acknowledged {
                world.run(&["plan", "--today", self.day]).ended(0).out
            } else {
                String::new()
            }
        };
        for rest in asked.split("--ack '").skip(1) {
            words.extend(["--ack", rest.split('\'').next().unwrap()]);
        }
        words.into_iter().map(str::to_owned).collect()
    }

    /// Returns whether it is no apply, and an apply would undo it.
    fn is_switch(&self) -> bool {
        self.command[0] == "disable"
    }

    fn disturb(&self, world: &World, nth: usize, blow: Blow) {
        let words = self.words(world);
        world.take_calls();
        let nth = Turn::Nth(u32::try_from(nth).unwrap());
        world.faults(vec![FaultRule::everywhere(blow.act()).turn(nth)]);
        let run = world.start(&refs(&words));
        if !matches!(blow, Blow::LoseAnswer) {
            let patience = Instant::now() + Duration::from_secs(30);
            while !world.sandbox.journal().iter().any(|entry| entry.injected) {
                assert!(
                    Instant::now() < patience,
                    "{}: {nth:?} never came",
                    self.name
                );
                std::thread::sleep(Duration::from_millis(1));
            }
            run.signal("KILL");
        }
        world.seen(run.end());
        let is_struck = world.sandbox.journal().iter().any(|entry| entry.injected);
        assert!(is_struck, "{}: {nth:?} never came", self.name);
    }

    /// Gives the command again until nothing is left, and returns what is there then.
    fn settled(&self, world: &World, values: &Values) -> End {
        world.faults(Vec::new());
        if is_revoked(world) {
            // Said again, it would revoke the new value too.
            world.apply_on(self.day).ended(0);
        } else {
            let again = self.words(world);
            world.run(&refs(&again)).ended(0);
        }
        world.take_writes();
        if self.is_switch() {
            world.run(self.command).ended(0);
        } else {
            world.apply_on(self.day).ended(0).shows("no changes");
        }
        world.is_settled();
        end(world, values)
    }
}

fn is_revoked(world: &World) -> bool {
    let mut keys = world.keys().into_iter();
    keys.any(|key| {
        key.description
            .is_some_and(|text| text.contains("revoked="))
    })
}

/// The value of each key, by its id.
pub(crate) type Values = BTreeMap<String, String>;

pub(crate) fn values_of(world: &World) -> Values {
    let keys = world.keys().into_iter();
    keys.map(|key| (key.id, key.value)).collect()
}

pub(crate) fn end(world: &World, before: &Values) -> End {
    let usage_plans = world.sandbox.usage_plans(&scope());
    let name_of = |id: &String| {
        let found = usage_plans.iter().find(|usage_plan| usage_plan.id == *id);
        found.unwrap().name.clone()
    };
    let mut keys: Vec<KeyEnd> = world
        .keys()
        .into_iter()
        .map(|key| KeyEnd {
            keeps_its_value: before.get(&key.id) == Some(&key.value),
            usage_plans: key.usage_plans.iter().map(name_of).collect(),
            name: key.name,
            description: key.description,
            enabled: key.enabled,
            tags: key.tags,
        })
        .collect();
    keys.sort();
    let mut usage_plans: Vec<String> = usage_plans
        .into_iter()
        .map(|usage_plan| {
            let id = String::new();
            let shown = format!("{:?}", UsagePlanRecord { id, ..usage_plan });
            shown.replace(&world.stage.api_id, "chat-api")
        })
        .collect();
    usage_plans.sort();
    End {
        keys,
        usage_plans,
        stores: stores(world),
    }
}

fn stores(world: &World) -> Vec<(String, Option<String>)> {
    let secrets = world.sandbox.secrets(&scope()).into_iter();
    let secrets = secrets.map(|secret| (secret.name, secret.value.unwrap_or_default()));
    let parameters = world.sandbox.parameters(&scope()).into_iter();
    let parameters = parameters.map(|parameter| (parameter.name, parameter.value));
    let at_github = world.sandbox.github_secrets().into_iter();
    let at_github = at_github.map(|secret| (secret.holder + " " + &secret.name, secret.value));
    let of = |value: &String| {
        let mut keys = world.keys().into_iter();
        keys.find(|key| key.value == *value)?.description
    };
    let held = secrets.chain(parameters).chain(at_github);
    held.map(|(name, value)| (name, of(&value))).collect()
}

fn refs(words: &[String]) -> Vec<&str> {
    words.iter().map(String::as_str).collect()
}

/// Compares a row of the table in the documentation.
fn check_row(story: &str, requests: usize) {
    let row = format!("| {story} | {requests} | {} |", requests * BLOWS.len());
    assert!(
        page().lines().any(|line| line == row),
        "docs/guarantees.md does not say:\n{row}"
    );
}

fn page() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/guarantees.md");
    std::fs::read_to_string(path).unwrap()
}

/// Each row is checked by its story; here, that no story lacks its row and that the sum is right.
#[test]
fn the_table_counts_every_story() {
    let sources = [
        include_str!("bulk.rs"),
        include_str!("lives.rs"),
        include_str!("stories.rs"),
    ]
    .concat();
    let stories = sources.matches("#[test]").count();
    let page = page();
    let table = page.split("| story | requests | points |").nth(1).unwrap();
    let rows = table
        .lines()
        .skip(2)
        .take_while(|line| line.starts_with("| "));
    let rows: Vec<&str> = rows.filter(|row| !row.contains("**")).collect();
    let column =
        |row: &str, at: usize| -> usize { row.split('|').nth(at).unwrap().trim().parse().unwrap() };
    let sum = |at| rows.iter().map(|row| column(row, at)).sum::<usize>();
    let wanted = format!(
        "| **all {stories} stories** | **{}** | **{}** |",
        sum(2),
        sum(3)
    );
    assert_eq!(rows.len(), stories);
    assert!(
        table.contains(&wanted),
        "docs/guarantees.md does not say:\n{wanted}"
    );
}
