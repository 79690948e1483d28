//! Many manifests with many targets in one process: what each scope adds.
//!
//! The process is the Action's, which takes many manifests. All targets are regions of one account,
//! so the manifests share what is read of each; the account is empty, so what is measured is our own.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Result, ensure};
use serde_json::json;

use super::process::{self, Cost};
use super::sandbox::{ACCOUNT, Rates, Sandbox};
use super::table::{Promise, Table};
use super::{Folder, TODAY};
use crate::output;

/// Manifests and targets of each: 10, 100 and 1,000 scopes.
const SIZES: [(usize, usize); 3] = [(1, 10), (5, 20), (50, 20)];
/// Keys of a manifest.
const KEYS: usize = 10;
/// What is asked of a region that is empty: keys, usage plans, REST APIs, and whose account it is.
const REQUESTS_OF_REGION: usize = 4;

/// One size.
pub(super) struct Measured {
    manifests: usize,
    targets: usize,
    requests: usize,
    cost: Cost,
}

/// Measures each size, prints the table, and returns whether regions were read once.
pub(super) fn run(ai_keys: &Path) -> Result<bool> {
    let measured = SIZES
        .into_iter()
        .map(|size| measure(ai_keys, size))
        .collect::<Result<Vec<_>>>()?;
    output::line(&format!("\n{}", render(&measured)));
    let promises = judged(&measured);
    output::line(&format!("\n{}", promises.render()));
    Ok(promises.keeps_promises())
}

/// Plans manifests with their targets, all new.
pub(super) fn measure(ai_keys: &Path, (manifests, targets): (usize, usize)) -> Result<Measured> {
    let folder = Folder::new()?;
    let folder = &folder.0;
    let sandbox = Sandbox::start(ai_keys, &folder.join("sandbox"), Rates::None)?;
    let names: Vec<String> = (0..manifests).map(|n| format!("{n}.toml")).collect();
    for (number, name) in names.iter().enumerate() {
        fs::write(folder.join(name), manifest(number, targets))?;
    }
    let request = folder.join("request.json");
    fs::write(&request, request_of(&names, folder).to_string())?;
    let mut command = Command::new(ai_keys);
    command.arg("action").current_dir(folder).envs([
        ("AWS_ENDPOINT_URL", sandbox.url()),
        ("AWS_ACCESS_KEY_ID", format!("SANDBOX{ACCOUNT}")),
        ("AWS_SECRET_ACCESS_KEY", "nobody-checks-it".to_owned()),
    ]);
    let stdin = Stdio::from(File::open(&request)?);
    let cost = process::run_with(&mut command, stdin)?;
    let plans = fs::read_dir(folder.join("ai-keys"))?.count();
    ensure!(plans == manifests * targets, "{plans} scopes are planned");
    Ok(Measured {
        manifests,
        targets,
        requests: sandbox.calls()?.values().sum(),
        cost,
    })
}

fn manifest(number: usize, targets: usize) -> String {
    let mut text = format!("version = 1\nnamespace = \"fleet-{number}\"\n");
    for target in 0..targets {
        let _ = write!(
            text,
            "\n[target.t{target}]\nprovider = \"aws-api-gateway\"\nregion = \"eu-north-{target}\"\n"
        );
    }
    text.push_str("\n[usage-plan.all]\n");
    for key in 0..KEYS {
        let _ = write!(
            text,
            "\n[key.key-{key}]\nowner = \"team-{key}\"\nusage-plans = [\"all\"]\n"
        );
    }
    text
}

/// Returns what the Action's JavaScript asks for: the plan of a pull request, without GitHub.
fn request_of(manifests: &[String], folder: &Path) -> serde_json::Value {
    json!({
        "format": 1, "version": env!("CARGO_PKG_VERSION"), "command": "plan",
        "manifests": manifests, "targets": [], "workspace": folder, "temp": folder,
        "files": { "output": null, "summary": null },
        "event": {
            "name": "pull_request", "repository": "acme/keys", "default-branch": "main",
            "ref": "refs/pull/1/merge", "sha": "0".repeat(40), "head-sha": "0".repeat(40),
            "pull-request": 1, "run-id": 1, "run-attempt": 1,
            "workflow-ref": "acme/keys/.github/workflows/keys.yml@refs/heads/main",
            "actor": "octocat", "today": TODAY
        },
        "github": {
            "api-url": "http://localhost", "server-url": "https://github.example", "token": null
        },
        "oidc": null, "aws-role": null, "comment": "false", "fail-on": "error",
        "plan-files": [], "ack": []
    })
}

/// Judges that a region is read once, however many manifests are about it.
pub(super) fn judged(measured: &[Measured]) -> Table {
    let mut table = Table::default();
    for row in measured {
        let scopes = row.manifests * row.targets;
        let budget = row.targets * REQUESTS_OF_REGION;
        table.judge(
            &format!("{scopes} scopes in {} regions: requests", row.targets),
            Promise::Firm,
            [super::count(row.requests), super::count(budget)],
            |calls| format!("{calls:.0}"),
        );
    }
    table
}

/// Returns the table, as Markdown.
fn render(measured: &[Measured]) -> String {
    let mut text =
        "| manifests | targets | scopes | requests | wall | processor | a scope | peak memory |\n\
                    |---|---|---|---|---|---|---|---|\n"
            .to_owned();
    for row in measured {
        let scopes = row.manifests * row.targets;
        let (wall, processor) = (row.cost.wall.as_millis(), row.cost.processor.as_millis());
        let each = row.cost.processor.as_secs_f64() * 1e3 / super::count(scopes);
        let _ = writeln!(
            text,
            "| {} | {} | {scopes} | {} | {wall} ms | {processor} ms | {each:.1} ms | {:.1} MB |",
            row.manifests,
            row.targets,
            row.requests,
            super::megabytes(row.cost.peak)
        );
    }
    text
}
