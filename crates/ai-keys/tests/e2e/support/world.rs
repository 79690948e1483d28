//! A folder with a manifest, and an account that the command reaches as it reaches AWS.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::num::NonZeroU32;
use std::process::Command;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use ai_keys_sandbox::{
    Clock, FaultRule, JournalEntry, KeyRecord, Limits, Options, Sandbox, Scope, StageRef,
};

use super::folder::Folder;
use super::http::call;
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

/// The folder of a sandbox that is at hand.
const AT_HAND: &str = "box";

/// A sandbox in memory, most often without rates, whose clock runs from noon of [`TODAY`].
pub(crate) struct World {
    pub(crate) folder: Folder,
    pub(crate) sandbox: Sandbox,
    pub(crate) stage: StageRef,
    /// The folder of a sandbox that is reached with `--sandbox`.
    at_hand: Option<&'static str>,
    printed: RefCell<String>,
    /// Every value that was ever seen: one that is gone must not be shown either.
    values: RefCell<BTreeSet<String>>,
}

impl World {
    pub(crate) fn new(manifest: &str) -> Self {
        Self::with(manifest, Options::default())
    }

    pub(crate) fn with(manifest: &str, options: Options) -> Self {
        let sandbox = Sandbox::start(without_rates(options)).unwrap();
        Self::around(sandbox, Folder::new(), None, manifest)
    }

    /// As [`World::new`], with the request rates of AWS.
    pub(crate) fn with_rates(manifest: &str) -> Self {
        let clock = Clock::running_from(TODAY, 1).unwrap();
        let options = Options {
            limits: Limits::Aws,
            clock,
            ..Options::default()
        };
        let sandbox = Sandbox::start(options).unwrap();
        Self::around(sandbox, Folder::new(), None, manifest)
    }

    /// As [`World::new`], reached with `--sandbox`: a new value is delivered without the seconds that
    /// AWS needs before it works.
    pub(crate) fn at_hand(manifest: &str) -> Self {
        Self::at_hand_with(manifest, Options::default())
    }

    pub(crate) fn at_hand_with(manifest: &str, options: Options) -> Self {
        Self::in_a_folder(manifest, without_rates(options))
    }

    /// As [`World::at_hand`], with AWS's rates on a clock that runs so many times as fast.
    pub(crate) fn hurried(manifest: &str, times: u32) -> Self {
        let options = Options {
            limits: Limits::Aws,
            clock: Clock::fast(NonZeroU32::new(times).unwrap()),
            ..Options::default()
        };
        Self::in_a_folder(manifest, options)
    }

    fn in_a_folder(manifest: &str, options: Options) -> Self {
        let folder = Folder::new();
        let dir = folder.path().join(AT_HAND);
        std::fs::create_dir(&dir).unwrap();
        let sandbox = Sandbox::open(&dir, options).unwrap();
        Self::around(sandbox, folder, Some("--sandbox=box"), manifest)
    }

    fn around(
        sandbox: Sandbox,
        folder: Folder,
        at_hand: Option<&'static str>,
        manifest: &str,
    ) -> Self {
        let stage = sandbox.ensure_stage(&scope(), "chat-api", "prod");
        folder.write("keys.toml", manifest);
        Self {
            folder,
            sandbox,
            stage,
            at_hand,
            printed: RefCell::default(),
            values: RefCell::default(),
        }
    }

    /// Returns the command with the account's credentials.
    pub(crate) fn command(&self, words: &[&str]) -> Command {
        let mut command = ai_keys(self.folder.path());
        command.args(words);
        if let Some(flag) = self.at_hand {
            command.arg(flag);
            return command;
        }
        command.envs([
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
        self.values.borrow_mut().extend(self.sandbox.values());
        let printed = self.printed.borrow();
        for value in self.values.borrow().iter() {
            assert!(!printed.contains(value), "a value was printed");
        }
    }

    /// Returns every value that was seen so far.
    pub(super) fn values(&self) -> BTreeSet<String> {
        self.values.borrow().clone()
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

    /// Lets the account's clock show what this machine's does.
    pub(crate) fn sets_its_clock(&self) {
        let clock = self.sandbox.clock();
        clock.set_date("2020-01-01").unwrap();
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        let shown = u64::try_from(clock.now_ms()).unwrap();
        let behind = since.checked_sub(Duration::from_millis(shown)).unwrap();
        clock.advance(behind).unwrap();
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

    /// Returns what the data plane answers to a value.
    pub(crate) fn answers(&self, value: &str) -> u16 {
        let StageRef { api_id, stage } = &self.stage;
        call(&self.sandbox.invoke_url(api_id, stage, "/"), value)
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
}

/// The account and region of the tests.
pub(crate) fn scope() -> Scope {
    Scope::new(ACCOUNT, "eu-west-1")
}

fn without_rates(options: Options) -> Options {
    Options {
        limits: Limits::Off,
        clock: Clock::running_from(TODAY, 1).unwrap(),
        ..options
    }
}
