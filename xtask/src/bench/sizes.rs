//! Every command that a fleet meets, at three sizes: requests, time, memory, and how long AWS's
//! rates make it at least.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, ensure};

use super::fleet;
use super::process::{self, Cost};
use super::sandbox::Sandbox;
use super::table::{Promise, Table};
use super::{TODAY, of_sandbox};

pub(super) const SIZES: [usize; 3] = [100, 1_000, 10_000];

/// One command at one size.
pub(super) struct Measured {
    pub(super) command: &'static str,
    pub(super) requests: usize,
    /// The least time that AWS's rates allow for these requests, in milliseconds.
    pub(super) floor_ms: u64,
    pub(super) wall_ms: u128,
    pub(super) processor_ms: u128,
    pub(super) peak_bytes: u64,
}

/// All commands at one size.
pub(super) struct Size {
    pub(super) keys: usize,
    pub(super) commands: Vec<Measured>,
}

/// Walks a fleet through its life: made, looked at, rotated, switched off.
///
/// The sandbox keeps no rates, so times are our own cost; what AWS adds is `floor_ms`.
pub(super) fn measure(ai_keys: &Path, folder: &Path, keys: usize) -> Result<Size> {
    let manifest = folder.join("keys.toml");
    fs::write(&manifest, fleet::manifest(keys))?;
    let state = folder.join("sandbox");
    let sandbox = Sandbox::start(ai_keys, &state)?;
    sandbox.make_usage_plans()?;
    let command = |words: &[&str]| {
        let mut command = Command::new(ai_keys);
        command.current_dir(folder).arg("--quiet").args(words);
        command
    };
    let mut commands = Vec::new();
    let mut add = |name, command: &mut Command| -> Result<Cost> {
        let before = sandbox.calls()?;
        let cost = process::run(command)?;
        let calls = since(&before, sandbox.calls()?);
        commands.push(Measured {
            command: name,
            requests: calls.values().sum(),
            floor_ms: floor_ms(&calls),
            wall_ms: cost.wall.as_millis(),
            processor_ms: cost.processor.as_millis(),
            peak_bytes: cost.peak,
        });
        Ok(cost)
    };
    add("validate", &mut command(&["validate"]))?;
    let dated = ["--today", TODAY];
    let box_of = of_sandbox(&state);
    add(
        "plan, all new",
        command(&["plan"]).args(dated).args(&box_of),
    )?;
    let made = add(
        "apply, create",
        command(&["apply", "--yes"]).args(dated).args(&box_of),
    )?;
    let applied = format!("applied {} of {}", 2 * keys, 2 * keys);
    ensure!(made.out.contains(&applied), "not all is made");
    let quiet = add(
        "plan, no change",
        command(&["plan"]).args(dated).args(&box_of),
    )?;
    ensure!(
        quiet.out.contains("no changes"),
        "the fleet is not as asked"
    );
    add(
        "apply, no change",
        command(&["apply", "--yes"]).args(dated).args(&box_of),
    )?;
    // Two values of each key: a full account has no room for them.
    if 2 * keys <= fleet::KEYS {
        let names: Vec<String> = (0..keys).map(fleet::key).collect();
        add(
            "rotate, all",
            command(&["rotate", "--yes"])
                .args(dated)
                .args(&box_of)
                .args(names),
        )?;
    }
    let shown = Command::new(ai_keys)
        .current_dir(folder)
        .args(["disable", "--all"])
        .args(&box_of)
        .output()?;
    let shown = String::from_utf8(shown.stdout)?;
    let ack = shown
        .split("--ack '")
        .nth(1)
        .and_then(|rest| rest.split('\'').next());
    let ack = ack.context("the switch asks for no acknowledgement")?;
    add(
        "disable --all",
        command(&["disable", "--all", "--ack", ack]).args(&box_of),
    )?;
    Ok(Size { keys, commands })
}

