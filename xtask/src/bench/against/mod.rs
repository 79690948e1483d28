//! The same fleet kept by ai-keys, by Terraform and by a plain script: on moto, or at AWS's rates.

mod at_rates;
mod fleet;
mod moto;
mod peer;
mod rates_report;
mod ratio;

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};

use super::Folder;
use super::table::{Promise, Table};
use crate::{output, python, steps, terraform};
pub(super) use at_rates::smoke;
use fleet::Fleet;
use moto::Moto;
use peer::{Peer, Step};
use ratio::ratio;

/// The sizes where a person names none.
pub(super) const SIZES: [usize; 2] = [100, 500];
/// The size at which a plan is to be so many times as fast as Terraform's, with as many times fewer
/// requests.
const JUDGED: usize = 500;
const TIMES: f64 = 50.0;

/// What answers the peers.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Service {
    /// Written by others; it keeps no request rates, and imports no keys.
    Moto,
    /// Ours, which enforces the rates that AWS documents.
    SandboxAtAwsRates,
}

/// What one step of one peer cost.
struct Measured {
    size: usize,
    step: Step,
    peer: &'static str,
    requests: usize,
    wall: Duration,
    processor: Duration,
}

/// Measures every peer, prints one table, and returns whether what is promised beside the others is
/// kept.
///
/// # Errors
/// If something cannot be run, or a peer does not find what it made.
pub(super) fn run(service: &Service, sizes: &[usize], ai_keys: &Path) -> Result<bool> {
    // Each peer runs in a folder of its own.
    let ai_keys = fs::canonicalize(ai_keys)
        .with_context(|| format!("cannot find `{}`", ai_keys.display()))?;
    if let steps::Outcome::Skipped(reason) = python::install(&python::TESTS)? {
        output::line(&format!("skipped: {reason}"));
        return Ok(true);
    }
    let mut peers = vec![Peer::AiKeys(ai_keys.clone())];
    match terraform::find() {
        Ok(terraform) => peers.push(Peer::Terraform(terraform)),
        Err(missing) => output::line(&format!("skipped: {missing}")),
    }
    peers.push(Peer::Boto3(python::program("python")));

    let (table, promises) = match service {
        Service::Moto => {
            let measured = every(&peers, sizes, measure)?;
            (render(&measured), judged(&measured))
        }
        Service::SandboxAtAwsRates => {
            let on_sandbox =
                |peer: &Peer, folder: &Path, size| at_rates::measure(peer, folder, size, &ai_keys);
            let measured = every(&peers, sizes, on_sandbox)?;
            (
                rates_report::render(&measured),
                rates_report::judged(&measured),
            )
        }
    };
    output::line(&format!("\n{table}"));
    output::line(&format!("ai-keys: profile {}", profile(&ai_keys)));
    output::line(&format!("\n{}", promises.render()));
    Ok(promises.keeps_promises())
}

/// Measures each peer at each size, one after the other, in a folder of its own.
fn every<T>(
    peers: &[Peer],
    sizes: &[usize],
    measure: impl Fn(&Peer, &Path, usize) -> Result<Vec<T>>,
) -> Result<Vec<T>> {
    let folder = Folder::new()?;
    let mut measured = Vec::new();
    for &size in sizes {
        for peer in peers {
            output::line(&format!("{size} keys: {}", peer.name()));
            let folder = folder.0.join(format!("{size}-{}", peer.name()));
            fs::create_dir_all(&folder)?;
            measured.extend(measure(peer, &folder, size)?);
        }
    }
    Ok(measured)
}

/// Judges the plan of [`JUDGED`] keys beside Terraform's, if both were measured: a ratio of one run
/// holds on every machine.
fn judged(measured: &[Measured]) -> Table {
    let mut table = Table::default();
    let plan_of = |peer| {
        let which = (Step::Plan, JUDGED, peer);
        let mut rows = measured.iter();
        rows.find(|row| (row.step, row.size, row.peer) == which)
    };
    if let (Some(ours), Some(theirs)) = (plan_of("ai-keys"), plan_of("terraform")) {
        let mut judge = |what: &str, ours: f64, theirs: f64| {
            let what = format!("plan of {JUDGED} keys: {what}, as a part of Terraform's");
            let show = |part: f64| format!("1/{:.0}", 1.0 / part);
            table.judge(&what, Promise::Firm, [ours / theirs, 1.0 / TIMES], show);
        };
        let seconds = |row: &Measured| row.wall.as_secs_f64();
        judge("wall time", seconds(ours), seconds(theirs));
        let requests = |row: &Measured| super::count(row.requests);
        judge("requests", requests(ours), requests(theirs));
    }
    table
}

