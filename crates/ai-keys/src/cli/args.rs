//! The command line.

use std::num::NonZeroU32;
use std::path::PathBuf;

use ai_keys_core::date::Date;
use clap::{ArgGroup, Args, Parser, Subcommand, ValueEnum};

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

/// Check manifests.
#[derive(Args, Debug)]
pub(crate) struct Validate {
    /// The manifests.
    #[arg(value_name = "MANIFEST", default_value = "keys.toml")]
    pub(crate) manifests: Vec<PathBuf>,

    /// How to report.
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub(crate) format: DiagnosticFormat,

    /// Make every repair that is certain, in the file; then report what is left.
    #[arg(long)]
    pub(crate) fix: bool,

    /// The day for which dates are checked; today if not said.
    #[arg(long, value_name = "DATE")]
    pub(crate) today: Option<Date>,
}

/// How diagnostics are reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum DiagnosticFormat {
    /// Excerpts of the manifest with the mistakes underlined.
    Human,
    /// The JSON report.
    Json,
    /// Annotations of a GitHub pull request.
    Github,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// A report of GitLab's Code Quality.
    Gitlab,
}

/// What every command on live state takes.
#[derive(Args, Debug)]
pub(crate) struct Scope {
    /// The manifest.
    #[arg(value_name = "MANIFEST", default_value = "keys.toml")]
    pub(crate) manifest: PathBuf,

    /// Only this target; may be repeated. Every target if not said.
    #[arg(long = "target", value_name = "NAME")]
    pub(crate) targets: Vec<String>,

    /// Use a local sandbox in place of every target, its state in DIR.
    #[arg(
        long,
        value_name = "DIR",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = ".ai-keys-sandbox"
    )]
    pub(crate) sandbox: Option<PathBuf>,
}

/// Show what an apply would change.
#[derive(Args, Debug)]
pub(crate) struct Plan {
    #[command(flatten)]
    pub(crate) scope: Scope,

    /// Plan against a snapshot in place of the account; no credentials are needed.
    #[arg(long, value_name = "FILE", conflicts_with = "sandbox")]
    pub(crate) live: Option<PathBuf>,

    /// Also write the plan as JSON, for `apply --plan`. One target only.
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,

    /// How to show the plan.
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub(crate) format: PlanFormat,

    /// Exit with 3 if changes are pending.
    #[arg(long)]
    pub(crate) detailed_exitcode: bool,

    /// The day to plan for; today if not said.
    #[arg(long, value_name = "DATE")]
    pub(crate) today: Option<Date>,
}

/// How a plan is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum PlanFormat {
    /// For a person at a terminal.
    Human,
    /// The JSON plans of all targets.
    Json,
    /// For a pull request.
    Markdown,
    /// No plan: a job for each target, for a workflow's `strategy.matrix`. No account is needed.
    Matrix,
}

/// Carry out a plan.
#[derive(Args, Debug)]
pub(crate) struct Apply {
    #[command(flatten)]
    pub(crate) scope: Scope,

    /// Apply exactly this reviewed plan, or what is left of it.
    #[arg(long, value_name = "FILE")]
    pub(crate) plan: Option<PathBuf>,

    /// Do not ask.
    #[arg(long, short)]
    pub(crate) yes: bool,

    /// Acknowledge one change, as the plan words it: 'delete:KEY@DIGEST'.
    #[arg(long = "ack", value_name = "WORDS")]
    pub(crate) acknowledged: Vec<String>,

    /// The day to plan for, or with `--plan` the day that its age counts to; today if not said.
    #[arg(long, value_name = "DATE")]
    pub(crate) today: Option<Date>,
}

/// Give keys new values now.
#[derive(Args, Debug)]
pub(crate) struct Rotate {
    /// The keys, by their names in the manifest.
    #[arg(value_name = "KEY", required = true)]
    pub(crate) keys: Vec<String>,

    /// The manifest.
    #[arg(long, value_name = "FILE", default_value = "keys.toml")]
    pub(crate) manifest: PathBuf,

    /// Only in this target; may be repeated. In every target of the keys if not said.
    #[arg(long = "target", value_name = "NAME")]
    pub(crate) targets: Vec<String>,

    /// The old values have leaked: disable them before anything else.
    #[arg(long)]
    pub(crate) revoke: bool,

    /// Do not ask.
    #[arg(long, short)]
    pub(crate) yes: bool,

    /// Acknowledge one change, as the plan words it: 'revoke:KEY@DIGEST'.
    #[arg(long = "ack", value_name = "WORDS")]
    pub(crate) acknowledged: Vec<String>,

    /// The day to plan for; today if not said.
    #[arg(long, value_name = "DATE")]
    pub(crate) today: Option<Date>,

    /// Use a local sandbox in place of every target, its state in DIR.
    #[arg(
        long,
        value_name = "DIR",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = ".ai-keys-sandbox"
    )]
    pub(crate) sandbox: Option<PathBuf>,
}

