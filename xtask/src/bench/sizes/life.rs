//! One fleet in two accounts that live alike: one takes what comes, the other keeps AWS's rates.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Result, ensure};

use super::super::answers::Answers;
use super::super::floor::floor_ms;
use super::super::of_sandbox;
use super::super::process;
use super::super::sandbox::{Rates, Sandbox};
use super::{AtRates, Measured};

/// The most that the clock of the rates runs faster: at more, our own time would be much of it.
const FASTEST: u32 = 30;

/// A manifest, and the sandbox that stands for its account.
pub(super) struct Account {
    ai_keys: PathBuf,
    folder: PathBuf,
}

/// What a fleet has gone through.
pub(super) struct Life {
    own: Account,
    sandbox: Sandbox,
    at_rates: Account,
    longest: Duration,
    done: Vec<Measured>,
}

impl Account {
    /// Makes an account that has the usage plans already.
    fn make(ai_keys: &Path, folder: PathBuf, manifest: &str) -> Result<(Self, Sandbox)> {
        fs::create_dir_all(&folder)?;
        let account = Self {
            ai_keys: ai_keys.to_owned(),
            folder,
        };
        fs::write(account.folder.join("keys.toml"), manifest)?;
        let sandbox = account.start(Rates::None)?;
        sandbox.make_usage_plans()?;
        Ok((account, sandbox))
    }

    fn start(&self, rates: Rates) -> Result<Sandbox> {
        Sandbox::start(&self.ai_keys, &self.state(), rates)
    }

    fn state(&self) -> PathBuf {
        self.folder.join("sandbox")
    }

    /// Returns a command that runs where the manifest is.
    pub(super) fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(&self.ai_keys);
        command.current_dir(&self.folder).arg("--quiet").args(words);
        command
    }

    /// Returns a command that has the sandbox in place of the account.
    pub(super) fn in_sandbox(&self, mut command: Command) -> Command {
        command.args(of_sandbox(&self.state()));
        command
    }
}

impl Life {
    pub(super) fn begin(
        ai_keys: &Path,
        folder: &Path,
        manifest: &str,
        longest: Duration,
    ) -> Result<Self> {
        let (own, sandbox) = Account::make(ai_keys, folder.join("own"), manifest)?;
        let (at_rates, _) = Account::make(ai_keys, folder.join("at-rates"), manifest)?;
        Ok(Self {
            own,
            sandbox,
            at_rates,
            longest,
            done: Vec::new(),
        })
    }

    /// Runs a command in both accounts, and has it say what is expected.
    pub(super) fn step(
        &mut self,
        name: &'static str,
        says: &str,
        command: impl Fn(&Account) -> Result<Command>,
    ) -> Result<()> {
        let run = |command: &mut Command| -> Result<process::Cost> {
            let cost = process::run(command)?;
            let is_said = cost.out.contains(says);
            ensure!(is_said, "{name} does not say `{says}`: {}", cost.out);
            Ok(cost)
        };
        let mut own = command(&self.own)?;
        let before = self.sandbox.calls()?;
        let cost = run(&mut own)?;
        let calls = since(&before, self.sandbox.calls()?);
        let floor_ms = floor_ms(&calls);

        let mut paced = {
            let _unpaced = self.at_rates.start(Rates::None)?;
            command(&self.at_rates)?
        };
        let at_rates = if calls.is_empty() {
            None
        } else {
            let times = times(floor_ms, self.longest);
            let sandbox = self.at_rates.start(Rates::Aws { times })?;
            let took = run(&mut paced)?.wall * times;
            Some(AtRates {
                took_ms: u64::try_from(took.as_millis())?,
                times,
                throttled: Answers::read(&sandbox.journal()?)?.throttled,
            })
        };
        self.done.push(Measured {
            command: name.to_owned(),
            requests: calls.values().sum(),
            floor_ms,
            at_rates,
            wall_ms: cost.wall.as_millis(),
            processor_ms: cost.processor.as_millis(),
            peak_bytes: cost.peak,
        });
        Ok(())
    }

    pub(super) fn end(self) -> impl Iterator<Item = Measured> {
        self.done.into_iter()
    }
}

/// Returns how fast a clock must run for this time to pass in that.
fn times(floor_ms: u64, longest: Duration) -> u32 {
    let longest = u64::try_from(longest.as_millis()).unwrap_or(u64::MAX);
    let times = floor_ms.div_ceil(longest.max(1));
    u32::try_from(times).unwrap_or(FASTEST).clamp(1, FASTEST)
}

fn since(
    before: &BTreeMap<String, usize>,
    mut after: BTreeMap<String, usize>,
) -> BTreeMap<String, usize> {
    for (operation, count) in &mut after {
        *count -= before.get(operation).copied().unwrap_or_default();
    }
    after.retain(|_, count| *count > 0);
    after
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_runs_faster_only_where_it_would_take_long() {
        let in_twenty_seconds = |floor_ms| times(floor_ms, Duration::from_secs(20));
        assert_eq!(in_twenty_seconds(0), 1);
        assert_eq!(in_twenty_seconds(20_000), 1);
        assert_eq!(in_twenty_seconds(117_000), 6);
        assert_eq!(in_twenty_seconds(86_400_000), FASTEST);
    }

    #[test]
    fn calls_are_those_since_the_last_look() {
        let calls = |pairs: &[(&str, usize)]| {
            let owned = |(name, count): &(&str, usize)| ((*name).to_owned(), *count);
            pairs.iter().map(owned).collect::<BTreeMap<_, _>>()
        };
        let before = calls(&[("GetApiKeys", 2), ("GetUsagePlans", 1)]);
        let after = calls(&[("GetApiKeys", 5), ("GetUsagePlans", 1)]);
        assert_eq!(since(&before, after), calls(&[("GetApiKeys", 3)]));
    }
}