fn since(
    before: &BTreeMap<String, usize>,
    mut after: BTreeMap<String, usize>,
) -> BTreeMap<String, usize> {
    for (operation, count) in &mut after {
        *count -= before.get(operation).copied().unwrap_or_default();
    }
    after
}

/// Returns the least time that API Gateway's rates allow: 10 calls a second after 40 at once;
/// `CreateApiKey` and `DeleteApiKey` 5 a second, `UpdateUsagePlan` one in 20 seconds. Checked
/// 2026-11-23.
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html>
fn floor_ms(calls: &BTreeMap<String, usize>) -> u64 {
    let count = |operation: &str| calls.get(operation).copied().unwrap_or_default();
    let beyond = |calls: usize, burst: usize| calls.saturating_sub(burst) as u64;
    // STS has rates of its own.
    let all = calls.values().sum::<usize>() - count("GetCallerIdentity");
    [
        beyond(all, 40) * 100,
        beyond(count("CreateApiKey"), 5) * 200,
        beyond(count("DeleteApiKey"), 5) * 200,
        beyond(count("UpdateUsagePlan"), 1) * 20_000,
    ]
    .into_iter()
    .max()
    .unwrap_or_default()
}

/// Returns one table of all sizes, as Markdown.
pub(super) fn render(sizes: &[Size]) -> String {
    let mut text = "| command | keys | requests | at AWS's rates, at least | our wall time | processor | peak memory |\n\
                    |---|---|---|---|---|---|---|\n"
        .to_owned();
    let commands = sizes.iter().flat_map(|size| {
        let rows = size.commands.iter();
        rows.map(move |row| (row.command, size.keys, row))
    });
    let mut rows: Vec<_> = commands.collect();
    let order = |name: &str| {
        let first = sizes.first().map_or(&[][..], |size| &size.commands);
        first.iter().position(|row| row.command == name)
    };
    rows.sort_by_key(|(command, keys, _)| (order(command), *keys));
    for (command, keys, row) in rows {
        let Measured {
            requests,
            floor_ms,
            wall_ms,
            processor_ms,
            peak_bytes,
            ..
        } = row;
        let seconds = format!("{}.{} s", floor_ms / 1000, floor_ms / 100 % 10);
        let megabytes = peak_bytes / 1_000_000;
        let _ = writeln!(
            text,
            "| {command} | {keys} | {requests} | {seconds} | {wall_ms} ms | {processor_ms} ms | {megabytes} MB |"
        );
    }
    text
}

/// All usage plans, who is on each, REST APIs, and whose account it is: what a refresh asks for
/// beside pages of keys.
const REFRESH_BESIDE_KEYS: usize = fleet::USAGE_PLANS + 3;
/// Requests that make the largest size, beside the refresh.
const MOST_TO_CREATE: usize = 200;
/// Memory of a plan of the largest size, in megabytes.
const MOST_MEGABYTES: f64 = 80.0;

/// Judges what holds on every machine: requests and memory at the largest size, and that no command
/// grows faster than the number of keys.
pub(super) fn judged(sizes: &[Size]) -> Table {
    let mut table = Table::default();
    let (Some(first), Some(last)) = (sizes.first(), sizes.last()) else {
        return table;
    };
    let refresh = REFRESH_BESIDE_KEYS + last.keys.div_ceil(fleet::ROWS);
    let requests = BTreeMap::from([
        ("plan, no change", refresh),
        ("apply, no change", refresh),
        ("apply, create", REFRESH_BESIDE_KEYS + 1 + MOST_TO_CREATE),
    ]);
    let keys = super::count(last.keys) / super::count(first.keys);
    for row in &last.commands {
        let command = row.command;
        if let Some(budget) = requests.get(command) {
            table.judge(
                &format!("{command}: requests for {} keys", last.keys),
                Promise::Firm,
                [super::count(row.requests), super::count(*budget)],
                |calls| format!("{calls:.0}"),
            );
        }
        if command == "plan, no change" {
            table.judge(
                &format!("{command}: peak memory of {} keys", last.keys),
                Promise::Firm,
                [super::megabytes(row.peak_bytes), MOST_MEGABYTES],
                |peak| format!("{peak:.1} MB"),
            );
        }
        if let Some(small) = first.commands.iter().find(|row| row.command == command) {
            table.judge(
                &format!("{command}: processor time, in that of {} keys", first.keys),
                Promise::Firm,
                [milliseconds(row) / milliseconds(small), keys],
                |times| format!("{times:.0} ×"),
            );
        }
    }
    table
}

