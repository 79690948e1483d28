//! `cargo xtask test`: sets up what the tests need, then runs every check and every test.

use std::process::Command;

use anyhow::Result;

use crate::bench::instructions;
use crate::codegen::{self, Mode};
use crate::release::sbom;
use crate::steps::{Outcome, Steps, Voice};
use crate::terraform::{self, Terraform};
use crate::{
    action, bench, deny, dist, docs, hooks, output, package, playground, process, purity, python,
    wasm, workflows, workspace,
};

/// How much is run.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    /// All that a merge needs.
    Everything,
    /// Formatting, purity and the tests of the core: seconds.
    Core,
}

/// Runs the steps, prints a line for each and a summary, and returns whether none failed.
pub(crate) fn run(scope: Scope) -> bool {
    let mut steps = Steps::new(workspace::is_ci());
    match scope {
        Scope::Everything => everything(&mut steps),
        Scope::Core => core(&mut steps),
    }
    output::line(&format!("\n{}", steps.summary()));
    if scope == Scope::Core {
        output::line(
            "left out by --fast: clippy, generated files, instruction counts, measurements, WebAssembly, the Action, licences and advisories, workflows, documentation, doc tests, the tests of every crate but the core, moto, Terraform",
        );
    }
    steps.all_passed()
}

fn core(steps: &mut Steps) {
    steps.run("fmt", Voice::Quiet, fmt);
    steps.run("purity", Voice::Quiet, purity::check);
    steps.run("tests", Voice::Loud, || {
        tests(&["--package", "ai-keys-core"], &Surroundings::default())
    });
}

fn everything(steps: &mut Steps) {
    steps.run("tools", Voice::Quiet, || python::install(&python::TOOLS));
    let has_moto = steps.run("moto", Voice::Quiet, || python::install(&python::TESTS));
    let mut surroundings = Surroundings {
        has_moto,
        terraform: None,
    };
    steps.run("terraform", Voice::Quiet, || {
        Ok(match terraform::find() {
            Err(missing) => Outcome::Skipped(missing),
            Ok(terraform) => {
                let note = format!("provider mirror {}", terraform.mirror.display());
                surroundings.terraform = Some(terraform);
                Outcome::Done(note)
            }
        })
    });

    steps.run("fmt", Voice::Quiet, fmt);
    steps.run("purity", Voice::Quiet, purity::check);
    steps.run("deny", Voice::Quiet, deny::check);
    steps.run("advisories", Voice::Quiet, deny::advisories);
    steps.run("workflows", Voice::Quiet, workflows::check);
    steps.run("docs", Voice::Quiet, docs::check);
    steps.run("sbom", Voice::Quiet, sbom::check);
    steps.run("hooks", Voice::Quiet, hooks::test);
    steps.run("clippy", Voice::Quiet, clippy);
    if !steps.run("build", Voice::Quiet, build) {
        for name in [
            "codegen",
            "instructions",
            "bench",
            "wasm",
            "package",
            "dist",
            "playground",
            "action",
            "doc tests",
            "tests",
        ] {
            let skipped = || Ok(Outcome::Skipped("the build failed".to_owned()));
            steps.run(name, Voice::Quiet, skipped);
        }
        return;
    }
    steps.run("codegen", Voice::Quiet, || codegen::run(Mode::Check));
    steps.run("instructions", Voice::Quiet, instructions::check);
    steps.run("bench", Voice::Quiet, bench::smoke);
    steps.run("wasm", Voice::Quiet, wasm::test);
    steps.run("package", Voice::Quiet, package::check);
    steps.run("dist", Voice::Quiet, dist::check);
    steps.run("playground", Voice::Quiet, playground::test);
    steps.run("action", Voice::Quiet, action::test);
    steps.run("doc tests", Voice::Quiet, doc_tests);
    // Last, so that the test runner's own closing lines stand above the summary.
    steps.run("tests", Voice::Loud, || {
        tests(&workspace::EVERYTHING, &surroundings)
    });
}

/// What the tests may find around them, besides cargo.
#[derive(Default)]
struct Surroundings {
    has_moto: bool,
    terraform: Option<Terraform>,
}

impl Surroundings {
    /// Hands the tests what is there, and takes away what an earlier shell may have left.
    fn describe_to(&self, command: &mut Command) {
        let moto = self.has_moto.then(|| python::program("moto_server"));
        let check_jsonschema = self.has_moto.then(|| python::program("check-jsonschema"));
        let libsodium = self.has_moto.then(|| python::program("python"));
        let terraform = self.terraform.as_ref();
        let variables = [
            ("AI_KEYS_MOTO_SERVER", moto),
            ("AI_KEYS_CHECK_JSONSCHEMA", check_jsonschema),
            ("AI_KEYS_LIBSODIUM_PYTHON", libsodium),
            (
                "AI_KEYS_TERRAFORM",
                terraform.map(|found| found.program.clone()),
            ),
            (
                terraform::MIRROR_VARIABLE,
                terraform.map(|found| found.mirror.clone()),
            ),
        ];
        for (name, value) in variables {
            match value {
                Some(path) => command.env(name, path),
                None => command.env_remove(name),
            };
        }
    }
}

fn fmt() -> Result<Outcome> {
    let mut fmt = workspace::cargo(&["fmt", "--all", "--check", "--", "--color", "never"]);
    process::quiet_with_advice(
        &mut fmt,
        "to mend: `cargo fmt --all`; where cargo has no fmt: `rustup component add rustfmt`",
    )?;
    Ok(Outcome::Done(String::new()))
}

fn clippy() -> Result<Outcome> {
    let mut clippy = workspace::cargo(&["clippy", "--all-targets", "--keep-going", "--quiet"]);
    clippy
        .args(workspace::EVERYTHING)
        .args(workspace::locked())
        .args(["--", "-D", "warnings"]);
    process::quiet_with_advice(
        &mut clippy,
        "where cargo has no clippy: `rustup component add clippy`",
    )?;
    Ok(Outcome::Done(String::new()))
}

/// Its time and its errors are not those of the tests.
fn build() -> Result<Outcome> {
    workspace::build()?;
    Ok(Outcome::Done(String::new()))
}

/// nextest runs none of these.
fn doc_tests() -> Result<Outcome> {
    let mut tests = workspace::cargo(&["test", "--doc"]);
    process::quiet(tests.args(workspace::EVERYTHING).args(workspace::locked()))?;
    Ok(Outcome::Done(String::new()))
}

fn tests(packages: &[&str], surroundings: &Surroundings) -> Result<Outcome> {
    let mut command = match python::tool("cargo-nextest") {
        Some(nextest) => {
            let mut command = workspace::in_workspace(&nextest);
            command.args(["nextest", "run"]);
            command
        }
        // Doc tests are a step of their own, and would close the run with their own count.
        None => workspace::cargo(&["test", "--lib", "--bins", "--tests"]),
    };
    command
        .args(packages)
        .arg("--no-fail-fast")
        .args(workspace::locked());
    surroundings.describe_to(&mut command);
    let line = process::command_line(&command);
    process::loud(&mut command)?;
    Ok(Outcome::Done(line))
}