/// Make keys stop working at once.
#[derive(Args, Debug)]
#[command(
    group = ArgGroup::new("whose").required(true),
    after_help = "Without --ack it shows what would be disabled, and asks; where nobody is there to \
                  ask, it changes nothing (exit code 5). Ten thousand keys take about 15 seconds: \
                  they are disabled 500 a call.\n\nThe manifest still wants the keys to work: the next \
                  apply enables them again until it says `enabled = false`."
)]
pub(crate) struct Disable {
    /// Every key of the manifest's namespace.
    #[arg(long, group = "whose")]
    pub(crate) all: bool,

    /// The keys of this owner.
    #[arg(long, value_name = "OWNER", group = "whose")]
    pub(crate) owner: Option<String>,

    /// This key, by its name; may be repeated.
    #[arg(long = "key", value_name = "KEY", group = "whose")]
    pub(crate) keys: Vec<String>,

    /// The manifest.
    #[arg(long, value_name = "FILE", default_value = "keys.toml")]
    pub(crate) manifest: PathBuf,

    /// Only in this target; may be repeated. In every target if not said.
    #[arg(long = "target", value_name = "NAME")]
    pub(crate) targets: Vec<String>,

    /// Acknowledge what is shown, in its words: 'disable:all@DIGEST'. Once for each target.
    #[arg(long = "ack", value_name = "WORDS")]
    pub(crate) acknowledged: Vec<String>,

    /// Write `enabled = false` for these keys into the manifest, so that the next apply does not
    /// enable them again.
    #[arg(long)]
    pub(crate) write: bool,

    /// Use a local sandbox in place of every target, its state in DIR.
    #[arg(
        long,
        value_name = "DIR",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = ".ai-keys-sandbox"
    )]
    pub(crate) sandbox: Option<PathBuf>,
}

/// Show one key's value.
#[derive(Args, Debug)]
pub(crate) struct Reveal {
    /// The key, by its name in the manifest.
    #[arg(value_name = "KEY")]
    pub(crate) key: String,

    /// The manifest.
    #[arg(long, value_name = "FILE", default_value = "keys.toml")]
    pub(crate) manifest: PathBuf,

    /// In which target; needed if the key is in several.
    #[arg(long, value_name = "NAME")]
    pub(crate) target: Option<String>,

    /// Use a local sandbox in place of the target, its state in DIR.
    #[arg(
        long,
        value_name = "DIR",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = ".ai-keys-sandbox"
    )]
    pub(crate) sandbox: Option<PathBuf>,
}

/// Draw what happens to each key.
#[derive(Args, Debug)]
pub(crate) struct Timeline {
    #[command(flatten)]
    pub(crate) scope: Scope,

    /// Take what is live from a snapshot in place of the account.
    #[arg(long, value_name = "FILE", conflicts_with = "sandbox")]
    pub(crate) live: Option<PathBuf>,

    /// Draw what the manifest alone says, as if nothing were live.
    #[arg(long, conflicts_with_all = ["sandbox", "live"])]
    pub(crate) offline: bool,

    /// How to draw it.
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub(crate) format: TimelineFormat,

    /// The day to draw for; today if not said.
    #[arg(long, value_name = "DATE")]
    pub(crate) today: Option<Date>,
}

/// How lives are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum TimelineFormat {
    /// A chart for a terminal.
    Human,
    /// A Mermaid Gantt chart, for Markdown.
    Mermaid,
    /// Phases and events of every key.
    Json,
}

/// The period of `usage`, if nothing is said, in days.
pub(crate) const USAGE_DAYS: u32 = 30;
/// From how many percent of its quota on a key is near it.
pub(crate) const NEAR_PERCENT: u8 = 80;
/// After how many days without a request a key is not used.
pub(crate) const UNUSED_DAYS: u32 = 14;

/// Show how often each key is used.
///
/// Counts are API Gateway's own, for usage plans; the last day is not complete.
#[derive(Args, Debug)]
pub(crate) struct Usage {
    #[command(flatten)]
    pub(crate) scope: Scope,

    /// The first day.
    #[arg(long, value_name = "DATE", conflicts_with = "days")]
    pub(crate) from: Option<Date>,

    /// The last day; today if not said.
    #[arg(long, value_name = "DATE")]
    pub(crate) to: Option<Date>,

    /// How many days until the last one: 30 if nothing is said, 90 at most.
    #[arg(long, value_name = "N")]
    pub(crate) days: Option<u32>,

    /// The keys of others in the account too.
    #[arg(long)]
    pub(crate) all: bool,

    /// From how many percent of its quota on a key is near it.
    #[arg(long, value_name = "PERCENT", default_value_t = NEAR_PERCENT, value_parser = clap::value_parser!(u8).range(1..=100))]
    pub(crate) near: u8,

    /// After how many days without a request a key is not used.
    #[arg(long, value_name = "DAYS", default_value_t = UNUSED_DAYS, value_parser = clap::value_parser!(u32).range(1..=90))]
    pub(crate) unused: u32,

    /// How to show it.
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub(crate) format: UsageFormat,

    /// The day to look from; today if not said.
    #[arg(long, value_name = "DATE")]
    pub(crate) today: Option<Date>,
}

