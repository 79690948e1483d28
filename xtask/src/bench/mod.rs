//! Measures what a large manifest costs, beside the budgets of the design.

mod against;
mod answers;
mod fleet;
mod floor;
mod growth;
pub(crate) mod instructions;
mod options;
mod process;
mod sandbox;
mod scopes;
mod sizes;
mod table;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

use crate::steps::Outcome;
use crate::{dist, output, workspace};
pub(crate) use options::Options;
use options::{Program, What};
use sandbox::{ACCOUNT, Rates, Sandbox};
use table::{Promise, Table};

/// How often a whole process is measured.
const ROUNDS: usize = 7;
/// How long a command may run at AWS's rates in [`smoke`].
const SMOKE: Duration = Duration::from_millis(500);
/// A day on which nothing of the manifest is due.
const TODAY: &str = "2026-11-23";

/// Measures what is asked for, prints it, and returns whether every firm budget is kept, or whether
/// nobody asks.
///
/// # Errors
/// If something cannot be built or run; slowness is no error.
pub(crate) fn run(options: &Options) -> Result<bool> {
    let ai_keys = match &options.program {
        Program::Release => build_release()?,
        Program::Shipped => build_shipped()?,
        // What is measured runs in folders of its own.
        Program::There(program) => fs::canonicalize(program)
            .with_context(|| format!("cannot find `{}`", program.display()))?,
    };
    let keeps_promises = match &options.what {
        What::Largest => run_largest(&ai_keys, options.program == Program::Shipped)?,
        What::Sizes => run_sizes(&ai_keys)?,
        What::Fleet => scopes::run(&ai_keys)?,
        What::Terraform { service, sizes } => against::run(service, sizes, &ai_keys)?,
    };
    Ok(keeps_promises || !options.is_checked)
}

fn run_largest(ai_keys: &Path, is_shipped: bool) -> Result<bool> {
    let folder = Folder::new()?;
    let (manifest, snapshot) = (folder.0.join("keys.toml"), folder.0.join("live.json"));
    fs::write(&manifest, fleet::manifest(fleet::KEYS))?;

    output::line(&format!(
        "{} keys on {} usage plans, {} bytes of TOML",
        fleet::KEYS,
        fleet::USAGE_PLANS,
        fs::metadata(&manifest)?.len()
    ));
    let mut table = Table::default();
    let state = folder.0.join("sandbox");
    let sandbox = Sandbox::start(ai_keys, &state, Rates::None)?;
    sandbox.fill()?;
    let in_folder = |words: &[&str]| {
        let mut command = Command::new(ai_keys);
        command.args(words).arg(&manifest).current_dir(&folder.0);
        command
    };
    refresh_and_plan(&in_folder, &sandbox, &state, &mut table)?;
    let mut write_snapshot = in_folder(&["snapshot", "--quiet"]);
    write_snapshot
        .args(of_sandbox(&state))
        .arg("--out")
        .arg(&snapshot);
    process::run(&mut write_snapshot)?;
    drop(sandbox);
    core(&manifest, &snapshot, &mut table)?;
    start_and_size(ai_keys, is_shipped, &mut table)?;

    output::line(&format!("\n{}", table.render()));
    Ok(table.keeps_promises())
}

/// Measures every command at three sizes, prints the tables, and keeps the data and the drawing of
/// its growth in `docs`.
fn run_sizes(ai_keys: &Path) -> Result<bool> {
    let mut measured = Vec::new();
    for keys in sizes::SIZES {
        output::line(&format!("measuring {keys} keys"));
        let folder = Folder::new()?;
        measured.push(sizes::measure(ai_keys, &folder.0, keys, sizes::LONGEST)?);
    }
    output::line(&format!("\n{}", sizes::render(&measured)));
    growth::write(&measured)?;
    let promises = sizes::judged(&measured);
    output::line(&format!("\n{}", promises.render()));
    Ok(promises.keeps_promises())
}

