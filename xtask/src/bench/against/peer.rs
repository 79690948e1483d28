//! The programs that are compared: how each makes the fleet, looks at it again, and switches it off.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;
use serde_json::json;

use super::super::process::{self, Cost};
use super::super::{TODAY, sizes};
use super::fleet::Fleet;
use crate::terraform::Terraform;

const FLEET_TF: &str = include_str!("fleet.tf");
const FLEET_PY: &str = include_str!("fleet.py");
/// The exit code of `disable --all` where nobody has acknowledged what it shows.
const UNACKNOWLEDGED: i32 = 5;

/// A program that keeps the fleet.
pub(super) enum Peer {
    AiKeys(PathBuf),
    Terraform(Terraform),
    /// A plain script, run by this python.
    Boto3(PathBuf),
}

/// What a peer is asked to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Step {
    Create,
    /// With nothing to change.
    Plan,
    /// Every key of the fleet.
    Disable,
}

impl Step {
    /// Returns what it is called in a table.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Plan => "plan, no change",
            Self::Disable => "disable all",
        }
    }
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
    pub(super) fn prepare(&self, folder: &Path, fleet: Fleet) -> Result<()> {
        match self {
            Self::AiKeys(_) => fs::write(folder.join("keys.toml"), fleet.manifest())?,
            Self::Boto3(_) => fs::write(folder.join("fleet.py"), FLEET_PY)?,
            Self::Terraform(terraform) => {
                fs::write(folder.join("main.tf"), FLEET_TF)?;
                let mirror = json!(terraform.mirror.to_string_lossy());
                let settings = format!(
                    "provider_installation {{\n  filesystem_mirror {{\n    path = {mirror}\n  }}\n}}\n"
                );
                fs::write(folder.join("cli.tfrc"), settings)?;
                let mut init = self.command(folder, "http://127.0.0.1", fleet);
                crate::process::quiet(init.args(["init", "-no-color"]))?;
            }
        }
        Ok(())
    }

    /// Takes a step, with all that it needs of the peer: ai-keys shows first what it would disable, and
    /// does it when that is acknowledged.
    ///
    /// # Errors
    /// If it fails. A plan that finds something to change may also not say [`Peer::says_when_quiet`].
    pub(super) fn take(&self, step: Step, folder: &Path, url: &str, fleet: Fleet) -> Result<Cost> {
        let mut command = self.command(folder, url, fleet);
        match (self, step) {
            (Self::AiKeys(_), Step::Create) => {
                command.args(["apply", "--yes", "--quiet", "--today", TODAY]);
            }
            (Self::AiKeys(_), Step::Plan) => {
                command.args(["plan", "--quiet", "--today", TODAY]);
            }
            (Self::AiKeys(_), Step::Disable) => {
                command.args(["disable", "--all", "--quiet"]);
                let shown = process::run_to_exit(UNACKNOWLEDGED, &mut command)?;
                command.args(["--ack", sizes::acknowledgement(&shown.out)?]);
                return Ok(shown + process::run(&mut command)?);
            }
            (Self::Terraform(_), Step::Create) => {
                command.args(["apply", "-auto-approve", "-no-color"]);
            }
            (Self::Terraform(_), Step::Plan) => {
                command.args(["plan", "-detailed-exitcode", "-no-color"]);
            }
            (Self::Terraform(_), Step::Disable) => {
                command.args(["apply", "-auto-approve", "-no-color"]);
                command.env("TF_VAR_is_enabled", "false");
            }
            (Self::Boto3(_), step) => {
                let verb = match step {
                    Step::Create => "apply",
                    Step::Plan => "plan",
                    Step::Disable => "disable",
                };
                let tags = if fleet.is_tagged {
                    "tagged"
                } else {
                    "untagged"
                };
                command.args(["fleet.py", verb, &fleet.keys.to_string(), tags, url]);
            }
        }
        process::run(&mut command)
    }

    /// Returns what a plan prints that has nothing to do.
    pub(super) fn says_when_quiet(&self) -> &'static str {
        match self {
            Self::AiKeys(_) | Self::Boto3(_) => "no changes",
            Self::Terraform(_) => "No changes.",
        }
    }

    /// Every setting of a peer is its default: nothing that a shell says of retries counts.
    fn command(&self, folder: &Path, url: &str, fleet: Fleet) -> Command {
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
            .env("TF_VAR_size", fleet.keys.to_string())
            .env("TF_VAR_is_tagged", fleet.is_tagged.to_string())
            .env_remove("TF_CLI_ARGS")
            .env_remove("AWS_MAX_ATTEMPTS")
            .env_remove("AWS_RETRY_MODE");
        command
    }
}
