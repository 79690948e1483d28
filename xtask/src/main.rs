//! The chores of the project: `cargo xtask test`, `purity`, `codegen`, `bench`, `instructions`, `wasm`,
//! `playground`, `dist`, `action`, `hooks`, `release`, `assets`, `sbom`, `package`,
//! `docs`.

mod action;
mod action_page;
mod bench;
mod codegen;
mod deny;
mod dist;
mod docs;
mod hooks;
mod npm;
mod output;
mod package;
mod playground;
mod process;
mod purity;
mod python;
mod release;
mod steps;
mod terraform;
mod test;
mod wasm;
mod workflow_copies;
mod workflows;
mod workspace;

use std::path::Path;
use std::process::ExitCode;

use anyhow::Result;

use crate::bench::instructions;
use crate::codegen::Mode;
use crate::dist::Natives;
use crate::steps::Outcome;
use crate::test::Scope;

const USAGE: &str = "\
The chores of the project.

Usage: cargo xtask CHORE

  test [--fast]      everything that has to pass before a merge;
                     --fast: formatting, purity and the tests of the core only
  purity             the core's dependencies and the direction of every arrow between crates
  codegen [--check]  writes the generated files; --check only compares
  bench [--sizes | --fleet | --against terraform [--at-aws-rates] [--keys N]]
        [--shipped | --program FILE] [--check]
                     what 10,000 keys cost, beside the budgets; --sizes: every command at 100,
                     1,000 and 10,000 keys, its growth kept in docs; --fleet: manifests with 20
                     targets each, up to 1,000 scopes in one process; --against: one fleet of 100 and
                     of 500 keys (or N) kept by ai-keys, by Terraform and by a boto3 script on moto;
                     --at-aws-rates: untagged, on our sandbox, which enforces the rates that AWS
                     documents. The program is built with the profile `release`; --shipped: the
                     runner that the Action starts; --program: one that is there. --check: fails
                     where a firm budget is missed
  instructions [--write]
                     how many instructions validate and plan execute, beside those that are kept;
                     --write: keeps them
  wasm [--test | --check]
                     the package for JavaScript, in target/wasm/ai-keys; --test: compares its answers
                     with the core's and uses it from TypeScript; --check: builds it again elsewhere
                     and compares the bytes
  playground         the package, and the page's tests in a real Chromium
  dist [--natives | --check]
                     what action.yml runs, in dist; --natives: the static runners too, for a
                     release; --check: compares dist with what the sources make
  action             the Action as a runner downloads it, and its tests
  hooks              what pre-commit installs, in a repository of its own
  release VERSION [--dry-run]
                     the commit and the tag of a release; pushes nothing. --dry-run: what it would change
  assets FOLDER      what a release holds: an archive and a CycloneDX document for each platform, and
                     SHA256SUMS; in FOLDER are the programs that `dist` does not have
  sbom               what this machine's program is made of, checked by CycloneDX's schema
  package            what crates.io and npm would get, packed and looked into
  docs [--check]     the documentation as a site, in target/docs/site; --check: every link, too
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let verdict = match words.as_slice() {
        ["test"] => Ok(test::run(Scope::Everything)),
        ["test", "--fast"] => Ok(test::run(Scope::Core)),
        ["purity"] => say(purity::check()),
        ["codegen"] => say(codegen::run(Mode::Write)),
        ["codegen", "--check"] => say(codegen::run(Mode::Check)),
        ["bench", options @ ..] => match bench::Options::parse(options) {
            Some(options) => bench::run(&options),
            None => return misused(),
        },
        ["instructions"] => say(workspace::build_programs().and_then(|()| instructions::check())),
        ["instructions", "--write"] => {
            say(workspace::build_programs().and_then(|()| instructions::write()))
        }
        ["wasm"] => say(wasm::build()),
        ["wasm", "--test"] => say(wasm::test()),
        ["wasm", "--check"] => say(wasm::check()),
        ["playground"] => say(wasm::build().and_then(|_| playground::test())),
        ["dist"] => say(dist::write(Natives::Keep)),
        ["dist", "--natives"] => say(dist::write(Natives::Build)),
        ["dist", "--check"] => say(dist::check()),
        ["action"] => say(workspace::build_programs().and_then(|()| action::test())),
        ["release", version] => say(release::run(version, release::Mode::Make)),
        ["release", version, "--dry-run"] => say(release::run(version, release::Mode::DryRun)),
        ["assets", folder] => say(release::assets::pack(Path::new(folder))),
        ["sbom"] => say(release::sbom::check()),
        ["package"] => say(package::check()),
        ["hooks"] => say(hooks::test()),
        ["docs"] => say(docs::build()),
        ["docs", "--check"] => say(docs::check()),
        ["help" | "-h" | "--help"] => {
            output::line(USAGE);
            Ok(true)
        }
        _ => return misused(),
    };
    match verdict {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            output::line(&format!("{error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn misused() -> ExitCode {
    output::line(USAGE);
    ExitCode::from(2)
}

/// Prints how a chore that is run on its own has ended.
fn say(outcome: Result<Outcome>) -> Result<bool> {
    match outcome? {
        Outcome::Done(note) => output::line(&note),
        Outcome::Skipped(reason) => output::line(&format!("skipped: {reason}")),
    }
    Ok(true)
}