/// How usage is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum UsageFormat {
    /// A table for a terminal.
    Human,
    /// Everything, as `ai-keys schema usage` says.
    Json,
    /// A row for each day, key and usage plan.
    Csv,
    /// A picture of one target, for a light page and a dark one.
    Svg,
    /// A table for a page on GitHub.
    Markdown,
}

/// Write the live state.
#[derive(Args, Debug)]
pub(crate) struct Snapshot {
    #[command(flatten)]
    pub(crate) scope: Scope,

    /// Write to a file; standard output if not said. One target only.
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
}

/// Write a manifest that takes over the keys that are live already.
///
/// Values never change hands: the manifest says the ids, and the first apply
/// writes who owns each key behind its description.
#[derive(Args, Debug)]
pub(crate) struct Import {
    /// The other tool's JSON: a Terraform state or `terraform show -json`, `pulumi stack export`,
    /// `aws cloudformation list-stack-resources`, a template, `serverless print --format json`.
    /// The live account if not said.
    #[arg(value_name = "FILE")]
    pub(crate) from: Option<PathBuf>,

    /// Marks what the manifest will own, unique for each account and region.
    #[arg(long)]
    pub(crate) namespace: String,

    /// Where to write; never over a file that is there.
    #[arg(long, value_name = "FILE", default_value = "keys.toml")]
    pub(crate) out: PathBuf,

    /// The name of the manifest's target.
    #[arg(long, value_name = "NAME", default_value = "prod")]
    pub(crate) target: String,

    /// The region; what the file or the environment says if not said.
    #[arg(long)]
    pub(crate) region: Option<String>,

    /// The account's 12 digits; what the file or the credentials say if not said.
    #[arg(long)]
    pub(crate) account: Option<String>,

    /// Only keys of this name, in which `*` stands for anything; may be repeated.
    #[arg(long = "name", value_name = "PATTERN")]
    pub(crate) names: Vec<String>,

    /// Only keys with this tag; may be repeated, and then each must be there.
    #[arg(long = "tag", value_name = "NAME=VALUE")]
    pub(crate) tags: Vec<String>,

    /// Only keys on the usage plan of this name; may be repeated.
    #[arg(long = "usage-plan", value_name = "PATTERN")]
    pub(crate) usage_plans: Vec<String>,

    /// Leave the usage plans in other hands, and only refer to them.
    #[arg(long)]
    pub(crate) keys_only: bool,

    /// Take the live state from a snapshot in place of the account.
    #[arg(long, value_name = "SNAPSHOT", conflicts_with = "sandbox")]
    pub(crate) live: Option<PathBuf>,

    /// Take the live state from a local sandbox, its state in DIR.
    #[arg(
        long,
        value_name = "DIR",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = ".ai-keys-sandbox"
    )]
    pub(crate) sandbox: Option<PathBuf>,
}

/// Explain a diagnostic.
#[derive(Args, Debug)]
pub(crate) struct Explain {
    /// Its number or name; all are listed if not said.
    #[arg(value_name = "CODE")]
    pub(crate) code: Option<String>,
}

/// Print a JSON Schema.
#[derive(Args, Debug)]
pub(crate) struct Schema {
    /// Of what.
    #[arg(value_name = "OF", default_value = "manifest")]
    pub(crate) of: SchemaOf,
}

/// What a schema describes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum SchemaOf {
    /// `keys.toml`.
    Manifest,
    /// A plan file.
    Plan,
    /// A snapshot.
    Snapshot,
    /// The JSON report of `validate`.
    Report,
    /// The JSON of `usage`.
    Usage,
    /// The JSON of `doctor`.
    Doctor,
}

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

/// Run a local API Gateway.
#[derive(Args, Debug)]
pub(crate) struct SandboxServer {
    /// Where its state is kept.
    #[arg(value_name = "DIR", default_value = ".ai-keys-sandbox")]
    pub(crate) dir: PathBuf,

    /// The port on 127.0.0.1; a free one if not said.
    #[arg(long, default_value_t = 0)]
    pub(crate) port: u16,

    /// Do not keep to AWS's request rates.
    #[arg(long)]
    pub(crate) no_limits: bool,

    /// Let its clock run this many times as fast: AWS's rates pass as quickly, and a run that would
    /// take an hour there takes a minute at 60. Commands with `--sandbox=DIR` keep up with it
    #[arg(long, value_name = "TIMES", default_value_t = NonZeroU32::MIN, conflicts_with = "no_limits")]
    pub(crate) speed: NonZeroU32,
}

/// Print completions.
#[derive(Args, Debug)]
pub(crate) struct Completions {
    /// For which shell.
    pub(crate) shell: clap_complete::Shell,
}

/// Print a page of the generated reference.
#[derive(Args, Debug)]
pub(crate) struct Reference {
    /// Which page.
    pub(crate) page: ReferencePage,
}

/// A page of the generated reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReferencePage {
    /// Every table and field of a manifest.
    Manifest,
    /// Every diagnostic.
    Rules,
    /// Every command and flag.
    Cli,
}
