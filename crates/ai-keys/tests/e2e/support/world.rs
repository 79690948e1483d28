//! A folder with a manifest, and an account that the command reaches as it reaches AWS.

use std::cell::RefCell;
use std::process::Command;

use ai_keys_sandbox::{
    Clock, FaultRule, JournalEntry, KeyRecord, Limits, Options, Sandbox, Scope, StageRef,
};

use super::folder::Folder;
use super::run::{Ran, Running, ai_keys, finish};

/// The day that the tests play: dates in manifests must not wear off.
pub(crate) const TODAY: &str = "2026-11-23";
/// The account of the credentials.
pub(crate) const ACCOUNT: &str = "123456789012";

/// Two keys on one usage plan.
pub(crate) const MANIFEST: &str = r#"version = 1
namespace = "acme-ai"

[target.prod]
provider = "aws-api-gateway"
region = "eu-west-1"
account = "123456789012"

[defaults.key]
usage-plans = ["standard"]

[usage-plan.standard]
throttle = { rate = 10, burst = 20 }
stages = ["chat-api/prod"]

[key.alpha]
description = "First"
owner = "team-a"

[key.beta]
description = "Second"
owner = "team-a"
"#;

/// A sandbox in memory, without rates, whose clock runs from noon of [`TODAY`].
pub(crate) struct World {
    pub(crate) folder: Folder,
    pub(crate) sandbox: Sandbox,
    pub(crate) stage: StageRef,
    printed: RefCell<String>,
}

impl World {
    pub(crate) fn new(manifest: &str) -> Self {
        Self::with(manifest, Options::default())
    }

    pub(crate) fn with(manifest: &str, options: Options) -> Self {
        let sandbox = Sandbox::start(Options {
            limits: Limits::Off,
            clock: Clock::running_from(TODAY, 1).unwrap(),
            ..options
        })
        .unwrap();
        let stage = sandbox.ensure_stage(&scope(), "chat-api", "prod");
        let folder = Folder::new();
        folder.write("keys.toml", manifest);
        Self {
            folder,
            sandbox,
            stage,
            printed: RefCell::default(),
        }
    }

    /// Returns the command with the account's credentials.
    pub(crate) fn command(&self, words: &[&str]) -> Command {
        let mut command = ai_keys(self.folder.path());
        command.args(words).envs([
            ("AWS_ENDPOINT_URL", self.sandbox.url()),
            ("AWS_ACCESS_KEY_ID", &format!("AKIATEST{ACCOUNT}")),
            ("AWS_SECRET_ACCESS_KEY", "nobody-checks-it"),
        ]);
        command
    }

    /// Runs the command. Nothing that it prints may hold a key value.
    pub(crate) fn run(&self, words: &[&str]) -> Ran {
        self.seen(finish(&mut self.command(words)))
    }

    pub(crate) fn start(&self, words: &[&str]) -> Running {
        Running::start(&mut self.command(words))
    }

    /// Notes what a run printed, for [`World::settles`].
    pub(crate) fn seen(&self, ran: Ran) -> Ran {
        let mut printed = self.printed.borrow_mut();
        printed.push_str(&ran.out);
        printed.push_str(&ran.err);
        drop(printed);
        self.shows_no_value();
        ran
    }

    pub(crate) fn shows_no_value(&self) {
        let printed = self.printed.borrow();
        for value in self.sandbox.values() {
            assert!(!printed.contains(&value), "a value was printed");
        }
    }

    pub(crate) fn plan(&self, words: &[&str]) -> Ran {
        self.run(&[&["plan", "--today", TODAY], words].concat())
    }

    pub(crate) fn apply(&self) -> Ran {
        self.apply_on(TODAY)
    }

    pub(crate) fn apply_on(&self, day: &str) -> Ran {
        self.run(&["apply", "--yes", "--today", day])
    }

