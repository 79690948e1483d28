//! The programs that are compared: how each makes the fleet, and how each looks at it again.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;
use serde_json::json;

use super::super::TODAY;
use crate::terraform::Terraform;

const FLEET_TF: &str = include_str!("fleet.tf");
const FLEET_PY: &str = include_str!("fleet.py");

/// A program that keeps the fleet.
pub(super) enum Peer {
    AiKeys(PathBuf),
    Terraform(Terraform),
    /// A plain script, run by this python.
    Boto3(PathBuf),
}

/// What a peer is asked to do.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    Create,
    /// With nothing to change.
    Plan,
}

impl Peer {
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::AiKeys(_) => "ai-keys",
            Self::Terraform(_) => "terraform",
            Self::Boto3(_) => "boto3 script",
        }
    }

    /// Writes what the peer reads, and does what it needs once: nothing of it is measured.
    pub(super) fn prepare(&self, folder: &Path, size: usize) -> Result<()> {
        match self {
            Self::AiKeys(_) => fs::write(folder.join("keys.toml"), manifest(size))?,
            Self::Boto3(_) => fs::write(folder.join("fleet.py"), FLEET_PY)?,
            Self::Terraform(terraform) => {
                fs::write(folder.join("main.tf"), FLEET_TF)?;
                let mirror = json!(terraform.mirror.to_string_lossy());
                let settings = format!(
                    "provider_installation {{\n  filesystem_mirror {{\n    path = {mirror}\n  }}\n}}\n"
                );
                fs::write(folder.join("cli.tfrc"), settings)?;
                let mut init = self.command(folder, "http://127.0.0.1", size);
                crate::process::quiet(init.args(["init", "-no-color"]))?;
            }
        }
        Ok(())
    }

    /// Returns the command of a step. It fails, or does not say [`Peer::says_when_quiet`], where a
    /// plan finds something to change.
    pub(super) fn step(&self, step: Step, folder: &Path, url: &str, size: usize) -> Command {
        let mut command = self.command(folder, url, size);
        match (self, step) {
            (Self::AiKeys(_), Step::Create) => {
                command.args(["apply", "--yes", "--quiet", "--today", TODAY])
            }
            (Self::AiKeys(_), Step::Plan) => command.args(["plan", "--quiet", "--today", TODAY]),
            (Self::Terraform(_), Step::Create) => {
                command.args(["apply", "-auto-approve", "-no-color"])
            }
            (Self::Terraform(_), Step::Plan) => {
                command.args(["plan", "-detailed-exitcode", "-no-color"])
            }
            (Self::Boto3(_), Step::Create) => {
                command.args(["fleet.py", "apply", &size.to_string(), url])
            }
            (Self::Boto3(_), Step::Plan) => {
                command.args(["fleet.py", "plan", &size.to_string(), url])
            }
        };
        command
    }

    /// Returns what a plan prints that has nothing to do.
    pub(super) fn says_when_quiet(&self) -> &'static str {
        match self {
            Self::AiKeys(_) | Self::Boto3(_) => "no changes",
            Self::Terraform(_) => "No changes.",
        }
    }

    fn command(&self, folder: &Path, url: &str, size: usize) -> Command {
        let mut command = match self {
            Self::AiKeys(program) | Self::Boto3(program) => Command::new(program),
            Self::Terraform(terraform) => Command::new(&terraform.program),
        };
        command.current_dir(folder).envs([
            ("AWS_ENDPOINT_URL", url),
            ("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE"),
            ("AWS_SECRET_ACCESS_KEY", "nobody-checks-it"),
            ("AWS_EC2_METADATA_DISABLED", "true"),
            ("CHECKPOINT_DISABLE", "1"),
            ("TF_IN_AUTOMATION", "1"),
            ("TF_INPUT", "0"),
            ("TF_VAR_endpoint", url),
        ]);
        command
            .env("TF_CLI_CONFIG_FILE", folder.join("cli.tfrc"))
            .env("TF_VAR_size", size.to_string())
            .env_remove("TF_CLI_ARGS");
        command
    }
}

/// Returns the manifest of the fleet. Its tags keep `ImportApiKeys` away, which moto does not have.
fn manifest(size: usize) -> String {
    let head = "version = 1\nnamespace = \"fleet\"\n\n[target.prod]\nprovider = \"aws-api-gateway\"\n\
                region = \"eu-west-1\"\n\n[usage-plan.standard]\ndescription = \"Consumers\"\n\
                throttle = { rate = 10, burst = 20 }\n";
    let keys = (0..size).map(|number| {
        format!(
            "\n[key.key-{number:05}]\ndescription = \"Nightly job {number}\"\n\
             usage-plans = [\"standard\"]\ntags = {{ team = \"team-{}\" }}\n",
            number % 50
        )
    });
    std::iter::once(head.to_owned()).chain(keys).collect()
}