/// Returns the processor time, at least 1 ms: a clock is no finer.
fn milliseconds(row: &Measured) -> f64 {
    u32::try_from(row.processor_ms.max(1)).map_or(f64::INFINITY, f64::from)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace;

    fn judge(requests: usize, processor_ms: u128, megabytes: u64) -> bool {
        let size = |keys, requests, processor_ms| Size {
            keys,
            commands: vec![Measured {
                command: "plan, no change",
                requests,
                floor_ms: 0,
                wall_ms: 0,
                processor_ms,
                peak_bytes: megabytes * 1_000_000,
            }],
        };
        let sizes = [size(100, 104, 20), size(10_000, requests, processor_ms)];
        judged(&sizes).keeps_promises()
    }

    #[test]
    fn requests_memory_and_growth_are_judged() {
        assert!(judge(123, 2_000, 80));
        assert!(!judge(124, 2_000, 80), "one request more");
        assert!(!judge(123, 2_001, 80), "grows faster than the keys");
        assert!(!judge(123, 2_000, 81), "more memory");
    }

    /// The page is written by hand from what a run prints.
    #[test]
    fn the_requests_on_the_page_are_those_that_were_counted() {
        let docs = workspace::root().join("docs");
        let growth = fs::read_to_string(docs.join("growth.json")).unwrap();
        let growth: Vec<serde_json::Value> = serde_json::from_str(&growth).unwrap();
        let counted = |command: &str, keys: &str| {
            let keys: usize = keys.replace(',', "").parse().unwrap();
            let is_it = |row: &&serde_json::Value| row["command"] == command && row["keys"] == keys;
            growth.iter().find(is_it).unwrap()["requests"].to_string()
        };
        let page = fs::read_to_string(docs.join("performance.md")).unwrap();
        let (_, section) = page.split_once("## Every command, at three sizes").unwrap();
        let (table, _) = section.split_once("\n\n![").unwrap();
        let mut compared = 0;
        for row in table.lines().filter(|line| line.starts_with("| `")) {
            let cells: Vec<&str> = row.split(" | ").collect();
            let [command, keys, requests, ..] = cells.as_slice() else {
                panic!("{row}");
            };
            let command = command.trim_start_matches("| ").replace('`', "");
            let both = ["plan, no change", "apply, no change"];
            let commands = match command.as_str() {
                "validate" => continue,
                "plan or apply, no change" => &both[..],
                one => &[one],
            };
            for command in commands {
                assert_eq!(requests.replace(',', ""), counted(command, keys), "{row}");
                compared += 1;
            }
        }
        assert_eq!(compared, 15);
    }

    #[test]
    fn the_floor_is_that_of_the_slowest_rate() {
        let calls = |pairs: &[(&str, usize)]| {
            let pairs = pairs
                .iter()
                .map(|(name, count)| ((*name).to_owned(), *count));
            floor_ms(&pairs.collect())
        };
        assert_eq!(
            calls(&[("GetApiKeys", 121), ("GetCallerIdentity", 5)]),
            8_100
        );
        assert_eq!(calls(&[("CreateApiKey", 105)]), 20_000);
        assert_eq!(calls(&[("UpdateUsagePlan", 3), ("GetApiKeys", 50)]), 40_000);
    }
}