    /// Applies with every acknowledgement that the plan of the day asks for.
    pub(crate) fn apply_acknowledged(&self, day: &str) -> Ran {
        let plan = self.run(&["plan", "--today", day]).ended(0).out;
        let mut words = vec!["apply", "--yes", "--today", day];
        for rest in plan.split("--ack '").skip(1) {
            words.extend(["--ack", rest.split('\'').next().unwrap()]);
        }
        self.run(&words)
    }

    /// Replaces text of the manifest.
    pub(crate) fn edit(&self, from: &str, to: &str) {
        let text = self.folder.read("keys.toml");
        assert!(text.contains(from), "no `{from}` in the manifest");
        self.folder.write("keys.toml", text.replace(from, to));
    }

    pub(crate) fn faults(&self, rules: Vec<FaultRule>) {
        self.sandbox.set_faults(rules).unwrap();
    }

    pub(crate) fn keys(&self) -> Vec<KeyRecord> {
        self.sandbox.keys(&scope())
    }

    #[track_caller]
    pub(crate) fn key(&self, name: &str) -> KeyRecord {
        let mut keys = self.keys().into_iter();
        keys.find(|key| key.name.as_deref() == Some(name))
            .unwrap_or_else(|| panic!("no key {name}"))
    }

    /// Carries out a call behind the command's back.
    #[track_caller]
    pub(crate) fn behind(&self, method: &str, target: &str) {
        let (status, answer) = self
            .sandbox
            .out_of_band(&scope(), method, target, None)
            .unwrap();
        assert!(status < 300, "{answer}");
    }

    /// Returns the operations since the last call of this, and forgets them.
    pub(crate) fn take_calls(&self) -> Vec<String> {
        self.take(|_| true)
    }

    /// As [`World::take_calls`], only those that asked for a change.
    pub(crate) fn take_writes(&self) -> Vec<String> {
        self.take(JournalEntry::is_write)
    }

    fn take(&self, keep: impl Fn(&JournalEntry) -> bool) -> Vec<String> {
        let journal = self.sandbox.journal();
        self.sandbox.clear_journal();
        let kept = journal.into_iter().filter(keep);
        kept.filter_map(|entry| entry.operation).collect()
    }

    /// The oracle of every fault: without faults, one apply ends in a state
    /// that nothing is left to do in, however the runs before it ended.
    #[track_caller]
    pub(crate) fn settles(&self) {
        self.settles_in(60);
    }

    /// As [`World::settles`], with a budget of calls since the journal was
    /// emptied.
    #[track_caller]
    pub(crate) fn settles_in(&self, calls: usize) {
        self.faults(Vec::new());
        self.apply().ended(0);
        let journal = self.sandbox.journal();
        assert!(journal.len() <= calls, "{} calls", journal.len());
        assert!(most_in_a_second(&journal) <= 50, "40 at once, 10 a second");
        self.take_writes();
        self.apply().ended(0).shows("no changes");
        assert_eq!(self.take_writes(), [""; 0], "a second apply writes nothing");
        let mut markers: Vec<String> = self.keys().iter().filter_map(marker).collect();
        markers.sort();
        let all = markers.len();
        markers.dedup();
        assert_eq!(markers.len(), all, "two live keys of one entry");
        self.shows_no_value();
    }
}

/// The account and region of the tests.
pub(crate) fn scope() -> Scope {
    Scope::new(ACCOUNT, "eu-west-1")
}

/// Returns namespace, entry and generation of a key of ours.
fn marker(key: &KeyRecord) -> Option<String> {
    let (_, marker) = key.description.as_ref()?.split_once("[ai-keys: ")?;
    let end = marker.find([' ', ']', ';', ',']).unwrap_or(marker.len());
    marker.get(..end).map(str::to_owned)
}

fn most_in_a_second(journal: &[JournalEntry]) -> usize {
    let mut moments: Vec<i64> = journal.iter().map(|entry| entry.at_ms).collect();
    moments.sort_unstable();
    let within = |start: &i64| {
        moments
            .iter()
            .filter(|moment| (*start..start + 1000).contains(moment))
            .count()
    };
    moments.iter().map(within).max().unwrap_or(0)
}
