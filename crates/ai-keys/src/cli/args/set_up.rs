//! What is taken by commands that set a repository up: `init`, `doctor`, `iam-policy`.

use std::path::PathBuf;

use ai_keys_core::date::Date;
use clap::{Args, ValueEnum};

use super::Scope;

/// Write a first manifest.
///
/// At a terminal, what no flag says is asked. No file that is there is touched.
#[expect(clippy::struct_excessive_bools, reason = "one for each flag")]
#[derive(Args, Debug)]
pub(crate) struct Init {
    /// Where.
    #[arg(value_name = "MANIFEST", default_value = "keys.toml")]
    pub(crate) manifest: PathBuf,

    /// Marks what this file will own, unique for each account and region; `my-team` if not said.
    #[arg(long)]
    pub(crate) namespace: Option<String>,

    /// The region of the first target; `eu-west-1` if not said.
    #[arg(long)]
    pub(crate) region: Option<String>,

    /// The 12 digits of the first target's account.
    #[arg(long)]
    pub(crate) account: Option<String>,

    /// Ask AWS which account the credentials are of. Reads only.
    #[arg(long)]
    pub(crate) detect: bool,

    /// Write down the keys and usage plans that are live, values unchanged, as `import` does.
    #[arg(long)]
    pub(crate) take_over: bool,

    /// Also write `.github/workflows/keys.yml`.
    #[arg(long)]
    pub(crate) workflow: bool,

    /// Also write `iam/`: what the workflow's two roles may do, who may assume them, and a script that makes them.
    #[arg(long)]
    pub(crate) iam: bool,

    /// The repository whose jobs assume the roles; that of the git remote `origin` if not said.
    #[arg(long, value_name = "OWNER/NAME")]
    pub(crate) repository: Option<String>,

    /// Ask nothing; take what flags and defaults say.
    #[arg(long, short)]
    pub(crate) yes: bool,
}

/// Look at a whole set-up.
///
/// Nothing is written. The exit code is that of the worst problem; warnings are none.
#[derive(Args, Debug)]
pub(crate) struct Doctor {
    #[command(flatten)]
    pub(crate) scope: Scope,

    /// Ask neither AWS nor GitHub.
    #[arg(long, conflicts_with = "sandbox")]
    pub(crate) offline: bool,

    /// How to report.
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub(crate) format: DoctorFormat,

    /// The day for which the manifest's dates are checked; today if not said.
    #[arg(long, value_name = "DATE")]
    pub(crate) today: Option<Date>,
}

/// How checks are reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum DoctorFormat {
    /// A line for each check.
    Human,
    /// The JSON report, as `ai-keys schema doctor` says.
    Json,
}

/// Print the least that a role must be allowed.
///
/// The policies follow from the manifest: its accounts, regions, usage plans, secrets, parameters and
/// KMS keys. Print them again when those change. Of one role and one target the policy alone is
/// printed; of several, an object of policies by target and role. Where roles are assumed (`role` of a
/// target), each is an object: `credentials` is the policy of what the run starts with, and each role's
/// stands by its ARN.
#[derive(Args, Debug)]
pub(crate) struct IamPolicy {
    /// The manifest.
    #[arg(value_name = "MANIFEST", default_value = "keys.toml")]
    pub(crate) manifest: PathBuf,

    /// Only this target; may be repeated. Every target if not said.
    #[arg(long = "target", value_name = "NAME")]
    pub(crate) targets: Vec<String>,

    /// Only the role that plans, takes snapshots and looks for drift: it cannot write.
    #[arg(long, conflicts_with = "apply")]
    pub(crate) plan: bool,

    /// Only the role that applies.
    #[arg(long)]
    pub(crate) apply: bool,
}