/// Runs what the measurements consist of once, with the program that the tests use, and compares
/// the requests with those in `docs`: so neither can rot.
///
/// # Errors
/// If something cannot be run, or asks for more or less than the documentation says.
pub(crate) fn smoke() -> Result<Outcome> {
    let ai_keys = workspace::built("ai-keys")?;
    let smallest = {
        let folder = Folder::new()?;
        sizes::measure(&ai_keys, &folder.0, sizes::SIZES[0], SMOKE)?
    };
    growth::compare(&smallest)?;
    let scopes = [scopes::measure(&ai_keys, (2, 3))?];
    ensure!(
        scopes::judged(&scopes).keeps_promises(),
        "{}",
        scopes::judged(&scopes).render()
    );
    against::smoke(&ai_keys)
}

/// Builds the static runner that the Action starts.
fn build_shipped() -> Result<PathBuf> {
    output::line("building the runner that is shipped (the first time takes minutes)");
    dist::build_for_host()
}

fn build_release() -> Result<PathBuf> {
    output::line("building with the profile `release` (the first time takes minutes)");
    crate::process::quiet(&mut workspace::cargo(&[
        "build",
        "--quiet",
        "--package",
        "ai-keys",
        "--profile",
        "release",
    ]))?;
    workspace::built_with("release", "ai-keys")
}

fn of_sandbox(state: &Path) -> [String; 1] {
    [format!("--sandbox={}", state.display())]
}

fn refresh_and_plan(
    in_folder: &dyn Fn(&[&str]) -> Command,
    sandbox: &Sandbox,
    state: &Path,
    table: &mut Table,
) -> Result<()> {
    let plan = ["plan", "--quiet", "--today", TODAY];
    let before = sandbox.calls()?;
    let mut costs = Vec::new();
    for _ in 0..ROUNDS {
        costs.push(process::run(in_folder(&plan).args(of_sandbox(state)))?);
    }
    let mut calls = sandbox.calls()?;
    for (operation, count) in &mut calls {
        *count = (*count - before.get(operation).copied().unwrap_or_default()) / ROUNDS;
    }
    calls.retain(|_, count| *count > 0);
    let is_quiet = |cost: &process::Cost| cost.out.contains("no changes");
    ensure!(
        costs.iter().all(is_quiet),
        "the fleet is not what its manifest asks for"
    );

    let total: usize = calls.values().sum();
    let budget = fleet::KEYS.div_ceil(500) + 1 + fleet::USAGE_PLANS + 2;
    table.judge(
        "plan: control-plane calls",
        Promise::Firm,
        [count(total), count(budget)],
        |calls| format!("{calls:.0}"),
    );
    for (operation, calls) in calls {
        table.tell(&format!("plan: {operation}"), calls.to_string());
    }
    let peak = costs.iter().map(|cost| cost.peak).max().unwrap_or_default();
    table.judge(
        "plan: peak memory",
        Promise::Firm,
        [megabytes(peak), 80.0],
        |megabytes| format!("{megabytes:.1} MB"),
    );
    let processor = costs.iter().map(|cost| cost.processor).collect();
    table.tell(
        "plan: processor time",
        milliseconds(process::median(processor)),
    );
    let wall = costs.iter().map(|cost| cost.wall).collect();
    table.tell(
        "plan: wall time, no request rates",
        milliseconds(process::median(wall)),
    );

    // The same account through the environment, as AWS is reached: AWS's budget is kept.
    let mut paced = in_folder(&plan);
    paced.envs([
        ("AWS_ENDPOINT_URL", sandbox.url()),
        ("AWS_ACCESS_KEY_ID", format!("SANDBOX{ACCOUNT}")),
        ("AWS_SECRET_ACCESS_KEY", "nobody-checks-it".to_owned()),
    ]);
    let paced = process::run(&mut paced)?;
    // The caller's identity is asked of STS, which does not count.
    let floor = (count(total) - 1.0 - 40.0) / 10.0;
    table.judge(
        "plan: wall time at AWS's rates, its floor as budget + 1 s",
        Promise::OnAQuietMachine,
        [paced.wall.as_secs_f64(), floor + 1.0],
        |seconds| format!("{seconds:.1} s"),
    );
    Ok(())
}

