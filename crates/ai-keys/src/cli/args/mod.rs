//! The command line: this is its top level, and each file beside it what some commands take.

mod apply;
mod keys;
mod knowledge;
mod live;
mod plan;
mod sandbox;
mod scope;
mod set_up;
mod timeline;
mod usage;
mod validate;

use clap::{Parser, Subcommand, ValueEnum};

pub(crate) use apply::Apply;
pub(crate) use keys::{Disable, Reveal, Rotate};
pub(crate) use knowledge::{Completions, Explain, Reference, ReferencePage, Schema, SchemaOf};
pub(crate) use live::{Import, Snapshot};
pub(crate) use plan::{Plan, PlanFormat};
pub(crate) use sandbox::SandboxServer;
pub(crate) use scope::{Place, Scope};
pub(crate) use set_up::{Doctor, DoctorFormat, IamPolicy, Init};
pub(crate) use timeline::{Timeline, TimelineFormat};
pub(crate) use usage::{NEAR_PERCENT, UNUSED_DAYS, USAGE_DAYS, Usage, UsageFormat};
pub(crate) use validate::{DiagnosticFormat, Validate};

/// Makes the API keys of AI services behind Amazon API Gateway a reviewed file.
#[derive(Debug, Parser)]
#[command(
    name = "ai-keys",
    version,
    max_term_width = 100,
    disable_help_subcommand = true,
    after_help = "Exit codes:\n  0    done\n  1    the manifest or its policy has errors\n  2    wrong usage\n  3    changes are pending (--detailed-exitcode)\n  4    apply is incomplete; running it again is safe\n  5    a guard refused before the first write\n  6    the cloud could not be reached, or refused us\n  130  interrupted"
)]
pub struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,

    /// Leave out notices and progress.
    #[arg(long, short, global = true)]
    pub(crate) quiet: bool,

    /// When to use colours; `NO_COLOR` is honoured.
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub(crate) color: ColorWhen,
}

/// When to use colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ColorWhen {
    /// On a terminal.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Check manifests: syntax, shape and every rule. No account is needed.
    Validate(Validate),
    /// Show what an apply would change.
    Plan(Plan),
    /// Carry out a plan.
    Apply(Apply),
    /// Give keys new values now.
    Rotate(Rotate),
    /// Make keys stop working at once: the switch for a leak.
    Disable(Disable),
    /// Show one key's value to a person at a terminal.
    Reveal(Reveal),
    /// Draw what happens to each key, and when.
    Timeline(Timeline),
    /// Show how often each key is used, who is near a quota, and what nobody uses.
    Usage(Usage),
    /// Write the live state, without key values, as JSON.
    Snapshot(Snapshot),
    /// Write a manifest that takes over the keys that are live already.
    Import(Import),
    /// Explain a diagnostic: `ai-keys explain AK112`.
    Explain(Explain),
    /// Print a JSON Schema: of manifests, or of what this command writes.
    Schema(Schema),
    /// Write a first manifest.
    Init(Init),
    /// Look at credentials, permissions, clock, stores and workflow, and say what to mend.
    Doctor(Doctor),
    /// Print the least that a role must be allowed, as IAM policies.
    IamPolicy(IamPolicy),
    /// Run a local API Gateway until Ctrl-C.
    Sandbox(SandboxServer),
    /// Print completions for a shell.
    Completions(Completions),
    /// Print a page of the generated reference.
    #[command(hide = true)]
    Reference(Reference),
    /// Do one step of a GitHub workflow; its request is read from stdin.
    #[command(hide = true)]
    Action,
}