/// Tells a program's profile by cargo's name for its folder.
fn profile(program: &Path) -> &'static str {
    let folder = program.parent().and_then(Path::file_name);
    match folder.and_then(OsStr::to_str) {
        Some("debug") => "`dev`, not optimised",
        Some("release") => "`release`",
        Some("dist") => "`dist`, as shipped",
        _ => "unknown",
    }
}

/// Has a peer make the fleet on an empty moto, then look at it again.
fn measure(peer: &Peer, folder: &Path, size: usize) -> Result<Vec<Measured>> {
    let fleet = Fleet {
        keys: size,
        is_tagged: true,
    };
    peer.prepare(folder, fleet)?;
    let moto = Moto::start(&python::program("moto_server"), folder)?;
    let mut before = 0;
    let mut measured = Vec::new();
    for step in [Step::Create, Step::Plan] {
        let cost = peer.take(step, folder, &moto.url(), fleet)?;
        ensure!(
            step == Step::Create || cost.out.contains(peer.says_when_quiet()),
            "{} does not find what it made: {}",
            peer.name(),
            cost.out
        );
        let requests = moto.requests()?;
        measured.push(Measured {
            size,
            step,
            peer: peer.name(),
            requests: requests - before,
            wall: cost.wall,
            processor: cost.processor,
        });
        before = requests;
    }
    Ok(measured)
}

/// Returns the table, as Markdown: the peers of a step below each other.
fn render(measured: &[Measured]) -> String {
    let mut text = "| step | keys | program | requests | in ai-keys' | wall | in ai-keys' | processor | in ai-keys' |\n\
                    |---|---|---|---|---|---|---|---|---|\n"
        .to_owned();
    let mut rows: Vec<&Measured> = measured.iter().collect();
    rows.sort_by_key(|row| (row.step, row.size));
    for row in &rows {
        let ours = rows
            .iter()
            .find(|ours| (ours.step, ours.size, ours.peer) == (row.step, row.size, "ai-keys"));
        let Some(ours) = ours else { continue };
        let cells = [
            row.step.name().to_owned(),
            row.size.to_string(),
            row.peer.to_owned(),
            row.requests.to_string(),
            ratio(super::count(row.requests), super::count(ours.requests)),
            format!("{:.2} s", row.wall.as_secs_f64()),
            ratio(row.wall.as_secs_f64(), ours.wall.as_secs_f64()),
            format!("{:.2} s", row.processor.as_secs_f64()),
            ratio(row.processor.as_secs_f64(), ours.processor.as_secs_f64()),
        ];
        let _ = writeln!(text, "| {} |", cells.join(" | "));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_profile_is_that_of_the_folder() {
        assert_eq!(profile(Path::new("target/release/ai-keys")), "`release`");
        assert!(profile(Path::new("target/debug/ai-keys")).contains("not optimised"));
        assert_eq!(profile(Path::new("/usr/bin/ai-keys")), "unknown");
    }

    #[test]
    fn a_plan_is_to_be_fifty_times_as_fast_as_terraforms() {
        let row = |peer, requests, milliseconds| Measured {
            size: 500,
            step: Step::Plan,
            peer,
            requests,
            wall: Duration::from_millis(milliseconds),
            processor: Duration::from_secs(1),
        };
        let judge = |theirs| {
            let rows = [row("ai-keys", 5, 100), row("terraform", 1_001, theirs)];
            judged(&rows).keeps_promises()
        };
        assert!(judge(5_100));
        assert!(!judge(4_900));
        let alone = judged(&[row("ai-keys", 5, 100)]);
        assert!(alone.keeps_promises(), "there is nothing to compare with");
    }

    #[test]
    fn each_step_is_compared_with_ours_of_the_same_size() {
        let row = |step, peer, requests, seconds| Measured {
            size: 500,
            step,
            peer,
            requests,
            wall: Duration::from_secs(seconds),
            processor: Duration::from_secs(1),
        };
        let table = render(&[
            row(Step::Create, "ai-keys", 1_000, 100),
            row(Step::Plan, "ai-keys", 5, 1),
            row(Step::Create, "terraform", 1_500, 50),
            row(Step::Plan, "terraform", 1_001, 60),
        ]);
        let rows: Vec<&str> = table.lines().skip(2).collect();
        assert_eq!(
            rows,
            [
                "| create | 500 | ai-keys | 1000 | 1 × | 100.00 s | 1 × | 1.00 s | 1 × |",
                "| create | 500 | terraform | 1500 | 1.5 × | 50.00 s | 0.5 × | 1.00 s | 1 × |",
                "| plan, no change | 500 | ai-keys | 5 | 1 × | 1.00 s | 1 × | 1.00 s | 1 × |",
                "| plan, no change | 500 | terraform | 1001 | 200 × | 60.00 s | 60 × | 1.00 s | 1 × |",
            ]
        );
    }
}