/// Runs the benchmark of the core, in a process without a network.
fn core(manifest: &Path, snapshot: &Path, table: &mut Table) -> Result<()> {
    let mut bench = workspace::cargo(&[
        "bench",
        "--quiet",
        "--package",
        "ai-keys-core",
        "--bench",
        "scale",
        "--",
    ]);
    let told = crate::process::quiet(bench.arg(manifest).arg(snapshot))?;
    let figures: Value = serde_json::from_str(&told).context("the core's benchmark tells JSON")?;
    let figure = |name: &str| {
        let figure = figures.get(name).and_then(Value::as_f64);
        figure.with_context(|| format!("the core's benchmark does not tell `{name}`"))
    };
    ensure!(
        figure("plan-unchanged-changes")? == 0.0,
        "the snapshot is not what the manifest asks for"
    );
    let show = |milliseconds: f64| format!("{milliseconds:.1} ms");
    table.judge(
        "core: plan without changes",
        Promise::OnAQuietMachine,
        [figure("plan-unchanged-ms")?, 30.0],
        show,
    );
    let all_new = format!(
        "core: plan of {:.0} changes",
        figure("plan-all-new-changes")?
    );
    table.tell(&all_new, show(figure("plan-all-new-ms")?));
    table.judge(
        "core: comment on these changes",
        Promise::OnAQuietMachine,
        [figure("comment-ms")?, 50.0],
        show,
    );
    table.judge(
        "core: job summary of them",
        Promise::OnAQuietMachine,
        [figure("summary-ms")?, 50.0],
        show,
    );
    table.tell(
        "core: manifest to desired state",
        show(figure("resolve-ms")?),
    );
    table.tell("core: validate", show(figure("validate-ms")?));
    table.tell("core: the bare TOML parse", show(figure("parse-ms")?));
    // Validation frees the tree that it parsed, so the parse that it is compared with does too.
    table.judge(
        "core: validate, in bare parses",
        Promise::Firm,
        [figure("validate-to-parse")?, 2.0],
        |ratio| format!("{ratio:.2} ×"),
    );
    table.tell(
        "core: the same if the parse need not free its tree",
        format!("{:.2} ×", figure("validate-to-parse-unfreed")?),
    );
    Ok(())
}

fn start_and_size(ai_keys: &Path, is_shipped: bool, table: &mut Table) -> Result<()> {
    let starts: Vec<Duration> = (0..ROUNDS * 5)
        .map(|_| Ok(process::run(Command::new(ai_keys).arg("--version"))?.wall))
        .collect::<Result<_>>()?;
    table.judge(
        "start to end of `ai-keys --version`",
        Promise::OnAQuietMachine,
        [process::median(starts).as_secs_f64() * 1e3, 15.0],
        |milliseconds| format!("{milliseconds:.1} ms"),
    );
    let size = megabytes(fs::metadata(ai_keys)?.len());
    let show = |megabytes: f64| format!("{megabytes:.1} MB");
    if is_shipped {
        table.judge("program as shipped", Promise::Firm, [size, 9.0], show);
    } else {
        table.tell("program, not as shipped", show(size));
    }
    Ok(())
}

fn milliseconds(time: Duration) -> String {
    format!("{:.0} ms", time.as_secs_f64() * 1e3)
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a file or a process is below 2^52 bytes"
)]
fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}

fn count(number: usize) -> f64 {
    u32::try_from(number).map_or(f64::INFINITY, f64::from)
}

/// A folder that is removed with all that was measured in it.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Result<Self> {
        let path = std::env::temp_dir().join(format!("ai-keys-bench-{}", std::process::id()));
        fs::create_dir_all(&path)?;
        Ok(Self(path))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
